/* seam/guard.h - the guard seam: is this right? What costs too much for every build and finds what cheap checks cannot.
 *
 * Asked wherever a slab block passes between the program and the allocator. The base answer knows nothing and costs nothing;
 * MODE=check keeps an exact map of live blocks. An answer includes compiler.h and defines struct guard_superslab (its state
 * in a SuperSlab's header, zero when acquired) and GUARD_EXACT, and defines or declares:
 *
 *   void guard_alloc(void *p)                             p is about to be handed out
 *   void guard_free(const void *p, const char *api)       the program gives p back, through the function api. Aborts with a
 *                                                         line when p is not the start of a live block
 *   void guard_live(const void *p, const char *api)       the same question, without giving it back (realloc, usable size)
 *   uint32_t guard_count(const struct slab *s)            live blocks of s; only where GUARD_EXACT
 */
#ifndef HAK_SEAM_GUARD_H
#define HAK_SEAM_GUARD_H

#include "core/low/compiler.h"

struct slab;

#include HAK_SEAM_guard

#endif
