/* SPDX-License-Identifier: MIT */
/* test_bitmap_purge.c - freelist_purge gives back exactly the whole pages on which no block is used: live blocks keep theirs,
 * what is free is usable afterwards, and nothing outside the slab changes. */
#include "core/test/test_core.h"

#include <sys/mman.h>

enum { MOST = 4096 };
static char *block[MOST];
static bool live[MOST];

/* Is the page at p resident? */
static bool resident(char *p)
{
    unsigned char vec;
    must(mincore(p, os_page, &vec) == 0);
    return vec & 1;
}

static void fill(char *p, size_t size, size_t i)
{
    memset(p, (int)(i * 7 % 251 + 1), size);
}

static void must_be_filled(const char *p, size_t size, size_t i)
{
    for (size_t k = 0; k < size; k++)
        must(p[k] == (char)(i * 7 % 251 + 1));
}

/* A slab of that class full of blocks; all freed at random but one in `keep`; purged; checked page by page. */
static void purge_one(unsigned slot, unsigned class, uint32_t keep)
{
    static struct heap nobody;
    struct superslab *ss = superslab_acquire();
    must(ss);
    struct slab *s = &ss->slab[slot];
    unsigned slots = (unsigned)((class_size(class) + SLAB_SIZE - 1) / SLAB_SIZE);
    slab_format(s, &nobody, class, slots, false);
    uint32_t random = 5 + class, n = 0;
    for (char *p; n < MOST && (p = slab_carve(s)); n++) {
        block[n] = p;
        live[n] = true;
        fill(p, s->block_size, n);
    }
    char *end = superslab_slot(s) + slots * SLAB_SIZE;
    if (slot + slots < SLABS_PER_SUPERSLAB)
        *end = 77;
    for (uint32_t i = 0; i < n; i++) {
        if (test_random(&random) % keep) {
            slab_push(s, block[i]);
            live[i] = false;
        }
    }
    size_t want = 0, given = freelist_purge(s);
    for (char *page = superslab_slot(s); page < end; page += os_page) {
        bool used = false;
        if (page < s->start) /* the header's pages */
            continue;
        for (uint32_t i = 0; i < n; i++)
            used |= live[i] && block[i] < page + os_page && block[i] + s->block_size > page;
        must(resident(page) == used || test_shadowed());
        want += used ? 0 : os_page;
    }
    must(given == want);
    for (uint32_t i = 0; i < n; i++) {
        if (live[i])
            must_be_filled(block[i], s->block_size, i);
    }
    must(slot + slots == SLABS_PER_SUPERSLAB || *end == 77);
    for (uint32_t i = 0; i < n; i++) { /* all of it can be used again */
        if (live[i])
            slab_push(s, block[i]);
    }
    must(walk_slab(s) == n);
    for (char *p; (p = slab_pop(s));)
        fill(p, s->block_size, 1);
    s->frees_to_event = 0;
    slab_unformat(s);
    ss->clean = 0;
    superslab_release(ss);
}

START_TEST(every_class)
{
    for (unsigned class = 0; class < CLASS_ALL; class++) {
        purge_one(1, class, 2);
        purge_one(7, class, 50);
        if (class_size(class) <= 8192)
            purge_one(0, class, 20);
    }
}
END_TEST

START_TEST(untouched_memory_goes)
{
    static struct heap nobody;
    struct superslab *ss = superslab_acquire();
    must(ss);
    memset(superslab_slot(&ss->slab[3]), 1, SLAB_SIZE); /* an earlier life */
    slab_format(&ss->slab[3], &nobody, 2, 1, false);
    char *p = slab_carve(&ss->slab[3]);
    fill(p, 48, 3);
    must(freelist_purge(&ss->slab[3]) == SLAB_SIZE - os_page);
    must_be_filled(p, 48, 3);
    must(slab_push(&ss->slab[3], p) && ss->slab[3].freed);
    slab_unformat(&ss->slab[3]);
    ss->clean = 0;
    superslab_release(ss);
}
END_TEST

TEST_MAIN("bitmap: purge", every_class, untouched_memory_goes)
