/* SPDX-License-Identifier: MIT */
/* restart-c.h - phase 23: the pop and the push in C, for sanitizers, which do not see into assembly. Nothing restarts them, so
 * that no front is taken.
 */
#ifndef HAK_RESTART_C_H
#define HAK_RESTART_C_H

enum { RESTART_KNOWN = 0 };

hot_inline void *restart_pop(uint64_t *word, void ***at)
{
    void **top = *at, *p = *top;
    (void)word;
    if (likely(p))
        store_relaxed(at, top - 1);
    return p;
}

hot_inline bool restart_push(uint64_t *word, void ***at, void **const *limit, void *p)
{
    void **top = *at;
    (void)word;
    if (unlikely(top >= *limit) || unlikely(*top == p))
        return false;
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a handler must not find a slot below top that holds nothing yet */
    store_relaxed(at, top + 1);
    return true;
}

#endif
