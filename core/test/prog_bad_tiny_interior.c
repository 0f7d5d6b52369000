/* SPDX-License-Identifier: MIT */
/* prog_bad_tiny_interior.c - frees an address inside of a tiny block, having printed the address. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *block = malloc(160);
    void *volatile pointer = block + 16;
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return 0;
}
