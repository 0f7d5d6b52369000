/* SPDX-License-Identifier: MIT */
/* prog_misuse.c KIND SIZE - misuses a block of that size in one way, then allocates many and looks whether any two blocks that the
 * program holds overlap. Ends with status 0: none do; 1: two do; 2: there is no such kind. Or the allocator ends it.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void free_sized(void *block, size_t size) __attribute__((__weak__)); /* the preloaded library has it */

enum { MOST = 3000 };
static struct held {
    char *p;
    size_t size;
} held[MOST];
static size_t count;

static char *hold(char *p, size_t size)
{
    if (p && count < MOST)
        held[count++] = (struct held){p, size};
    return p;
}

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct held *)a)->p, y = (uintptr_t)((const struct held *)b)->p;
    return x < y ? -1 : x > y;
}

/* As many of that size and of those near it as any cache holds, but not more than some MiB. */
static int overlaps(size_t size)
{
    size_t many = (size_t)24 << 20, n = many / (size + 1) < 600 ? many / (size + 1) : 600;
    n = n < 8 ? 8 : n;
    for (size_t i = 0; i < n; i++) {
        hold(malloc(size), size);
        hold(malloc(size - size / 3), size - size / 3);
    }
    qsort(held, count, sizeof *held, by_address);
    for (size_t i = 1; i < count; i++) {
        if (held[i - 1].p + held[i - 1].size > held[i].p)
            return 1;
    }
    return 0;
}

static void *free_it(void *p)
{
    free(p);
    return NULL;
}

static void *free_it_twice(void *p)
{
    free(p);
    free(p);
    return NULL;
}

static void in_thread(void *(*body)(void *), void *p)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, p) == 0)
        pthread_join(thread, NULL);
}

static char *volatile p, *volatile q;
static char room[4096] __attribute__((aligned(64)));

/* The block is freed, and then once more. */
static int freed_twice(const char *kind, size_t size)
{
    if (!strcmp(kind, "twice")) {
        free(p), free(p);
    } else if (!strcmp(kind, "a-b-a")) {
        free(p), free(q), free(p);
    } else if (!strcmp(kind, "other-between")) {
        free(p);
        hold(malloc(size * 2 + 100), size * 2 + 100);
        free(p);
    } else if (!strcmp(kind, "thread-twice")) {
        in_thread(free_it_twice, p);
    } else if (!strcmp(kind, "both-threads")) {
        free(p);
        in_thread(free_it, p);
    } else if (!strcmp(kind, "realloc-freed")) {
        free(p);
        hold(realloc(p, size), size);
    } else if (!strcmp(kind, "realloc-beside-freed")) { /* where a slot of 64 KiB begins, if a block does */
        for (int i = 0; i < 500 && (uintptr_t)p % 65536 != 0; i++)
            p = malloc(size);
        free(p);
        hold(realloc(p + 1, size), size);
    } else if (!strcmp(kind, "usable-freed")) {
        free(p);
        (void)!malloc_usable_size(p);
    } else {
        return 0;
    }
    return 1;
}

/* A pointer that is no start of a block; p stays live. */
static int wrong(const char *kind, size_t size)
{
    hold(p, size);
    if (!strcmp(kind, "interior-16"))
        free(p + 16);
    else if (!strcmp(kind, "interior-64"))
        free(p + 64);
    else if (!strcmp(kind, "interior-half"))
        free(p + size / 2);
    else if (!strcmp(kind, "interior-realloc"))
        hold(realloc(p + size / 2 / 16 * 16, size), size);
    else if (!strcmp(kind, "misaligned-1"))
        free(p + 1);
    else if (!strcmp(kind, "misaligned-8"))
        free(p + 8);
    else if (!strcmp(kind, "before"))
        free(p - 16);
    else if (!strcmp(kind, "static"))
        free(room + 64);
    else if (!strcmp(kind, "sized"))
        free_sized(p, malloc_usable_size(p) + 1);
    else
        return 0;
    return 1;
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";
    size_t size = argc > 2 ? (size_t)atol(argv[2]) : 0;
    p = malloc(size);
    q = malloc(size);
    hold(malloc(size), size);
    if (!strcmp(kind, "aligned-interior")) {
        hold(aligned_alloc(64, (size + 63) / 64 * 64), size);
        free(held[count - 1].p + 32);
    } else if (!freed_twice(kind, size) && !wrong(kind, size)) {
        return 2;
    }
    return overlaps(size);
}
