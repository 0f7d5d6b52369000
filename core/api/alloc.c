/* alloc.c - malloc, free, calloc, realloc: the hot paths, and the branches that leave them.
 *
 * May include heap.h, mapped.h, thread.h, log.h and the seams. Release code here holds no formatting, no stdio and no getenv.
 *
 * The fast path of malloc:  size -> class -> front or current slab -> block.
 * The fast path of free:    pointer -> one bit of the SuperSlab map -> slab -> is it mine? -> front or slab.
 * Where the route seam has an answer it makes both paths shorter.
 */
#include "core/hakmem.h"
#include "core/heap/heap.h"
#include "core/low/log.h"
#include "core/heap/mapped.h"
#include "core/seam/grow.h"
#include "core/seam/large.h"
#include "core/seam/owner.h"
#include "core/seam/purge.h"
#include "core/seam/width.h"
#include "core/heap/start.h"
#include "core/heap/thread.h"
#include <errno.h>
#include <string.h>

/* A block that is too large for fronts from what is kept of its class, or NULL. */
static inline void *malloc_run(struct heap *h, size_t size)
{
    return size > RUN_POP_MIN && size <= MID_MAX && h != &heap_none ? run_take(h, size) : NULL;
}

static noinline void *block_out_far(void *p)
{
    superslab_mark(ssmap_find(p), p);
    return p;
}

/* p, a block of a slab of a mid class, is about to be handed out. */
hot_inline void *block_out(void *p)
{
    guard_alloc(p);
    if (unlikely(!ssmap_is_near(p)))
        return block_out_far(p);
    superslab_mark(ssmap_find_near(p), p);
    return p;
}

/* A block of any size from where its size comes from, without a word about failure. zero: as in mid_alloc. */
static void *malloc_from(struct heap *h, size_t size, bool *zero)
{
    if (unlikely(remote_waiting(&h->out, &h->in)) && size <= MID_MAX) {
        void *p = remote_take(h, class_of(size));
        if (p) {
            *zero = false;
            return p;
        }
    }
    if (size > TINY_MAX && size <= MID_MAX) {
        void *p = malloc_run(h, size);
        if (!p)
            return mid_alloc(h, size, zero);
        *zero = false;
        return p;
    }
    bool wanted = *zero;
    *zero = false;
    if (size <= TINY_MAX)
        return front_refill(h, class_of_tiny(size));
    *zero = wanted;
    return large_alloc(size, zero);
}

/* For who has no heap, or cannot have it now: at the thread's end, in a signal handler that interrupted a slow path, while
 * somebody is in the heap who does not leave. */
static noinline void *malloc_without(size_t size, bool *zero)
{
    int saved = errno;
    void *p = thread_lend(size);
    if (p)
        *zero = false;
    else
        p = large_alloc(size, zero);
    errno = p ? saved : ENOMEM;
    return p;
}

/* What malloc does when the fast path has no block: any size, the thread's first call, an empty slab. */
static noinline void *malloc_slow(size_t size, bool *zero)
{
    struct heap *h = thread_heap();
    void *p;
    if (unlikely(!h) || unlikely(lock_inside)) {
        p = malloc_without(size, zero);
        if (p && ssmap_find(p) && size > TINY_MAX)
            block_out(p);
        else if (p && ssmap_find(p))
            guard_alloc(p);
        return p;
    }
    bool wanted = *zero;
    p = malloc_from(h, size, zero);
    bool missed = unlikely(!p) && lock_missed(&h->lock); /* who is inside does not leave */
    if (unlikely(!p) && !missed && size <= PTRDIFF_MAX && thread_trim()) {
        *zero = wanted;
        p = malloc_from(h, size, zero);
    }
    if (unlikely(!p) && size <= MID_MAX) { /* no room for a SuperSlab, perhaps, but for a block */
        *zero = wanted;
        p = malloc_without(size, zero);
    }
    if (unlikely(!p))
        errno = ENOMEM;
    else if (ssmap_find(p) && size > TINY_MAX)
        block_out(p);
    else if (ssmap_find(p))
        guard_alloc(p);
    purge_tick(false);
    return p;
}

static noinline void *malloc_general(size_t size)
{
    bool zero = false;
    void *p = ROUTE_MAPS && size <= TINY_MAX ? heap_pop(heap_self, class_of_tiny(size)) : NULL;
    if (likely(!p))
        return malloc_slow(size, &zero);
    route_open(heap_self);
    guard_alloc(p);
    return p;
}

/* What malloc does for sizes above the tiny ones when the front has no block. */
static noinline void *malloc_wide_slow(size_t size)
{
    void *p = malloc_run(heap_self, size);
    if (unlikely(!p))
        return malloc_general(size);
    return block_out(p);
}

