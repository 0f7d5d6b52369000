/* SPDX-License-Identifier: MIT */
/* ssmap.h - the SuperSlab map: which 2 MiB regions of the address space are SuperSlabs of ours, and where is their metadata?
 *
 * Exact, so that no pointer is ever classified by reading near it. SuperSlabs are asked for at addresses in the window, the
 * lowest 64 GiB of the address space (place.h): two loads find them. One that the kernel puts elsewhere is found by walking the
 * pagemap from its root, which costs time only.
 *
 * Must hold: ssmap_find(p) = ss  <=>  p lies in [ss->base, ss->base + 2 MiB), superslab_map has returned ss, and
 *            superslab_unmap has not had it since.
 *            ssmap_near[i] = the node of GiB i, or the node that is empty for ever.
 */
#ifndef HAK_SSMAP_H
#define HAK_SSMAP_H

#include "core/low/compiler.h"
#include "core/low/pagemap.h"

enum { SUPERSLAB_SHIFT = 21, SSMAP_NODE_SHIFT = SUPERSLAB_SHIFT + PAGEMAP_STEP };
#define SUPERSLAB_SIZE ((size_t)1 << SUPERSLAB_SHIFT)
enum { SSMAP_NEAR = 1 << (HAK_WINDOW_BITS - SSMAP_NODE_SHIFT) };

struct superslab;

extern struct pagemap_node *ssmap_near[SSMAP_NEAR]; /* atomic, never NULL */

struct superslab *ssmap_find_far(const void *p); /* ssmap_find_block for p beyond the window, or not 16-byte aligned */

/* The SuperSlab that holds p, or what other(p) says where p lies beyond the window or is not 16-byte aligned. The rotation puts
 * the low four bits of p on top, so that one range check finds both. NULL is in region 0, which is never a SuperSlab. */
hot_inline struct superslab *ssmap_find_else(const void *p, struct superslab *(*other)(const void *p))
{
    uintptr_t rotated = (uintptr_t)p >> 4 | (uintptr_t)p << 60, node = rotated >> (SSMAP_NODE_SHIFT - 4);
    if (unlikely(node >= SSMAP_NEAR))
        return other ? other(p) : NULL;
    size_t index = rotated >> (SUPERSLAB_SHIFT - 4) & (PAGEMAP_ENTRIES - 1);
    return __atomic_load_n(&__atomic_load_n(&ssmap_near[node], __ATOMIC_RELAXED)->entry[index], __ATOMIC_RELAXED);
}

/* The SuperSlab that holds p, or NULL: p is in none, or p is not 16-byte aligned. */
hot_inline struct superslab *ssmap_find_block(const void *p)
{
    return ssmap_find_else(p, ssmap_find_far);
}

/* The same, and NULL beyond the window, too: for who has a longer way that finds everything. */
hot_inline struct superslab *ssmap_find_inside(const void *p)
{
    return ssmap_find_else(p, NULL);
}

/* Does p lie in the window? */
hot_inline bool ssmap_is_near(const void *p)
{
    return (uintptr_t)p >> HAK_WINDOW_BITS == 0;
}

/* The SuperSlab that holds p, or NULL. p lies in the window. */
hot_inline struct superslab *ssmap_find_near(const void *p)
{
    const struct pagemap_node *node = __atomic_load_n(&ssmap_near[(uintptr_t)p >> SSMAP_NODE_SHIFT], __ATOMIC_RELAXED);
    return __atomic_load_n(&node->entry[(uintptr_t)p >> SUPERSLAB_SHIFT & (PAGEMAP_ENTRIES - 1)], __ATOMIC_RELAXED);
}

/* The SuperSlab that holds p, aligned or not, or NULL. */
static inline struct superslab *ssmap_find(const void *p)
{
    return ssmap_find_block((const void *)((uintptr_t)p & ~(uintptr_t)15));
}

bool ssmap_set(const void *base, struct superslab *ss); /* false with errno = ENOMEM: nothing has changed */
void ssmap_clear(const void *base);

#endif
