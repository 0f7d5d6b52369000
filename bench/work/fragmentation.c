/* SPDX-License-Identifier: MIT */
/* fragmentation.c - a long run at a fixed number of live bytes while the mix of sizes shifts; prints resident over live memory.
 *
 * Each operation allocates one block and frees random ones while more than `live` bytes are in use. The run is cut into phases
 * of `turns` * `live` bytes allocated; in each, sizes are spread evenly over one window, base..4*base-1, base from 16 to 1024
 * bytes. Memory that one window leaves in pieces must serve the next one. The table of blocks is live too and is counted as
 * far as it was used. Ratios are taken at the end of each phase. Timed: all phases.
 */
#include "work.h"

enum { TURNS, LIVE, PHASES, SEED, ARGS };
enum { SMALLEST = 16, LARGEST = 4095, WINDOWS = 7 };

static const struct work_arg args[ARGS] = {
    [TURNS] = {"turns", "bytes to allocate in each phase, as a multiple of live", 4, 1, 1u << 20},
    [LIVE] = {"live", "live bytes", 67108864, 65536, (uint64_t)1 << 38},
    [PHASES] = {"phases", "shifts of the mix of sizes", 14, 1, 1u << 20},
    [SEED] = {"seed", "start of the random sequence", 42, 1, UINT32_MAX},
};

static uint64_t live, used, made, freed;
static void **blocks;

static void free_one(uint64_t index)
{
    live -= work_check(blocks[index], SMALLEST, LARGEST);
    freed += work_drop(blocks[index], SMALLEST, LARGEST);
    blocks[index] = blocks[--used];
}

/* The phase's operations. */
static uint64_t run_phase(uint64_t phase, uint64_t turns, uint64_t limit, uint32_t *state)
{
    uint32_t base = (uint32_t)SMALLEST << phase * 3 % WINDOWS;
    uint64_t ops = 0;
    for (uint64_t bytes = 0; bytes < turns * limit; ops++) {
        uint32_t r = work_random(state), size = base + r % (3 * base);
        blocks[used++] = work_make(size, r);
        made += work_mix(work_head(size, r));
        live += size;
        bytes += size;
        while (live > limit)
            free_one(work_random(state) % used);
    }
    return ops;
}

int main(int argc, char **argv)
{
    uint64_t value[ARGS], done = 0;
    double ratio = 0, worst = 0, sum = 0, seconds = 0;
    work_args("fragmentation", "Shifts the mix of sizes at a fixed live set; an operation is one block, allocated and freed.",
              args, ARGS, argc, argv, value);
    uint64_t cells = value[LIVE] / SMALLEST + 1, most = 0;
    uint32_t state = (uint32_t)value[SEED];
    blocks = work_calloc(cells, sizeof *blocks);
    for (uint64_t phase = 0; phase < value[PHASES]; phase++) {
        double start = work_now();
        done += run_phase(phase, value[TURNS], value[LIVE], &state);
        seconds += work_now() - start;
        most = used > most ? used : most;
        ratio = (double)work_rss() * 1024 / (double)(live + most * sizeof *blocks);
        worst = ratio > worst ? ratio : worst;
        sum += ratio;
    }
    uint64_t rss = work_rss(), end = live + most * sizeof *blocks;
    while (used)
        free_one(used - 1);
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    free(blocks);
    work_result(done, seconds, freed,
                "turns=%llu live=%llu phases=%llu seed=%u live_kb=%llu rss_kb=%llu rss_per_live=%.3f worst=%.3f mean=%.3f",
                (unsigned long long)value[TURNS], (unsigned long long)value[LIVE], (unsigned long long)value[PHASES],
                (unsigned)value[SEED], (unsigned long long)end / 1024, (unsigned long long)rss, ratio, worst,
                sum / (double)value[PHASES]);
    return 0;
}
