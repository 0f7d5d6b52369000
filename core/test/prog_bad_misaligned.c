/* SPDX-License-Identifier: MIT */
/* prog_bad_misaligned.c - frees one byte past the start of a block, having printed the address. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *block = malloc(48);
    void *volatile pointer = block + 1;
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return 0;
}
