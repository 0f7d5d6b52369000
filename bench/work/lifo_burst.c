/* SPDX-License-Identifier: MIT */
/* lifo_burst.c - every thread allocates bursts of small blocks of mixed sizes and frees each burst in reverse order.
 *
 * No block leaves its thread. First and last byte of each block are written, and checked when it is freed. Timed: from the
 * first thread's start to the last one's end; an operation is a malloc or a free.
 */
#include "work.h"

enum { THREADS, CYCLES, BURST, MIN, MAX, SEED, ARGS };

static const struct work_arg args[ARGS] = {
    [THREADS] = {"threads", "threads", 2, 1, WORK_MAX_THREADS},
    [CYCLES] = {"cycles", "bursts of each thread", 100000, 1, 1u << 30},
    [BURST] = {"burst", "blocks in a burst", 100, 1, 1u << 24},
    [MIN] = {"min", "smallest block, bytes", 8, 1, WORK_MAX_SIZE},
    [MAX] = {"max", "largest block, bytes", 64, 1, WORK_MAX_SIZE},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
};

struct slot {
    unsigned char *p;
    uint32_t size, key;
};

static uint64_t value[ARGS];
static _Atomic uint64_t checksum;

static inline void fill(struct slot *slot, uint32_t r, uint32_t range)
{
    slot->size = (uint32_t)(value[MIN] + ((uint64_t)r * range >> 32));
    slot->key = r & 255;
    slot->p = work_malloc(slot->size);
    slot->p[0] = slot->p[slot->size - 1] = (unsigned char)slot->key;
}

static inline uint32_t drop(const struct slot *slot)
{
    uint32_t first = slot->p[0], last = slot->p[slot->size - 1];
    if (__builtin_expect(first != slot->key || last != slot->key, 0))
        work_fail("corrupted block of %u bytes: its ends are %u and %u, not %u", slot->size, first, last, slot->key);
    free(slot->p);
    return slot->size * 256 + first;
}

static void run(unsigned index)
{
    uint32_t state = work_seed(value[SEED], index), range = (uint32_t)(value[MAX] - value[MIN]) + 1;
    struct slot *slots = work_calloc(value[BURST], sizeof *slots);
    uint64_t sum = index;
    for (uint64_t cycle = 0; cycle < value[CYCLES]; cycle++) {
        for (uint64_t i = 0; i < value[BURST]; i++)
            fill(&slots[i], work_random(&state), range);
        for (uint64_t i = value[BURST]; i-- > 0;)
            sum = sum * 31 + drop(&slots[i]);
    }
    free(slots);
    atomic_fetch_add(&checksum, work_mix(sum));
}

int main(int argc, char **argv)
{
    work_args("lifo_burst",
              "Threads allocate bursts of small blocks and free them in reverse; an operation is a malloc or a free.", args,
              ARGS, argc, argv, value);
    work_bounds(&args[MAX], value[MIN], value[MAX]);
    double seconds = work_threads((unsigned)value[THREADS], run);
    work_result(2 * value[THREADS] * value[CYCLES] * value[BURST], seconds, checksum,
                "threads=%u cycles=%llu burst=%llu min=%llu max=%llu seed=%u", (unsigned)value[THREADS],
                (unsigned long long)value[CYCLES], (unsigned long long)value[BURST], (unsigned long long)value[MIN],
                (unsigned long long)value[MAX], (unsigned)value[SEED]);
    return 0;
}
