/* SPDX-License-Identifier: MIT */
/* alloc.c - malloc, free, calloc, realloc: the hot paths, and the branches that leave them.
 *
 * malloc: a cached block (front_pop), or malloc_slow: a mapping, if no slab serves the size -> what others have sent back
 *         -> refill from a slab -> a slab from the pool -> trim, and once more -> a block of a heap that no thread has -> a
 *         mapping.
 * free:   into the front (front_push), or free_slow: a slab's block? mine -> make room -> push : another heap's -> keep or
 *         send : a mapping's -> unmap or cache : nobody's -> one line and abort.
 */
#include "core/hakmem.h"
#include "core/heap/heap.h"
#include "core/low/log.h"
#include "core/low/probe.h"
#include "core/heap/mapped.h"
#include "core/seam/large.h"
#include "core/seam/owner.h"
#include "core/seam/purge.h"
#include "core/seam/sample.h"
#include "core/heap/start.h"
#include "core/heap/thread.h"
#include <errno.h>
#include <string.h>

static noinline void *hand_out_far(void *p)
{
    superslab_mark(ssmap_find(p), p);
    return p;
}

/* p, a block of a slab of a mid class, is handed out. */
hot_inline void *hand_out_mid(void *p)
{
    guard_alloc(p);
    if (unlikely(!ssmap_is_near(p))) {
        keep_pointer(p);
        return hand_out_far(p);
    }
    superslab_mark(ssmap_find_near(p), p);
    return p;
}

/* p, a block of a slab, is handed out for size bytes. */
hot_inline void *hand_out(void *p, size_t size)
{
    if (size > TINY_MAX)
        return hand_out_mid(p);
    guard_alloc(p);
    return p;
}

/* The sources of a block that is not cached: a mapping, if no slab serves the size; else what others have sent back, then h's
 * slabs. *zero: in, whether it matters; out, whether the block is known to be zero. */
static void *malloc_from(struct heap *h, size_t size, bool *zero)
{
    if (size > SLAB_MAX)
        return large_alloc(size, zero);
    lead_missed(h);
    unsigned class = front_class(h, size);
    void *p = unlikely(remote_waiting(&h->out, &h->in)) ? remote_take(h, class) : NULL;
    if (p)
        *zero = false;
    else
        p = front_refill(h, class, zero);
    return likely(p) ? hand_out(p, size) : NULL;
}

/* Allocates without the thread's own heap: the thread is ending, this is a signal handler that interrupted a slow path, or
 * another thread is inside the heap and does not leave. */
static noinline void *malloc_without(size_t size, bool *zero)
{
    int saved = errno;
    void *p = thread_lend(size);
    if (p) {
        *zero = false;
        hand_out(p, size);
    } else {
        p = large_alloc(size, zero);
    }
    errno = p ? saved : ENOMEM;
    return p;
}

/* malloc when nothing is cached: a heap, the sources, what trimming frees, and at last a block that needs no heap. */
static noinline void *malloc_slow(size_t size, bool *zero)
{
    bool wanted = *zero;
    int saved = errno; /* the first of several ways may fail */
    void *p = NULL;
    struct heap *h = thread_heap();
    bool closed = unlikely(!h) || unlikely(lock_inside);
    if (likely(!closed)) {
        p = malloc_from(h, size, zero);
        bool missed = unlikely(!p) && lock_missed(&h->lock); /* somebody is inside who does not leave */
        if (unlikely(!p) && !missed && size <= PTRDIFF_MAX && thread_trim()) {
            *zero = wanted;
            p = malloc_from(h, size, zero);
        }
    }
    if (unlikely(!p) && (closed || size <= MID_MAX)) { /* there may be no room for a SuperSlab, yet for a block */
        *zero = wanted;
        p = malloc_without(size, zero);
    }
    errno = p ? saved : ENOMEM;
    if (likely(!closed))
        purge_tick(false);
    PROBE2(malloc_slow, size, p);
    sample_took(p, size);
    return p;
}

/* malloc and calloc when the fast path has no block. zeroed: it matters; *zero: the block is known to be zero. */
hot_inline void *block_miss(size_t size, bool zeroed, bool *zero)
{
    bool outer = sample_enter();
    void *p = front_look(heap_self, size);
    *zero = false;
    if (likely(p)) {
        hand_out(p, size);
        sample_took(p, size);
    } else {
        *zero = zeroed;
        p = malloc_slow(size, zero);
    }
    sample_leave(outer);
    return p;
}

static noinline void *malloc_miss(size_t size)
{
    bool zero;
    return block_miss(size, false, &zero);
}

/* malloc of sizes above the tiny ones. */
static noinline void *malloc_wide(size_t size)
{
    void *p = front_pop_wide(heap_self, size);
    return likely(p) ? hand_out_mid(p) : malloc_miss(size);
}

