/* SPDX-License-Identifier: MIT */
/* tools.c - MODE=check of the embedded library under a tool that knows which memory may be touched: valgrind's memcheck, and
 * AddressSanitizer in the program. Such a tool replaces malloc, not hak_malloc; so these functions tell it of every block, and
 * an overrun or a use after free is reported at the instruction that does it.
 *
 * Included by embed_check.c before alloc.c and api.c, whose functions then have the prefix plain_; tools_end.c follows them.
 * Without a tool each function here passes its call on. With one:
 *
 *   plain block:  | head (raw, size, state) | the program's block | red zone |      head and red zone must not be touched
 *
 * A block of up to 64 KiB that is freed waits until 256 others have been freed, so that a use after free finds it untouched.
 *
 * The requests of valgrind come from its header; where that is not installed, memcheck is told nothing. AddressSanitizer is
 * found by the names of two functions.
 */
#include "core/hakmem.h"
#include "core/low/compiler.h"
#include "core/low/log.h"
#include HAK_MEMCHECK
#include <errno.h>
#include <string.h>

void __asan_poison_memory_region(const volatile void *p, size_t size) __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void *p, size_t size) __attribute__((weak));

#undef HAK_EXPORT
#define HAK_EXPORT static
#define hak_malloc plain_malloc
#define hak_calloc plain_calloc
#define hak_realloc plain_realloc
#define hak_reallocarray plain_reallocarray
#define hak_free plain_free
#define hak_cfree plain_cfree
#define hak_free_sized plain_free_sized
#define hak_free_aligned_sized plain_free_aligned_sized
#define hak_aligned_alloc plain_aligned_alloc
#define hak_posix_memalign plain_posix_memalign
#define hak_memalign plain_memalign
#define hak_valloc plain_valloc
#define hak_pvalloc plain_pvalloc
#define hak_malloc_usable_size plain_malloc_usable_size
