/* cxx.c - the C++ operators new and delete, by their mangled names, over malloc and free.
 *
 * A failing plain new runs the program's new-handler and throws std::bad_alloc through the C++ library that the program
 * brings; both are weak references, and a program without that library ends with a line, as no exception can reach it.
 * A failing nothrow new must swallow what a handler throws, which C cannot: with a handler installed it asks the C++
 * library's own operator, which calls the plain one here and catches.
 */
#define _GNU_SOURCE
#include "hakmem.h"
#include "compiler.h"
#include "log.h"
#include <dlfcn.h>
#include <stdlib.h>

typedef void cxx_handler(void);
cxx_handler *cxx_get_handler(void) __asm__("_ZSt15get_new_handlerv") __attribute__((weak));
_Noreturn void cxx_throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv") __attribute__((weak));
extern __typeof__(dlsym) dlsym __attribute__((weak)); /* a static program has none */

static inline void *cxx_try(size_t align, size_t size)
{
    return align ? hak_memalign(align, size) : hak_malloc(size);
}

static cold void *cxx_retry(size_t align, size_t size)
{
    cxx_handler *handler;
    while ((handler = cxx_get_handler ? cxx_get_handler() : NULL)) {
        handler(); /* may free memory, throw, or end the program */
        void *p = cxx_try(align, size);
        if (p)
            return p;
    }
    if (cxx_throw_bad_alloc)
        cxx_throw_bad_alloc();
    log_line("hakmem: operator new(%u): out of memory [variant %s]", (uint64_t)size, hak_variant());
    abort();
}

static cold void *cxx_retry_nothrow(const char *symbol, size_t align, size_t size, const void *tag)
{
    if (!cxx_get_handler || !cxx_get_handler() || !dlsym)
        return NULL;
    union {
        void *found;
        void *(*plain)(size_t size, const void *tag);
        void *(*aligned)(size_t size, size_t align, const void *tag);
    } next = {dlsym(RTLD_NEXT, symbol)};
    if (!next.found)
        return NULL;
    return align ? next.aligned(size, align, tag) : next.plain(size, tag);
}

static inline void *cxx_new(size_t align, size_t size)
{
    void *p = cxx_try(align, size);
    return likely(p) ? p : cxx_retry(align, size);
}

static inline void *cxx_new_nothrow(const char *symbol, size_t align, size_t size, const void *tag)
{
    void *p = cxx_try(align, size);
    return likely(p) ? p : cxx_retry_nothrow(symbol, align, size, tag);
}

#define CXX_NEW(symbol, name, align, ...)         \
    HAK_EXPORT void *name(__VA_ARGS__) __asm__(symbol); \
    void *name(__VA_ARGS__)                       \
    {                                             \
        return cxx_new(align, size);              \
    }
#define CXX_NOTHROW(symbol, name, align, ...)     \
    HAK_EXPORT void *name(__VA_ARGS__) __asm__(symbol); \
    void *name(__VA_ARGS__)                       \
    {                                             \
        return cxx_new_nothrow(symbol, align, size, tag); \
    }
#define CXX_DELETE(symbol, name, ...)                                             \
    HAK_EXPORT void name(__VA_ARGS__) __asm__(symbol);                            \
    void name(__VA_ARGS__)                                                        \
    {                                                                             \
        hak_free(p);                                                              \
    }
#define UNUSED __attribute__((unused))

CXX_NEW("_Znwm", operator_new, 0, size_t size)
CXX_NEW("_Znam", operator_new_array, 0, size_t size)
CXX_NEW("_ZnwmSt11align_val_t", operator_new_aligned, align, size_t size, size_t align)
CXX_NEW("_ZnamSt11align_val_t", operator_new_array_aligned, align, size_t size, size_t align)
CXX_NOTHROW("_ZnwmRKSt9nothrow_t", operator_new_nothrow, 0, size_t size, const void *tag)
CXX_NOTHROW("_ZnamRKSt9nothrow_t", operator_new_array_nothrow, 0, size_t size, const void *tag)
CXX_NOTHROW("_ZnwmSt11align_val_tRKSt9nothrow_t", operator_new_aligned_nothrow, align, size_t size, size_t align,
            const void *tag)
CXX_NOTHROW("_ZnamSt11align_val_tRKSt9nothrow_t", operator_new_array_aligned_nothrow, align, size_t size, size_t align,
            const void *tag)

CXX_DELETE("_ZdlPv", operator_delete, void *p)
CXX_DELETE("_ZdaPv", operator_delete_array, void *p)
CXX_DELETE("_ZdlPvm", operator_delete_sized, void *p, UNUSED size_t size)
CXX_DELETE("_ZdaPvm", operator_delete_array_sized, void *p, UNUSED size_t size)
CXX_DELETE("_ZdlPvRKSt9nothrow_t", operator_delete_nothrow, void *p, UNUSED const void *tag)
CXX_DELETE("_ZdaPvRKSt9nothrow_t", operator_delete_array_nothrow, void *p, UNUSED const void *tag)
CXX_DELETE("_ZdlPvSt11align_val_t", operator_delete_aligned, void *p, UNUSED size_t align)
CXX_DELETE("_ZdaPvSt11align_val_t", operator_delete_array_aligned, void *p, UNUSED size_t align)
CXX_DELETE("_ZdlPvmSt11align_val_t", operator_delete_sized_aligned, void *p, UNUSED size_t size, UNUSED size_t align)
CXX_DELETE("_ZdaPvmSt11align_val_t", operator_delete_array_sized_aligned, void *p, UNUSED size_t size, UNUSED size_t align)
CXX_DELETE("_ZdlPvSt11align_val_tRKSt9nothrow_t", operator_delete_aligned_nothrow, void *p, UNUSED size_t align,
           UNUSED const void *tag)
CXX_DELETE("_ZdaPvSt11align_val_tRKSt9nothrow_t", operator_delete_array_aligned_nothrow, void *p, UNUSED size_t align,
           UNUSED const void *tag)
