/* SPDX-License-Identifier: MIT */
/* prog_trace.c - a program for the recorder to record: a known number of calls, and an end of a given kind.
 *
 *     prog_trace ROUNDS END     main and a second thread make 12 calls a round, some of blocks of the other thread; END is
 * return, _exit, exec, kill, or fork (return, after a child has made calls too) prog_trace threads COUNT  so many threads, one
 * after the other, with two calls each
 *
 * No stdio: what it calls by itself is all that there is.
 */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 100000 };

static void *given[MOST][2], *taken[MOST];
static long rounds;

/* Frees what main made, and makes what main frees. */
static void *other(void *unused)
{
    for (long i = 0; i < rounds; i++) {
        free(given[i][0]);
        given[i][1] = realloc(given[i][1], 300);
        taken[i] = malloc((size_t)i % 1000);
    }
    return unused;
}

static void mix(void)
{
    pthread_t thread;
    for (long i = 0; i < rounds; i++) {
        void *aligned = memalign(64, 100), *page, *grown = realloc(NULL, 8);
        if (posix_memalign(&page, 4096, 40))
            _exit(1);
        given[i][0] = malloc(10 + (size_t)i % 500);
        given[i][1] = calloc(3, 20);
        free(aligned);
        free(page);
        free(grown);
    }
    pthread_create(&thread, NULL, other, NULL);
    pthread_join(thread, NULL);
    for (long i = 0; i < rounds; i++)
        free(taken[i]);
}

static void *once(void *unused)
{
    free(malloc(100));
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    if (!strcmp(argv[1], "threads")) {
        for (long i = atol(argv[2]); i > 0; i--) {
            pthread_t thread;
            pthread_create(&thread, NULL, once, NULL);
            pthread_join(thread, NULL);
        }
        return 0;
    }
    rounds = atol(argv[1]) < MOST ? atol(argv[1]) : MOST;
    mix();
    if (!strcmp(argv[2], "_exit"))
        _exit(0);
    if (!strcmp(argv[2], "exec"))
        execl("/bin/true", "true", NULL);
    if (!strcmp(argv[2], "kill"))
        kill(getpid(), SIGKILL);
    if (!strcmp(argv[2], "fork")) {
        pid_t child = fork();
        mix();
        if (!child)
            exit(0);
        waitpid(child, NULL, 0);
    }
    return 0;
}
