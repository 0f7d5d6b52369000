/* SPDX-License-Identifier: MIT */
/* seam/guard.h - the guard seam: is this right? What costs too much for every build and finds what cheap checks cannot.
 *
 * Asked wherever a slab block passes between the program and the allocator. The base answer knows nothing and costs nothing;
 * MODE=check keeps an exact map of live blocks. An answer includes compiler.h and defines struct guard_superslab (its state
 * in a SuperSlab's header, zero when acquired).
 */
#ifndef HAK_SEAM_GUARD_H
#define HAK_SEAM_GUARD_H

#include "core/low/compiler.h"

struct slab;

#include HAK_SEAM_guard

SEAM(guard_alloc, void, (void *p)); /* p is about to be handed out */
/* The program gives p back, through the function api. Aborts with a line when p is not the start of a live block. */
SEAM(guard_free, void, (const void *p, const char *api));
SEAM(guard_live, void, (const void *p, const char *api)); /* the same without giving it back: realloc, usable size */
SEAM(guard_count, uint32_t, (const struct slab *s, uint32_t unknown)); /* live blocks of s; unknown, where nobody counts */

#endif
