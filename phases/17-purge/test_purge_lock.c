/* SPDX-License-Identifier: MIT */
/* test_purge_lock.c - others in a heap: they drain what they free into a sleeping thread's heap, and no block is lost or counted
 * twice; a heap's thread waits for who is inside, goes on without it when it does not leave, and ends; fork minds who is inside.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 120
#include "test_purge.h"

#include "core/low/meta.h"

#include <sys/wait.h>

enum { MANY = 40000 };
static void *block[MANY];

/* Blocks with mappings of their own. */
static uint64_t mapped_blocks(void)
{
    struct hak_stats stats = test_stats();
    return stats.mid_blocks + stats.large_blocks;
}

static uint64_t total_helped;

static void add_helped(void *context, struct heap *h)
{
    (void)context;
    total_helped += load_relaxed(&h->lock.helped);
}

static uint64_t helped(void)
{
    total_helped = 0;
    thread_each_heap(add_helped, NULL);
    return total_helped;
}

/* used = live + cached + remote, whoever drained. */
START_TEST(who_frees_drains)
{
    struct helper owner;
    static void *first_block[MANY];
    struct load first = {MANY, 400, first_block, 0}, load = {MANY, 400, block, 0};
    purge_on = 1;
    hak_free(hak_malloc(1));
    helper_start(&owner);
    helper_do(&owner, load_make, &first);
    helper_do(&owner, load_make, &load);
    uint64_t slabs = test_stats().slabs;
    load_free(&first);
    sleep_ms(30); /* now it is known to sleep */
    load_free(&load);
    send_held();
    struct walk_sum sum = walk_heap(owner.heap);
    must(helped() > 0 && sum.used == sum.cached + remote_length(owner.heap));
    must(remote_length(owner.heap) < MANY / 4 && test_stats().live_blocks == 0);
    must(test_stats().slabs < slabs / 2);
    slots_valid();
    helper_do(&owner, load_make, &load);
    walk_heap(owner.heap);
    must(test_stats().live_blocks == MANY);
    helper_do(&owner, load_free, &load);
    slots_valid();
    helper_end(&owner);
    must(test_stats().live_blocks == 0);
}
END_TEST

static void *end_with_blocks(void *context)
{
    load_make(context);
    *(struct heap **)((struct load *)context + 1) = heap_self;
    return NULL;
}

/* The interrupted code may hold a lock that going into another heap takes: the block waits there for the next one. */
START_TEST(a_handler_in_a_slow_path_enters_no_parked_heap)
{
    struct {
        struct load load;
        struct heap *heap;
    } parked = {{2, 4000, block, 0}, NULL};
    hak_free(hak_malloc(1));
    run_thread(end_with_blocks, &parked);
    must(parked.heap->state == HEAP_PARKED && remote_length(parked.heap) == 0);
    enter(heap_self);
    hak_free(block[0]);
    must(parked.heap->state == HEAP_PARKED && remote_length(parked.heap) == 1);
    heap_leave(heap_self);
    hak_free(block[1]);
    must(parked.heap->state == HEAP_PARKED && remote_length(parked.heap) == 0 && test_stats().live_blocks == 0);
}
END_TEST

static void *handler_first(void *unused)
{
    lock_inside += LOCK_IN_HEAP; /* as the first malloc of a thread does before it takes locks */
    uint64_t before = mapped_blocks();
    char *p = hak_malloc(100);
    must(p && heap_self == &heap_none && mapped_blocks() == before + 1);
    hak_free(p);
    lock_inside -= LOCK_IN_HEAP;
    must(heap_self == &heap_none && mapped_blocks() == before);
    hak_free(hak_malloc(100));
    must(heap_self != &heap_none);
    return unused;
}

START_TEST(a_handler_in_the_first_malloc_of_a_thread_takes_no_lock)
{
    run_thread(handler_first, NULL);
    must(test_stats().live_blocks == 0);
}
END_TEST

static void *find_heap(void *heap)
{
    hak_free(hak_malloc(100));
    *(struct heap **)heap = heap_self;
    return NULL;
}

