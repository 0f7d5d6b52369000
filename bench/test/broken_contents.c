/* SPDX-License-Identifier: MIT */
/* broken_contents.c - an allocator with one fault, to be preloaded under the workload `contents`. FAULT names it:
 *
 *   short     a block of 777 bytes or of a length near it has room for 100
 *   calloc    calloc does not clear blocks above 64 KiB
 *   realloc   realloc keeps all but the last 8 bytes of what it has to keep
 *   align     alignments above 4 KiB are not kept
 *   none      no fault
 *
 * Everything comes from one mapping and nothing is ever reused. No part of the allocator; built as a shared library for
 * test_work_contents.c.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { UNIT = 16 };
#define ROOM ((size_t)1 << 36)

static atomic_size_t used;
static unsigned char *_Atomic memory;

static int fault(const char *name)
{
    const char *have = getenv("FAULT");
    return have && !strcmp(have, name);
}

/* Its size stands in the 16 bytes before the block. */
static void *cut(size_t align, size_t size)
{
    unsigned char *base = memory;
    size_t room = fault("short") && size > 700 && size < 800 ? 100 : size;
    if (!base) {
        void *mapped = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapped == MAP_FAILED)
            return NULL;
        base = NULL;
        if (!atomic_compare_exchange_strong(&memory, &base, (unsigned char *)mapped))
            munmap(mapped, ROOM);
        base = memory;
    }
    size_t from = atomic_fetch_add(&used, room + align + 2 * UNIT);
    if (size > ROOM / 2 || from > ROOM / 2)
        return NULL;
    uintptr_t at = ((uintptr_t)base + from + UNIT + align - 1) / align * align;
    memcpy((void *)(at - UNIT), &size, sizeof size);
    return (void *)at;
}

void *malloc(size_t size)
{
    void *p = cut(UNIT, size);
    if (!p)
        errno = ENOMEM;
    return p;
}

void free(void *p)
{
    (void)p;
}

void *calloc(size_t count, size_t size)
{
    void *p = malloc(count * size);
    if (p && count * size > 64 * 1024 && fault("calloc"))
        memset(p, 1, count * size);
    return p;
}

void *realloc(void *old, size_t size)
{
    void *p = malloc(size);
    size_t was = 0;
    if (old)
        memcpy(&was, (char *)old - UNIT, sizeof was);
    size_t kept = was < size ? was : size;
    if (p && old)
        memcpy(p, old, kept > 8 && fault("realloc") ? kept - 8 : kept);
    return p;
}

int posix_memalign(void **p, size_t align, size_t size)
{
    *p = cut(align, size);
    if (*p && align > 4096 && fault("align"))
        *p = (char *)*p + UNIT;
    return *p ? 0 : ENOMEM;
}
