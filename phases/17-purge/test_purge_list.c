/* SPDX-License-Identifier: MIT */
/* test_purge_list.c - heaps of sleeping threads are asked for memory once, not each time that somebody wants a slot; again when something
 * has been queued at them, or their threads have worked. (v0.1 walks over all heaps each time.) */
#define TEST_SECONDS 120
#include "test_purge.h"

#include <sys/wait.h>

enum { SLEEPERS = 40, GROWTH = 3000, SIZE = 1000, STEPS = 24 };

static void few(void *kept)
{
    void *block[200];
    for (size_t i = 0; i < 200; i++)
        must((block[i] = hak_malloc(16 + i * 8)));
    for (size_t i = 0; i < 199; i++)
        hak_free(block[i]);
    *(void **)kept = block[199];
}

/* More than its front holds, so that slabs are taken and filled. */
static void many(void *unused)
{
    static void *block[20000];
    (void)unused;
    for (size_t i = 0; i < 20000; i++)
        must((block[i] = hak_malloc(64)));
    for (size_t i = 0; i < 20000; i++)
        hak_free(block[i]);
}

/* Wants slots, time after time. How many heaps were asked meanwhile, and how many served. */
struct asked {
    uint64_t asked, served;
};

static struct asked grow(int steps)
{
    struct purge_counts before = purge_counts(), after;
    for (int step = 0; step < steps; step++) {
        for (int i = 0; i < GROWTH; i++)
            must(hak_malloc(SIZE)); /* stays */
        sleep_ms(6);
    }
    after = purge_counts();
    return (struct asked){after.asked - before.asked, after.pressures - before.pressures};
}

START_TEST(asked_once)
{
    static struct helper sleeper[SLEEPERS];
    static void *kept[SLEEPERS];
    purge_on = 1;
    purge_mb = 0;
    for (int i = 0; i < SLEEPERS; i++) {
        helper_start(&sleeper[i]);
        helper_do(&sleeper[i], few, &kept[i]);
    }
    sleep_ms(10);
    grow(STEPS);
    must(purge_counts().pressures >= SLEEPERS);
    must(grow(STEPS).asked <= 3 * STEPS); /* its own heap, and what else is awake */
    hak_free(kept[7]);
    send_held();
    must(grow(STEPS).served >= 1);
    helper_do(&sleeper[9], many, NULL);
    sleep_ms(10);
    must(grow(STEPS).served >= 1 && grow(STEPS).asked <= 3 * STEPS);
    for (int i = 0; i < SLEEPERS; i++)
        helper_end(&sleeper[i]);
}
END_TEST

/* The child of a fork has a list of its own. */
START_TEST(in_a_child)
{
    static struct helper sleeper;
    static void *kept;
    purge_on = 1;
    purge_mb = 0;
    helper_start(&sleeper);
    helper_do(&sleeper, few, &kept);
    grow(2);
    pid_t pid = fork();
    must(pid >= 0);
    if (pid == 0) {
        alarm(60);
        hak_free(hak_malloc(SIZE));
        grow(8);
        walk_heap(settle());
        _exit(0);
    }
    int status = -1;
    must(waitpid(pid, &status, 0) == pid && status == 0);
    helper_end(&sleeper);
}
END_TEST

TEST_MAIN("purge: the list", asked_once, in_a_child)
