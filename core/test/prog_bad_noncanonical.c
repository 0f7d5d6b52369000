/* SPDX-License-Identifier: MIT */
/* prog_bad_noncanonical.c - frees an address that no x86-64 or AArch64 process can have, having printed the address. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    void *volatile pointer = (void *)(uintptr_t)0xdeadbeefdeadbeef;
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return 0;
}
