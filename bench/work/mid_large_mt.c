/* SPDX-License-Identifier: MIT */
/* mid_large_mt.c - threads toggle random slots of their own between empty and a block of 8, 16 or 32 KiB and up to 2047 more.
 *
 * One xorshift32 value r per operation: slot = r mod ws, size = 8 KiB << (r mod 3) plus r & 2047. Byte 0 of each block is
 * written, and checked when it is freed; no other byte is touched. Timed: the loops and the final drains, from the first
 * thread's start to the last one's end.
 */
#include "work.h"

enum { THREADS, CYCLES, WS, SEED, ARGS };

static const struct work_arg args[ARGS] = {
    [THREADS] = {"threads", "threads", 4, 1, WORK_MAX_THREADS},
    [CYCLES] = {"cycles", "operations of each thread, each a malloc or a free", 40000, 1, WORK_MAX_OPS >> 12},
    [WS] = {"ws", "slots of each thread; about half are live", 2048, 1, 1u << 24},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
};

static uint64_t value[ARGS];
static _Atomic uint64_t checksum;

static inline unsigned char stamp(unsigned thread, uint32_t slot)
{
    return (unsigned char)((slot ^ slot >> 8) + thread * 37);
}

static inline unsigned char drop(unsigned char *p, unsigned thread, uint32_t slot)
{
    unsigned char found = *p;
    if (__builtin_expect(found != stamp(thread, slot), 0))
        work_fail("corrupted block in slot %u of thread %u: byte 0 is %u, not %u", slot, thread, found, stamp(thread, slot));
    free(p);
    return found;
}

static void toggle(unsigned thread)
{
    uint32_t state = work_seed(value[SEED], thread), ws = (uint32_t)value[WS];
    uint64_t sum = 0;
    unsigned char **slots = work_calloc(ws, sizeof *slots);
    for (uint64_t i = value[CYCLES]; i; i--) {
        uint32_t r = work_random(&state), slot = r % ws;
        if (slots[slot]) {
            sum = sum * 31 + drop(slots[slot], thread, slot);
            slots[slot] = NULL;
        } else {
            uint32_t size = (8192u << r % 3) + (r & 2047);
            unsigned char *p = work_malloc(size);
            *p = stamp(thread, slot);
            slots[slot] = p;
            sum = sum * 31 + size;
        }
    }
    for (uint32_t slot = 0; slot < ws; slot++)
        if (slots[slot])
            sum = sum * 31 + drop(slots[slot], thread, slot);
    free(slots);
    atomic_fetch_add(&checksum, sum);
}

int main(int argc, char **argv)
{
    work_args("mid_large_mt", "Toggles random slots between empty and a block of 8..34 KiB, on several threads.", args, ARGS,
              argc, argv, value);
    double seconds = work_threads((unsigned)value[THREADS], toggle);
    work_result(value[THREADS] * value[CYCLES], seconds, checksum, "threads=%u cycles=%llu ws=%u seed=%u",
                (unsigned)value[THREADS], (unsigned long long)value[CYCLES], (unsigned)value[WS], (unsigned)value[SEED]);
    return 0;
}
