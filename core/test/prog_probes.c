/* SPDX-License-Identifier: MIT */
/* prog_probes.c - passes every probe that a program can pass on purpose: a mapped block, a thread, and with an argument a block
 * that is freed twice. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *volatile kept;

static void *in_thread(void *unused)
{
    kept = malloc(100);
    free(kept);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    (void)argv;
    for (int i = 0; i < 100; i++) {
        kept = malloc(3000000);
        free(kept);
    }
    if (pthread_create(&thread, NULL, in_thread, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    kept = malloc(5000);
    printf("%p\n", kept);
    fflush(stdout);
    free(kept);
    if (argc > 1)
        free(kept);
    return 0;
}
