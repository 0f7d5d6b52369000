/* SPDX-License-Identifier: MIT */
/* xmalloc.c - the asymmetric load of Boreham's xmalloc test: some threads only allocate, the others only free, load by load.
 *
 * Makers put loads of blocks of 32 B..1 KiB into one queue of bounded length; any taker frees any load. So each maker's blocks
 * die on all the takers, which never allocate (producer_consumer has one taker for each maker). An operation is one block,
 * allocated and freed. Timed: from the first thread's start to the last one's end.
 */
#include "work.h"

enum { MAKERS, TAKERS, LOADS, BYTES, SEED, ARGS };
enum { DOUBLINGS = 5, QUEUE = 16 };

static const struct work_arg args[ARGS] = {
    [MAKERS] = {"makers", "threads that only allocate", 2, 1, WORK_MAX_THREADS / 2},
    [TAKERS] = {"takers", "threads that only free", 2, 1, WORK_MAX_THREADS / 2},
    [LOADS] = {"loads", "loads that each maker allocates", 4000, 1, 1u << 30},
    [BYTES] = {"bytes", "bytes of a load", 131072, 1, WORK_MAX_SIZE},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
};

static uint64_t value[ARGS];
static _Atomic uint64_t made, freed, blocks;

/* The queue: loads put and taken so far, and the load of each place between. Under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER, not_empty = PTHREAD_COND_INITIALIZER;
static uint64_t put, taken;
static struct work_chain queue[QUEUE];

static void make(uint32_t state)
{
    for (uint64_t i = 0; i < value[LOADS]; i++) {
        struct work_chain chain = work_chain_make(value[BYTES], DOUBLINGS, &state);
        made += chain.sum;
        blocks += chain.blocks;
        pthread_mutex_lock(&lock);
        while (put - taken == QUEUE)
            pthread_cond_wait(&not_full, &lock);
        queue[put++ % QUEUE] = chain;
        pthread_cond_signal(&not_empty);
        pthread_mutex_unlock(&lock);
    }
}

/* The oldest load; false when all loads have been taken. */
static bool take(struct work_chain *chain)
{
    uint64_t all = value[MAKERS] * value[LOADS];
    pthread_mutex_lock(&lock);
    while (put == taken && taken < all)
        pthread_cond_wait(&not_empty, &lock);
    bool some = taken < all;
    if (some) {
        *chain = queue[taken++ % QUEUE];
        pthread_cond_signal(&not_full);
    }
    if (taken == all)
        pthread_cond_broadcast(&not_empty);
    pthread_mutex_unlock(&lock);
    return some;
}

static void run(unsigned index)
{
    if (index < value[MAKERS])
        make(work_seed(value[SEED], index));
    else
        for (struct work_chain chain; take(&chain);)
            freed += work_chain_drop(&chain, DOUBLINGS);
}

int main(int argc, char **argv)
{
    work_args("xmalloc", "Some threads only allocate, others only free, through one queue; an operation is one block.", args,
              ARGS, argc, argv, value);
    double seconds = work_threads((unsigned)(value[MAKERS] + value[TAKERS]), run);
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    work_result(blocks, seconds, freed, "makers=%u takers=%u loads=%llu bytes=%llu seed=%u", (unsigned)value[MAKERS],
                (unsigned)value[TAKERS], (unsigned long long)value[LOADS], (unsigned long long)value[BYTES],
                (unsigned)value[SEED]);
    return 0;
}
