/* SPDX-License-Identifier: MIT */
/* cache_scratch.c - false sharing by the allocator: threads write into small objects of their own that may share a cache line.
 *
 * Berger's two tests. With `handed` = 1 (cache-scratch) the main thread allocates an object for each thread, one after the
 * other, and each thread frees the one it was given before it allocates its own: an allocator that reuses such a block at once
 * puts the objects of several threads on one line (passive false sharing). With 0 (cache-thrash) the threads only allocate
 * their own (active false sharing). Each thread then allocates an object, increments every byte of it `writes` times and frees
 * it, over and over. shared_percent: objects that at the time of their allocation lay on a line of another thread's object. An
 * operation is one round of writes to an object. Timed: from the first thread's start to the last one's end.
 */
#include "work.h"

enum { THREADS, OBJECTS, SIZE, WRITES, HANDED, ARGS };
enum { LINE = 64 };

static const struct work_arg args[ARGS] = {
    [THREADS] = {"threads", "threads", 2, 1, 256},
    [OBJECTS] = {"objects", "objects that each thread allocates in turn", 1000, 1, 1u << 30},
    [SIZE] = {"size", "bytes of an object", 8, 1, LINE},
    [WRITES] = {"writes", "rounds of writes to each object", 20000, 1, 1u << 30},
    [HANDED] = {"handed", "1: each thread first frees an object of the main thread's; 0: not", 1, 0, 1},
};

static uint64_t value[ARGS];
static _Atomic uint64_t checksum, shared;

/* A thread's first object, and the line of the one it has now (0: none); a cache line of its own. */
static struct {
    _Alignas(LINE) void *handed;
    _Atomic uintptr_t line;
} each[256];

/* Whether another thread has an object on the line of p. */
static bool is_shared(unsigned index, const void *p)
{
    uintptr_t line = (uintptr_t)p / LINE;
    atomic_store(&each[index].line, line);
    for (unsigned i = 0; i < value[THREADS]; i++)
        if (i != index && atomic_load(&each[i].line) == line)
            return true;
    return false;
}

static uint64_t scratch(volatile unsigned char *p, size_t size)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++)
        p[i] = (unsigned char)i;
    for (uint64_t round = value[WRITES]; round; round--)
        for (size_t i = 0; i < size; i++)
            p[i]++;
    for (size_t i = 0; i < size; i++) {
        unsigned char expected = (unsigned char)(i + value[WRITES]);
        if (p[i] != expected)
            work_fail("corrupted object: byte %zu is %u, not %u", i, p[i], expected);
        sum = sum * 31 + expected;
    }
    return sum;
}

static void run(unsigned index)
{
    uint64_t sum = 0, on_shared = 0;
    free(each[index].handed);
    for (uint64_t i = value[OBJECTS]; i; i--) {
        void *p = work_malloc(value[SIZE]);
        on_shared += is_shared(index, p);
        sum += scratch(p, value[SIZE]);
        atomic_store(&each[index].line, 0);
        free(p);
    }
    atomic_fetch_add(&checksum, work_mix(sum + index));
    atomic_fetch_add(&shared, on_shared);
}

int main(int argc, char **argv)
{
    work_args("cache_scratch",
              "Threads write into small objects that may share a cache line; an operation is a round of writes.", args, ARGS,
              argc, argv, value);
    for (unsigned i = 0; value[HANDED] && i < value[THREADS]; i++)
        each[i].handed = work_malloc(value[SIZE]);
    double seconds = work_threads((unsigned)value[THREADS], run);
    uint64_t objects = value[THREADS] * value[OBJECTS];
    work_result(objects * value[WRITES], seconds, checksum,
                "threads=%u objects=%llu size=%llu writes=%llu handed=%u shared_percent=%.1f", (unsigned)value[THREADS],
                (unsigned long long)value[OBJECTS], (unsigned long long)value[SIZE], (unsigned long long)value[WRITES],
                (unsigned)value[HANDED], 100.0 * (double)shared / (double)objects);
    return 0;
}
