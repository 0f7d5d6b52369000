/* xalloc.c - what happens when memory ends.
 *
 * May include libc only.
 */
#include "bench/low/xalloc.h"
#include <stdio.h>
#include <stdlib.h>

void *xalloc_need(void *p)
{
    if (!p) {
        fprintf(stderr, "hakbench: out of memory; finished samples are kept\n");
        exit(1);
    }
    return p;
}
