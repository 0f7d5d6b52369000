/* SPDX-License-Identifier: MIT */
/* plain/section.h - the plain answer of the section seam: C, that nobody else may disturb. */
#ifndef HAK_PLAIN_SECTION_H
#define HAK_PLAIN_SECTION_H

enum { SECTION_SLOTS = 0 };

struct section_heap {};
#define SECTION_INIT {}

hot_inline void *section_pop(const struct section_heap *s, struct front_bin *bin)
{
    void **top = bin->top, *p = *top;
    (void)s;
    if (unlikely(!p))
        return NULL;
    bin->hits++;
    store_relaxed(&bin->top, top - 1);
    return p;
}

hot_inline void *section_pop_at(const struct section_heap *s, void *from, size_t distance)
{
    void **top = section_bin(from, distance)->top, *p = *top;
    (void)s;
    if (unlikely(!p))
        return NULL;
    forget_value(distance);
    store_relaxed(&section_bin(from, distance)->top, top - 1);
    keep_result(p);
    return p;
}

hot_inline bool section_push(const struct section_heap *s, void ***at, void **const *limit, void *p)
{
    void **top = *at;
    (void)s;
    if (unlikely(top >= *limit))
        return false;
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a handler must not find a slot below top that holds nothing yet */
    store_relaxed(at, top + 1);
    return true;
}

hot_inline bool section_push_at(const struct section_heap *s, void *from, size_t *distance, void *p, bool live)
{
    void **top = section_bin(from, *distance)->top;
    (void)s;
    forget_value(*distance);
    if (unlikely(top >= section_bin(from, *distance)->limit) || unlikely(*top == p)) {
        forget_value(*distance);
        return false;
    }
    if (live)
        guard_free(p, "free");
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* as in section_push */
    forget_value(*distance);
    store_relaxed(&section_bin(from, *distance)->top, top + 1);
    return true;
}

hot_inline bool section_push_room(const struct section_heap *s, void *from, size_t *distance, void *p)
{
    void **top = section_bin(from, *distance)->top;
    (void)s;
    forget_value(*distance);
    if (unlikely(top >= section_bin(from, *distance)->room))
        return false;
    top[1] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* as in section_push */
    forget_value(*distance);
    store_relaxed(&section_bin(from, *distance)->top, top + 1);
    return true;
}

NOTHING(section_open, (struct section_heap *s))
NOTHING(section_shut, (struct front_bin *bin))
ANSWER(bool, section_is_shut, (const struct front_bin *bin), false)
ANSWER(void *, section_take, (struct heap *h), NULL)
ANSWER(bool, section_takes, (void), false)

#endif
