/* SPDX-License-Identifier: MIT */
/* test_seam_guard.c - the contract of seam/guard.h, for whatever answer this mode has: right use passes without a word; an
 * exact guard counts live blocks and ends the process at the call that is wrong. */
#include "core/test/test_core.h"
#include <signal.h>
#include <sys/wait.h>

enum { CLASS = 5, N = 500 };
static void *block[N];

START_TEST(test_right_use)
{
    struct heap *h = thread_heap();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < N; i++) {
            must((block[i] = slab_block(h, CLASS)));
            guard_alloc(block[i]);
            guard_live(block[i], "realloc");
            guard_live(block[i], "realloc"); /* asking changes nothing */
        }
        for (int i = 0; i < N; i++) {
            guard_live(block[i], "malloc_usable_size");
            guard_free(block[i], "free");
            slab_block_back(h, block[i]);
        }
        walk_heap(h);
    }
}
END_TEST

START_TEST(test_count)
{
    struct heap *h = thread_heap();
    for (int i = 0; i < 50; i++) {
        must((block[i] = slab_block(h, CLASS)) && slab_of(block[i]) == slab_of(block[0]));
        guard_alloc(block[i]);
        must(test_plain(guard) || guard_count(slab_of(block[0]), 0) == (uint32_t)i + 1);
    }
    for (int i = 0; i < 50; i++) {
        guard_free(block[i * 7 % 50], "free");
        must(test_plain(guard) || guard_count(slab_of(block[0]), 0) == 49 - (uint32_t)i);
    }
    for (int i = 0; i < 50; i++)
        slab_block_back(h, block[i]);
}
END_TEST

/* Does act() end the process with SIGABRT? */
static bool aborts(void (*act)(char *p), char *p)
{
    int status;
    pid_t child = fork();
    must(child >= 0);
    if (child == 0) {
        close(STDERR_FILENO);
        act(p);
        _exit(0);
    }
    must(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void free_once(char *p)
{
    guard_free(p, "free");
}

static void free_twice(char *p)
{
    guard_free(p, "free");
    guard_free(p, "free");
}

static void free_interior(char *p)
{
    guard_free(p + 16, "free");
}

static void live_freed(char *p)
{
    guard_free(p, "free");
    guard_live(p, "realloc");
}

static void live_interior(char *p)
{
    guard_live(p + 32, "realloc");
}

static void hand_out_twice(char *p)
{
    guard_alloc(p);
}

START_TEST(test_wrong_use)
{
    struct heap *h = thread_heap();
    char *p = slab_block(h, CLASS);
    must(p);
    guard_alloc(p);
    must(!aborts(free_once, p));
    must(aborts(free_twice, p) == !test_plain(guard));
    must(aborts(free_interior, p) == !test_plain(guard));
    must(aborts(live_freed, p) == !test_plain(guard));
    must(aborts(live_interior, p) == !test_plain(guard));
    must(aborts(hand_out_twice, p) == !test_plain(guard));
    guard_free(p, "free");
    slab_block_back(h, p);
}
END_TEST

/* Threads mark and unmark blocks that share words. */
static void *mark_and_unmark(void *context)
{
    for (size_t round = 0; round < test_scaled(2000); round++) {
        for (uintptr_t i = (uintptr_t)context; i < N; i += 4)
            guard_alloc(block[i]);
        for (uintptr_t i = (uintptr_t)context; i < N; i += 4) {
            guard_live(block[i], "realloc");
            guard_free(block[i], "free");
        }
    }
    return NULL;
}

START_TEST(test_threads)
{
    pthread_t threads[4];
    struct heap *h = thread_heap();
    for (int i = 0; i < N; i++)
        must((block[i] = slab_block(h, CLASS)));
    for (uintptr_t i = 0; i < 4; i++)
        must(pthread_create(&threads[i], NULL, mark_and_unmark, (void *)i) == 0);
    for (int i = 0; i < 4; i++)
        must(pthread_join(threads[i], NULL) == 0);
    for (int i = 0; i < N; i++)
        slab_block_back(h, block[i]);
    walk_heap(h);
}
END_TEST

TEST_MAIN("guard seam", test_right_use, test_count, test_wrong_use, test_threads)
