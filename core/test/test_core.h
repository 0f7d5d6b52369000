/* SPDX-License-Identifier: MIT */
/* test_core.h - what the white-box tests share: walks over slabs and heaps, threads, a system that can be made to refuse.
 *
 * The walks count with loops of their own and check in every mode, where slab_valid and heap_valid check only in MODE=check;
 * they call those too.
 */
#ifndef HAK_TEST_CORE_H
#define HAK_TEST_CORE_H

#include "core/heap/heap.h"
#include "core/heap/mapped.h"
#include "core/low/os.h"
#include "core/seam/lazy.h"
#include "core/seam/owner.h"
#include "core/heap/start.h"
#include "core/test/test_alone.h"
#include "core/test/test.h"
#include "core/test/test_api.h"
#include "core/test/test_enter.h"
#include "core/test/test_plain.h"
#include "core/heap/thread.h"

#include <pthread.h>
#include <semaphore.h>

/* The equations of slab.h that do not depend on who holds the used blocks. Returns the length of the free list. */
static inline uint32_t walk_slab(struct slab *s)
{
    uint32_t free = 0;
    for (void *p = freelist_next(s, NULL); p; p = freelist_next(s, p)) {
        must(slab_of(p) == s && slab_bad_block(s, p) == NULL);
        must(++free <= s->carved);
    }
    uint32_t used = s->full ? s->capacity - 1 + s->frees_to_event : s->frees_to_event;
    must(used == slab_used(s));
    must(s->carved <= s->capacity && s->carved == free + used);
    must(!s->full || (free == 0 && s->carved == s->capacity && s->frees_to_event == 1 && !s->listed));
    must(s->block_size == class_size(s->class));
    slab_valid(s);
    return free;
}

struct walk_sum {
    struct heap *heap; /* whose slabs */
    uint64_t slabs, used, used_bytes, cached;
};

static inline void walk_heap_slab(void *context, struct slab *s)
{
    struct walk_sum *sum = context;
    if (slab_heap(s) != sum->heap)
        return;
    walk_slab(s);
    bool current = sum->heap->current[s->class] == s;
    must(s->listed == (!current && !s->full));
    must(current || slab_used(s) > 0);
    sum->slabs++;
    sum->used += slab_used(s);
    sum->used_bytes += (uint64_t)slab_used(s) * s->block_size;
    sum->cached += front_cached(sum->heap, s) + pool_cached(sum->heap, s);
}

/* Everything that heap.h says must hold of a heap that no other thread frees into meanwhile. */
static inline struct walk_sum walk_heap(struct heap *h)
{
    struct walk_sum sum = {.heap = h};
    uint64_t bytes, listed = 0;
    superslab_each_slab(walk_heap_slab, &sum);
    must(test_keeps_others() || sum.cached == front_cached_total(h, &bytes) + pool_cached(h, NULL));
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        must(h->current[c] == &slab_none || (slab_heap(h->current[c]) == h && h->current[c]->class == c));
        for (struct slab *s = h->listed[c]; s; s = s->next) {
            must(s->listed && s->class == c && slab_heap(s) == h);
            must(s->next == NULL || s->next->prev == s);
            must(++listed <= sum.slabs);
        }
    }
    heap_valid(h);
    return sum;
}

/* Blocks of h that the program has, or that are on their way home. */
static inline uint64_t walk_live(struct heap *h)
{
    struct walk_sum sum = walk_heap(h);
    return sum.used - sum.cached;
}

/* The calling thread's heap with its front emptied and what others have freed received. */
static inline struct heap *settle(void)
{
    struct heap *h = thread_heap();
    must(h);
    enter(h);
    front_flush(h);
    heap_drain(h);
    heap_leave(h);
    return h;
}

/* A block straight from its slab, past the front; and straight back, or into the queue when the heap is busy. */
static inline void *slab_block(struct heap *h, unsigned class)
{
    bool zero = false;
    return heap_take(h, class, &zero);
}

static inline void slab_block_back(struct heap *h, void *p)
{
    if (heap_enter(h)) {
        heap_give_inside(h, slab_of(p), p);
        heap_leave(h);
    } else {
        heap_remote_push(h, h, slab_of(p), p);
    }
}

/* Blocks of h on their way home. */
static inline uint32_t remote_length(const struct heap *h)
{
    uint32_t n = 0;
    for (void *p = __atomic_load_n(&h->remote, __ATOMIC_ACQUIRE); p; p = *(void **)p)
        n++;
    return n + (uint32_t)remote_count(h, NULL);
}

/* What the calling thread holds for other heaps goes on its way. */
static inline void send_held(void)
{
    if (heap_self == &heap_none)
        return;
    enter(heap_self);
    remote_flush(heap_self);
    heap_leave(heap_self);
}

static inline void find_parked(void *context, struct heap *h)
{
    if (__atomic_load_n(&h->state, __ATOMIC_ACQUIRE) == HEAP_PARKED)
        *(struct heap **)context = h;
}

/* Some parked heap, or NULL. */
static inline struct heap *parked_heap(void)
{
    struct heap *h = NULL;
    thread_each_heap(find_parked, &h);
    return h;
}

static inline void run_thread(void *(*body)(void *), void *context)
{
    pthread_t thread;
    must(pthread_create(&thread, NULL, body, context) == 0);
    must(pthread_join(thread, NULL) == 0);
}

#endif
