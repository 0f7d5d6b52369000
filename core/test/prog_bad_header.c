/* SPDX-License-Identifier: MIT */
/* prog_bad_header.c - frees an address in the header of a block's SuperSlab, having printed the address. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    uintptr_t block = (uintptr_t)malloc(48);
    void *volatile pointer = (void *)((block & ~(uintptr_t)(2 * 1024 * 1024 - 1)) + 64);
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return 0;
}
