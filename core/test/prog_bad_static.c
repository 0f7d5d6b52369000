/* SPDX-License-Identifier: MIT */
/* prog_bad_static.c - frees a static variable, having printed the address. */
#include <stdio.h>
#include <stdlib.h>

static char array[64] __attribute__((aligned(16)));

int main(void)
{
    void *volatile pointer = array;
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return 0;
}
