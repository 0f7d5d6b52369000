/* SPDX-License-Identifier: MIT */
/* prog_late_dlopen.c - opens the library named by its argument after start, beside the C library's malloc, and uses it. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *(*late_malloc)(size_t);
static void (*late_free)(void *);
static pthread_barrier_t opened;

static void *use(void *context)
{
    pthread_barrier_wait(&opened);
    for (size_t i = 0; i < 20000; i++) {
        char *block = late_malloc(i % 3000 + 1);
        if (!block)
            return NULL;
        memset(block, 1, i % 3000 + 1);
        late_free(block);
    }
    return context;
}

int main(int count, char **words)
{
    pthread_t threads[3]; /* older than the library: its TLS must find room in them */
    int done = 0;
    pthread_barrier_init(&opened, NULL, 4);
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, use, &done))
            return 1;
    void *library = count > 1 ? dlopen(words[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library) {
        fprintf(stderr, "%s\n", count > 1 ? dlerror() : "usage: prog_late_dlopen LIBRARY");
        exit(1);
    }
    *(void **)&late_malloc = dlsym(library, "hak_malloc");
    *(void **)&late_free = dlsym(library, "hak_free");
    pthread_barrier_wait(&opened);
    for (int i = 0; i < 3; i++) {
        void *answer = NULL;
        pthread_join(threads[i], &answer);
        done += answer != NULL;
    }
    printf("%d threads done\n", done);
    return done != 3;
}
