/* SPDX-License-Identifier: MIT */
/* larson.c - Larson and Krishnan's server simulation: threads replace random blocks of random size, then hand all to new ones.
 *
 * The order of arguments and the rules are those of the published program: the main thread fills every thread's slots,
 * shuffles them and replaces four times as many at random; then each thread frees a random slot of its own and allocates a
 * block of min..max-1 bytes there. After rounds * chunks replacements it starts a new thread that goes on with the same
 * slots, and ends; so blocks die on threads that did not allocate them. It all stops after `sleep` seconds. Bounds are
 * accepted in either order. An operation is one replacement, a free and a malloc.
 *
 * First and last byte of each block are written, and checked when it is freed. The duration is fixed and not the work, so the
 * checksum is that of the warm-up, which is deterministic.
 */
#include "work.h"

#include <semaphore.h>

enum { SLEEP, MIN, MAX, CHUNKS, ROUNDS, SEED, THREADS, ARGS };

static const struct work_arg args[ARGS] = {
    [SLEEP] = {"sleep", "seconds to run", 5, 1, 86400},
    [MIN] = {"min", "smallest block, bytes", 8, 1, WORK_MAX_SIZE},
    [MAX] = {"max", "blocks are smaller than this many bytes (min and max may change places; equal: one size)", 1000, 1,
             WORK_MAX_SIZE},
    [CHUNKS] = {"chunks_per_thread", "slots of each thread, all live", 5000, 1, 1u << 24},
    [ROUNDS] = {"rounds", "a thread ends after this many times chunks_per_thread replacements", 100, 1, 1u << 30},
    [SEED] = {"seed", "start of the random sequences", 4141, 1, UINT32_MAX},
    [THREADS] = {"threads", "threads at a time", 2, 1, WORK_MAX_THREADS},
};

struct slot {
    unsigned char *p;
    uint32_t size, key;
};

/* What a thread hands to its successor; a cache line of its own. */
struct share {
    _Alignas(64) struct slot *slots;
    uint64_t ops, threads;
    uint32_t state;
};

static uint64_t value[ARGS];
static struct share share[WORK_MAX_THREADS];
static atomic_bool stop;
static sem_t ended;
static pthread_attr_t detached;

static inline unsigned char stamp(const struct slot *slot)
{
    return (unsigned char)(((uintptr_t)slot->p >> 4) + slot->size * 7 + slot->key);
}

static inline void fill(struct slot *slot, uint32_t *state)
{
    uint32_t range = (uint32_t)(value[MAX] - value[MIN]);
    slot->key = work_random(state);
    slot->size = (uint32_t)value[MIN] + (range ? slot->key % range : 0);
    slot->p = work_malloc(slot->size);
    slot->p[0] = slot->p[slot->size - 1] = stamp(slot);
}

static inline void drop(struct slot *slot)
{
    unsigned char expected = stamp(slot), first = slot->p[0], last = slot->p[slot->size - 1];
    if (__builtin_expect(first != expected || last != expected, 0))
        work_fail("corrupted block of %u bytes: its ends are %u and %u, not %u", slot->size, first, last, expected);
    free(slot->p);
}

static void *run(void *argument)
{
    struct share *mine = argument;
    uint32_t state = mine->state, chunks = (uint32_t)value[CHUNKS];
    uint64_t budget = value[ROUNDS] * chunks, left = budget;
    for (; left && !atomic_load_explicit(&stop, memory_order_relaxed); left--) {
        struct slot *victim = &mine->slots[work_random(&state) % chunks];
        drop(victim);
        fill(victim, &state);
    }
    mine->state = state;
    mine->ops += budget - left;
    mine->threads++;
    pthread_t next;
    if (atomic_load_explicit(&stop, memory_order_relaxed))
        sem_post(&ended);
    else
        work_spawn(&next, &detached, run, mine);
    return NULL;
}

static uint64_t warm_up(struct slot *slots, uint32_t count)
{
    uint32_t state = (uint32_t)value[SEED];
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        fill(&slots[i], &state);
    for (uint32_t i = count; i > 1; i--) {
        struct slot *other = &slots[work_random(&state) % i], kept = *other;
        *other = slots[i - 1];
        slots[i - 1] = kept;
    }
    for (uint64_t i = 0; i < 4ull * count; i++) {
        struct slot *victim = &slots[work_random(&state) % count];
        drop(victim);
        fill(victim, &state);
        sum = sum * 31 + victim->size;
    }
    for (uint32_t i = 0; i < count; i++)
        sum = work_mix(sum ^ slots[i].key);
    return sum;
}

int main(int argc, char **argv)
{
    work_args("larson", "Threads replace random blocks and hand them to new threads; an operation is one free and one malloc.",
              args, ARGS, argc, argv, value);
    bool swapped = value[MIN] > value[MAX];
    if (swapped) {
        uint64_t min = value[MAX];
        value[MAX] = value[MIN];
        value[MIN] = min;
    }
    unsigned threads = (unsigned)value[THREADS];
    if (threads * value[CHUNKS] > 1u << 30)
        work_usage("chunks_per_thread: %llu is too many for %u threads: at most %u", (unsigned long long)value[CHUNKS], threads,
                   (1u << 30) / threads);
    uint32_t count = (uint32_t)(threads * value[CHUNKS]);
    struct slot *slots = work_calloc(count, sizeof *slots);
    uint64_t checksum = warm_up(slots, count), ops = 0, total = 0;
    sem_init(&ended, 0, 0);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);

    double start = work_now();
    for (unsigned i = 0; i < threads; i++) {
        share[i].slots = slots + i * value[CHUNKS];
        share[i].state = work_seed(value[SEED], i + 1);
        pthread_t id;
        work_spawn(&id, &detached, run, &share[i]);
    }
    work_sleep(value[SLEEP]);
    atomic_store(&stop, true);
    for (unsigned i = 0; i < threads; i++)
        while (sem_wait(&ended))
            continue;
    double seconds = work_now() - start;

    for (unsigned i = 0; i < threads; i++) {
        ops += share[i].ops;
        total += share[i].threads;
    }
    for (uint32_t i = 0; i < count; i++)
        drop(&slots[i]);
    free(slots);
    work_result(ops, seconds, checksum,
                "min=%llu max=%llu swapped=%d chunks=%llu rounds=%llu seed=%u threads=%u threads_run=%llu",
                (unsigned long long)value[MIN], (unsigned long long)value[MAX], swapped, (unsigned long long)value[CHUNKS],
                (unsigned long long)value[ROUNDS], (unsigned)value[SEED], threads, (unsigned long long)total);
    return 0;
}
