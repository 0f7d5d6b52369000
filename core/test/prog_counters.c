/* SPDX-License-Identifier: MIT */
/* prog_counters.c - makes blocks of all kinds, lets threads free each other's, prints the counters of the preloaded allocator
 * as HAKMEM_STATS does, and then does nothing until its standard input ends. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCKS = 2000 };
static void *block[BLOCKS];
static char text[16384];
static size_t length;

static void count(void *context, const char *name, uint64_t value)
{
    (void)context;
    length += (size_t)snprintf(text + length, sizeof text - length, "%s %llu\n", name, (unsigned long long)value);
}

static void *make(void *unused)
{
    for (size_t i = 0; i < BLOCKS; i++)
        block[i] = i % 3 ? malloc(16 + i) : calloc(1, 16 + i * i % 100000);
    return unused;
}

static void drop(void)
{
    for (size_t i = 0; i < BLOCKS; i += 2) {
        free(block[i]);
        block[i] = NULL;
    }
}

int main(void)
{
    void (*each)(void (*)(void *, const char *, uint64_t), void *);
    pthread_t thread;
    char rest;
    *(void **)&each = dlsym(NULL, "hak_stats_each");
    if (!each)
        return 1;
    pthread_create(&thread, NULL, make, NULL);
    pthread_join(thread, NULL);
    void *large = malloc(3000000), *kept = malloc(5000000);
    free(large);
    drop();
    pthread_create(&thread, NULL, make, NULL);
    pthread_join(thread, NULL);
    drop();
    each(count, NULL);
    memcpy(text + length, "end\n", 4);
    if (write(STDOUT_FILENO, text, length + 4) < 0 || !kept)
        return 1;
    while (read(STDIN_FILENO, &rest, 1) > 0)
        ;
    return 0;
}
