/* SPDX-License-Identifier: MIT */
/* realloc_grow.c - arrays grow in turn from 16 bytes to a maximum by realloc, as growing buffers of a program do.
 *
 * Each step grows every array once by `growth` percent (100: doubling) and writes a pattern into the new part; the ends of the
 * old part are checked at once, all contents when the arrays are full. An operation is one realloc. rss_kb is the peak of
 * resident memory, live_kb the size of the full arrays. Timed: growing and writing, without the full check.
 */
#include "work.h"

enum { MAX, ROUNDS, ARRAYS, GROWTH, SEED, ARGS };
enum { WORD = sizeof(uint64_t), FIRST = 2 };

static const struct work_arg args[ARGS] = {
    [MAX] = {"max", "bytes that every array grows to", 16777216, 16, (uint64_t)1 << 36},
    [ROUNDS] = {"rounds", "times that all of it is done", 20, 1, 1u << 20},
    [ARRAYS] = {"arrays", "arrays that grow in turn", 4, 1, 4096},
    [GROWTH] = {"growth", "percent by which an array grows in a step, at least a word", 100, 1, 10000},
    [SEED] = {"seed", "start of the pattern", 42, 1, UINT32_MAX},
};

static uint64_t *arrays[4096];
static uint64_t moved;

static inline uint64_t pattern(uint64_t key, uint64_t index)
{
    return (key + index) * 0x9E3779B97F4A7C15u;
}

static uint64_t next_length(uint64_t words, uint64_t growth)
{
    uint64_t more = words * growth / 100;
    return words + (more ? more : 1);
}

static void expect(const uint64_t *words, uint64_t index, uint64_t key, uint64_t array)
{
    unsigned long long found = words[index], expected = pattern(key, index);
    if (__builtin_expect(found != expected, 0))
        work_fail("corrupted array %llu: word %llu is %016llx, not %016llx", (unsigned long long)array,
                  (unsigned long long)index, found, expected);
}

static void grow(uint64_t array, uint64_t from, uint64_t to, uint64_t key)
{
    uintptr_t before = (uintptr_t)arrays[array];
    uint64_t *words = realloc(arrays[array], to * WORD);
    if (!words)
        work_fail("out of memory: realloc to %llu bytes returned NULL", (unsigned long long)(to * WORD));
    arrays[array] = words = work_opaque(words);
    moved += from && before != (uintptr_t)words;
    if (from) {
        expect(words, 0, key, array);
        expect(words, from - 1, key, array);
    }
    for (uint64_t i = from; i < to; i++)
        words[i] = pattern(key, i);
}

static uint64_t verify(uint64_t array, uint64_t words, uint64_t key)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < words; i++) {
        expect(arrays[array], i, key, array);
        sum = work_mix(sum ^ arrays[array][i]);
    }
    free(arrays[array]);
    arrays[array] = NULL;
    return sum;
}

int main(int argc, char **argv)
{
    uint64_t value[ARGS], ops = 0, checksum = 0;
    double seconds = 0;
    work_args("realloc_grow", "Grows arrays by realloc and checks their contents; an operation is one realloc.", args, ARGS,
              argc, argv, value);
    uint64_t full = value[MAX] / WORD;
    for (uint64_t round = 0; round < value[ROUNDS]; round++) {
        uint64_t key = (uint64_t)work_seed(value[SEED], round) << 20;
        double start = work_now();
        for (uint64_t from = 0, to = FIRST; from < full; from = to, to = next_length(to, value[GROWTH])) {
            to = to < full ? to : full;
            for (uint64_t array = 0; array < value[ARRAYS]; array++)
                grow(array, from, to, key + (array << 52));
            ops += value[ARRAYS];
        }
        seconds += work_now() - start;
        for (uint64_t array = 0; array < value[ARRAYS]; array++)
            checksum = checksum * 31 + verify(array, full, key + (array << 52));
    }
    work_result(ops, seconds, checksum,
                "max=%llu rounds=%llu arrays=%llu growth=%llu seed=%u moved=%llu rss_kb=%llu "
                "live_kb=%llu",
                (unsigned long long)value[MAX], (unsigned long long)value[ROUNDS], (unsigned long long)value[ARRAYS],
                (unsigned long long)value[GROWTH], (unsigned)value[SEED], (unsigned long long)moved,
                (unsigned long long)work_rss_peak(), (unsigned long long)(value[ARRAYS] * full * WORD / 1024));
    return 0;
}
