/* SPDX-License-Identifier: MIT */
/* prog_bad_mapping.c - frees a mapping of the program's own, having printed the address. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

int main(void)
{
    void *volatile pointer = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("%p\n", pointer);
    fflush(stdout);
    free(pointer);
    return 0;
}
