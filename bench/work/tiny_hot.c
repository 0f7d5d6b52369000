/* SPDX-License-Identifier: MIT */
/* tiny_hot.c - one thread allocates a batch of equal small blocks and frees it in reverse order, over and over; then it may sit idle.
 *
 * First and last byte of each block are written, and checked when it is freed. Timed: all cycles, not the idle time; rss_kb is
 * what is resident after that.
 */
#include "work.h"

enum { SIZE, BATCH, CYCLES, IDLE, ARGS };

static const struct work_arg args[ARGS] = {
    [SIZE] = {"size", "bytes of every block", 64, 1, WORK_MAX_SIZE},
    [BATCH] = {"batch", "blocks allocated before the first is freed", 100, 1, 1u << 20},
    [CYCLES] = {"cycles", "batches", 100000, 1, WORK_MAX_OPS >> 21},
    [IDLE] = {"idle", "seconds to stay idle at the end", 0, 0, 86400},
};

int main(int argc, char **argv)
{
    uint64_t value[ARGS], checksum = 0;
    work_args("tiny_hot", "Allocates a batch of equal blocks and frees it in reverse; an operation is a malloc or a free.",
              args, ARGS, argc, argv, value);
    size_t size = value[SIZE], batch = value[BATCH];
    unsigned char **blocks = work_calloc(batch, sizeof *blocks);

    double start = work_now();
    for (uint64_t cycle = 0; cycle < value[CYCLES]; cycle++) {
        for (size_t i = 0; i < batch; i++) {
            unsigned char *p = blocks[i] = work_malloc(size);
            p[0] = p[size - 1] = (unsigned char)(cycle + i);
        }
        for (size_t i = batch; i-- > 0;) {
            unsigned char *p = blocks[i], found = p[0];
            if (__builtin_expect(found != (unsigned char)(cycle + i) || p[size - 1] != found, 0))
                work_fail("corrupted block %zu of batch %llu: its ends are %u and %u, not %u", i, (unsigned long long)cycle,
                          found, p[size - 1], (unsigned char)(cycle + i));
            checksum = checksum * 31 + found;
            free(p);
        }
    }
    double seconds = work_now() - start;

    work_sleep(value[IDLE]);
    uint64_t resident = work_rss();
    free(blocks);
    work_result(2 * value[CYCLES] * batch, seconds, checksum, "size=%zu batch=%zu cycles=%llu idle=%llu rss_kb=%llu", size, batch,
                (unsigned long long)value[CYCLES], (unsigned long long)value[IDLE], (unsigned long long)resident);
    return 0;
}
