/* SPDX-License-Identifier: MIT */
/* cxx_next.c - see cxx_next in cxx.h. Part of the shared library only: C cannot catch what operator new throws, and a static
 * program has its C++ library's nothrow operators at hand. */
#define _GNU_SOURCE
#include "core/api/cxx.h"
#include <dlfcn.h>

typedef void cxx_handler(void);
cxx_handler *cxx_get_handler(void) __asm__("_ZSt15get_new_handlerv") __attribute__((weak));

void *cxx_next(const char *symbol, void **found, bool own, size_t align, size_t size, const void *tag)
{
    if (own && (!cxx_get_handler || !cxx_get_handler()))
        return NULL;
    union {
        void *found;
        void *(*plain)(size_t size, const void *tag);
        void *(*aligned)(size_t size, size_t align, const void *tag);
    } next = {load_relaxed(found)};
    if (!next.found) {
        next.found = dlsym(RTLD_NEXT, symbol);
        if (!next.found)
            return NULL; /* no C++ library: nobody can have a new-handler or catch an exception */
        store_relaxed(found, next.found);
    }
    return align ? next.aligned(size, align, tag) : next.plain(size, tag);
}