/* As for a handler that interrupts a thread between borrowing a parked heap and saying that it is away. */
START_TEST(a_parked_heap_that_stays_busy_is_left_to_others)
{
    struct {
        struct load load;
        struct heap *heap;
    } parked = {{1, 4000, block, 0}, NULL};
    struct heap *other = NULL;
    run_thread(end_with_blocks, &parked);
    store_relaxed(&parked.heap->state, HEAP_BUSY);
    run_thread(find_heap, &other);
    must(other && other != parked.heap && parked.heap->state == HEAP_BUSY);
    store_relaxed(&parked.heap->state, HEAP_PARKED);
    store_relaxed(&other->state, HEAP_BUSY);
    struct heap *again = NULL;
    run_thread(find_heap, &again); /* whichever of the two comes first */
    store_relaxed(&other->state, HEAP_PARKED);
    must(again && again != other);
    hak_free(block[0]);
    must(test_stats().live_blocks == 0);
}
END_TEST

START_TEST(a_handler_waits_for_no_metadata)
{
    char *first = meta_alloc(64), *second, *third;
    lock_enter(LOCK_META); /* as if in the middle of it */
    second = meta_alloc(100);
    lock_leave(LOCK_META);
    third = meta_alloc(64);
    must(first && second && !((uintptr_t)second % os_page) && third == first + 64);
    second[0] = second[99] = 1;
}
END_TEST

START_TEST(nobody_helps_when_turned_off)
{
    struct helper owner;
    struct load load = {MANY, 400, block, 0};
    purge_on = 0;
    hak_free(hak_malloc(1));
    helper_start(&owner);
    helper_do(&owner, load_make, &load);
    load_free(&load);
    send_held();
    must(helped() == 0 && remote_length(owner.heap) == MANY);
    helper_end(&owner);
}
END_TEST

static void go_in(void *heap)
{
    must(lock_visit(heap) && !lock_visit(heap));
}

static void go_out(void *heap)
{
    lock_give(&((struct heap *)heap)->lock);
}

/* As a helper does: it leaves when the heap's thread waits, and it does not wait for that in its sleep. */
static void leave_when_wanted(void *heap)
{
    struct heap *h = heap;
    while (!load_relaxed(&h->lock.wanted))
        continue;
    lock_give(&h->lock);
}

/* The thread that has the heap finds somebody inside: it waits, or goes on without, and has the heap soon after. */
START_TEST(waits_for_who_is_inside)
{
    struct helper other;
    struct load load = {2000, 400, block, 0};
    struct heap *h = thread_heap();
    helper_start(&other);
    for (int i = 0; i < 5; i++) {
        helper_do(&other, go_in, h);
        helper_begin(&other, leave_when_wanted, h);
        load_make(&load);
        sem_wait(&other.done);
        must(load_relaxed(&h->lock.word) == 0 && !lock_missed(&h->lock));
        load_free(&load);
    }
    walk_heap(settle());
    helper_end(&other);
    must(test_stats().live_blocks == 0);
}
END_TEST

/* Who is inside does not leave: blocks come all the same, from a heap that nobody has, and go, and all is well once it has left.
 * Nobody waits for long, and only once. */
START_TEST(goes_on_without)
{
    struct helper other;
    struct load load = {3000, 3000, block, 0};
    struct heap *h = thread_heap();
    helper_start(&other);
    for (size_t i = 0; i < 500; i++)
        must((block[i] = hak_malloc(200)));
    helper_do(&other, go_in, h);
    uint64_t before = os_now_us();
    for (size_t i = 0; i < 500; i++)
        hak_free(block[i]);
    load_make(&load);
    must(mapped_blocks() == 0 && slab_heap(slab_of(block[2999])) != h);
    load_free(&load);
    hak_free(hak_malloc(40000));
    hak_malloc_trim(0);
    must(test_zero(hak_calloc(1, 3000), 3000));
    must(os_now_us() - before < (test_shadowed() ? 9000000 : 900000)); /* a thousand slow paths */
    helper_do(&other, go_out, h);
    load_make(&load);
    must(slab_heap(slab_of(block[2999])) == h);
    load_free(&load);
    walk_heap(settle());
    must(test_stats().live_blocks == 1);
    helper_end(&other);
}
END_TEST

