/* SPDX-License-Identifier: MIT */
/* place.c - see place.h. */
#include "core/low/place.h"
#include "core/low/ssmap.h"

#define PLACE_GIB ((uintptr_t)1 << 30)
enum { PLACE_TRIES = 4, PLACE_PAUSE = 64 };

/* The addresses to try next. Atomic, relaxed: two threads that take the same one get two mappings, one of them elsewhere. */
static uintptr_t place_next[PLACE_KINDS], place_superslab;
static unsigned place_pause; /* SuperSlabs that do without a wish, since the last ones were not granted. Relaxed */

/* A number made of the addresses of this image and of the stack. Where the kernel places those at random, the number differs
 * from run to run. Under a debugger, which turns that off, it is the same each time. Of the stack's address only the upper
 * bits count, since the lower ones depend on the environment. */
static uintptr_t place_random(void)
{
    static const char image;
    uint64_t x = (uintptr_t)&image >> 12 ^ (uint64_t)((uintptr_t)__builtin_frame_address(0) >> 24) << 40;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9); /* the finaliser of splitmix64 (Steele et al., OOPSLA 2014) */
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uintptr_t)(x ^ x >> 31);
}

static uintptr_t place_first(uintptr_t low, uintptr_t bytes, uintptr_t step)
{
    return low + place_random() % (bytes / step) * step;
}

/* No wishes: where the window is the whole address space (MODE=asan, whose shadow lies in the low part). */
static bool place_anywhere(void)
{
    return HAK_WINDOW_BITS == HAK_ADDRESS_BITS;
}

/* The address after the last one of that kind; NULL when that part of the window has been used up. */
static void *place_hint(enum place_kind kind, size_t bytes)
{
    uintptr_t low = (kind == PLACE_META ? 56 : 60) * PLACE_GIB, fresh = 0;
    if (place_anywhere())
        return NULL;
    if (load_relaxed(&place_next[kind]) == 0)
        __atomic_compare_exchange_n(&place_next[kind], &fresh, place_first(low + SUPERSLAB_SIZE, PLACE_GIB, 1 << 16), false,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    uintptr_t at = __atomic_fetch_add(&place_next[kind], bytes, __ATOMIC_RELAXED);
    return at + bytes <= low + 4 * PLACE_GIB ? (void *)at : NULL;
}

void *place_map(size_t bytes, enum place_kind kind)
{
    bytes = (bytes + os_page - 1) & ~(os_page - 1);
    void *hint = place_hint(kind, bytes);
    char *p = hint ? os_map(bytes, 0, 0, hint, OS_META) : NULL;
    if (p && p == hint)
        return p;
    if (p)
        os_unmap(p, bytes, OS_META);
    p = os_map(bytes + os_page, 0, 0, NULL, OS_META);
    if (!p)
        return NULL;
    os_guard(p, os_page, OS_META);
    return p + os_page;
}

static uintptr_t place_wrap(uintptr_t at)
{
    return at >= 56 * PLACE_GIB || at < 4 * PLACE_GIB ? 4 * PLACE_GIB : at;
}

/* The next region that is no SuperSlab of ours. */
static uintptr_t place_free_region(void)
{
    uintptr_t at = 0, first = place_first(4 * PLACE_GIB, 8 * PLACE_GIB, SUPERSLAB_SIZE);
    __atomic_compare_exchange_n(&place_superslab, &at, first, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    for (uintptr_t i = 0; i < (uintptr_t)1 << (HAK_WINDOW_BITS - SUPERSLAB_SHIFT); i++) {
        at = place_wrap(__atomic_fetch_add(&place_superslab, SUPERSLAB_SIZE, __ATOMIC_RELAXED));
        if (at == 4 * PLACE_GIB)
            store_relaxed(&place_superslab, at + SUPERSLAB_SIZE);
        if (!ssmap_find((void *)at))
            break;
    }
    return at;
}

void *place_map_superslab(void)
{
    for (int i = 0; i < PLACE_TRIES && !place_anywhere(); i++) {
        if (load_relaxed(&place_pause) > 0) {
            store_relaxed(&place_pause, load_relaxed(&place_pause) - 1);
            break;
        }
        char *hint = (char *)place_free_region(), *p = os_map(SUPERSLAB_SIZE, 0, 0, hint, OS_SUPERSLAB);
        if (!p)
            place_unmapped(hint);
        if (!p || p == hint)
            return p;
        os_unmap(p, SUPERSLAB_SIZE, OS_SUPERSLAB);
        if (i + 1 == PLACE_TRIES)
            store_relaxed(&place_pause, PLACE_PAUSE);
    }
    return os_map(SUPERSLAB_SIZE, SUPERSLAB_SIZE, 0, NULL, OS_SUPERSLAB);
}

void place_unmapped(const void *base)
{
    if ((uintptr_t)base < load_relaxed(&place_superslab))
        store_relaxed(&place_superslab, (uintptr_t)base);
}
