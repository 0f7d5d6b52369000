/* SPDX-License-Identifier: MIT */
/* prog_profile.c - allocates amounts that are known, from functions that are known: keeps blocks (kept), frees them at once
 * (churned), grows them (grown), calls the rest of the interface (aligned, new), frees in another thread (passed). With an
 * argument it raises SIGUSR2 before the end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum { BLOCKS = 10000, SIZE = 1000, LARGE = 100, LARGE_SIZE = 100000 };
static void *volatile keep[BLOCKS];
static void *volatile large[LARGE];
static void *volatile last[LARGE];
#define FUNCTION __attribute__((__noinline__)) void

FUNCTION kept(void)
{
    for (int i = 0; i < BLOCKS; i++)
        keep[i] = malloc(SIZE);
}

FUNCTION churned(void)
{
    for (int i = 0; i < 10 * BLOCKS; i++)
        free(keep[0] = malloc(SIZE));
}

FUNCTION grown(void)
{
    for (int i = 0; i < LARGE; i++) {
        large[i] = calloc(1, LARGE_SIZE);
        large[i] = realloc(large[i], 2 * LARGE_SIZE);
    }
}

FUNCTION aligned(void)
{
    void *p;
    for (int i = 0; i < LARGE; i++) {
        if (posix_memalign(&p, 4096, LARGE_SIZE) == 0)
            last[i] = p;
    }
}

FUNCTION new(void)
{
    void *(*operator_new)(size_t) = (void *(*)(size_t))dlsym(RTLD_DEFAULT, "_Znwm");
    for (int i = 0; operator_new && i < LARGE; i++)
        last[i] = operator_new(LARGE_SIZE);
}

FUNCTION passed(void)
{
    for (int i = 0; i < BLOCKS; i++)
        keep[i] = malloc(SIZE);
}

static void *frees(void *unused)
{
    for (int i = 0; i < BLOCKS; i++)
        free(keep[i]);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    (void)argv;
    churned();
    passed();
    if (pthread_create(&thread, NULL, frees, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    kept();
    grown();
    aligned();
    new();
    if (argc > 1)
        raise(SIGUSR2);
    return 0;
}
