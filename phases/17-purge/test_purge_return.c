/* SPDX-License-Identifier: MIT */
/* test_purge_return.c - memory comes back from threads that sleep: to others at once, when they want a slot, and, where the
 * thread is asked for, to the system after a while, page by page where free blocks hold no links; what is live is not
 * touched, what is handed out as zero is zero.
 */
#define TEST_SECONDS 120
#include "test_purge.h"

enum { OWNERS = 8, TURNS = 24, EACH = 8000, MOST = 1024 };

/* The smallest peak that turns can have: two loads are live, and what each heap keeps in its front. */
START_TEST(sleeping_owners)
{
    static struct helper owner[OWNERS];
    static void *block[2][EACH];
    struct load load[2] = {{EACH, MOST, block[0], 0}, {EACH, MOST, block[1], 0}};
    uint64_t live = 0, most = 0;
    purge_on = 1;
    purge_mb = 4;
    hak_free(hak_malloc(1));
    for (int i = 0; i < OWNERS; i++)
        helper_start(&owner[i]);
    size_t before = test_rss();
    for (int turn = 0; turn < TURNS; turn++) {
        helper_do(&owner[turn % OWNERS], load_make, &load[turn % 2]);
        sleep_ms(15);
        live = load[0].bytes + load[1].bytes;
        if (turn > 0)
            load_free(&load[(turn + 1) % 2]);
        size_t now = test_rss() - before;
        most = now > most ? now : most;
    }
    must(test_shadowed() || most < 2 * live + OWNERS * (!test_plain(freelist) ? 512 : 2048) * KIB);
    must(purge_counts().pressures > 0);
    load_free(&load[(TURNS + 1) % 2]);
    for (int i = 0; i < OWNERS; i++)
        walk_inside(owner[i].heap);
    slots_valid();
    for (int i = 0; i < OWNERS; i++)
        helper_end(&owner[i]);
    send_held();
    must(test_stats().live_blocks == 0);
}
END_TEST

enum { BLOCKS = 32 * 1024, KEEP = 64, SIZE_MOST = 4096 };
static void *kept[BLOCKS];

static size_t size_of(size_t i)
{
    return 64 + i * 2654435761u % (SIZE_MOST - 63);
}

static void fill(void)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        must((kept[i] = hak_malloc(size_of(i))));
        test_stamp(kept[i], size_of(i), i);
    }
}

/* Frees all but every KEEPth; how many bytes stay. */
static uint64_t thin(void)
{
    uint64_t live = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        if (i % KEEP == 0) {
            live += size_of(i);
        } else {
            hak_free(kept[i]);
            kept[i] = NULL;
        }
    }
    return live;
}

static void check_and_free(void)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        must(!kept[i] || test_stamped(kept[i], size_of(i), i));
        hak_free(kept[i]);
    }
}

/* Has the thread given back what it could of so many bytes? */
static bool returned(uint64_t bytes)
{
    struct purge_counts c = purge_counts();
    return c.slot_bytes > bytes / 8 && (test_plain(freelist) || c.slab_bytes > bytes / 8);
}

/* With the thread; no call; all but 1 in 64 blocks free. */
START_TEST(idle_return)
{
    thread_asked(400);
    size_t before = test_rss();
    fill();
    uint64_t full = test_stats().live_bytes, live = thin(), limit = !test_plain(freelist) ? 4 * live + 4 * MIB : full / 4 * 3;
    background_tick(false); /* as a malloc does at its end */
    thread_ends();
    must(returned(full));
    must(test_shadowed() || test_rss() - before <= limit);
    for (int i = 0; i < 40; i++) { /* what has gone is zero, and can be used */
        size_t size = 500 + 1000 * (size_t)i;
        char *p = hak_calloc(1, size);
        must(p && test_zero(p, size));
        test_stamp(p, size, 1);
        hak_free(p);
    }
    check_and_free();
    fill();
    check_and_free();
    walk_inside(settle());
    must(test_stats().live_blocks == 0);
    thread_ends();
    slots_valid();
}
END_TEST

/* A heap in use is left alone: nothing is taken from it but what it did not need for a while. */
START_TEST(busy_heaps_keep_theirs)
{
    thread_asked(200);
    fill();
    thin();
    uint64_t settled = purge_counts().heaps;
    for (int i = 0; i < 20; i++) {
        static void *few[2000];
        for (int n = 0; n < 2000; n++)
            must((few[n] = hak_malloc(48)));
        for (int n = 0; n < 2000; n++)
            hak_free(few[n]);
        sleep_ms(20);
    }
    must(purge_counts().sweeps > 1 && purge_counts().heaps == settled);
    check_and_free();
    walk_inside(settle());
}
END_TEST

enum { LARGE_ONES = 200, LARGE_SIZE = 200 * 1024 };
static atomic_bool stay;

static void make_large_ones(void *block)
{
    for (int i = 0; i < LARGE_ONES; i++)
        must((((void **)block)[i] = hak_malloc(LARGE_SIZE)));
}

/* Fills a bin and empties it, of one slab: slow paths that never use the slab up. */
static void stay_awake(void *unused)
{
    void *few[60];
    (void)unused;
    while (stay) {
        for (int i = 0; i < 60; i++)
            must((few[i] = hak_malloc(600)));
        for (int i = 0; i < 60; i++)
            hak_free(few[i]);
        sleep_ms(1);
    }
}

/* Blocks too large for packets wait in the queue of a thread that works on, and has no need to look there. */
START_TEST(queues_of_threads_that_are_awake_are_drained)
{
    struct helper owner;
    static void *block[LARGE_ONES];
    thread_asked(200);
    helper_start(&owner);
    helper_do(&owner, make_large_ones, block);
    background_ring();
    background_tick(false);
    stay = true;
    helper_begin(&owner, stay_awake, NULL);
    sleep_ms(20);
    for (int i = 0; i < LARGE_ONES; i++)
        hak_free(block[i]);
    for (int i = 0; i < 200 && load_relaxed(&owner.heap->remote); i++)
        sleep_ms(20);
    must(!load_relaxed(&owner.heap->remote));
    stay = false;
    sem_wait(&owner.done);
    walk_inside(owner.heap);
    helper_end(&owner);
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("purge: what comes back", sleeping_owners, idle_return, busy_heaps_keep_theirs,
          queues_of_threads_that_are_awake_are_drained)
