/* SPDX-License-Identifier: MIT */
/* prog_bad_other_thread.c - frees a tiny block that another thread has freed already, having printed the address. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void *free_it(void *pointer)
{
    free(pointer);
    return NULL;
}

int main(void)
{
    void *volatile pointer = malloc(48);
    pthread_t thread;
    printf("%p\n", pointer);
    fflush(stdout);
    if (pthread_create(&thread, NULL, free_it, pointer) || pthread_join(thread, NULL))
        return 1;
    free(pointer);
    return 0;
}
