/* SPDX-License-Identifier: MIT */
/* exchange.c - threads swap random blocks of 16 B..64 KiB through shared slots, so that anyone frees anyone's blocks.
 *
 * Each operation allocates and stamps a block, swaps it atomically into a random slot, and checks and frees the block that
 * came out. Sizes are spread evenly over the powers of two. Timed: from the first thread's start to the last one's end; the
 * main thread empties the slots afterwards. The checksum is a sum over all blocks and does not depend on who freed them.
 */
#include "work.h"

enum { THREADS, OPS, SLOTS, SEED, ARGS };
enum { SMALLEST = 16, DOUBLINGS = 12, LARGEST = SMALLEST << DOUBLINGS };

static const struct work_arg args[ARGS] = {
    [THREADS] = {"threads", "threads", 2, 1, WORK_MAX_THREADS},
    [OPS] = {"ops", "operations of each thread, each a malloc and a free", 2000000, 1, WORK_MAX_OPS >> 12},
    [SLOTS] = {"slots", "shared slots, all live", 2048, 1, 1u << 24},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
};

static uint64_t value[ARGS];
static _Atomic(void *) *slots;
static _Atomic uint64_t made, freed;

static void swap(unsigned thread)
{
    uint32_t state = work_seed(value[SEED], thread);
    uint64_t in = 0, out = 0;
    for (uint64_t i = value[OPS]; i; i--) {
        uint32_t slot = work_random(&state) % (uint32_t)value[SLOTS], r = work_random(&state);
        uint32_t size = work_size(r, SMALLEST, DOUBLINGS);
        void *p = work_make(size, r);
        in += work_mix(work_head(size, r));
        p = atomic_exchange_explicit(&slots[slot], p, memory_order_acq_rel);
        if (p)
            out += work_drop(p, SMALLEST, LARGEST);
    }
    atomic_fetch_add(&made, in);
    atomic_fetch_add(&freed, out);
}

int main(int argc, char **argv)
{
    work_args("exchange", "Threads swap blocks of 16 B..64 KiB through shared slots and free what they get.", args, ARGS, argc,
              argv, value);
    slots = work_calloc(value[SLOTS], sizeof *slots);
    double seconds = work_threads((unsigned)value[THREADS], swap);
    for (uint64_t i = 0; i < value[SLOTS]; i++)
        if (slots[i])
            freed += work_drop(slots[i], SMALLEST, LARGEST);
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    free(slots);
    work_result(value[THREADS] * value[OPS], seconds, freed, "threads=%u slots=%llu seed=%u", (unsigned)value[THREADS],
                (unsigned long long)value[SLOTS], (unsigned)value[SEED]);
    return 0;
}
