/* SPDX-License-Identifier: MIT */
/* cxx.c - the C++ operators new and delete over malloc and free. Compiled once for each operator, whose mangled name is
 * CXX_OPERATOR, so that each has an object of its own in the archive.
 *
 * A program may replace any form, and the forms that it does not replace then go through those that it did, as the standard
 * says of the default ones. So each form but the four that allocate or free calls the form that its default calls, through the
 * dynamic symbol table:
 *
 *   new[](size) -> new(size)                  new[](size, align) -> new(size, align)
 *   nothrow new -> the same form that throws, NULL when that one throws
 *   delete[](p) -> delete(p)                  delete[](p, align) -> delete(p, align)
 *   sized and nothrow delete -> the same form without the size or the tag
 *
 * All are weak: a program that links the whole archive may define its own. A nothrow new goes to malloc itself as long as the
 * form that it must call is the one in this library; each of those has a second, hidden name to compare with.
 */
#include "core/api/cxx.h"
#include "core/hakmem.h"
#include "core/seam/sample.h"

void *_Znwm(size_t size);
void *_Znam(size_t size);
void *_ZnwmSt11align_val_t(size_t size, size_t align);
void *_ZnamSt11align_val_t(size_t size, size_t align);
void _ZdlPv(void *p);
void _ZdaPv(void *p);
void _ZdlPvSt11align_val_t(void *p, size_t align);
void _ZdaPvSt11align_val_t(void *p, size_t align);

#define HIDDEN __attribute__((visibility("hidden")))
HIDDEN void *cxx_own_Znwm(size_t size);
HIDDEN void *cxx_own_Znam(size_t size);
HIDDEN void *cxx_own_ZnwmSt11align_val_t(size_t size, size_t align);
HIDDEN void *cxx_own_ZnamSt11align_val_t(size_t size, size_t align);

#define OWN(symbol) (&symbol == &cxx_own##symbol)
#define HAS_OWN(type, symbol, ...) HIDDEN type cxx_own##symbol(__VA_ARGS__) __attribute__((alias(#symbol)));
#define DEFINE(type, symbol, ...)                                    \
    HAK_EXPORT type symbol(__VA_ARGS__) __attribute__((weak));       \
    type symbol(__VA_ARGS__)

#define NEW(symbol, try, align, ...)                                 \
    HAS_OWN(void *, symbol, __VA_ARGS__)                             \
    DEFINE(void *, symbol, __VA_ARGS__)                              \
    {                                                                \
        bool outer = sample_enter();                                 \
        void *p = try;                                               \
        sample_leave(outer);                                         \
        return likely(p) ? p : cxx_retry(align, size);               \
    }
#define NEW_ARRAY(symbol, call, ...)                                 \
    HAS_OWN(void *, symbol, __VA_ARGS__)                             \
    DEFINE(void *, symbol, __VA_ARGS__)                              \
    {                                                                \
        return call;                                                 \
    }
#define NOTHROW(symbol, own, try, align, ...)                        \
    DEFINE(void *, symbol, __VA_ARGS__)                              \
    {                                                                \
        static void *found;                                          \
        bool all_own = own;                                          \
        bool outer = sample_enter();                                 \
        void *p = likely(all_own) ? try : NULL;                      \
        sample_leave(outer);                                         \
        return likely(p) ? p : cxx_next(#symbol, &found, all_own, align, size, tag); \
    }
#define DELETE(symbol, call, ...)                                    \
    DEFINE(void, symbol, __VA_ARGS__)                                \
    {                                                                \
        call;                                                        \
    }

#define POINTER void *p
#define SIZE __attribute__((unused)) size_t size
#define ALIGN __attribute__((unused)) size_t align
#define TAG __attribute__((unused)) const void *tag
#define TRY hak_malloc(size)
#define TRY_ALIGNED hak_memalign(align, size)
#define PLAIN_OWN OWN(_Znwm)
#define ARRAY_OWN OWN(_Znam) && OWN(_Znwm)
#define ALIGNED_OWN OWN(_ZnwmSt11align_val_t)
#define ALIGNED_ARRAY_OWN OWN(_ZnamSt11align_val_t) && OWN(_ZnwmSt11align_val_t)

#define CXX__Znwm NEW(_Znwm, TRY, 0, SIZE)
#define CXX__ZnwmSt11align_val_t NEW(_ZnwmSt11align_val_t, TRY_ALIGNED, align, SIZE, ALIGN)
#define CXX__Znam NEW_ARRAY(_Znam, _Znwm(size), SIZE)
#define CXX__ZnamSt11align_val_t NEW_ARRAY(_ZnamSt11align_val_t, _ZnwmSt11align_val_t(size, align), SIZE, ALIGN)
#define CXX__ZnwmRKSt9nothrow_t NOTHROW(_ZnwmRKSt9nothrow_t, PLAIN_OWN, TRY, 0, SIZE, TAG)
#define CXX__ZnamRKSt9nothrow_t NOTHROW(_ZnamRKSt9nothrow_t, ARRAY_OWN, TRY, 0, SIZE, TAG)
#define CXX__ZnwmSt11align_val_tRKSt9nothrow_t \
    NOTHROW(_ZnwmSt11align_val_tRKSt9nothrow_t, ALIGNED_OWN, TRY_ALIGNED, align, SIZE, ALIGN, TAG)
#define CXX__ZnamSt11align_val_tRKSt9nothrow_t \
    NOTHROW(_ZnamSt11align_val_tRKSt9nothrow_t, ALIGNED_ARRAY_OWN, TRY_ALIGNED, align, SIZE, ALIGN, TAG)

#define CXX__ZdlPv DELETE(_ZdlPv, hak_free(p), POINTER)
#define CXX__ZdlPvm DELETE(_ZdlPvm, _ZdlPv(p), POINTER, SIZE)
#define CXX__ZdlPvRKSt9nothrow_t DELETE(_ZdlPvRKSt9nothrow_t, _ZdlPv(p), POINTER, TAG)
#define CXX__ZdaPv DELETE(_ZdaPv, _ZdlPv(p), POINTER)
#define CXX__ZdaPvm DELETE(_ZdaPvm, _ZdaPv(p), POINTER, SIZE)
#define CXX__ZdaPvRKSt9nothrow_t DELETE(_ZdaPvRKSt9nothrow_t, _ZdaPv(p), POINTER, TAG)
#define CXX__ZdlPvSt11align_val_t DELETE(_ZdlPvSt11align_val_t, hak_free(p), POINTER, ALIGN)
#define CXX__ZdlPvmSt11align_val_t DELETE(_ZdlPvmSt11align_val_t, _ZdlPvSt11align_val_t(p, align), POINTER, SIZE, ALIGN)
#define CXX__ZdlPvSt11align_val_tRKSt9nothrow_t \
    DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, _ZdlPvSt11align_val_t(p, align), POINTER, ALIGN, TAG)
#define CXX__ZdaPvSt11align_val_t DELETE(_ZdaPvSt11align_val_t, _ZdlPvSt11align_val_t(p, align), POINTER, ALIGN)
#define CXX__ZdaPvmSt11align_val_t DELETE(_ZdaPvmSt11align_val_t, _ZdaPvSt11align_val_t(p, align), POINTER, SIZE, ALIGN)
#define CXX__ZdaPvSt11align_val_tRKSt9nothrow_t \
    DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, _ZdaPvSt11align_val_t(p, align), POINTER, ALIGN, TAG)

#define DEFINITION_OF(operator) CXX_##operator
#define DEFINE_OPERATOR(operator) DEFINITION_OF(operator)
DEFINE_OPERATOR(CXX_OPERATOR)
