/* SPDX-License-Identifier: MIT */
/* check/guard.h - MODE=check's answer of the guard seam: one bit for each 16 bytes of a SuperSlab, set at the start of every
 * live block. Finds double frees, interior pointers and blocks handed out twice, exactly and at the call that is wrong. */
#ifndef HAK_CHECK_GUARD_H
#define HAK_CHECK_GUARD_H

/* live[i / 64] bit i % 64: a live block starts at byte 16 * i of the SuperSlab. Atomic: any thread frees. */
struct guard_superslab {
    uint64_t live[(2 << 20) / 16 / 64];
};

void guard_alloc(void *p);
void guard_free(const void *p, const char *api);
void guard_live(const void *p, const char *api);
uint32_t guard_count(const struct slab *s, uint32_t unknown);

#endif
