/* SPDX-License-Identifier: MIT */
/* test_core_fork.c - what fork does to heaps: in the child those of threads that are gone are parked, but one that somebody was
 * inside, which is LOST and never touched; the forking thread's own goes on; in the parent nothing changes. The library's own
 * handlers must be there in every program that allocates, however it was linked. */
#define TEST_SECONDS 180
#include "core/test/test_core.h"
#include <sys/wait.h>

static void *theirs[100];
static struct heap *their_heap;
static sem_t ready, leave;

static void *stay(void *context)
{
    for (int i = 0; i < 100; i++)
        theirs[i] = hak_malloc(64);
    their_heap = heap_self;
    sem_post(&ready);
    sem_wait(&leave);
    return context;
}

static void *pass(void *context)
{
    *(struct heap **)context = thread_heap();
    return NULL;
}

static void start_other(pthread_t *thread)
{
    must(sem_init(&ready, 0, 0) == 0 && sem_init(&leave, 0, 0) == 0);
    must(pthread_create(thread, NULL, stay, NULL) == 0);
    sem_wait(&ready);
}

/* ThreadSanitizer allows no thread in the child of a process that had some; AddressSanitizer may hold a lock of its own. */
static void run_thread_in_child(void *(*body)(void *), void *context)
{
    if (test_shadowed())
        body(context);
    else
        run_thread(body, context);
}

static bool done, stop;

static void *allocate(void *context)
{
    for (int i = 0; i < 200; i++)
        hak_free(hak_malloc(1 + (size_t)i * 37));
    return context;
}

static void expect_good_child(pid_t child)
{
    int status;
    must(child > 0 && waitpid(child, &status, 0) == child);
    must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(test_states)
{
    pthread_t thread;
    struct heap *parked, *own = thread_heap(), *again;
    start_other(&thread);
    run_thread(pass, &parked);
    must(parked != own && parked != their_heap && parked->state == HEAP_PARKED);
    pid_t child = fork();
    if (child == 0) {
        must(heap_self == own && own->state == HEAP_OWNED);
        must(test_stats().heaps == 3 && test_stats().heaps_parked == 2);
        must(their_heap->state == HEAP_PARKED && parked->state == HEAP_PARKED);
        run_thread_in_child(pass, &again);
        must(again == own || again == parked || again == their_heap);
        must(test_stats().heaps == 3);
        _exit(0);
    }
    expect_good_child(child);
    must(own->state == HEAP_OWNED && their_heap->state == HEAP_OWNED && parked->state == HEAP_PARKED);
    sem_post(&leave);
    must(pthread_join(thread, NULL) == 0 && their_heap->state == HEAP_PARKED);
}
END_TEST

/* Blocks of a heap whose thread is gone may be freed, and its memory is used again: what that thread had cached, too. */
START_TEST(test_free_into_orphan)
{
    pthread_t thread;
    start_other(&thread);
    void *mine = hak_malloc(64);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 100; i++)
            hak_free(theirs[i]);
        hak_free(mine);
        hak_malloc_trim(0);
        walk_heap(heap_self);
        must(their_heap->state == HEAP_PARKED && walk_heap(their_heap).slabs == 0);
        must(test_stats().live_blocks == 0);
        _exit(0);
    }
    expect_good_child(child);
    sem_post(&leave);
    must(pthread_join(thread, NULL) == 0);
}
END_TEST

static void *stay_inside(void *context)
{
    for (int i = 0; i < 100; i++)
        theirs[i] = hak_malloc(64);
    their_heap = heap_self;
    enter(heap_self);
    sem_post(&ready);
    sem_wait(&leave);
    heap_leave(heap_self);
    return context;
}

/* The thread is stopped within a slow path: fork does not wait for ever, and not a second time, and leaves that heap alone. The
 * quickest fork after the first tells, since a busy machine may make any one of them slow. */
