/* SPDX-License-Identifier: MIT */
/* prog_bad_usable_size_freed.c - asks for the usable size of a tiny block after its free, having printed the address. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    void *volatile pointer = malloc(48);
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return malloc_usable_size(pointer) != 0;
}
