/* SPDX-License-Identifier: MIT */
/* prog_api_glibc.c - the plain names that glibc has and musl has not; prints what they found, for test_preload.sh. */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const char *what, int holds)
{
    printf("%s: %s\n", what, holds ? "yes" : "NO");
}

int main(void)
{
    char *small = malloc(100), *large = malloc(100000), *page = pvalloc(100);
    show("pvalloc", page && (uintptr_t)page % 4096 == 0 && malloc_usable_size(page) >= 4096);
    memset(page, 0x5A, 4096);
    free(page);
    show("malloc_trim", malloc_trim(0) <= 1);
    struct mallinfo2 info = mallinfo2();
    show("mallinfo2", info.arena > 0 && info.uordblks > 0);
    free(small);
    free(large);
    return 0;
}
