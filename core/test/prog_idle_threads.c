/* SPDX-License-Identifier: MIT */
/* prog_idle_threads.c - COUNT threads that have allocated and sleep, and 4 MiB in use: prints "ready", ends with its input. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_barrier_t used;

static void *sleep_on(void *context)
{
    char *kept[40];
    for (size_t i = 0; i < 40; i++) {
        size_t size = (size_t[]){24, 200, 1000}[i % 3];
        kept[i] = malloc(size);
        if (!kept[i])
            abort();
        memset(kept[i], 1, size);
    }
    for (int i = 0; i < 40; i += 2)
        free(kept[i]);
    pthread_barrier_wait(&used);
    pause();
    return context;
}

int main(int count, char **words)
{
    unsigned threads = count > 1 ? (unsigned)atoi(words[1]) : 8;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    pthread_barrier_init(&used, NULL, threads + 1);
    for (unsigned i = 0; i < threads; i++) {
        pthread_t thread;
        if (pthread_create(&thread, &attributes, sleep_on, NULL))
            return 1;
    }
    char *block = malloc(4 << 20);
    if (!block)
        return 1;
    memset(block, 1, 4 << 20);
    pthread_barrier_wait(&used);
    puts("ready");
    fflush(stdout);
    char byte;
    return read(0, &byte, 1) < 0;
}