START_TEST(test_inside_is_lost)
{
    pthread_t thread;
    uint64_t quickest = UINT64_MAX;
    must(sem_init(&ready, 0, 0) == 0 && sem_init(&leave, 0, 0) == 0);
    must(pthread_create(&thread, NULL, stay_inside, NULL) == 0);
    sem_wait(&ready);
    for (int i = 0; i < 20; i++) {
        uint64_t before = os_now_ms();
        pid_t child = fork();
        uint64_t took = os_now_ms() - before;
        quickest = i > 0 && took < quickest ? took : quickest;
        if (child == 0) {
            for (int j = 0; j < 100; j++)
                hak_free(theirs[j]);
            must(their_heap->state == HEAP_LOST);
            hak_malloc_trim(0);
            must(test_stats().heaps_parked == 0);
            _exit(0);
        }
        expect_good_child(child);
    }
    must(quickest < 90);
    must(their_heap->state == HEAP_OWNED);
    sem_post(&leave);
    must(pthread_join(thread, NULL) == 0 && their_heap->state == HEAP_PARKED);
}
END_TEST

/* Threads at work: whatever they were doing, their heaps are parked in the child, and whole. */
static void *replace(void *seed)
{
    static void *slot[256];
    uint32_t random = 1 + (uint32_t)(uintptr_t)seed;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        uint32_t r = test_random(&random);
        hak_free(__atomic_exchange_n(&slot[r % 256], hak_malloc(1 + (r >> 8) % 3000), __ATOMIC_ACQ_REL));
    }
    return NULL;
}

static void count_states(void *context, struct heap *h)
{
    ((int *)context)[load_relaxed(&h->state)]++;
}

/* A busy machine may keep a thread within a slow path, without a processor, for longer than fork waits; that is seldom. */
START_TEST(test_threads_at_work_leave_nothing_lost)
{
    pthread_t threads[4];
    int status, lost = 0;
    thread_heap();
    for (uintptr_t i = 0; i < 4; i++)
        must(pthread_create(&threads[i], NULL, replace, (void *)i) == 0);
    for (size_t round = 0; round < test_scaled(200); round++) {
        pid_t child = fork();
        if (child == 0) {
            int states[4] = {0};
            alarm(60);
            thread_each_heap(count_states, states);
            must(states[HEAP_BUSY] == 0 && states[HEAP_OWNED] == 1);
            must(test_stats().heaps_parked == test_stats().heaps - 1 - states[HEAP_LOST]);
            hak_malloc_trim(0);
            run_thread_in_child(allocate, NULL);
            _exit(10 + states[HEAP_LOST]);
        }
        must(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) >= 10);
        lost += WEXITSTATUS(status) > 10;
    }
    must((size_t)lost <= 1 + test_scaled(200) / 10);
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 4; i++)
        must(pthread_join(threads[i], NULL) == 0);
}
END_TEST

static void *hammer(void *context)
{
    while (!__atomic_load_n(&done, __ATOMIC_RELAXED)) {
        void *p[70], *large = hak_malloc(100000);
        for (int i = 0; i < 70; i++)
            p[i] = hak_malloc(1000);
        for (int i = 0; i < 70; i++)
            hak_free(p[i]);
        hak_free(large);
        struct superslab *ss = superslab_acquire();
        must(ss);
        superslab_release(ss);
    }
    return context;
}

/* No lock may be held in the child by a thread that does not exist there. */
START_TEST(test_locks_free_in_child)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        must(pthread_create(&threads[i], NULL, hammer, NULL) == 0);
    for (size_t round = 0; round < test_scaled(200); round++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            allocate(NULL);
            run_thread_in_child(allocate, NULL);
            hak_malloc_trim(0);
            struct superslab *ss = superslab_acquire();
            must(ss);
            superslab_release(ss);
            _exit(0);
        }
        expect_good_child(child);
    }
    __atomic_store_n(&done, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 3; i++)
        must(pthread_join(threads[i], NULL) == 0);
}
END_TEST

TEST_MAIN("fork", test_states, test_free_into_orphan, test_inside_is_lost, test_threads_at_work_leave_nothing_lost,
          test_locks_free_in_child)
