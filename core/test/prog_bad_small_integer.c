/* SPDX-License-Identifier: MIT */
/* prog_bad_small_integer.c - frees a small integer, having printed the address. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    void *volatile pointer = (void *)(uintptr_t)0x10;
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return 0;
}
