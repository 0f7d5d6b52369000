/* SPDX-License-Identifier: MIT */
/* prog_bad_usable_size.c - asks for the usable size of a static variable, having printed the address. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static char array[64] __attribute__((aligned(16)));

int main(void)
{
    void *volatile pointer = array;
    printf("%p\n", pointer);
    fflush(stdout);
    return malloc_usable_size(pointer) != 0;
}