static struct helper insider;

static void *end_locked(void *heap)
{
    hak_free(hak_malloc(100));
    *(struct heap **)heap = heap_self;
    helper_do(&insider, go_in, heap_self);
    return NULL;
}

/* A thread ends while somebody is in its heap for good: another one has it when that is over. */
START_TEST(ends_without)
{
    struct heap *h = NULL, *again = NULL;
    helper_start(&insider);
    run_thread(end_locked, &h);
    must(h && h->state == HEAP_PARKED && h->lock.word != 0);
    run_thread(find_heap, &again);
    must(again && again != h);
    hak_malloc_trim(0);
    helper_do(&insider, go_out, h);
    hak_malloc_trim(0);
    must(!h->orphan && test_stats().live_blocks == 0);
    helper_end(&insider);
}
END_TEST

static atomic_bool stop;

/* Enters every heap again and again. */
static void *visit_all(void *unused)
{
    while (!stop)
        thread_each_heap(settle_other, NULL);
    return unused;
}

static void *ending(void *unused)
{
    static void *mine[500];
    struct load load = {500, 1000, mine, 0};
    load_make(&load);
    load_free(&load);
    return unused;
}

static void child(struct load *load)
{
    alarm(60);
    load_free(load);
    for (int i = 0; i < 20; i++) {
        load_make(load);
        load_free(load);
    }
    run_thread(ending, NULL);
    walk_heap(settle());
}

/* A child of fork works, whichever heaps another thread was in: its own, those of ended threads. */
START_TEST(fork_while_others_are_inside)
{
    pthread_t visitor;
    struct load load = {1000, 2000, block, 0};
    if (test_shadowed())
        return;
    thread_heap();
    must(!pthread_create(&visitor, NULL, visit_all, NULL));
    for (size_t i = 0; i < test_scaled(300); i++) {
        load_make(&load);
        if (i % 8 == 0)
            run_thread(ending, NULL);
        pid_t pid = fork();
        must(pid >= 0);
        if (!pid) {
            child(&load);
            _exit(0);
        }
        int status = -1;
        must(waitpid(pid, &status, 0) == pid && status == 0);
        load_free(&load);
    }
    stop = true;
    must(!pthread_join(visitor, NULL));
    walk_heap(settle());
    must(test_stats().live_blocks == 0);
}
END_TEST

enum { THREADS = 4, SHARED = 256 };
static _Atomic(void *) shared[SHARED];

static void *exchange(void *seed)
{
    uint32_t random = 1 + (uint32_t)(uintptr_t)seed;
    for (size_t i = 0; i < test_scaled(200000); i++) {
        uint32_t r = test_random(&random);
        size_t size = r % 64 ? 16 + (r >> 8) % 2000 : 1 + (r >> 8) % 200000;
        char *p = hak_malloc(size);
        must(p);
        p[0] = p[size - 1] = 1;
        hak_free(atomic_exchange(&shared[(r >> 4) % SHARED], p));
    }
    return NULL;
}

/* Threads at work, and one that enters all heaps all the time. */
START_TEST(others_at_any_time)
{
    pthread_t visitor, thread[THREADS];
    must(!pthread_create(&visitor, NULL, visit_all, NULL));
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&thread[i], NULL, exchange, (void *)i));
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(thread[i], NULL));
    stop = true;
    must(!pthread_join(visitor, NULL));
    for (int i = 0; i < SHARED; i++)
        hak_free(shared[i]);
    send_held();
    hak_malloc_trim(0);
    must(test_stats().live_blocks == 0 && test_stats().slabs == 0);
}
END_TEST

TEST_MAIN("purge: the lock of a heap", who_frees_drains, a_handler_in_a_slow_path_enters_no_parked_heap,
          a_handler_in_the_first_malloc_of_a_thread_takes_no_lock, a_parked_heap_that_stays_busy_is_left_to_others,
          a_handler_waits_for_no_metadata, nobody_helps_when_turned_off, waits_for_who_is_inside, goes_on_without, ends_without,
          fork_while_others_are_inside, others_at_any_time)
