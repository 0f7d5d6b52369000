/* SPDX-License-Identifier: MIT */
/* prog_bad_tiny_twice.c - frees a tiny block twice, having printed the address. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    void *volatile pointer = malloc(48);
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    free(pointer);
    return 0;
}
