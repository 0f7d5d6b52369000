/* SPDX-License-Identifier: MIT */
/* fault.c - one misuse of malloc, for packaging/features/try: `fault KIND SIZE`. It ends with status 0 when the allocator let
 * it pass. The allocator is whatever is preloaded.
 *
 *   twice      a block is freed a second time at once
 *   later      the same after another block of that size was freed
 *   middle     an address inside a block is freed
 *   overrun    the byte behind what may be used is written, and the block freed
 *   more       free_sized, or C++'s sized delete where there is none, is told twice the size
 *   less       the same with half the size
 *   fine       the same calls without a fault
 *   idle       64 MiB in small blocks are freed, and four seconds pass without a call: ends with 0 when a quarter of what was
 *              held went back meanwhile
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *block[64 * 1024];

static long resident_kb(void)
{
    char text[64] = "";
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || !fgets(text, sizeof text, f))
        exit(2);
    return strtol(strchr(text, ' '), NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

/* fopen is a call of malloc: it comes after the sleep. */
static int idle(void)
{
    for (int i = 0; i < 64 * 1024; i++)
        memset(block[i] = malloc(1000), 1, 1000);
    for (int i = 0; i < 64 * 1024; i++)
        free(block[i]);
    long before = resident_kb();
    sleep(4);
    long after = resident_kb();
    fprintf(stderr, "resident: %ld KiB, then %ld\n", before, after);
    return after > before * 3 / 4;
}

static void free_as(void *p, size_t size)
{
    void (*sized)(void *, size_t) = (void (*)(void *, size_t))dlsym(RTLD_DEFAULT, "free_sized");
    if (!sized)
        sized = (void (*)(void *, size_t))dlsym(RTLD_DEFAULT, "_ZdlPvm");
    if (!sized)
        exit(3);
    sized(p, size);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 2 ? argv[1] : "";
    size_t size = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    if (!strcmp(kind, "idle"))
        return idle();
    char *volatile p = malloc(size);
    char *volatile q = malloc(size);
    char *volatile between = malloc(size);
    if (!p || !q || !between)
        return 2;
    if (!strcmp(kind, "middle"))
        free(p + 32);
    if (!strcmp(kind, "overrun"))
        p[malloc_usable_size(p)] ^= 1;
    if (!strcmp(kind, "more"))
        free_as(p, size * 2);
    else if (!strcmp(kind, "less"))
        free_as(p, size / 2);
    else
        free(p);
    bool later = !strcmp(kind, "later");
    if (later)
        free(q);
    if (later || !strcmp(kind, "twice"))
        free(p);
    if (!later)
        free(q);
    free(between);
    return 0;
}
