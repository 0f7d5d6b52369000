/* SPDX-License-Identifier: MIT */
/* prog_bad_realloc_zero.c - resizes a static variable to nothing, having printed the address. */
#include <stdio.h>
#include <stdlib.h>

static char array[64] __attribute__((aligned(16)));

int main(void)
{
    void *volatile pointer = array;
    printf("%p\n", pointer);
    fflush(stdout);
    return realloc(pointer, 0) != NULL;
}