HAK_EXPORT void *hak_malloc(size_t size)
{
    if (unlikely(size > TINY_MAX))
        return malloc_wide(size);
    void *p = front_pop(heap_self, size);
    return likely(p) ? hand_out(p, size) : malloc_miss(size);
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
    if (unlikely(class_mid(s->class) ? !superslab_marked(superslab_of(s), p) : slab_heap(s) == h && front_holds(h, s, p)))
        log_bad_pointer(api, p, BAD_FREED);
}

/* p is a block of s, a slab of h, the calling thread's heap: into the front, or the slab. */
static noinline void free_own(struct heap *h, struct slab *s, void *p, const char *api)
{
    guard_free(p, api);
    if (unlikely(class_mid(s->class) ? !superslab_unmark(superslab_of(s), p) : front_holds(h, s, p)))
        log_bad_pointer(api, p, BAD_FREED);
    front_give(h, s, p);
}

static noinline void free_keep(struct heap *h, struct heap *to, struct slab *s, void *p)
{
    if (!front_keep(h, s, p))
        remote_give(p, h, s, to);
}

/* p is a block of s, a slab of another heap: the front keeps it, or it goes home. */
hot_inline void free_away(void *p, struct heap *h, struct slab *s, struct heap *to)
{
    if (front_wants(h, s->class) && !lock_inside)
        free_keep(h, to, s, p);
    else
        remote_give(p, h, s, to);
}

/* The same for mid classes. */
static noinline void free_remote_mid(void *p, struct heap *h, struct slab *s, const char *api)
{
    guard_free(p, api);
    if (unlikely(!superslab_unmark(superslab_of(s), p)))
        log_bad_pointer(api, p, BAD_FREED);
    free_away(p, h, s, slab_heap(s));
}

hot_inline void free_remote(void *p, struct heap *h, struct slab *s, struct heap *to, const char *api)
{
    if (unlikely(s->class >= CLASS_TINY)) {
        free_remote_mid(p, h, s, api);
        return;
    }
    guard_free(p, api);
    free_away(p, h, s, to);
}

static noinline void free_mapped(void *p, const char *api)
{
    int saved = errno;
    mapped_free(block_mapped(p, api));
    errno = saved;
    purge_tick(true);
}

/* free of anything: a block of a slab, a later slot of whose run may hold it; a mapping's; NULL; nobody's: a line and abort. */
static noinline void free_any(void *p, const char *api)
{
    if (!p)
        return;
    struct superslab *ss = ssmap_find(p);
    if (!ss) {
        free_mapped(p, api);
        return;
    }
    struct heap *h = heap_self;
    struct slab *s = block_slab(ss, p, api);
    if (slab_heap(s) == h)
        free_own(h, s, p, api);
    else
        free_remote(p, h, s, slab_heap(s), api);
}

/* free of what no front took: the same as free_any, by the shortest way for another heap's block. */
static noinline void free_long(void *p, struct heap *h)
{
    struct superslab *ss = ssmap_find_inside(p);
    struct slab *s = ss ? slab_in(ss, p) : NULL;
    struct heap *to = s ? slab_heap(s) : NULL;
    if (ss && unlikely(!to))
        to = slab_heap(s -= s->back);
    if (unlikely(!to) || unlikely(!slab_has_block(s, p)))
        free_any(p, "free");
    else if (to == h)
        free_own(h, s, p, "free");
    else
        free_remote(p, h, s, to, "free");
}

/* free when the fast path does not take p; bin is what that says of it. */
static noinline void free_slow(void *p, struct front_bin *bin, struct heap *h)
{
    sample_gave(p);
    if (unlikely(!front_push_again(h, p, bin)))
        free_long(p, h);
}

