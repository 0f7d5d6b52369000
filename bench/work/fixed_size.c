/* SPDX-License-Identifier: MIT */
/* fixed_size.c - one thread toggles random slots between empty and a block of one fixed size.
 *
 * The toggle of random_mixed with a constant size. First and last byte of each block are written, and checked when it is
 * freed. Timed: the loop and the final drain.
 */
#include "work.h"

enum { ITERATIONS, SIZE, WS, SEED, ARGS };

static const struct work_arg args[ARGS] = {
    [ITERATIONS] = {"iterations", "operations, each a malloc or a free", 10000000, 1, WORK_MAX_OPS},
    [SIZE] = {"size", "bytes of every block", 256, 1, WORK_MAX_SIZE},
    [WS] = {"ws", "number of slots; about half are live", 256, 1, 1u << 28},
    [SEED] = {"seed", "start of the random sequence", 1234567, 1, UINT32_MAX},
};

static inline unsigned char stamp(uint32_t slot)
{
    return (unsigned char)(slot ^ slot >> 8);
}

static inline unsigned char drop(unsigned char *p, uint32_t size, uint32_t slot)
{
    unsigned char found = *p;
    if (__builtin_expect(found != stamp(slot) || p[size - 1] != found, 0))
        work_fail("corrupted block in slot %u: its ends are %u and %u, not %u", slot, found, p[size - 1], stamp(slot));
    free(p);
    return found;
}

int main(int argc, char **argv)
{
    uint64_t value[ARGS], checksum = 0;
    work_args("fixed_size", "Toggles random slots between empty and a block of one size, on one thread.", args, ARGS, argc,
              argv, value);
    uint32_t state = (uint32_t)value[SEED], ws = (uint32_t)value[WS], size = (uint32_t)value[SIZE];
    unsigned char **slots = work_calloc(ws, sizeof *slots);

    double start = work_now();
    for (uint64_t i = value[ITERATIONS]; i; i--) {
        uint32_t slot = work_random(&state) % ws;
        if (slots[slot]) {
            checksum = checksum * 31 + drop(slots[slot], size, slot);
            slots[slot] = NULL;
        } else {
            unsigned char *p = work_malloc(size);
            p[0] = p[size - 1] = stamp(slot);
            slots[slot] = p;
        }
    }
    for (uint32_t slot = 0; slot < ws; slot++)
        if (slots[slot])
            checksum = checksum * 31 + drop(slots[slot], size, slot);
    double seconds = work_now() - start;

    free(slots);
    work_result(value[ITERATIONS], seconds, checksum, "size=%u ws=%u seed=%u", size, ws, (uint32_t)value[SEED]);
    return 0;
}
