/* SPDX-License-Identifier: MIT */
/* embed.c - the embedded library of MODE=check under a tool that knows which memory may be touched: valgrind's memcheck, and
 * AddressSanitizer in the program. Such a tool replaces malloc, not hak_malloc; so these functions tell it of every block, and
 * an overrun or a use after free is reported at the instruction that does it.
 *
 * The allocator's own functions are included with the prefix plain_. Without a tool each function here passes its call on. With
 * one:
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
#include "core/api/alloc.c"
#include "core/api/api.c"
#undef HAK_EXPORT
#define HAK_EXPORT __attribute__((visibility("default")))
#undef hak_malloc
#undef hak_calloc
#undef hak_realloc
#undef hak_reallocarray
#undef hak_free
#undef hak_cfree
#undef hak_free_sized
#undef hak_free_aligned_sized
#undef hak_aligned_alloc
#undef hak_posix_memalign
#undef hak_memalign
#undef hak_valloc
#undef hak_pvalloc
#undef hak_malloc_usable_size

enum { TOOL_RED = 16, TOOL_WAITS = 256, TOOL_WAITS_SIZE = 65536 };
#define TOOL_LIVE 0x68616b6c697665u /* "haklive" */
#define TOOL_FREED 0x68616b66726565u

struct tool_head {
    void *raw;
    size_t size;
    uint64_t state, rest;
};
static struct tool_head *tool_waiting[TOOL_WAITS]; /* freed blocks. Atomic */
static unsigned tool_next;                         /* atomic */

/* Is somebody there to be told? */
static bool tool_here(void)
{
    static int here = -1; /* atomic */
    if (load_relaxed(&here) < 0)
        store_relaxed(&here, (int)RUNNING_ON_VALGRIND || __asan_poison_memory_region);
    return load_relaxed(&here);
}

static void tool_forbid(void *p, size_t size)
{
    VALGRIND_MAKE_MEM_NOACCESS(p, size);
    if (__asan_poison_memory_region)
        __asan_poison_memory_region(p, size);
}

static void tool_allow(void *p, size_t size)
{
    VALGRIND_MAKE_MEM_DEFINED(p, size);
    if (__asan_unpoison_memory_region)
        __asan_unpoison_memory_region(p, size);
}

static size_t tool_round(size_t size)
{
    return (size + TOOL_RED - 1) & ~(size_t)(TOOL_RED - 1);
}

/* align: a power of two, or 0 for any. zero: the block is to be cleared. */
static void *tool_new(size_t align, size_t size, bool zero)
{
    size_t before = align > sizeof(struct tool_head) ? align : sizeof(struct tool_head), bytes;
    if (__builtin_add_overflow(size, before + 2 * TOOL_RED, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    char *raw = align > TOOL_RED ? plain_memalign(align, bytes) : plain_malloc(bytes);
    if (!raw)
        return NULL;
    struct tool_head *head = (struct tool_head *)(raw + before) - 1;
    char *p = raw + before;
    *head = (struct tool_head){.raw = raw, .size = size, .state = TOOL_LIVE};
    if (zero)
        memset(p, 0, size);
    tool_forbid(raw, before);
    tool_forbid(p + tool_round(size), TOOL_RED);
    if (__asan_poison_memory_region) /* of a last unit that is used in part, too */
        __asan_poison_memory_region(p + size, tool_round(size) - size + TOOL_RED);
    VALGRIND_MALLOCLIKE_BLOCK(p, size, TOOL_RED, zero);
    return p;
}

static void tool_release(struct tool_head *head)
{
    tool_allow(head, sizeof *head);
    char *raw = head->raw, *end = (char *)(head + 1) + tool_round(head->size) + TOOL_RED;
    tool_allow(raw, (size_t)(end - raw));
    plain_free(raw);
}

/* The head of the live block p; what is none goes on to the allocator, which says so and ends the process. */
static struct tool_head *tool_find(void *p, const char *api)
{
    struct tool_head *head = (struct tool_head *)p - 1;
    if ((uintptr_t)p % TOOL_RED)
        log_bad_pointer(api, p, BAD_FOREIGN);
    tool_allow(head, sizeof *head);
    if (head->state == TOOL_FREED)
        log_bad_pointer(api, p, BAD_FREED);
    if (head->state != TOOL_LIVE)
        log_bad_pointer(api, p, BAD_FOREIGN);
    return head;
}

static void tool_free(void *p, const char *api)
{
    if (!p)
        return;
    struct tool_head *head = tool_find(p, api);
    size_t size = head->size;
    head->state = TOOL_FREED;
    tool_forbid(head, sizeof *head);
    VALGRIND_FREELIKE_BLOCK(p, TOOL_RED);
    if (__asan_poison_memory_region)
        __asan_poison_memory_region(p, size);
    if (size <= TOOL_WAITS_SIZE) {
        unsigned at = __atomic_fetch_add(&tool_next, 1, __ATOMIC_RELAXED) % TOOL_WAITS;
        head = __atomic_exchange_n(&tool_waiting[at], head, __ATOMIC_ACQ_REL);
    }
    if (head)
        tool_release(head);
}

static size_t tool_size(void *p, const char *api)
{
    struct tool_head *head = tool_find(p, api);
    size_t size = head->size;
    tool_forbid(head, sizeof *head);
    return size;
}

static void *tool_realloc(void *old, size_t size, const char *api)
{
    if (old && size == 0) {
        tool_free(old, api);
        return NULL;
    }
    size_t had = old ? tool_size(old, api) : 0;
    void *p = tool_new(0, size, false);
    if (p && old) {
        memcpy(p, old, had < size ? had : size);
        tool_free(old, api);
    }
    return p;
}

HAK_EXPORT void *hak_malloc(size_t size)
{
    return tool_here() ? tool_new(0, size, false) : plain_malloc(size);
}

HAK_EXPORT void *hak_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (!tool_here() || __builtin_mul_overflow(count, size, &bytes))
        return plain_calloc(count, size);
    return tool_new(0, bytes, true);
}

HAK_EXPORT void *hak_realloc(void *old, size_t size)
{
    return tool_here() ? tool_realloc(old, size, "realloc") : plain_realloc(old, size);
}

HAK_EXPORT void *hak_reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (!tool_here() || __builtin_mul_overflow(count, size, &bytes))
        return plain_reallocarray(old, count, size);
    return tool_realloc(old, bytes, "reallocarray");
}

