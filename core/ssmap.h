/* ssmap.h - the SuperSlab map: which 2 MiB regions of the address space are SuperSlabs of ours.
 *
 * May include compiler.h. One bit a region over the whole user address space (8 MiB of untouched bss on x86-64, 16 MiB on
 * AArch64, of which a process touches a page or two). Exact, so no pointer is ever classified by reading near it; setting a
 * bit cannot fail, so no SuperSlab is lost for want of a map node.
 *
 * Must hold: bit i is set  <=>  [i * 2 MiB, (i + 1) * 2 MiB) is mapped by superslab_map and its header is formatted.
 */
#ifndef HAK_SSMAP_H
#define HAK_SSMAP_H

#include "compiler.h"

enum { SUPERSLAB_SHIFT = 21, SSMAP_WORD = 64 };
#define SUPERSLAB_SIZE ((size_t)1 << SUPERSLAB_SHIFT)
#define SSMAP_REGIONS ((uintptr_t)1 << (HAK_ADDRESS_BITS - SUPERSLAB_SHIFT))

extern uint64_t ssmap_bits[SSMAP_REGIONS / SSMAP_WORD];

/* Is p inside a SuperSlab, and 16-byte aligned? The rotation brings the low four bits of a misaligned pointer to the top,
 * where the range check that garbage needs anyway refuses it: one instruction for the second question. NULL is in region 0,
 * which is never ours. */
hot_inline bool ssmap_has_block(const void *p)
{
    uintptr_t rotated = (uintptr_t)p >> 4 | (uintptr_t)p << 60;
    uintptr_t region = rotated >> (SUPERSLAB_SHIFT - 4);
    return likely(region < SSMAP_REGIONS) && (load_relaxed(&ssmap_bits[region / SSMAP_WORD]) >> region % SSMAP_WORD & 1);
}

/* Is p inside a SuperSlab, aligned or not? For slow paths. */
static inline bool ssmap_has(const void *p)
{
    return ssmap_has_block((const void *)((uintptr_t)p & ~(uintptr_t)15));
}

static inline void ssmap_set(const void *superslab)
{
    uintptr_t region = (uintptr_t)superslab >> SUPERSLAB_SHIFT;
    __atomic_fetch_or(&ssmap_bits[region / SSMAP_WORD], (uint64_t)1 << region % SSMAP_WORD, __ATOMIC_RELEASE);
}

static inline void ssmap_clear(const void *superslab)
{
    uintptr_t region = (uintptr_t)superslab >> SUPERSLAB_SHIFT;
    __atomic_fetch_and(&ssmap_bits[region / SSMAP_WORD], ~((uint64_t)1 << region % SSMAP_WORD), __ATOMIC_RELEASE);
}

#endif
