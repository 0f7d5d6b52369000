/* SPDX-License-Identifier: MIT */
/* remote_only.c - a thread that never allocates frees all that others allocate; prints peak resident and peak live memory.
 *
 * The owners take turns. In its turn an owner allocates `bytes` / 2 bytes of blocks of 32 B..1 KiB, and then the freeing thread
 * frees those of the turn before. So `bytes` are live at most, and memory that was freed to an owner must serve the next one,
 * or it piles up. One owner allocates in every turn; of several, all but one sleep; with owners = 0 each turn is a new
 * thread's, which has ended before its blocks are freed. Only one thread runs at a time, so that peaks repeat from run to run.
 *
 * rss_kb is the peak of resident memory and live_kb the peak of live bytes; rss_end_kb is what is left `idle` seconds after
 * the last block was freed, the owners still there. An operation is one block, allocated and freed. Timed: all turns.
 */
#include "work.h"

#include <semaphore.h>

enum { OWNERS, BYTES, TURNS, IDLE, SEED, ARGS };
enum { DOUBLINGS = 5 };

static const struct work_arg args[ARGS] = {
    [OWNERS] = {"owners", "threads that take turns to allocate; 0: each turn a new thread, which ends", 1, 0, 1024},
    [BYTES] = {"bytes", "most bytes live at a time", 67108864, 65536, (uint64_t)1 << 40},
    [TURNS] = {"turns", "turns", 64, 1, 1u << 24},
    [IDLE] = {"idle", "seconds to stay idle at the end", 0, 0, 86400},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
};

static uint64_t value[ARGS], made, freed, blocks, turn;
static struct work_chain load[2];
static uint64_t live_peak;
static bool over;
static sem_t owner_may[1024], owner_has, sink_may, sink_has;

static void allocate(void)
{
    static uint32_t state;
    state = turn ? state : (uint32_t)value[SEED];
    load[turn % 2] = work_chain_make(value[BYTES] / 2, DOUBLINGS, &state);
    made += load[turn % 2].sum;
    blocks += load[turn % 2].blocks;
    uint64_t live = load[0].bytes + load[1].bytes;
    live_peak = live > live_peak ? live : live_peak;
}

/* An owner that sleeps between its turns; one that ends after its only turn. */
static void *own(void *may)
{
    for (sem_wait(may); !over; sem_wait(may)) {
        allocate();
        sem_post(&owner_has);
    }
    return NULL;
}

static void *own_once(void *unused)
{
    allocate();
    return unused;
}

/* Frees what was allocated in the turn before. */
static void *free_all(void *unused)
{
    for (sem_wait(&sink_may); !over; sem_wait(&sink_may)) {
        freed += work_chain_drop(&load[(turn + 1) % 2], DOUBLINGS);
        load[(turn + 1) % 2].bytes = 0;
        load[(turn + 1) % 2].first = NULL;
        sem_post(&sink_has);
    }
    return unused;
}

static void take_turn(void)
{
    pthread_t once;
    if (turn < value[TURNS] && value[OWNERS]) {
        sem_post(&owner_may[turn % value[OWNERS]]);
        sem_wait(&owner_has);
    } else if (turn < value[TURNS]) {
        work_spawn(&once, NULL, own_once, NULL);
        pthread_join(once, NULL);
    }
    sem_post(&sink_may);
    sem_wait(&sink_has);
}

int main(int argc, char **argv)
{
    static pthread_t owners[1024];
    pthread_t sink;
    work_args("remote_only", "A thread that never allocates frees what others, which may sleep or end, allocate.", args, ARGS,
              argc, argv, value);
    sem_init(&owner_has, 0, 0);
    sem_init(&sink_may, 0, 0);
    sem_init(&sink_has, 0, 0);
    work_spawn(&sink, NULL, free_all, NULL);
    for (uint64_t i = 0; i < value[OWNERS]; i++) {
        sem_init(&owner_may[i], 0, 0);
        work_spawn(&owners[i], NULL, own, &owner_may[i]);
    }

    double start = work_now();
    for (turn = 0; turn <= value[TURNS]; turn++)
        take_turn();
    double seconds = work_now() - start;
    uint64_t peak = work_rss_peak();
    work_sleep(value[IDLE]);
    uint64_t end = work_rss();

    over = true;
    sem_post(&sink_may);
    pthread_join(sink, NULL);
    for (uint64_t i = 0; i < value[OWNERS]; i++) {
        sem_post(&owner_may[i]);
        pthread_join(owners[i], NULL);
    }
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    work_result(blocks, seconds, freed,
                "owners=%u bytes=%llu turns=%llu idle=%llu seed=%u rss_end_kb=%llu rss_kb=%llu live_kb=%llu rss_per_live=%.3f",
                (unsigned)value[OWNERS], (unsigned long long)value[BYTES], (unsigned long long)value[TURNS],
                (unsigned long long)value[IDLE], (unsigned)value[SEED], (unsigned long long)end, (unsigned long long)peak,
                (unsigned long long)live_peak / 1024, (double)peak * 1024 / (double)live_peak);
    return 0;
}
