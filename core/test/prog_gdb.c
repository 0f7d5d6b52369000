/* SPDX-License-Identifier: MIT */
/* prog_gdb.c - makes one block of each kind, and stops where gdb waits for it. */
#include <pthread.h>
#include <stdlib.h>

char *volatile tiny_live, *volatile tiny_freed, *volatile mid_live, *volatile mid_freed;
char *volatile large_live, *volatile large_freed, *volatile other_thread, *volatile far_freed;
int foreign;

__attribute__((noinline)) void stop_here(void);
void stop_here(void)
{
    __asm__ volatile("");
}

/* A thread that stays where it is, once it has made its blocks. */
static void *make(void *both)
{
    other_thread = malloc(200);
    far_freed = malloc(48);
    pthread_barrier_wait(both);
    pthread_barrier_wait(both);
    return NULL;
}


int main(void)
{
    pthread_t thread;
    pthread_barrier_t both;
    pthread_barrier_init(&both, NULL, 2);
    pthread_create(&thread, NULL, make, &both);
    pthread_barrier_wait(&both);
    tiny_live = malloc(100);
    tiny_freed = malloc(100);
    mid_live = malloc(5000);
    mid_freed = malloc(5000);
    large_live = malloc(3000000);
    large_freed = malloc(5000000);
    free(tiny_freed);
    free(mid_freed);
    free(large_freed);
    free(far_freed);
    stop_here();
    return 0;
}
