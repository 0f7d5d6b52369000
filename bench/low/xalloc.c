/* SPDX-License-Identifier: MIT */
/* xalloc.c - what happens when memory ends. See xalloc.h.
 */
#include "bench/low/xalloc.h"
#include <stdio.h>
#include <stdlib.h>

void (*xalloc_end)(void) = abort;

void *xalloc_need(void *p)
{
    if (!p) {
        fputs("hakbench: out of memory; finished samples are kept\n", stderr);
        xalloc_end();
        abort();
    }
    return p;
}

void *xalloc_zeroed(size_t count, size_t size)
{
    return xalloc_need(calloc(count ? count : 1, size));
}
