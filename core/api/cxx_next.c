/* SPDX-License-Identifier: MIT */
/* cxx_next.c - see cxx_find and cxx_next in cxx.h. Part of the shared library only: C cannot catch what operator new throws,
 * and a static program has its C++ library's nothrow operators at hand. */
#define _GNU_SOURCE
#include "core/api/cxx.h"
#include <dlfcn.h>

/* By name, since the next library that has the symbol may be another allocator, and a plug-in's C++ library is in no scope
 * that RTLD_DEFAULT or RTLD_NEXT search. */
void *cxx_find(const char *symbol)
{
    static const char libraries[][20] = {"libstdc++.so.6", "libc++.so.1", "libc++abi.so.1"};
    void *found = NULL;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries && !found; i++) {
        void *library = dlopen(libraries[i], RTLD_LAZY | RTLD_NOLOAD);
        if (!library)
            continue;
        found = dlsym(library, symbol);
        dlclose(library); /* whoever has loaded it keeps it */
    }
    return found ? found : dlsym(RTLD_NEXT, symbol);
}

void *cxx_symbol(const char *symbol)
{
    void *found = dlsym(RTLD_DEFAULT, symbol);
    return found ? found : cxx_find(symbol);
}

void *cxx_next(const char *symbol, void **found, bool own, size_t align, size_t size, const void *tag)
{
    if (own && !cxx_handler_now())
        return NULL;
    union {
        void *found;
        void *(*plain)(size_t size, const void *tag);
        void *(*aligned)(size_t size, size_t align, const void *tag);
    } next = {load_relaxed(found)};
    if (!next.found) {
        next.found = cxx_find(symbol);
        if (!next.found)
            return NULL; /* no C++ library: nobody can have a new-handler or catch an exception */
        store_relaxed(found, next.found);
    }
    return align ? next.aligned(size, align, tag) : next.plain(size, tag);
}
