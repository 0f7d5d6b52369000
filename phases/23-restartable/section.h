/* SPDX-License-Identifier: MIT */
/* phases/23-restartable/section.h - phase 23, the section seam: pop and push of a bin are restartable sequences, so that
 * another thread can take what is in the bins, wherever their own thread is.
 *
 * In assembly for each machine: restart-x86_64.h, restart-aarch64.h. section.c has the taker.
 *
 * Must hold: `word` is where the thread that has the heap tells the kernel which section it is in, or `unread`. A thread
 * that takes a front has the lock of its heap. While it does, a bin of that front has no limits (NULL) and its gate for its
 * top, or the bin is not taken. The gate is the slot below the bin's base and holds NULL: who counts what is between base and
 * top finds nothing.
 */
#ifndef HAK_RESTARTABLE_SECTION_H
#define HAK_RESTARTABLE_SECTION_H

#include HAK_PER_MACHINE(phases/23-restartable/restart)

enum { SECTION_SLOTS = 1 };

struct section_heap {
    uint64_t *word;     /* the owner's; of a heap that no thread has, the last owner's */
    uint64_t unread;    /* where the kernel does not look */
    bool restarts;      /* does the kernel look at word? */
    uint64_t takes, taken, kept; /* fronts; blocks; bins whose thread was faster. Inside the lock */
};

extern uint64_t section_nowhere; /* written by threads that have no heap, read by nobody */
#define SECTION_INIT {.word = &section_nowhere}

hot_inline void *section_pop(const struct section_heap *s, struct front_bin *bin)
{
    void *p = restart_pop(s->word, &bin->top);
    if (unlikely(!p))
        return NULL;
    bin->hits++;
    return p;
}

hot_inline void *section_pop_at(const struct section_heap *s, void *from, size_t distance)
{
    return restart_pop(s->word, &section_bin(from, distance)->top);
}

hot_inline bool section_push(const struct section_heap *s, void ***at, void **const *limit, void *p)
{
    return restart_push(s->word, at, limit, p);
}

/* The guard is told before the push, which may be refused still, at the gate. */
hot_inline bool section_push_at(const struct section_heap *s, void *from, size_t *distance, void *p, bool live)
{
    struct front_bin *bin = section_bin(from, *distance);
    if (HAK_CHECK_LEVEL > 0 && (load_relaxed(&bin->top) >= load_relaxed(&bin->limit) || *load_relaxed(&bin->top) == p))
        return false;
    if (live)
        guard_free(p, "free");
    if (likely(restart_push(s->word, &section_bin(from, *distance)->top, &section_bin(from, *distance)->limit, p)))
        return true;
    if (live)
        guard_alloc(p);
    forget_value(*distance);
    return false;
}

hot_inline bool section_push_room(const struct section_heap *s, void *from, size_t *distance, void *p)
{
    return restart_push(s->word, &section_bin(from, *distance)->top, &section_bin(from, *distance)->room, p);
}

static inline void section_shut(struct front_bin *bin)
{
    store_relaxed(&bin->limit, NULL);
    store_relaxed(&bin->room, NULL);
    store_relaxed(&bin->over_limit, NULL);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

ANSWER(bool, section_is_shut, (const struct front_bin *bin), !bin->room)

void section_open(struct section_heap *s);
void *section_take(struct heap *h);
bool section_takes(void);

#endif
