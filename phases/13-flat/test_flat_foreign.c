/* SPDX-License-Identifier: MIT */
/* test_flat_foreign.c - what is not a 16-byte aligned address in a slab of the calling thread's heap does not take free's short
 * way: blocks of others, slots that belong to nobody, misaligned and impossible addresses, memory of other kinds.
 */
#define _GNU_SOURCE
#include "test_flat.h"

#include <sys/mman.h>

enum { MANY = 500 };
static void *theirs[MANY];
static sem_t go, done;
static char bss[64];

static void *owner(void *unused)
{
    table_heap();
    for (size_t i = 0; i < MANY; i++)
        must((theirs[i] = hak_malloc(16 + i * 40)));
    sem_post(&done);
    sem_wait(&go);
    for (size_t i = 0; i < MANY; i++) {
        struct slab *s = slab_of(theirs[i]);
        must(takes(heap_self, theirs[i]) == (heap_self->front.bin[s->class].top < heap_self->front.bin[s->class].limit));
        hak_free(theirs[i]);
    }
    return unused;
}

START_TEST(blocks_of_others)
{
    pthread_t thread;
    struct heap *h = table_heap();
    must(!sem_init(&go, 0, 0) && !sem_init(&done, 0, 0));
    must(!pthread_create(&thread, NULL, owner, NULL));
    sem_wait(&done);
    for (size_t i = 0; i < MANY; i++) {
        void *own = hak_malloc(16 + i * 40);
        must(slab_heap(slab_of(theirs[i])) != h && !takes(h, theirs[i]) && led_to(h, theirs[i]) == &h->front.route.closed);
        hak_free(own);
    }
    sem_post(&go);
    must(!pthread_join(thread, NULL));
}
END_TEST

/* Slots that no slab has, and those of a slab that waits empty for its class to be wanted again. */
START_TEST(slots_of_nobody)
{
    struct heap *h = table_heap();
    static char *block[MANY];
    char *keep = hak_malloc(100);
    for (int i = 0; i < MANY; i++)
        block[i] = hak_malloc(1024);
    for (int i = 0; i < MANY; i++)
        hak_free(block[i]);
    enter(h);
    front_flush(h);
    heap_settle(h);
    heap_leave(h);
    struct superslab *ss = ssmap_find(keep);
    unsigned nobodys = 0;
    for (unsigned i = 1; i < SLABS_PER_SUPERSLAB; i++) {
        char *slot = superslab_slot(&ss->slab[i]);
        if (slab_heap(slab_of(slot)))
            continue;
        for (size_t at = 0; at < SLAB_SIZE; at += 16)
            must(!takes(h, slot + at));
        nobodys++;
    }
    must(nobodys > 8);
    for (int i = 0; i < MANY; i++) {
        struct slab *s = slab_of(block[i]);
        must(slab_heap(s) || !takes(h, block[i]));
    }
    hak_free(keep);
}
END_TEST

START_TEST(misaligned_and_impossible)
{
    struct heap *h = table_heap();
    uintptr_t p = (uintptr_t)hak_malloc(64);
    must(takes(h, (void *)p));
    for (uintptr_t low = 1; low < 16; low++)
        must(!takes(h, (void *)(p + low)));
    for (unsigned bit = HAK_ADDRESS_BITS; bit < 64; bit++)
        must(!takes(h, (void *)(p | (uintptr_t)1 << bit)));
    for (unsigned bit = 0; bit < 64; bit++) { /* the ends of every power of two */
        uintptr_t power = (uintptr_t)1 << bit, around[] = {power, power - 16, power + 16, power - 1, ~power, ~(power - 1)};
        for (size_t i = 0; i < sizeof around / sizeof *around; i++)
            must(!takes(h, (void *)around[i]));
    }
    must(!takes(h, NULL));
    hak_free((void *)p);
}
END_TEST

START_TEST(memory_of_other_kinds)
{
    struct heap *h = table_heap();
    char stack[64], *large = hak_malloc(3 * MIB), *aligned = hak_aligned_alloc(64 * KIB, 100 * KIB);
    char *system = malloc(100), *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *all[] = {stack + 8, bss, large, aligned, system, page, h, h->front.route.bin, (void *)(uintptr_t)&hak_malloc, stderr};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        uintptr_t down = (uintptr_t)all[i] & ~(uintptr_t)15;
        must(!takes(h, (void *)down) && !takes(h, (void *)(down + 16)));
    }
    hak_free(large);
    hak_free(aligned);
    free(system);
    must(!munmap(page, 4096));
}
END_TEST

/* A thread without a heap, and one whose heap has gone. */
static void *no_heap(void *p)
{
    must(heap_self == &heap_none && !takes(heap_self, p) && !takes(heap_self, NULL));
    hak_free(NULL);
    hak_free(p);
    must(heap_self == &heap_none);
    return NULL;
}

START_TEST(without_a_heap)
{
    must(heap_self == &heap_none && !takes(heap_self, bss) && !takes(heap_self, NULL));
    hak_free(NULL);
    run_thread(no_heap, hak_malloc(40));
    must(hak_check());
}
END_TEST

static void *free_theirs(void *count)
{
    for (size_t i = 0; i < *(size_t *)count; i++)
        hak_free(theirs[i]);
    return NULL;
}

/* A heap whose blocks only others free gets its table, too, where they arrive in packets. */
START_TEST(blocks_that_come_home)
{
    struct heap *h = thread_heap();
    size_t count = MANY;
    for (int round = 0; !test_plain(remote) && round < 2 * ROUTE_MISSES / MANY + 2; round++) {
        for (size_t i = 0; i < MANY; i++)
            must((theirs[i] = hak_malloc(48)));
        run_thread(free_theirs, &count);
    }
    must(test_plain(remote) || mapped(h));
    must(hak_check());
}
END_TEST

TEST_MAIN("flat: foreign pointers", blocks_that_come_home, blocks_of_others, slots_of_nobody, misaligned_and_impossible, memory_of_other_kinds,
          without_a_heap)