/* What malloc does for sizes above the tiny ones. */
static noinline void *malloc_wide(size_t size)
{
    void *p = ROUTE_MAPS && size <= MID_MAX ? front_pop(&heap_self->front, class_of_wide(size)) : NULL;
    if (unlikely(!p))
        return malloc_wide_slow(size);
    return block_out(p);
}

HAK_EXPORT void *hak_malloc(size_t size)
{
    if (likely(size <= TINY_MAX)) {
        void *p = heap_pop_size(heap_self, size);
        if (likely(p)) {
            guard_alloc(p);
            return p;
        }
    } else if (ROUTE_MAPS) {
        return malloc_wide(size);
    }
    return malloc_general(size);
}

/* The slab, in ss, of the block that p is, or a line and abort. */
hot_inline struct slab *block_slab(struct superslab *ss, const void *p, const char *api)
{
    struct slab *s = slab_in(ss, p);
    s -= s->back;
    if (unlikely(!slab_heap(s)) || unlikely(!slab_has_block(s, p)))
        log_bad_pointer(api, p, slab_bad_block(s, p));
    return s;
}

/* The mapped block that p is, or a line and abort. */
static struct mapped *block_mapped(const void *p, const char *api)
{
    start_once();
    struct mapped *m = owner_find(p);
    if (unlikely(!m))
        log_bad_pointer(api, p, BAD_FOREIGN);
    return m;
}

/* p, the start of a block of s that has been handed out, has been freed since: a line and abort, where it is quickly said. Of
 * tiny blocks the thread that has their heap can say it. */
static inline void block_live(struct heap *h, const struct slab *s, const void *p, const char *api)
{
    guard_live(p, api);
    bool freed = s->class >= CLASS_TINY ? !superslab_marked(superslab_of(s), p)
                                        : slab_heap(s) == h && (freelist_has(s, p) || front_holds(&h->front, s->class, p));
    if (unlikely(freed))
        log_bad_pointer(api, p, BAD_FREED);
}

/* p, the start of a block of s, a slab of heap to, goes where it belongs. */
static noinline void free_block(struct heap *h, struct heap *to, struct slab *s, void *p, const char *api)
{
    block_live(h, s, p, api);
    guard_free(p, api);
    if (s->class >= CLASS_TINY)
        superslab_unmark(superslab_of(s), p);
    if (to == h)
        heap_push(h, s, p);
    else if (lock_inside || !foreign_keep(&h->foreign, &h->front, s, p))
        remote_give(h, to, s, p);
}

/* What free does when the fast path does not know the block: NULL, another heap's, a later slot of a run, a mapped block. */
static noinline void free_general(void *p, const char *api)
{
    if (!p)
        return;
    struct superslab *ss = ssmap_find(p);
    if (likely(ss)) {
        struct slab *s = block_slab(ss, p, api);
        free_block(heap_self, slab_heap(s), s, p, api);
    } else {
        int saved = errno;
        mapped_free(block_mapped(p, api));
        errno = saved;
    }
    purge_tick(true);
}

/* Has p been freed, and nothing of its class since? */
hot_inline bool free_newest(const struct heap *h, const struct slab *s, const void *p)
{
    return FRONT_CACHES ? front_newest(&h->front.bin[s->class], p) : freelist_has(s, p);
}

/* False: p is no block of a slab of this thread's heap, or a later slot of a run holds it, or it has to be looked at more
 * closely. */
hot_inline bool free_own(void *p)
{
    struct superslab *ss = ssmap_find_block(p);
    if (likely(ss)) {
        struct slab *s = slab_in(ss, p);
        struct heap *h = heap_self;
        if (likely(slab_heap(s) == h) && (MID_CLASSES == 0 || likely(s->class < CLASS_TINY)) && likely(!free_newest(h, s, p))) {
            guard_free(p, "free");
            heap_push(h, s, p);
            return true;
        }
    }
    return false;
}

/* A block of a mid class of another heap's. */
static noinline void free_foreign(void *p, struct slab *s, struct heap *h, struct heap *to)
{
    if (unlikely(!superslab_unmark(superslab_of(s), p)))
        log_bad_pointer("free", p, BAD_FREED);
    guard_free(p, "free");
    if (lock_inside || !foreign_keep(&h->foreign, &h->front, s, p))
        remote_give(h, to, s, p);
}

static noinline void free_own_long(void *p, struct slab *s, struct heap *h)
{
    free_block(h, h, s, p, "free");
    route_miss(h, 1);
}

