/* SPDX-License-Identifier: MIT */
/* test_pool_fork.c - the child of a fork has a whole pool, whatever the other threads were doing with it: the lock is free, the
 * slabs of threads that do not exist stay theirs, everything else can be claimed and given back. */
#define TEST_SECONDS 300
#include "core/test/test_child.h"
#include "test_pool.h"

#include <sys/resource.h>

enum { THREADS = 3, FORKS = 150, HELD = 12, BLOCKS = 600 };

static atomic_bool stop;

/* Blocks of every class, more than the hot SuperSlab holds, given back. */
static void use_all(void)
{
    static void *block[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        size_t size = class_size((unsigned)i % (i % 3 ? CLASS_TINY : CLASS_ALL));
        block[i] = i % 2 ? hak_calloc(1, size) : hak_malloc(size);
        must(block[i]);
        test_stamp(block[i], size < 256 ? size : 256, i);
    }
    must(hak_check());
    for (size_t i = 0; i < BLOCKS; i++) {
        size_t size = class_size((unsigned)i % (i % 3 ? CLASS_TINY : CLASS_ALL));
        must(test_stamped(block[i], size < 256 ? size : 256, i));
        hak_free(block[i]);
    }
    hak_malloc_trim(0);
    must(hak_check());
}

/* The child has the same slots as the parent had, and each may give them back without the other. */
static struct slab *slab[HELD];

static void release_all(void)
{
    for (int i = 0; i < HELD; i++) {
        must(slab_heap(slab[i]) == heap_self);
        release(heap_self, slab[i]);
    }
    must(thread_trim() && test_stats().superslabs == 0);
    use_all();
}

START_TEST(slots_are_in_both)
{
    struct heap *h = own_heap();
    for (unsigned i = 0; i < HELD; i++)
        slab[i] = claim(h, i % 2 ? i : class_of(100 * KIB));
    in_child(release_all);
    release_all();
}
END_TEST

static void *slot_user(void *context)
{
    struct heap *h = thread_heap();
    struct slab *mine[HELD];
    unsigned count = 0;
    uint32_t seed = 7u + (uint32_t)(uintptr_t)context;
    must(!setpriority(PRIO_PROCESS, 0, 19)); /* this thread only: the forking one need not queue */
    while (!stop) {
        uint32_t r = test_random(&seed);
        if (count < HELD && (count == 0 || r >> 31))
            mine[count++] = claim(h, (r >> 8) % (r % 3 ? CLASS_TINY : CLASS_ALL));
        else
            release(h, mine[--count]);
    }
    while (count > 0)
        release(h, mine[--count]);
    return NULL;
}

static void forks_among(void *(*user)(void *), unsigned empty)
{
    pthread_t threads[THREADS];
    pool_empty_limit = empty;
    own_heap();
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, user, (void *)i));
    for (size_t i = 0; i < test_scaled(FORKS); i++)
        in_child(use_all);
    use_all();
    stop = true;
    for (size_t i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
    hak_malloc_trim(0);
    must(test_stats().slabs == 0 && test_stats().superslabs == 0);
}

START_TEST(among_threads)
{
    forks_among(slot_user, 2);
}
END_TEST

/* Every release may be a SuperSlab's end, which takes the lock. */
START_TEST(among_threads_that_keep_nothing)
{
    forks_among(slot_user, 0);
}
END_TEST

/* A child of a child, and threads in a child: their heaps are adopted from those that were parked. */
static void *use_in_thread(void *unused)
{
    use_all();
    return unused;
}

static void threads_in_child(void)
{
    for (int i = 0; i < 5; i++)
        run_thread(use_in_thread, NULL);
    use_all();
}

static void child_of_child(void)
{
    in_child(threads_in_child);
    threads_in_child();
}

START_TEST(threads_and_children_of_the_child)
{
    if (test_shadowed()) /* TSan allows no thread in the child */
        return;
    run_thread(use_in_thread, NULL);
    use_all();
    in_child(child_of_child);
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("pool: fork", slots_are_in_both, among_threads, among_threads_that_keep_nothing, threads_and_children_of_the_child)
