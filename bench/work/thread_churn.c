/* SPDX-License-Identifier: MIT */
/* thread_churn.c - many short-lived threads: each allocates, frees most of it and what it inherited, and passes survivors on.
 *
 * Threads run in rounds of `parallel`, one per lane. Each thread takes over the survivors that the next lane's thread left in
 * the round before, frees them between its own allocations, frees its own blocks but every eighth, and ends. So blocks outlive
 * their thread and die on another. A resident set that grows between half time and end is memory lost with threads. An
 * operation is one block, allocated and freed. Timed: all threads, start to join.
 */
#include "work.h"

enum { THREADS, PARALLEL, BLOCKS, SEED, ARGS };
enum { SMALLEST = 16, LARGEST = 2048, SURVIVORS = 8 };

static const struct work_arg args[ARGS] = {
    [THREADS] = {"threads", "threads in all; a whole number of rounds of `parallel` is run", 5000, 1, 1u << 24},
    [PARALLEL] = {"parallel", "threads at a time", 4, 1, WORK_MAX_THREADS},
    [BLOCKS] = {"blocks", "blocks that each thread allocates", 256, 8, 1u << 20},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
};

/* One thread's work: what it inherits, where its survivors go, its random sequence, and the sums of blocks made and freed. */
struct lane {
    pthread_t id;
    void **inherited, **own;
    uint32_t state;
    uint64_t made, freed;
};

static uint64_t value[ARGS];

/* Survivors are the blocks 0, 8, 16, ... of `own`; the others are freed here. */
static void *live(void *argument)
{
    struct lane *lane = argument;
    uint32_t count = (uint32_t)value[BLOCKS], state = lane->state;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t r = work_random(&state), size = SMALLEST + r % (LARGEST - SMALLEST + 1);
        lane->own[i] = work_make(size, r);
        lane->made += work_mix(work_head(size, r));
        if (i % SURVIVORS == 0 && lane->inherited[i])
            lane->freed += work_drop(lane->inherited[i], SMALLEST, LARGEST);
    }
    for (uint32_t i = 0; i < count; i++)
        if (i % SURVIVORS)
            lane->freed += work_drop(lane->own[i], SMALLEST, LARGEST);
    return NULL;
}

/* Starts and joins one thread per lane. The two tables change places each round: own blocks in one, inherited in the other. */
static void run_round(struct lane *lanes, void **tables[2], uint32_t parallel, uint64_t round)
{
    uint64_t blocks = value[BLOCKS];
    for (uint32_t i = 0; i < parallel; i++) {
        lanes[i].own = tables[round % 2] + i * blocks;
        lanes[i].inherited = tables[(round + 1) % 2] + (i + 1) % parallel * blocks;
        lanes[i].state = work_seed(value[SEED], round * parallel + i);
        work_spawn(&lanes[i].id, NULL, live, &lanes[i]);
    }
    for (uint32_t i = 0; i < parallel; i++)
        pthread_join(lanes[i].id, NULL);
}

int main(int argc, char **argv)
{
    work_args("thread_churn", "Short-lived threads pass surviving blocks on to later ones; an operation is one block.", args,
              ARGS, argc, argv, value);
    uint32_t parallel = (uint32_t)value[PARALLEL];
    uint64_t rounds = (value[THREADS] + parallel - 1) / parallel, cells = parallel * value[BLOCKS], half = 0;
    struct lane *lanes = work_calloc(parallel, sizeof *lanes);
    void **tables[2] = {work_calloc(cells, sizeof(void *)), work_calloc(cells, sizeof(void *))};

    double start = work_now();
    for (uint64_t round = 0; round < rounds; round++) {
        if (round == rounds / 2)
            half = work_rss();
        run_round(lanes, tables, parallel, round);
    }
    double seconds = work_now() - start;
    uint64_t end = work_rss(), made = 0, freed = 0;

    for (uint64_t i = 0; i < cells; i++)
        if (i % value[BLOCKS] % SURVIVORS == 0)
            freed += work_drop(tables[(rounds - 1) % 2][i], SMALLEST, LARGEST);
    for (uint32_t i = 0; i < parallel; i++) {
        made += lanes[i].made;
        freed += lanes[i].freed;
    }
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    free(tables[0]);
    free(tables[1]);
    free(lanes);
    uint64_t run = rounds * parallel;
    work_result(run * value[BLOCKS], seconds, freed,
                "threads=%llu parallel=%u blocks=%llu seed=%u threads_per_s=%.0f rss_half_kb=%llu rss_end_kb=%llu",
                (unsigned long long)run, parallel, (unsigned long long)value[BLOCKS], (unsigned)value[SEED],
                (double)run / seconds, (unsigned long long)half, (unsigned long long)end);
    return 0;
}
