/* SPDX-License-Identifier: MIT */
/* test_api_overlap.c - one thread, random operations: no two live blocks overlap, and every block keeps its contents.
 *
 * Uses the public header only. The shadow is the table of live blocks: sorted by address it shows an overlap, the stamps show
 * a write of the allocator into a live block.
 */
#include "test.h"
#include "test_api.h"

enum { SLOTS = 4096 };

struct live {
    char *block;
    size_t size, usable;
    uint64_t seed;
};

static struct live live[SLOTS];

static int by_address(const void *a, const void *b)
{
    const struct live *x = a, *y = b;
    return (x->block > y->block) - (x->block < y->block);
}

static void no_overlap(void)
{
    static struct live sorted[SLOTS];
    size_t count = 0;
    for (size_t i = 0; i < SLOTS; i++)
        if (live[i].block)
            sorted[count++] = live[i];
    qsort(sorted, count, sizeof *sorted, by_address);
    for (size_t i = 1; i < count; i++)
        must(sorted[i - 1].block + sorted[i - 1].usable <= sorted[i].block);
}

static void keep(struct live *slot, void *block, size_t size, uint64_t seed)
{
    must(block && test_aligned(block, 16));
    *slot = (struct live){block, size, hak_malloc_usable_size(block), seed};
    must(slot->usable >= size);
    test_stamp(block, slot->size, seed);
}

static void release(struct live *slot)
{
    if (slot->block)
        must(test_stamped(slot->block, slot->size, slot->seed));
    hak_free(slot->block);
    slot->block = NULL;
}

static size_t random_size(uint32_t *state)
{
    uint32_t kind = test_random(state) % 20000;
    uint32_t range = kind < 15000 ? 200 : kind < 19500 ? 1500 : kind < 19990 ? 60000 : 3000000;
    return test_random(state) % range;
}

static void operate(uint32_t *state, uint64_t seed)
{
    struct live *slot = &live[test_random(state) % SLOTS];
    size_t size = random_size(state), alignment = (size_t)1 << test_random(state) % 13;
    switch (test_random(state) % 8) {
    case 0:
        release(slot);
        break;
    case 1:
        release(slot);
        keep(slot, hak_aligned_alloc(alignment, size), size, seed);
        must(test_aligned(slot->block, alignment));
        break;
    case 2:
        release(slot);
        slot->block = hak_calloc(1, size);
        must(slot->block && test_zero(slot->block, size));
        keep(slot, slot->block, size, seed);
        break;
    case 3:
        size += slot->block == NULL || size == 0;
        slot->size = slot->block ? slot->size : 0;
        slot->block = hak_realloc(slot->block, size);
        must(slot->block && test_stamped(slot->block, slot->size < size ? slot->size : size, slot->seed));
        keep(slot, slot->block, size, seed);
        break;
    default:
        release(slot);
        keep(slot, hak_malloc(size), size, seed);
    }
}

START_TEST(random_operations)
{
    uint32_t state = 123456789;
    size_t steps = test_scaled(1000000);
    struct hak_stats before = test_stats();
    for (size_t step = 0; step < steps; step++) {
        operate(&state, step);
        if (step % 5000 == 0)
            no_overlap();
        if (step % 100000 == 0)
            must(hak_check());
    }
    no_overlap();
    for (size_t i = 0; i < SLOTS; i++)
        release(&live[i]);
    must(test_stats().live_blocks == before.live_blocks && hak_check());
}
END_TEST

/* The live set swells and empties by turns, so that whole slabs and SuperSlabs come and go. */
START_TEST(tides)
{
    uint32_t state = 987654321;
    for (size_t tide = 0; tide < test_scaled(30); tide++) {
        for (size_t i = 0; i < SLOTS; i++)
            if (!live[i].block) {
                size_t size = tide % 3 ? tide * 37 % 1200 : random_size(&state);
                keep(&live[i], hak_malloc(size), size, tide * SLOTS + i);
            }
        no_overlap();
        uint32_t keep_one_in = test_random(&state) % 50 + 1;
        for (size_t i = 0; i < SLOTS; i++)
            if (test_random(&state) % keep_one_in)
                release(&live[i]);
        must(hak_check());
    }
    for (size_t i = 0; i < SLOTS; i++)
        release(&live[i]);
}
END_TEST

TEST_MAIN("overlap", random_operations, tides)
