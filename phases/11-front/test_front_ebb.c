/* SPDX-License-Identifier: MIT */
/* test_front_ebb.c - a thread that frees all it has keeps little memory: its bins ebb, and the pages below their blocks go. The
 * equations of ebb.h hold after every free, what is live stays as it is, and a malloc that misses ends the ebb.
 */
#define _GNU_SOURCE
#include "test_front.h"

#include <sched.h>
#include <sys/mman.h>

enum { MANY = 600, LEAST = 16, MOST = 6000, LASTS = 16384 }; /* frees that phase 21 lets an ebb last */
static void *block[MANY];
static atomic_bool has_heap;

static size_t size_of(size_t i)
{
    return LEAST + i * 2654435761u % (MOST - LEAST);
}

/* The first thread's bins do not ebb: here that is another. */
static void *first_thread(void *unused)
{
    hak_free(hak_malloc(1));
    has_heap = true;
    pause();
    return unused;
}

/* The heap of this thread, which is not the first. NULL: no bins ebb in this variant. */
static struct heap *second_heap(void)
{
    pthread_t first;
    if (test_plain(grow))
        return NULL;
    must(!pthread_create(&first, NULL, first_thread, NULL));
    while (!has_heap)
        sched_yield();
    must(own_heap()->next_all);
    return heap_self;
}

static void take(void)
{
    for (size_t i = 0; i < MANY; i++) {
        must((block[i] = hak_malloc(size_of(i))));
        test_stamp(block[i], size_of(i), i);
    }
}

/* All but each keep-th, which are looked at afterwards; 0: all. */
static void give(struct heap *h, size_t keep)
{
    for (size_t i = 0; i < MANY; i++) {
        if (keep > 0 && i % keep == 0)
            continue;
        must(test_stamped(block[i], size_of(i), i));
        hak_free(block[i]);
        block[i] = NULL;
        bins_valid(h);
    }
    for (size_t i = 0; i < MANY; i++)
        must(!block[i] || test_stamped(block[i], size_of(i), i));
}

static void give_rest(struct heap *h)
{
    for (size_t i = 0; i < MANY; i++)
        hak_free(block[i]);
    bins_valid(h);
}

static size_t pages;

static void add_pages(void *heap, struct slab *s)
{
    unsigned char in[SLABS_PER_SUPERSLAB * 16];
    if (slab_heap(s) != heap)
        return;
    must(mincore(superslab_slot(s), s->slots * SLAB_SIZE, in) == 0);
    for (size_t i = 0; i < s->slots * SLAB_SIZE / os_page; i++)
        pages += in[i] & 1;
}

/* KiB in slabs of h. */
static size_t resident(struct heap *h)
{
    pages = 0;
    superslab_each_slab(add_pages, h);
    return pages * os_page / KIB;
}

START_TEST(who_frees_all_keeps_little)
{
    struct heap *h = second_heap();
    if (!h)
        return;
    take();
    size_t full = resident(h);
    give(h, 0);
    must(grow_ebbing(&h->front.grow));
    must(test_plain(freelist) || test_shadowed() || resident(h) < full / 8);
    must(test_stats().live_blocks == 0 && hak_check());
    take(); /* pages that have gone come again */
    must(!grow_ebbing(&h->front.grow));
    bins_valid(h);
    give(h, 0);
    must(test_stats().live_blocks == 0 && hak_check());
}
END_TEST

START_TEST(what_stays_is_untouched)
{
    struct heap *h = second_heap();
    if (!h)
        return;
    take();
    size_t full = resident(h);
    give(h, 30);
    must(grow_ebbing(&h->front.grow) && hak_check());
    must(test_plain(freelist) || test_shadowed() || resident(h) < full / 2);
    give_rest(h);
    must(test_stats().live_blocks == 0 && hak_check());
}
END_TEST

START_TEST(a_miss_ends_it)
{
    struct heap *h = second_heap();
    if (!h)
        return;
    for (int round = 0; round < 6; round++) {
        take();
        must(!grow_ebbing(&h->front.grow));
        bins_valid(h);
        give(h, 0);
    }
}
END_TEST

START_TEST(it_lasts_for_so_many_frees)
{
    static void *more[2 * LASTS];
    struct heap *h = second_heap();
    if (!h)
        return;
    for (size_t i = 0; i < 2 * LASTS; i++)
        must((more[i] = hak_malloc(1000)));
    size_t ebbed = 0;
    for (size_t i = 0; i < 2 * LASTS; i++) {
        hak_free(more[i]);
        ebbed += grow_ebbing(&h->front.grow);
        if (ebbed > 0 && !grow_ebbing(&h->front.grow))
            break;
        more[i] = NULL;
    }
    must(ebbed >= LASTS - 1 && ebbed <= LASTS);
    bins_valid(h);
}
END_TEST

START_TEST(the_first_thread_keeps_its_own)
{
    own_heap();
    take();
    give(heap_self, 0);
    must(!heap_self->next_all && !grow_ebbing(&heap_self->front.grow));
}
END_TEST

TEST_MAIN("front: ebb", who_frees_all_keeps_little, what_stays_is_untouched, a_miss_ends_it,
          it_lasts_for_so_many_frees, the_first_thread_keeps_its_own)
