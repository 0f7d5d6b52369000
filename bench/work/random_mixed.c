/* SPDX-License-Identifier: MIT */
/* random_mixed.c - one thread toggles random slots between empty and a block of 16..1039 bytes.
 *
 * One xorshift32 value r per operation chooses both: slot = r mod ws; an occupied slot is freed and emptied, an empty one gets
 * malloc(16 + (r & 1023)), clamped to min..max. Timed: the loop and the final drain. The second argument is a number of slots,
 * not a block size. Byte 0 of each block is written, and checked when it is freed: it is the only byte touched, so the time
 * stays the allocator's.
 */
#include "work.h"

enum { CYCLES, WS, SEED, MIN, MAX, ARGS };

static const struct work_arg args[ARGS] = {
    [CYCLES] = {"cycles", "operations, each a malloc or a free", 10000000, 1, WORK_MAX_OPS},
    [WS] = {"ws", "number of slots (not a block size); about half are live", 8192, 1, 1u << 28},
    [SEED] = {"seed", "start of the random sequence", 1234567, 1, UINT32_MAX},
    [MIN] = {"min", "no block is smaller than this many bytes", 16, 1, WORK_MAX_SIZE},
    [MAX] = {"max", "no block is larger than this many bytes, not below min", 1039, 1, WORK_MAX_SIZE},
};

static inline unsigned char stamp(uint32_t slot)
{
    return (unsigned char)(slot ^ slot >> 8);
}

static inline unsigned char drop(unsigned char *p, uint32_t slot)
{
    unsigned char found = *p;
    if (__builtin_expect(found != stamp(slot), 0))
        work_fail("corrupted block in slot %u: byte 0 is %u, not %u", slot, found, stamp(slot));
    free(p);
    return found;
}

int main(int argc, char **argv)
{
    uint64_t value[ARGS], checksum = 0, left = 0;
    work_args("random_mixed", "Toggles random slots between empty and a block of 16 + (r & 1023) bytes, on one thread.", args,
              ARGS, argc, argv, value);
    work_bounds(&args[MAX], value[MIN], value[MAX]);
    uint32_t state = (uint32_t)value[SEED], ws = (uint32_t)value[WS];
    uint32_t min = (uint32_t)value[MIN], max = (uint32_t)value[MAX];
    unsigned char **slots = work_calloc(ws, sizeof *slots);

    double start = work_now();
    for (uint64_t i = value[CYCLES]; i; i--) {
        uint32_t r = work_random(&state), slot = r % ws;
        if (slots[slot]) {
            checksum = checksum * 31 + drop(slots[slot], slot);
            slots[slot] = NULL;
        } else {
            uint32_t size = 16 + (r & 1023);
            size = size < min ? min : size > max ? max : size;
            unsigned char *p = work_malloc(size);
            *p = stamp(slot);
            slots[slot] = p;
            checksum = checksum * 31 + size;
        }
    }
    for (uint32_t slot = 0; slot < ws; slot++)
        if (slots[slot]) {
            checksum = checksum * 31 + drop(slots[slot], slot);
            left++;
        }
    double seconds = work_now() - start;

    free(slots);
    work_result(value[CYCLES], seconds, checksum, "ws=%u seed=%u min=%u max=%u mallocs=%llu drained=%llu", ws,
                (uint32_t)value[SEED], min, max, (unsigned long long)((value[CYCLES] + left) / 2), (unsigned long long)left);
    return 0;
}
