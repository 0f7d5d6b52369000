/* SPDX-License-Identifier: MIT */
/* burst_idle.c - fills memory with blocks of 64 B..4 KiB, frees nearly all of them at random, then sits idle.
 *
 * Prints the resident memory when full, after the frees and (rss_kb) after `idle` seconds without any call into the allocator,
 * beside the bytes still live. The table of blocks is live too and is counted. The survivors are checked at the end. Timed:
 * allocating and freeing, not the idle time; an operation is a malloc or a free.
 */
#include "work.h"

enum { BYTES, IDLE, KEEP, SEED, ARGS };
enum { SMALLEST = 64, LARGEST = 4096 };

static const struct work_arg args[ARGS] = {
    [BYTES] = {"bytes", "bytes to allocate in all", (uint64_t)1 << 30, SMALLEST, (uint64_t)1 << 40},
    [IDLE] = {"idle", "seconds to stay idle", 10, 0, 86400},
    [KEEP] = {"keep", "percent of the blocks that stay live", 1, 0, 100},
    [SEED] = {"seed", "start of the random sequence", 42, 1, UINT32_MAX},
};

static inline uint32_t random_size(uint32_t r)
{
    return SMALLEST + r % (LARGEST - SMALLEST + 1);
}

/* How many blocks make up `bytes`: the sequence is run once without allocating. */
static uint32_t count_blocks(uint32_t state, uint64_t bytes)
{
    uint64_t sum = 0;
    uint32_t count = 0;
    for (; sum < bytes; count++)
        sum += random_size(work_random(&state));
    return count;
}

static void shuffle(void **blocks, uint32_t count, uint32_t *state)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = work_random(state) % i;
        void *kept = blocks[j];
        blocks[j] = blocks[i - 1];
        blocks[i - 1] = kept;
    }
}

int main(int argc, char **argv)
{
    uint64_t value[ARGS], made = 0, freed = 0;
    work_args("burst_idle", "Allocates blocks of 64 B..4 KiB, frees nearly all, stays idle; prints resident and live memory.",
              args, ARGS, argc, argv, value);
    uint32_t state = (uint32_t)value[SEED], count = count_blocks(state, value[BYTES]);
    uint32_t kept = (uint32_t)(count * value[KEEP] / 100);
    void **blocks = work_calloc(count, sizeof *blocks);

    double start = work_now();
    for (uint32_t i = 0; i < count; i++) {
        uint32_t r = work_random(&state);
        blocks[i] = work_make(random_size(r), r);
        made += work_mix(work_head(random_size(r), r));
    }
    double seconds = work_now() - start;
    shuffle(blocks, count, &state);
    uint64_t full = work_rss(), live = count * sizeof *blocks;
    start = work_now();
    for (uint32_t i = kept; i < count; i++)
        freed += work_drop(blocks[i], SMALLEST, LARGEST);
    seconds += work_now() - start;

    uint64_t before = work_rss();
    work_sleep(value[IDLE]);
    uint64_t after = work_rss();

    for (uint32_t i = 0; i < kept; i++) {
        live += work_check(blocks[i], SMALLEST, LARGEST);
        freed += work_drop(blocks[i], SMALLEST, LARGEST);
    }
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    free(blocks);
    work_result(2ull * count - kept, seconds, freed,
                "bytes=%llu idle=%llu keep=%llu seed=%u live_blocks=%u rss_full_kb=%llu rss_before_kb=%llu "
                "rss_kb=%llu live_kb=%llu",
                (unsigned long long)value[BYTES], (unsigned long long)value[IDLE], (unsigned long long)value[KEEP],
                (unsigned)value[SEED], kept, (unsigned long long)full, (unsigned long long)before, (unsigned long long)after,
                (unsigned long long)live / 1024);
    return 0;
}
