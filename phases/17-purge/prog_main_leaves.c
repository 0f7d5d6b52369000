/* SPDX-License-Identifier: MIT */
/* prog_main_leaves.c - main leaves by pthread_exit while another thread works on: it frees much, waits a little, and says so.
 * The process has to end with status 0 when that thread does. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *work(void *unused)
{
    enum { COUNT = 4000, SIZE = 30000 };
    static char *block[COUNT];
    struct timespec wait = {.tv_nsec = 300000000};
    for (int i = 0; i < COUNT; i++) {
        block[i] = malloc(SIZE);
        if (!block[i])
            abort();
        memset(block[i], 1, SIZE);
    }
    free(malloc(3 << 20));
    for (int i = 0; i < COUNT; i++)
        free(block[i]);
    free(malloc(100));
    nanosleep(&wait, NULL);
    puts("done");
    fflush(stdout);
    return unused;
}

int main(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, NULL) != 0)
        return 1;
    pthread_detach(thread);
    pthread_exit(NULL);
}
