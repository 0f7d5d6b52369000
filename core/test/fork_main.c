/* SPDX-License-Identifier: MIT */
/* fork_main.c - forks from the main thread, from a thread that has never allocated, and from one while others allocate. Linked
 * with fork_lib.c. Ends with status 0, soon. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void fork_lib(void);
static volatile int done;

static void *fork_once(void *unused)
{
    pid_t child = fork();
    if (child == 0) {
        free(malloc(1000));
        _exit(0);
    }
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) != child || status)
        _exit(3);
    return unused;
}

static void *churn(void *unused)
{
    while (!done) {
        void *p[40];
        for (size_t i = 0; i < 40; i++)
            p[i] = malloc(1 + i * i * 40);
        for (size_t i = 0; i < 40; i++)
            free(p[i]);
    }
    return unused;
}

int main(void)
{
    pthread_t thread, others[2];
    alarm(60);
    fork_lib();
    fork_once(NULL);
    pthread_create(&thread, NULL, fork_once, NULL);
    pthread_join(thread, NULL);
    for (int i = 0; i < 2; i++)
        pthread_create(&others[i], NULL, churn, NULL);
    for (int i = 0; i < 20; i++)
        fork_once(NULL);
    done = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(others[i], NULL);
    return 0;
}
