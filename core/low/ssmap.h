/* SPDX-License-Identifier: MIT */
/* ssmap.h - the SuperSlab map: which 2 MiB regions of the address space are SuperSlabs of ours, and where is their metadata?
 *
 * Exact, so that no pointer is ever classified by reading near it. SuperSlabs are asked for at addresses in the window, the
 * lowest 64 GiB of the address space (place.h): one table of 256 KiB finds them, of which only those pages are touched that
 * have entries. It is mapped with the first SuperSlab; before, it has no entries. A SuperSlab that the kernel puts elsewhere
 * is found by walking the pagemap from its root, which costs time only. Where the window is the whole address space
 * (MODE=asan), the table has one entry, which is of no SuperSlab.
 *
 * Must hold: ssmap_find(p) = ss  <=>  p lies in [ss->base, ss->base + 2 MiB), superslab_map has returned ss, and
 *            superslab_unmap has not had it since.
 */
#ifndef HAK_SSMAP_H
#define HAK_SSMAP_H

#include "core/low/compiler.h"
#include "core/low/pagemap.h"

enum { SUPERSLAB_SHIFT = 21 };
#define SUPERSLAB_SIZE ((size_t)1 << SUPERSLAB_SHIFT)
enum { SSMAP_NEAR = 1 << (HAK_ADDRESS_BITS > HAK_WINDOW_BITS ? HAK_WINDOW_BITS - SUPERSLAB_SHIFT : 0) }; /* entries */

struct superslab;

HAK_EXTERN struct superslab **ssmap_near; /* [p >> 21]: the table; its entries are atomic. Written once, */
HAK_EXTERN uintptr_t ssmap_entries;       /* before this, which is 0 before and SSMAP_NEAR afterwards: release, acquire */

struct superslab *ssmap_find_far(const void *p); /* ssmap_find_block for p beyond the table, or not 16-byte aligned */

/* The SuperSlab that holds p, or what other(p) says where p lies beyond the table or is not 16-byte aligned. The rotation puts
 * the low four bits of p on top, so that one range check finds both. NULL is in region 0, which is never a SuperSlab. */
hot_inline struct superslab *ssmap_find_else(const void *p, struct superslab *(*other)(const void *p))
{
    uintptr_t rotated = (uintptr_t)p >> 4 | (uintptr_t)p << 60, index = rotated >> (SUPERSLAB_SHIFT - 4);
    if (unlikely(index >= __atomic_load_n(&ssmap_entries, __ATOMIC_ACQUIRE)))
        return other ? other(p) : NULL;
    return __atomic_load_n(&ssmap_near[index], __ATOMIC_RELAXED);
}

/* The SuperSlab that holds p, or NULL: p is in none, or p is not 16-byte aligned. */
hot_inline struct superslab *ssmap_find_block(const void *p)
{
    return ssmap_find_else(p, ssmap_find_far);
}

/* The same, and NULL beyond the table, too, where there is one: for who has a longer way that finds everything. */
hot_inline struct superslab *ssmap_find_inside(const void *p)
{
    return ssmap_find_else(p, HAK_ADDRESS_BITS > HAK_WINDOW_BITS ? NULL : ssmap_find_far);
}

/* Does p lie in the window? */
hot_inline bool ssmap_is_near(const void *p)
{
    return HAK_WINDOW_BITS >= HAK_ADDRESS_BITS || (uintptr_t)p >> SUPERSLAB_SHIFT < SSMAP_NEAR;
}

/* The SuperSlab that holds p, or NULL. p is 16-byte aligned and lies in the window, where a SuperSlab has been mapped. */
hot_inline struct superslab *ssmap_find_near(const void *p)
{
    if (HAK_WINDOW_BITS >= HAK_ADDRESS_BITS)
        return ssmap_find_far(p);
    return __atomic_load_n(&ssmap_near[(uintptr_t)p >> SUPERSLAB_SHIFT], __ATOMIC_RELAXED);
}

/* The SuperSlab that holds p, aligned or not, or NULL. */
static inline struct superslab *ssmap_find(const void *p)
{
    return ssmap_find_block((const void *)((uintptr_t)p & ~(uintptr_t)15));
}

bool ssmap_set(const void *base, struct superslab *ss); /* false with errno = ENOMEM: nothing has changed */
void ssmap_clear(const void *base);

#endif
