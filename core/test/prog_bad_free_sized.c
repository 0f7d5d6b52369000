/* SPDX-License-Identifier: MIT */
/* prog_bad_free_sized.c - frees a block of 32 bytes as one of 48, having printed the address. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    void (*free_with_size)(void *, size_t);
    *(void **)&free_with_size = dlsym(NULL, "free_sized"); /* newer than many a C library */
    void *volatile pointer = malloc(32);
    printf("%p\n", pointer);
    fflush(stdout);
    free_with_size(pointer, 48);
    return 0;
}
