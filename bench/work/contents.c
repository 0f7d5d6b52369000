/* SPDX-License-Identifier: MIT */
/* contents.c - is what a program has written still there? Fills every byte of every block and checks every byte before the block
 * is freed, over sizes of 1 byte to 4 MiB, malloc, calloc, realloc, alignments of 16 bytes to 2 MiB, and blocks of other threads.
 *
 * Each thread replaces random slots of its own; now and then it swaps a block with a slot that all threads share, so that
 * blocks are checked and freed by threads that did not allocate them. A block that is too short, that overlaps another one,
 * that is not aligned, that calloc did not clear, or whose beginning realloc did not keep ends the program with a line and
 * status 1. An operation is one replacement. The checksum is the sum over the keys of all blocks made, which depend on the
 * arguments alone.
 */
#include "work.h"

enum { OPS, SLOTS, SEED, THREADS, ARGS };

static const struct work_arg args[ARGS] = {
    [OPS] = {"ops", "replacements by each thread", 5000, 1, WORK_MAX_OPS},
    [SLOTS] = {"slots", "blocks that each thread keeps", 200, 1, 1u << 20},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
    [THREADS] = {"threads", "threads at a time", 2, 1, WORK_MAX_THREADS},
};

enum { SHARED = 64 };

/* Lies outside of the block, so that nothing which goes wrong there can hide it. */
struct record {
    unsigned char *p;
    size_t size;
    uint64_t key;
};

static uint64_t value[ARGS];
static struct record shared[SHARED];
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t sum[WORK_MAX_THREADS];

static uint64_t word_at(uint64_t key, size_t i)
{
    return (key + i) * 0x9E3779B97F4A7C15u;
}

static void fill(const struct record *r, size_t from)
{
    size_t i = from / 8;
    for (; (i + 1) * 8 <= r->size; i++) {
        uint64_t word = word_at(r->key, i);
        memcpy(r->p + i * 8, &word, 8);
    }
    for (size_t at = i * 8; at < r->size; at++)
        r->p[at] = (unsigned char)(word_at(r->key, i) >> at % 8 * 8);
}

static void wrong(const struct record *r, size_t bytes, const char *when)
{
    for (size_t at = 0; at < bytes; at++) {
        unsigned char want = (unsigned char)(word_at(r->key, at / 8) >> at % 8 * 8);
        if (r->p[at] != want)
            work_fail("corrupted %s: byte %zu of a block of %zu bytes is %02x, not %02x", when, at, r->size, r->p[at],
                      want);
    }
}

/* The first `bytes` bytes are what fill wrote, or the program ends. */
static void check(const struct record *r, size_t bytes, const char *when)
{
    size_t words = bytes / 8;
    uint64_t differs = 0;
    for (size_t i = 0; i < words; i++) {
        uint64_t word;
        memcpy(&word, r->p + i * 8, 8);
        differs |= word ^ word_at(r->key, i);
    }
    if (__builtin_expect(differs || bytes % 8, 0))
        wrong(r, bytes, when);
}

static void check_zero(const struct record *r)
{
    for (size_t at = 0; at < r->size; at++) {
        if (__builtin_expect(r->p[at], 0))
            work_fail("calloc did not clear: byte %zu of a block of %zu bytes is %02x", at, r->size, r->p[at]);
    }
}

/* 1 byte to 4 MiB: most are small, as in programs. */
static size_t random_size(uint32_t *state)
{
    uint32_t r = work_random(state), kind = r % 128;
    size_t most = kind < 100 ? 1024 : kind < 120 ? 64 << 10 : kind < 127 ? 1 << 20 : 4 << 20;
    return 1 + (r >> 7) * (uint64_t)most / (1u << 25);
}

static void *aligned(size_t align, size_t size)
{
    void *p = NULL;
    int error = posix_memalign(&p, align, size);
    if (error)
        work_fail("out of memory: posix_memalign(%zu, %zu): %s", align, size, strerror(error));
    if ((uintptr_t)p % align)
        work_fail("a block of posix_memalign(%zu, %zu) is not aligned: it is at %zu beyond", align, size, (uintptr_t)p % align);
    return work_opaque(p);
}

static void make(struct record *r, uint32_t *state)
{
    uint32_t how = work_random(state) % 16;
    r->size = random_size(state);
    r->key = work_mix((uint64_t)work_random(state) << 32 | (uint32_t)r->size);
    if (how == 0) {
        r->p = aligned((size_t)16 << work_random(state) % 18, r->size);
    } else if (how < 4) {
        r->p = work_calloc(1, r->size);
        check_zero(r);
    } else {
        r->p = work_malloc(r->size);
    }
    size_t natural = r->size < 16 ? 8 : 16;
    if ((uintptr_t)r->p % natural)
        work_fail("a block of %zu bytes is not at a multiple of %zu", r->size, natural);
    fill(r, 0);
}

static void resize(struct record *r, uint32_t *state)
{
    struct record old = *r;
    r->size = random_size(state);
    size_t kept = old.size < r->size ? old.size : r->size;
    r->p = work_opaque(realloc(old.p, r->size));
    if (!r->p)
        work_fail("out of memory: realloc to %zu bytes returned NULL", r->size);
    check(r, kept, "after realloc");
    fill(r, kept);
}

static void drop(struct record *r)
{
    check(r, r->size, "before free");
    free(r->p);
}

static void swap(struct record *r, uint32_t *state)
{
    struct record *other = &shared[work_random(state) % SHARED], was;
    pthread_mutex_lock(&shared_lock);
    was = *other;
    *other = *r;
    *r = was;
    pthread_mutex_unlock(&shared_lock);
}

static void run(unsigned index)
{
    uint32_t state = work_seed(value[SEED], index);
    size_t slots = value[SLOTS];
    struct record *mine = work_calloc(slots, sizeof *mine);
    for (size_t i = 0; i < slots; i++)
        make(&mine[i], &state);
    for (uint64_t i = 0; i < value[OPS]; i++) {
        struct record *r = &mine[work_random(&state) % slots];
        uint32_t what = work_random(&state) % 8;
        if (what == 0) {
            check(r, r->size, "before realloc");
            resize(r, &state);
        } else {
            drop(r);
            make(r, &state);
            sum[index] += work_mix(r->key);
        }
        if (what == 1)
            swap(r, &state);
    }
    for (size_t i = 0; i < slots; i++)
        drop(&mine[i]);
    free(mine);
}

int main(int argc, char **argv)
{
    uint64_t total = 0;
    uint32_t state;
    work_args("contents", "Fills every byte of every block and checks it before it is freed.", args, ARGS, argc, argv, value);
    state = work_seed(value[SEED], value[THREADS]);
    for (int i = 0; i < SHARED; i++)
        make(&shared[i], &state);
    double seconds = work_threads((unsigned)value[THREADS], run);
    for (int i = 0; i < SHARED; i++)
        drop(&shared[i]);
    for (uint64_t i = 0; i < value[THREADS]; i++)
        total += sum[i];
    work_result(value[OPS] * value[THREADS], seconds, total, "slots=%llu seed=%llu threads=%llu",
                (unsigned long long)value[SLOTS], (unsigned long long)value[SEED], (unsigned long long)value[THREADS]);
    return 0;
}
