/* SPDX-License-Identifier: MIT */
/* prog_bad_realloc.c - resizes a variable on the stack, having printed the address. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char array[64] __attribute__((aligned(16)));
    void *volatile pointer = array;
    printf("%p\n", pointer);
    fflush(stdout);
    return realloc(pointer, 100) != NULL;
}
