/* SPDX-License-Identifier: MIT */
/* test_front_foreign.c - a block of another heap, of a class that the thread never asked for, enters no front: the thread holds
 * what it held before, and the block arrives at its owner, awake, asleep or ended.
 *
 * The check is free's own question, slab->heap == heap_self, which it must ask anyway.
 */
#define TEST_SECONDS 120
#include "test_front.h"

#include <sys/wait.h>

enum { BLOCKS = 2000 };

static void *block[BLOCKS];
static struct heap *owner;
static pthread_barrier_t step;

static size_t remote_length(const struct heap *h)
{
    size_t length = 0;
    for (void *p = __atomic_load_n(&h->remote, __ATOMIC_ACQUIRE); p; p = *(void **)p)
        length++;
    return length + remote_count(h, NULL);
}

/* A mid block only where mid blocks come from slabs. */
static size_t size_of(size_t i)
{
    return HEAP_CLASSES > CLASS_TINY && i % 50 == 0 ? 3000 : 16 + i % 1000;
}

static void take_all(void)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        block[i] = hak_malloc(size_of(i));
        must(block[i]);
    }
}

/* Frees all, with the front of the calling thread looked at after every call. */
static void free_as_foreigner(struct heap *self)
{
    void **top[HEAP_CLASSES];
    uint64_t drains = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        top[c] = self->front.bin[c].top;
        drains += self->front.count[c].drains;
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        hak_free(block[i]);
        for (unsigned c = 0; c < HEAP_CLASSES; c++)
            must(self->front.bin[c].top == top[c]);
    }
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        drains -= self->front.count[c].drains;
    must(drains == 0);
    if (heap_self != &heap_none) {
        enter(heap_self);
        remote_flush(heap_self);
        heap_leave(heap_self);
    }
    if (self != &heap_none)
        bins_valid(self);
}

static void *owner_awake(void *unused)
{
    owner = own_heap();
    take_all();
    pthread_barrier_wait(&step); /* the other frees */
    pthread_barrier_wait(&step);
    size_t held = held_total(owner);
    must(remote_length(owner) == BLOCKS && owner->remote_received_blocks == 0);
    enter(owner);
    heap_drain(owner);
    heap_leave(owner);
    must(owner->remote == NULL && owner->remote_received_blocks == BLOCKS && held_total(owner) == held);
    must(hak_check());
    take_all(); /* the same memory again */
    must(owner->remote_received_blocks == BLOCKS);
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    return unused;
}

static void *free_without_a_heap(void *unused)
{
    must(heap_self == &heap_none);
    free_as_foreigner(&heap_none);
    must((!test_plain(remote) || heap_self == &heap_none) && front_nothing[0] == NULL);
    for (unsigned c = 0; c < HEAP_CLASSES; c++) /* NULL where no size leads to them: ROUTE_BINS */
        must(heap_none.front.bin[c].top == (test_plain(route) ? front_nothing : NULL));
    return unused;
}

static void with_owner_awake(bool with_heap)
{
    pthread_t thread;
    pthread_barrier_init(&step, NULL, 2);
    must(!pthread_create(&thread, NULL, owner_awake, NULL));
    pthread_barrier_wait(&step);
    if (with_heap) {
        struct heap *self = own_heap();
        void *mine[300];
        for (size_t i = 0; i < 300; i++)
            mine[i] = hak_malloc(16 + i);
        for (size_t i = 0; i < 150; i++)
            hak_free(mine[i]);
        must(self != owner && held_total(self) > 0);
        free_as_foreigner(self);
        must(remote_length(self) == 0);
        for (size_t i = 150; i < 300; i++)
            hak_free(mine[i]);
        must(hak_check());
    } else {
        run_thread(free_without_a_heap, NULL);
    }
    pthread_barrier_wait(&step);
    must(!pthread_join(thread, NULL));
    must(test_stats().live_blocks == 0 && test_stats().remote_frees == BLOCKS);
}

START_TEST(owner_gets_its_blocks)
{
    with_owner_awake(true);
}
END_TEST

START_TEST(freed_by_a_thread_without_a_heap)
{
    with_owner_awake(false);
}
END_TEST

static void *take_and_end(void *unused)
{
    owner = own_heap();
    take_all();
    return unused;
}

/* The heap of an ended thread: its blocks go to the slabs at once, into no front at all. */
START_TEST(owner_has_ended)
{
    struct heap *self = own_heap();
    run_thread(take_and_end, NULL);
    front_rouse();
    must(owner != self && held_total(owner) == 0);
    free_as_foreigner(self);
    must(held_total(owner) == 0 && owner->remote == NULL && test_stats().live_blocks == 0);
    must(test_stats().remote_frees == 0);
    hak_malloc_trim(0);
    must(test_stats().slabs == 0);
}
END_TEST

/* realloc moves: the new block is from this heap, the old one goes to its owner. */
START_TEST(realloc_of_a_foreign_block)
{
    struct heap *self = own_heap();
    run_thread(take_and_end, NULL);
    front_rouse();
    for (size_t i = 0; i < BLOCKS; i++) {
        test_stamp(block[i], size_of(i), i);
        void *moved = hak_realloc(block[i], 5000);
        must(moved && test_stamped(moved, size_of(i), i));
        must(!ssmap_find(moved) || slab_heap(slab_of(moved)) == self);
        hak_free(moved);
        if (i % 100 == 0)
            bins_valid(self);
    }
    must(held_total(owner) == 0 && test_stats().live_blocks == 0 && hak_check());
}
END_TEST

/* After fork, the other threads' heaps are nobody's: their blocks go to no front of the child. */
static void *owner_asleep(void *unused)
{
    owner = own_heap();
    take_all();
    pthread_barrier_wait(&step);
    pthread_barrier_wait(&step);
    return unused;
}

START_TEST(owner_does_not_exist_in_the_child)
{
    pthread_t thread;
    pthread_barrier_init(&step, NULL, 2);
    must(!pthread_create(&thread, NULL, owner_asleep, NULL));
    pthread_barrier_wait(&step);
    struct heap *self = own_heap();
    pid_t child = fork();
    must(child >= 0);
    if (!child) {
        free_as_foreigner(self);
        must(test_stats().heaps_parked > 0 && owner->state == HEAP_PARKED && hak_check());
        _exit(0);
    }
    int status = -1;
    must(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    pthread_barrier_wait(&step);
    must(!pthread_join(thread, NULL));
    free_as_foreigner(self);
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("front: foreign", owner_gets_its_blocks, freed_by_a_thread_without_a_heap, owner_has_ended,
          realloc_of_a_foreign_block, owner_does_not_exist_in_the_child)
