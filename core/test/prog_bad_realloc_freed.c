/* SPDX-License-Identifier: MIT */
/* prog_bad_realloc_freed.c - resizes a tiny block after its free, having printed the address. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    void *volatile pointer = malloc(48);
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return realloc(pointer, 500) != NULL;
}
