/* SPDX-License-Identifier: MIT */
/* cxx_retry.c - see cxx_retry in cxx.h. The C++ library that the program brings is known by weak references, and by cxx_find
 * where it came later, or for a plug-in alone. */
#include "core/api/cxx.h"
#include "core/hakmem.h"
#include "core/low/log.h"
#include <stdlib.h>

cxx_handler *cxx_get_handler(void) __asm__("_ZSt15get_new_handlerv") __attribute__((weak));
_Noreturn void cxx_throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv") __attribute__((weak));

cxx_handler *cxx_handler_now(void)
{
    cxx_handler *(*get)(void) = cxx_get_handler;
    if (!get)
        *(void **)&get = cxx_find("_ZSt15get_new_handlerv");
    return get ? get() : NULL;
}

void *cxx_retry(size_t align, size_t size)
{
    cxx_handler *handler;
    while ((handler = cxx_handler_now())) {
        handler(); /* may free memory, throw, or end the program */
        void *p = align ? hak_memalign(align, size) : hak_malloc(size);
        if (p)
            return p;
    }
    void (*throw)(void) = cxx_throw_bad_alloc;
    if (!throw)
        *(void **)&throw = cxx_find("_ZSt17__throw_bad_allocv");
    if (throw)
        throw();
    log_line("hakmem: operator new(%u): out of memory [variant %s]", (uint64_t)size, hak_variant());
    abort();
}
