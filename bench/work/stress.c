/* SPDX-License-Identifier: MIT */
/* stress.c - threads that keep some blocks, free others at random and hand some to whoever comes, in rounds of new threads.
 *
 * After mstress of mimalloc-bench, which is test/test-stress.c of mimalloc (github.com/microsoft/mimalloc, MIT), in our own
 * words. A thread allocates `blocks` blocks by calloc, in half of its steps one to free again and in the others, as long as
 * half as many are not there, one that it keeps to its end. Its list of blocks grows by realloc. In two of three steps it frees
 * a random one; in one of four it swaps one with a shared place. Between rounds the main thread frees a part of the places.
 * Sizes are powers of two from 8 bytes to 1 KiB, each as likely; one in 100 is 100 times as large, one in 1,000 at once 1,000
 * times.
 *
 * An operation is a block. What must hold: each word of a block has the block's size and its own index; the sums of the blocks
 * made and freed are equal. Timed: the rounds.
 */
#include "work.h"

enum { THREADS, BLOCKS, ROUNDS, SEED, ARGS };
enum { PLACES = 1000, WORDS_LOG = 8, LIST_FIRST = 16 };

static const struct work_arg args[ARGS] = {
    [THREADS] = {"threads", "threads of a round", 2, 1, WORK_MAX_THREADS},
    [BLOCKS] = {"blocks", "blocks that a thread allocates and frees, beside half as many that it keeps", 5000, 1, 1u << 24},
    [ROUNDS] = {"rounds", "rounds of new threads", 50, 1, 1u << 20},
    [SEED] = {"seed", "start of the random sequences", 42, 1, UINT32_MAX},
};

static uint64_t value[ARGS], round_now;
static uint64_t *_Atomic place[PLACES];
static _Atomic uint64_t made, freed, blocks;

/* A list of blocks that grows by half. */
struct list {
    uint64_t **at;
    size_t count, room;
};

/* One of `of`. */
static bool chance(uint32_t *state, uint32_t of)
{
    return work_random(state) % of == 0;
}

static uint64_t *block_make(uint32_t *state, uint64_t *sum)
{
    uint64_t words = 1ull << work_random(state) % WORDS_LOG;
    words *= !chance(state, 100) ? 1 : chance(state, 10) ? 1000 : 100;
    uint64_t *block = work_opaque(work_calloc(words, sizeof *block));
    for (uint64_t i = words; i-- > 1;)
        block[i] = block[i] ? 0 : words ^ i;
    block[0] = words;
    *sum += work_mix(words);
    return block;
}

/* Checks and frees a block; NULL is none. */
static void block_drop(uint64_t *block, uint64_t *sum)
{
    if (!block)
        return;
    uint64_t words = block[0];
    if (words == 0 || words > 1000ull << WORDS_LOG)
        work_fail("corrupted block: its first word is %016llx", (unsigned long long)words);
    for (uint64_t i = words; i-- > 1;)
        if (block[i] != (words ^ i))
            work_fail("corrupted block of %llu words: word %llu is %016llx", (unsigned long long)words, (unsigned long long)i,
                      (unsigned long long)block[i]);
    *sum += work_mix(words);
    free(block);
}

static void list_add(struct list *list, uint64_t *block)
{
    if (list->count == list->room) {
        list->room = list->room ? list->room + list->room / 2 : LIST_FIRST;
        list->at = realloc(list->at, list->room * sizeof *list->at);
        if (!list->at)
            work_fail("out of memory: a list of %zu blocks cannot grow", list->count);
    }
    list->at[list->count++] = block;
}

static void list_drop(struct list *list, uint64_t *sum)
{
    for (size_t i = 0; i < list->count; i++)
        block_drop(list->at[i], sum);
    free(list->at);
}

static void stress(unsigned thread)
{
    uint32_t state = work_seed(value[SEED], round_now * WORK_MAX_THREADS + thread);
    uint64_t in = 0, out = 0, fleeting = value[BLOCKS], lasting = value[BLOCKS] / 2;
    struct list list = {0}, kept = {0};
    while (fleeting || lasting) {
        if (!lasting || (fleeting && chance(&state, 2))) {
            list_add(&list, block_make(&state, &in));
            fleeting--;
        } else {
            list_add(&kept, block_make(&state, &in));
            lasting--;
        }
        uint64_t **at = list.count ? &list.at[work_random(&state) % list.count] : NULL;
        if (at && !chance(&state, 3)) {
            block_drop(*at, &out);
            *at = NULL;
        }
        at = list.count ? &list.at[work_random(&state) % list.count] : NULL;
        if (at && chance(&state, 4))
            *at = atomic_exchange(&place[work_random(&state) % PLACES], *at);
    }
    list_drop(&list, &out);
    list_drop(&kept, &out);
    atomic_fetch_add(&made, in);
    atomic_fetch_add(&freed, out);
    atomic_fetch_add(&blocks, value[BLOCKS] + value[BLOCKS] / 2);
}

static void places_drop(uint32_t *state, uint32_t one_of)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < PLACES; i++)
        if (chance(state, one_of))
            block_drop(atomic_exchange(&place[i], NULL), &sum);
    freed += sum;
}

int main(int argc, char **argv)
{
    work_args("stress", "Threads keep, free and swap zeroed blocks of 8 B..1 KiB, some larger, in rounds of new threads.",
              args, ARGS, argc, argv, value);
    uint32_t state = work_seed(value[SEED], UINT32_MAX);
    double seconds = 0;
    for (; round_now < value[ROUNDS]; round_now++) {
        seconds += work_threads((unsigned)value[THREADS], stress);
        double start = work_now();
        places_drop(&state, 2);
        seconds += work_now() - start;
    }
    places_drop(&state, 1);
    if (made != freed)
        work_fail("corrupted blocks: the sum of those freed is not that of those made");
    work_result(blocks, seconds, freed, "threads=%u blocks=%llu rounds=%llu seed=%u", (unsigned)value[THREADS],
                (unsigned long long)value[BLOCKS], (unsigned long long)value[ROUNDS], (unsigned)value[SEED]);
    return 0;
}
