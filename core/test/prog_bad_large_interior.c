/* SPDX-License-Identifier: MIT */
/* prog_bad_large_interior.c - frees a page inside of a large block, having printed the address. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *block = malloc(5000000);
    void *volatile pointer = block + 16384;
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return 0;
}
