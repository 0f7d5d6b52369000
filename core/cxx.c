/* cxx.c - the C++ operators new and delete, by their mangled names, over malloc and free.
 *
 * A failing plain new runs the program's new-handler and throws std::bad_alloc through the C++ library that the program
 * brings; both are weak references, and a program without that library ends with a line, as no exception can reach it.
 */
#include "hakmem.h"
#include "compiler.h"
#include "log.h"
#include <stdlib.h>

typedef void cxx_handler(void);
cxx_handler *cxx_get_handler(void) __asm__("_ZSt15get_new_handlerv") __attribute__((weak));
_Noreturn void cxx_throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv") __attribute__((weak));

static cold void *cxx_retry(size_t align, size_t size, bool throws)
{
    for (;;) {
        void *p = align ? hak_memalign(align, size) : hak_malloc(size);
        if (p)
            return p;
        cxx_handler *handler = cxx_get_handler ? cxx_get_handler() : NULL;
        if (!handler)
            break;
        handler(); /* may free memory, throw, or end the program */
    }
    if (!throws)
        return NULL;
    if (cxx_throw_bad_alloc)
        cxx_throw_bad_alloc();
    log_line("hakmem: operator new(%u): out of memory [variant %s]", (uint64_t)size, HAK_VARIANT);
    abort();
}

static inline void *cxx_new(size_t align, size_t size, bool throws)
{
    void *p = align ? hak_memalign(align, size) : hak_malloc(size);
    return likely(p) ? p : cxx_retry(align, size, throws);
}

#define CXX_NEW(symbol, name, align, throws, ...)                                 \
    HAK_EXPORT void *name(__VA_ARGS__) __asm__(symbol);                           \
    void *name(__VA_ARGS__)                                                       \
    {                                                                             \
        return cxx_new(align, size, throws);                                      \
    }
#define CXX_DELETE(symbol, name, ...)                                             \
    HAK_EXPORT void name(__VA_ARGS__) __asm__(symbol);                            \
    void name(__VA_ARGS__)                                                        \
    {                                                                             \
        hak_free(p);                                                              \
    }
#define UNUSED __attribute__((unused))

CXX_NEW("_Znwm", cxx_new_plain, 0, true, size_t size)
CXX_NEW("_Znam", cxx_new_array, 0, true, size_t size)
CXX_NEW("_ZnwmRKSt9nothrow_t", cxx_new_nothrow, 0, false, size_t size, UNUSED const void *tag)
CXX_NEW("_ZnamRKSt9nothrow_t", cxx_new_array_nothrow, 0, false, size_t size, UNUSED const void *tag)
CXX_NEW("_ZnwmSt11align_val_t", cxx_new_aligned, align, true, size_t size, size_t align)
CXX_NEW("_ZnamSt11align_val_t", cxx_new_array_aligned, align, true, size_t size, size_t align)
CXX_NEW("_ZnwmSt11align_val_tRKSt9nothrow_t", cxx_new_aligned_nothrow, align, false, size_t size, size_t align,
        UNUSED const void *tag)
CXX_NEW("_ZnamSt11align_val_tRKSt9nothrow_t", cxx_new_array_aligned_nothrow, align, false, size_t size, size_t align,
        UNUSED const void *tag)

CXX_DELETE("_ZdlPv", cxx_delete, void *p)
CXX_DELETE("_ZdaPv", cxx_delete_array, void *p)
CXX_DELETE("_ZdlPvm", cxx_delete_sized, void *p, UNUSED size_t size)
CXX_DELETE("_ZdaPvm", cxx_delete_array_sized, void *p, UNUSED size_t size)
CXX_DELETE("_ZdlPvRKSt9nothrow_t", cxx_delete_nothrow, void *p, UNUSED const void *tag)
CXX_DELETE("_ZdaPvRKSt9nothrow_t", cxx_delete_array_nothrow, void *p, UNUSED const void *tag)
CXX_DELETE("_ZdlPvSt11align_val_t", cxx_delete_aligned, void *p, UNUSED size_t align)
CXX_DELETE("_ZdaPvSt11align_val_t", cxx_delete_array_aligned, void *p, UNUSED size_t align)
CXX_DELETE("_ZdlPvmSt11align_val_t", cxx_delete_sized_aligned, void *p, UNUSED size_t size, UNUSED size_t align)
CXX_DELETE("_ZdaPvmSt11align_val_t", cxx_delete_array_sized_aligned, void *p, UNUSED size_t size, UNUSED size_t align)
CXX_DELETE("_ZdlPvSt11align_val_tRKSt9nothrow_t", cxx_delete_aligned_nothrow, void *p, UNUSED size_t align,
           UNUSED const void *tag)
CXX_DELETE("_ZdaPvSt11align_val_tRKSt9nothrow_t", cxx_delete_array_aligned_nothrow, void *p, UNUSED size_t align,
           UNUSED const void *tag)