HAK_EXPORT void hak_free(void *p)
{
    if (tool_here())
        tool_free(p, "free");
    else
        plain_free(p);
}

HAK_EXPORT void hak_cfree(void *p)
{
    if (tool_here())
        tool_free(p, "free");
    else
        plain_cfree(p);
}

static void tool_free_sized(void *p, size_t size, const char *api)
{
    size_t holds = p ? tool_size(p, api) : size;
    if (size > holds)
        log_bad_size(api, p, size, holds);
    tool_free(p, api);
}

HAK_EXPORT void hak_free_sized(void *p, size_t size)
{
    if (tool_here())
        tool_free_sized(p, size, "free_sized");
    else
        plain_free_sized(p, size);
}

HAK_EXPORT void hak_free_aligned_sized(void *p, size_t align, size_t size)
{
    if (tool_here() && is_power_of_two(align) && (uintptr_t)p % align == 0)
        tool_free_sized(p, size, "free_aligned_sized");
    else
        plain_free_aligned_sized(p, align, size);
}

HAK_EXPORT void *hak_aligned_alloc(size_t align, size_t size)
{
    return tool_here() && is_power_of_two(align) ? tool_new(align, size, false) : plain_aligned_alloc(align, size);
}

HAK_EXPORT int hak_posix_memalign(void **out, size_t align, size_t size)
{
    if (!tool_here() || !is_power_of_two(align) || align % sizeof(void *))
        return plain_posix_memalign(out, align, size);
    int saved = errno;
    void *p = tool_new(align, size, false);
    errno = saved;
    if (p)
        *out = p;
    return p ? 0 : ENOMEM;
}

HAK_EXPORT void *hak_memalign(size_t align, size_t size)
{
    size_t power = 16;
    if (!tool_here() || align > SIZE_MAX / 2 + 1)
        return plain_memalign(align, size);
    while (power < align)
        power *= 2;
    return tool_new(power, size, false);
}

HAK_EXPORT void *hak_valloc(size_t size)
{
    start_once();
    return tool_here() ? tool_new(os_page, size, false) : plain_valloc(size);
}

HAK_EXPORT void *hak_pvalloc(size_t size)
{
    start_once();
    if (!tool_here() || size > PTRDIFF_MAX)
        return plain_pvalloc(size);
    return tool_new(os_page, (size + os_page - 1) & ~(os_page - 1), false);
}

HAK_EXPORT size_t hak_malloc_usable_size(void *p)
{
    if (!p || !tool_here())
        return plain_malloc_usable_size(p);
    return tool_size(p, "malloc_usable_size");
}
