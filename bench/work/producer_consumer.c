/* SPDX-License-Identifier: MIT */
/* producer_consumer.c - pairs of threads: one allocates blocks of 16..256 bytes, the other frees them and never allocates.
 *
 * The blocks of a pair pass through a bounded lock-free ring with one writer and one reader, announced in batches so that the
 * ring costs little beside the allocator. Every block is stamped by the producer and checked by the consumer. An operation is
 * one block: a malloc here and a free there. Timed: from the first thread's start to the last one's end.
 */
#include "work.h"

#include <sched.h>

enum { PAIRS, OPS, SEED, ARGS };
enum { RING = 4096, BATCH = 32, SPINS = 100, SMALLEST = 16, LARGEST = 256 };

static const struct work_arg args[ARGS] = {
    [PAIRS] = {"pairs", "pairs of a producer and a consumer", 1, 1, WORK_MAX_THREADS / 2},
    [OPS] = {"ops", "blocks that pass through each pair", 10000000, 1, WORK_MAX_OPS >> 12},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
};

/* head counts the blocks put in, tail those taken out, both up to the last whole batch. Each is written by one side and
 * has a cache line of its own. */
struct ring {
    _Alignas(64) _Atomic uint64_t head;
    _Alignas(64) _Atomic uint64_t tail;
    _Alignas(64) void *block[RING];
};

static uint64_t value[ARGS];
static struct ring *rings;
static _Atomic uint64_t made, freed;

static void relax(unsigned *spins)
{
    if (++*spins % SPINS == 0)
        sched_yield();
}

/* Whether block `index` ends a batch. */
static inline bool announced(uint64_t index)
{
    return (index + 1) % BATCH == 0 || index + 1 == value[OPS];
}

static void produce(struct ring *ring, uint32_t state)
{
    uint64_t sum = 0, tail = 0;
    unsigned spins = 0;
    for (uint64_t head = 0; head < value[OPS]; head++) {
        uint32_t r = work_random(&state), size = SMALLEST + r % (LARGEST - SMALLEST + 1);
        void *p = work_make(size, r);
        sum += work_mix(work_head(size, r));
        while (head - tail == RING) {
            tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
            relax(&spins);
        }
        ring->block[head % RING] = p;
        if (announced(head))
            atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    }
    atomic_fetch_add(&made, sum);
}

static void consume(struct ring *ring)
{
    uint64_t sum = 0, head = 0;
    unsigned spins = 0;
    for (uint64_t tail = 0; tail < value[OPS]; tail++) {
        while (head == tail) {
            head = atomic_load_explicit(&ring->head, memory_order_acquire);
            relax(&spins);
        }
        sum += work_drop(ring->block[tail % RING], SMALLEST, LARGEST);
        if (announced(tail))
            atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
    }
    atomic_fetch_add(&freed, sum);
}

static void run(unsigned index)
{
    if (index % 2)
        consume(&rings[index / 2]);
    else
        produce(&rings[index / 2], work_seed(value[SEED], index / 2));
}

int main(int argc, char **argv)
{
    work_args("producer_consumer", "Producers allocate blocks that consumers free; an operation is one block.", args, ARGS,
              argc, argv, value);
    size_t room = value[PAIRS] * sizeof *rings + 64;
    char *memory = work_calloc(room, 1);
    rings = (struct ring *)(memory + (64 - (uintptr_t)memory % 64));
    double seconds = work_threads((unsigned)value[PAIRS] * 2, run);
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    free(memory);
    work_result(value[PAIRS] * value[OPS], seconds, freed, "pairs=%u blocks=%llu seed=%u ring=%d", (unsigned)value[PAIRS],
                (unsigned long long)value[OPS], (unsigned)value[SEED], RING);
    return 0;
}