HAK_EXPORT void hak_free(void *p)
{
    struct front_bin *bin = NULL;
    struct heap *h = heap_self;
    if (unlikely(!front_push(h, p, &bin)) && p) /* libc frees NULL 18 times when a thread ends */
        free_slow(p, bin, h);
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

static noinline void *calloc_miss(size_t bytes)
{
    bool zero;
    void *p = block_miss(bytes, true, &zero);
    return calloc_clear(p, bytes, zero);
}

/* calloc of more than TINY_MAX bytes, and where count times size is more than a size_t holds. */
static noinline void *calloc_wide(size_t count, size_t size)
{
    size_t bytes;
    if (unlikely(__builtin_mul_overflow(count, size, &bytes))) {
        errno = ENOMEM;
        return NULL;
    }
    void *p = front_pop_wide(heap_self, bytes);
    if (unlikely(!p))
        return calloc_miss(bytes);
    return calloc_clear(hand_out_mid(p), bytes, false);
}

HAK_EXPORT void *hak_calloc(size_t count, size_t size)
{
    size_t bytes;
    struct heap *h = heap_self;
    if (unlikely(__builtin_mul_overflow(count, size, &bytes)) || unlikely(bytes > TINY_MAX))
        return calloc_wide(count, size);
    void *p = front_pop(h, bytes);
    if (unlikely(!p))
        return calloc_miss(bytes);
    hand_out(p, bytes);
    h->calloc_cleared++; /* others read it relaxed; one instruction, where count_add is three */
    return memset(p, 0, bytes);
}

/* realloc_larger for a block that shall have a mapping; NULL: there is none. */
static noinline void *realloc_map(size_t size, size_t room)
{
    int saved = errno;
    struct mapped *m = mapped_new(room, 0, true);
    void *p = m ? mapped_block(m) : NULL;
    sample_took(p, size);
    errno = p ? saved : ENOMEM;
    return p;
}

/* The block of size <= MID_MAX, or more, that old moves to, which has become too small. */
static void *realloc_larger(const void *old, size_t size, size_t usable)
{
    int saved = errno;
    size_t room = front_room(&heap_self->front, old, size, usable);
    void *p = likely(!large_grows(room)) ? hak_malloc(room) : realloc_map(size, room);
    if (unlikely(!p)) {
        errno = saved;
        return hak_malloc(size);
    }
    if (room > TINY_MAX && likely(heap_self != &heap_none))
        front_moved(&heap_self->front, p);
    return p;
}

/* realloc when the block must move, or be given a new size where it stands. */
static noinline void *realloc_move(void *old, size_t size, size_t usable)
{
    bool outer = sample_enter();
    void *p = size > usable && size <= MID_MAX ? realloc_larger(old, size, usable) : hak_malloc(size);
    if (likely(p)) {
        memcpy(p, old, size < usable ? size : usable);
        hak_free(old);
    }
    sample_leave(outer);
    return p;
}

/* realloc of a mapped block that stays one. */
static noinline void *realloc_mapped(struct mapped *m, void *old, size_t size, size_t usable)
{
    int saved = errno; /* the first of several ways may fail */
    bool outer = sample_enter();
    sample_gave(old);
    void *p = mapped_resize(m, size);
    sample_took(p ? p : old, p ? size : usable);
    sample_leave(outer);
    errno = p ? saved : ENOMEM;
    return p;
}

static noinline void *realloc_nothing(void *old, const char *api)
{
    sample_gave(old);
    free_any(old, api);
    return NULL;
}

/* realloc of old, a live block of s, to a size that is not in the upper half of what it has. */
static noinline void *realloc_fit(const struct slab *s, void *old, size_t size, const char *api)
{
    if (size == 0)
        return realloc_nothing(old, api);
    if (size <= s->block_size && class_of(size) == s->class)
        return old;
    return realloc_move(old, size, s->block_size);
}

hot_inline void *realloc_live(const struct slab *s, void *old, size_t size, const char *api)
{
    guard_live(old, api);
    return likely(size <= s->block_size) && likely(size > s->block_size / 2) ? old : realloc_fit(s, old, size, api);
}

/* old is not NULL. api: the function that the program called. */
static noinline void *realloc_as(void *old, size_t size, const char *api)
{
    if (size == 0)
        return realloc_nothing(old, api);
    struct superslab *ss = ssmap_find(old);
    if (likely(ss)) {
        struct slab *s = block_slab(ss, old, api);
        block_live(heap_self, s, old, api);
        return realloc_live(s, old, size, api);
    }
    struct mapped *m = block_mapped(old, api);
    size_t usable = mapped_usable(m);
    if (size > SLAB_MAX || large_grows(size) || (size <= usable && size > usable / 2))
        return realloc_mapped(m, old, size, usable);
    return realloc_move(old, size, usable);
}

/* realloc_any where old may be a block of s, a slab of a tiny class. */
static noinline void *realloc_tiny(const struct slab *s, void *old, size_t size, const char *api)
{
    struct heap *h = heap_self;
    if (unlikely(slab_heap(s) != h) || unlikely(!slab_has_block(s, old)) || unlikely(front_holds(h, s, old)))
        return realloc_as(old, size, api);
    return realloc_live(s, old, size, api);
}

/* The short way to what realloc_as does. The map of live blocks says whether a block of a mid class is live; a tiny one of the
 * thread's own heap is looked for. */
hot_inline void *realloc_any(void *old, size_t size, const char *api)
{
    if (!old)
        return hak_malloc(size);
    struct superslab *ss = ssmap_find_inside(old);
    if (unlikely(!ss))
        return realloc_as(old, size, api);
    const struct slab *s = slab_in(ss, old);
    s -= s->back;
    if (s->block_size <= TINY_MAX)
        return realloc_tiny(s, old, size, api);
    if (unlikely(!superslab_marked(ss, old)))
        return realloc_as(old, size, api);
    return realloc_live(s, old, size, api);
}

HAK_EXPORT void *hak_realloc(void *old, size_t size)
{
    return realloc_any(old, size, "realloc");
}
