/* SPDX-License-Identifier: MIT */
/* prog_bad_unused.c - frees an address amid a block's SuperSlab, where no block was handed out yet, having printed the address. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    uintptr_t block = (uintptr_t)malloc(48);
    void *volatile pointer = (void *)((block & ~(uintptr_t)(2 * 1024 * 1024 - 1)) + 1024 * 1024 + 64);
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return 0;
}
