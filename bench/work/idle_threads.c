/* SPDX-License-Identifier: MIT */
/* idle_threads.c - many threads allocate and free one burst each and then stay idle; prints the memory that this leaves behind.
 *
 * All hold their bursts, blocks of 32 B..4 KiB, at the same time. What is resident `idle` seconds after the last free, less
 * what was before the first malloc of these threads, is what the allocator keeps for idle threads: rss_per_thread_kb of them.
 * rss_kb is the whole resident memory then, live_kb what was live when the bursts were. An operation is a malloc or a free.
 * Timed: from the first malloc to the last free.
 */
#include "work.h"

enum { THREADS, BYTES, IDLE, SEED, ARGS };
enum { DOUBLINGS = 7 };

static const struct work_arg args[ARGS] = {
    [THREADS] = {"threads", "threads", 1000, 1, WORK_MAX_THREADS},
    [BYTES] = {"bytes", "bytes of each thread's burst", 262144, 1, (uint64_t)1 << 36},
    [IDLE] = {"idle", "seconds to stay idle", 2, 0, 86400},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
};

static uint64_t value[ARGS];
static pthread_barrier_t gate;
static _Atomic uint64_t made, freed, bytes, blocks;

/* Four steps, a barrier before each: start up, allocate, free, stay idle. */
static void *run(void *index)
{
    uint32_t state = work_seed(value[SEED], (uintptr_t)index);
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    struct work_chain chain = work_chain_make(value[BYTES], DOUBLINGS, &state);
    made += chain.sum;
    bytes += chain.bytes;
    blocks += chain.blocks;
    pthread_barrier_wait(&gate);
    freed += work_chain_drop(&chain, DOUBLINGS);
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    return NULL;
}

int main(int argc, char **argv)
{
    static pthread_t ids[WORK_MAX_THREADS];
    work_args("idle_threads", "Threads allocate and free a burst each and stay idle; prints the memory left behind.", args,
              ARGS, argc, argv, value);
    uint32_t threads = (uint32_t)value[THREADS];
    pthread_barrier_init(&gate, NULL, threads + 1);
    for (uint32_t i = 0; i < threads; i++)
        work_spawn(&ids[i], NULL, run, (void *)(uintptr_t)i);
    pthread_barrier_wait(&gate);
    uint64_t before = work_rss();

    double start = work_now();
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    double seconds = work_now() - start;
    work_sleep(value[IDLE]);
    uint64_t after = work_rss();

    pthread_barrier_wait(&gate);
    for (uint32_t i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    work_result(2 * blocks, seconds, freed,
                "threads=%u bytes=%llu idle=%llu seed=%u rss_before_kb=%llu rss_kb=%llu live_kb=%llu rss_per_thread_kb=%.1f",
                threads, (unsigned long long)value[BYTES], (unsigned long long)value[IDLE], (unsigned)value[SEED],
                (unsigned long long)before, (unsigned long long)after, (unsigned long long)bytes / 1024,
                ((double)after - (double)before) / threads);
    return 0;
}
