/* SPDX-License-Identifier: MIT */
/* prog_bad_large_twice.c - frees a large block twice, having printed the address. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    void *volatile pointer = malloc(5000000);
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    free(pointer);
    return 0;
}
