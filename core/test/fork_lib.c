/* SPDX-License-Identifier: MIT */
/* fork_lib.c - a library with fork handlers, as others have them; FORK_LIB says what its handlers do:
 *
 *   join       prepare ends a worker thread that is in the middle of allocating, and waits for it; afterwards another is started
 *   allocate   all three allocate and free, of several sizes
 *   fork       prepare forks, too: once, and not in the fork that it makes
 *
 * Its constructor registers them, and starts the worker, without a call of malloc before.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_t worker;
static volatile int stop;
static __thread int forking;

static void use(void)
{
    for (size_t size = 1; size < 3000000; size = size * 3 + 1) {
        void *p = malloc(size), *q = calloc(1, 40);
        memset(p, 1, size < 100 ? size : 100);
        free(p);
        free(q);
    }
}

static void *work(void *unused)
{
    while (!stop)
        use();
    return unused;
}

static void end(void)
{
    stop = 1;
    pthread_join(worker, NULL);
    stop = 0;
}

static void begin(void)
{
    pthread_create(&worker, NULL, work, NULL);
}

static void fork_again(void)
{
    if (forking)
        return;
    forking = 1;
    pid_t child = fork();
    if (child == 0) {
        use();
        _exit(0);
    }
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) != child || status)
        abort();
    forking = 0;
}

__attribute__((constructor)) static void start(void)
{
    const char *what = getenv("FORK_LIB");
    if (!what)
        return;
    if (strcmp(what, "join") == 0) {
        begin();
        pthread_atfork(end, begin, begin);
    } else if (strcmp(what, "allocate") == 0) {
        pthread_atfork(use, use, use);
    } else {
        pthread_atfork(fork_again, NULL, NULL);
    }
}

void fork_lib(void)
{
}
