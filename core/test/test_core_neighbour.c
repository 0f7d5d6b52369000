/* SPDX-License-Identifier: MIT */
/* test_core_neighbour.c - an overflow upwards out of any block meets no metadata: between the two lies a page that faults, or nothing
 * is mapped, or another block. Also where the kernel grants no wish for an address.
 *
 * Looks at each piece of metadata that can be reached from the outside: where its mapping starts, and what ends there.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 120
#include "core/test/test_core.h"

#include <stdio.h>
#include <sys/mman.h>

enum { BLOCKS = 1200, LINES = 4000, THREADS = 3 };

struct line {
    uintptr_t low, high;
    bool writable;
};

static struct line line[LINES];
static size_t lines;
static void *block[THREADS][BLOCKS];
static pthread_barrier_t filled, looked;

/* Neighbours with the same protection are one line of the file: their border is no border. */
static void read_maps(void)
{
    FILE *file = fopen("/proc/self/maps", "r");
    char text[512];
    must(file);
    for (lines = 0; fgets(text, sizeof text, file) && lines < LINES; lines++) {
        char mode[8];
        must(sscanf(text, "%lx-%lx %7s", &line[lines].low, &line[lines].high, mode) == 3);
        line[lines].writable = mode[1] == 'w';
    }
    fclose(file);
}

/* Is [p, p + 1) in a block's memory: a SuperSlab, or a mapped block? */
static bool is_block(uintptr_t p)
{
    if (ssmap_find((void *)p))
        return true;
    for (int t = 0; t < THREADS; t++) {
        for (int i = 0; i < BLOCKS; i++) {
            struct mapped *m = block[t][i] && !ssmap_find(block[t][i]) ? owner_find(block[t][i]) : NULL;
            if (m && p >= (uintptr_t)m->start && p < (uintptr_t)m->start + m->bytes)
                return true;
        }
    }
    return false;
}

/* From the metadata downwards to the next byte that faults no block may lie. */
static void must_be_apart(const void *metadata)
{
    for (size_t i = 0; i < lines; i++) {
        if ((uintptr_t)metadata < line[i].low || (uintptr_t)metadata >= line[i].high)
            continue;
        must(line[i].writable);
        for (uintptr_t p = (uintptr_t)metadata & ~(os_page - 1); p > line[i].low; p -= os_page)
            must(!is_block(p - 1));
        for (size_t k = i; k > 0 && line[k - 1].high == line[k].low && line[k - 1].writable; k--)
            must(!is_block(line[k].low - 1));
        return;
    }
    must(!"mapped");
}

static void heap_apart(void *context, struct heap *h)
{
    (void)context;
    must_be_apart(h);
}

static void slab_apart(void *context, struct slab *s)
{
    (void)context;
    if (slab_index(s) == 0 || slab_index(s) % 13 == 5)
        must_be_apart(s);
}

static void *fill(void *context)
{
    size_t number = (size_t)context;
    for (int i = 0; i < BLOCKS; i++) {
        size_t size = i % 50 == 7 ? 2 * MIB : i % 10 == 3 ? 70000 : 48 + (size_t)(i % 40) * 100;
        must((block[number][i] = hak_malloc(size)));
    }
    pthread_barrier_wait(&filled);
    pthread_barrier_wait(&looked);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[number][i]);
    return NULL;
}

static void look(void)
{
    pthread_t thread[THREADS];
    pthread_barrier_init(&filled, NULL, THREADS + 1);
    pthread_barrier_init(&looked, NULL, THREADS + 1);
    for (size_t i = 0; i < THREADS; i++)
        must(!pthread_create(&thread[i], NULL, fill, (void *)i));
    pthread_barrier_wait(&filled);
    read_maps();
    must(lines < LINES);
    thread_each_heap(heap_apart, NULL);
    superslab_each_slab(slab_apart, NULL);
    for (int i = 0; i < BLOCKS; i += 50) {
        struct mapped *m = owner_find(block[0][i + 7]);
        must(m && m->bytes >= 2 * MIB);
        if (owner_header() == 0)
            must_be_apart(m);
    }
    pthread_barrier_wait(&looked);
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(thread[i], NULL));
}

START_TEST(test_with_wishes)
{
    look();
}
END_TEST

/* Nothing of the window is left: SuperSlabs and metadata lie among the mappings of everybody else. */
START_TEST(test_without_wishes)
{
    const uintptr_t step = SUPERSLAB_SIZE, end = (uintptr_t)1 << HAK_WINDOW_BITS;
    if (HAK_WINDOW_BITS < HAK_ADDRESS_BITS && test_shadowed())
        return;
    for (uintptr_t at = 64 * step; at < end && HAK_WINDOW_BITS < HAK_ADDRESS_BITS; at += step)
        mmap((void *)at, step, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    look();
}
END_TEST

TEST_MAIN("metadata is no block's neighbour", test_with_wishes, test_without_wishes)
