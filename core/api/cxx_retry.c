/* SPDX-License-Identifier: MIT */
/* cxx_retry.c - see cxx_retry in cxx.h. The C++ library is looked for when there is no memory, and not by references, for which
 * every process, C++ or not, would look at its start. */
#include "core/api/cxx.h"
#include "core/hakmem.h"
#include "core/low/log.h"
#include <stdlib.h>

cxx_handler *cxx_handler_now(void)
{
    cxx_handler *(*get)(void);
    *(void **)&get = cxx_symbol("_ZSt15get_new_handlerv");
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
    void (*throw)(void);
    *(void **)&throw = cxx_symbol("_ZSt17__throw_bad_allocv");
    if (throw)
        throw();
    log_line("hakmem: operator new(%u): out of memory [variant %s]", (uint64_t)size, hak_variant());
    abort();
}
