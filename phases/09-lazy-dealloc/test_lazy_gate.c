/* SPDX-License-Identifier: MIT */
/* test_lazy_gate.c - the gate of phase 9: on a workload that empties and refills SuperSlabs, the LRU saves at least 98 % of the
 * map and unmap calls for SuperSlabs. The base is measured in the same process: bounds of 0 keep nothing. */
#define TEST_SECONDS 300
#include "test_lazy.h"

enum { MOST = 24, CYCLES = 80, SIZE = 1024, PER_SUPERSLAB = (2 << 20) / SIZE };

static struct superslab *ss[MOST];
static void *blocks[MOST * PER_SUPERSLAB];
static size_t superslabs; /* that each cycle fills and empties */

static void cycle_superslabs(void)
{
    for (size_t i = 0; i < superslabs; i++) {
        ss[i] = superslab_acquire();
        must(ss[i]);
    }
    lru_give(ss, superslabs);
}

static void cycle_blocks(void)
{
    for (size_t i = 0; i < superslabs * PER_SUPERSLAB; i++) {
        blocks[i] = hak_malloc(SIZE);
        must(blocks[i]);
    }
    for (size_t i = 0; i < superslabs * PER_SUPERSLAB; i++)
        hak_free(blocks[i]);
}

static uint64_t calls_of(void (*cycle)(void), uint64_t size)
{
    lru_set(size, 512, 60);
    uint64_t before = superslab_calls();
    for (int i = 0; i < CYCLES; i++)
        cycle();
    return superslab_calls() - before;
}

static void gate(void (*cycle)(void))
{
    superslabs = 12 + test_scaled(MOST - 12);
    uint64_t base = calls_of(cycle, 0), lazy = calls_of(cycle, 256);
    fprintf(stderr, "map and unmap calls: base %llu, LRU %llu\n", (unsigned long long)base, (unsigned long long)lazy);
    must(base >= superslabs * CYCLES / 2); /* four times that, but for the SuperSlabs that a heap keeps in use */
    must(lazy * 100 <= base * 2);
    must(lazy_counts().hits * 2 >= base * 9 / 10 && lazy_valid()); /* a hit for a map call and an unmap call of the base */
}

START_TEST(superslabs_come_and_go)
{
    gate(cycle_superslabs);
}
END_TEST

START_TEST(blocks_come_and_go)
{
    gate(cycle_blocks);
}
END_TEST

TEST_MAIN("lazy: gate", superslabs_come_and_go, blocks_come_and_go)