/* What free does when there is a short way and p cannot take it. A later slot of a run has no heap. */
static noinline void free_long(void *p)
{
    struct superslab *ss = ssmap_find_inside(p);
    struct slab *s = ss ? slab_in(ss, p) : NULL;
    struct heap *h = heap_self, *to = s ? slab_heap(s) : NULL;
    if (ss && unlikely(!to))
        to = slab_heap(s -= s->back);
    if (unlikely(!to) || unlikely(!slab_has_block(s, p)))
        free_general(p, "free");
    else if (to == h)
        free_own_long(p, s, h);
    else if (s->class >= CLASS_TINY)
        free_foreign(p, s, h, to);
    else {
        guard_free(p, "free");
        remote_give(h, to, s, p);
    }
}

/* A block of this heap's for whose class the front has no room. */
static noinline void free_full(void *p)
{
    heap_push_full(heap_self, slab_of(p), p);
}

/* The rest of free_routed, of a mid class. p is 16-byte aligned and in the window, where the route's tables are. */
hot_inline void free_wide(void *p, struct front_bin *bin)
{
    if (unlikely(!superslab_unmark(ssmap_find_near(p), p)))
        return free_long(p);
    guard_free(p, "free");
    if (unlikely(!front_push_bin(bin, p)))
        free_full(p);
}

/* A tiny block whose bin is full. */
hot_inline void free_beside(void *p, struct front_bin *bin)
{
    guard_free(p, "free");
    front_spill(bin, p);
}

/* What free does when route_push was false; bin is what that left in it: the bin is full, or of a mid class. A tiny block that
 * came last may have been freed already; and what waits in the bin may have to go home first. */
static noinline void free_routed(void *p, struct front_bin *bin, struct heap *h)
{
    if (unlikely(!bin))
        free_long(p);
    else if (front_wide(&h->front, bin))
        free_wide(p, bin);
    else if (unlikely(front_newest(bin, p)) || unlikely(!front_spills(bin)))
        free_long(p);
    else
        free_beside(p, bin);
}

HAK_EXPORT void hak_free(void *p)
{
    struct heap *h = heap_self;
    struct front_bin *bin = NULL;
    if (ROUTE_MAPS ? likely(route_push(&h->route, p, &bin)) : free_own(p))
        return;
    if (ROUTE_MAPS)
        free_routed(p, bin, h);
    else
        free_general(p, "free");
}

static void *calloc_clear(void *p, size_t size, bool zero)
{
    if (likely(p)) {
        struct heap *h = heap_self;
        if (zero) {
            count_add(&h->calloc_known_zero, 1);
            return p;
        }
        count_add(&h->calloc_cleared, 1);
        memset(p, 0, size);
    }
    return p;
}

HAK_EXPORT void *hak_calloc(size_t count, size_t size)
{
    size_t bytes;
    bool zero = false;
    void *p = NULL;
    if (unlikely(__builtin_mul_overflow(count, size, &bytes))) {
        errno = ENOMEM;
        return NULL;
    }
    if (likely(bytes <= TINY_MAX)) {
        unsigned class = class_of_tiny(bytes);
        struct heap *h = heap_self;
        p = FRONT_CACHES || h == &heap_none ? heap_pop(h, class) : heap_take_zero(h, class, &zero);
        if (likely(p))
            guard_alloc(p);
    }
    if (!p) {
        zero = true;
        p = malloc_slow(bytes, &zero);
    }
    return calloc_clear(p, bytes, zero);
}

/* realloc when the block must move, or be given a new size where it stands. */
static noinline void *realloc_move(void *old, size_t size, size_t usable)
{
    size_t room = size > usable && size <= MID_MAX ? grow_room(size, usable) : size;
    void *p = hak_malloc(room);
    if (unlikely(!p) && room > size)
        p = hak_malloc(size);
    if (likely(p)) {
        memcpy(p, old, size < usable ? size : usable);
        hak_free(old);
    }
    return p;
}

/* Sizes below this come from slabs. */
#define SLAB_MAX (MID_CLASSES ? MID_MAX : TINY_MAX)

/* api: the function that the program called. */
static inline void *realloc_as(void *old, size_t size, const char *api)
{
    if (!old)
        return hak_malloc(size);
    if (size == 0) {
        free_general(old, api);
        return NULL;
    }
    struct superslab *ss = ssmap_find(old);
    if (likely(ss)) {
        struct slab *s = block_slab(ss, old, api);
        block_live(heap_self, s, old, api);
        if (size <= s->block_size && (likely(size > s->block_size / 2) || class_of(size) == s->class))
            return old;
        return realloc_move(old, size, s->block_size);
    }
    struct mapped *m = block_mapped(old, api);
    size_t usable = mapped_usable(m);
    if (size > SLAB_MAX || (size <= usable && size > usable / 2)) {
        int saved = errno; /* the first of several ways may fail */
        void *p = mapped_resize(m, size);
        errno = p ? saved : ENOMEM;
        return p;
    }
    return realloc_move(old, size, usable);
}

HAK_EXPORT void *hak_realloc(void *old, size_t size)
{
    return realloc_as(old, size, "realloc");
}
