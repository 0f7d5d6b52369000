/* SPDX-License-Identifier: MIT */
/* prog_wrapped.c - threads that allocate, pass blocks on, end, and a fork among them. Says so when all is done. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 3, SLOTS = 64 };
static char *slot[SLOTS];

static void *exchange(void *seed)
{
    unsigned r = 1 + (unsigned)(unsigned long)seed;
    for (int i = 0; i < 6000; i++) {
        r = r * 1664525 + 1013904223;
        size_t size = r >> 28 ? 1 + (r >> 8) % 5000 : 1 + (r >> 8) % 500000;
        char *p = malloc(size);
        p[0] = p[size - 1] = 1;
        p = realloc(p, size + size / 2);
        free(__atomic_exchange_n(&slot[r >> 4 & (SLOTS - 1)], p, __ATOMIC_ACQ_REL));
    }
    return NULL;
}

static void round_of_threads(void)
{
    pthread_t thread[THREADS];
    for (unsigned long i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], NULL, exchange, (void *)i))
            exit(2);
    pid_t child = fork();
    if (child == 0) {
        exchange((void *)9);
        _exit(0);
    }
    int status = 1;
    if (waitpid(child, &status, 0) != child || status)
        exit(3);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
}

int main(void)
{
    alarm(100);
    for (int i = 0; i < 3; i++)
        round_of_threads();
    puts("done");
    return 0;
}
