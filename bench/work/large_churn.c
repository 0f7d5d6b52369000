/* SPDX-License-Identifier: MIT */
/* large_churn.c - one thread keeps `live` large blocks and replaces a random one by a new one of random size, over and over.
 *
 * With one live block and min equal to max it is a loop of malloc and free of one size. The first and last word of each block
 * are written, and checked when it is freed: two pages of it are touched. Timed: the replacements; an operation is one, a free
 * and a malloc.
 */
#include "work.h"

enum { OPS, LIVE, MIN, MAX, SEED, ARGS };

static const struct work_arg args[ARGS] = {
    [OPS] = {"ops", "replacements", 100000, 1, WORK_MAX_OPS},
    [LIVE] = {"live", "blocks that are live", 20, 1, 1u << 20},
    [MIN] = {"min", "smallest block, bytes", 5u << 20, 16, WORK_MAX_SIZE},
    [MAX] = {"max", "largest block, bytes", 25u << 20, 16, WORK_MAX_SIZE},
    [SEED] = {"seed", "start of the random sequence", 42, 1, UINT32_MAX},
};

static uint64_t value[ARGS], made, freed;

static void *make(uint32_t *state)
{
    uint32_t r = work_random(state), size = (uint32_t)(value[MIN] + (r * (value[MAX] - value[MIN] + 1) >> 32));
    made += work_mix(work_head(size, r));
    return work_make(size, r);
}

static void drop(void *block)
{
    freed += work_drop(block, (uint32_t)value[MIN], (uint32_t)value[MAX]);
}

int main(int argc, char **argv)
{
    work_args("large_churn", "Replaces random ones of some live large blocks; an operation is a free and a malloc.", args, ARGS,
              argc, argv, value);
    work_bounds(&args[MAX], value[MIN], value[MAX]);
    uint32_t state = (uint32_t)value[SEED], live = (uint32_t)value[LIVE];
    void **blocks = work_calloc(live, sizeof *blocks);
    for (uint32_t i = 0; i < live; i++)
        blocks[i] = make(&state);

    double start = work_now();
    for (uint64_t i = value[OPS]; i; i--) {
        uint32_t victim = work_random(&state) % live;
        drop(blocks[victim]);
        blocks[victim] = make(&state);
    }
    double seconds = work_now() - start;

    for (uint32_t i = 0; i < live; i++)
        drop(blocks[i]);
    free(blocks);
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    work_result(value[OPS], seconds, freed, "live=%u min=%llu max=%llu seed=%u", live, (unsigned long long)value[MIN],
                (unsigned long long)value[MAX], (unsigned)value[SEED]);
    return 0;
}
