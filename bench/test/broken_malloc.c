/* SPDX-License-Identifier: MIT */
/* broken_malloc.c - an allocator with a fault, to be preloaded under the workloads: it hands out some live blocks twice.
 *
 * Everything comes from one mapping and nothing is ever reused, so that the only fault is the intended one: every 50th block
 * of malloc or realloc is also the answer to a later request that is no larger. calloc is sound, since libc itself uses it to
 * start threads. No part of the allocator; built as a shared library for test_work_broken.c.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { EVERY = 50, UNIT = 16 };
#define ROOM ((size_t)1 << 32)

static atomic_flag lock = ATOMIC_FLAG_INIT;
static unsigned char *memory, *twice;
static size_t used, served;

static size_t size_of(const void *block)
{
    return *(const size_t *)((const unsigned char *)block - UNIT);
}

/* A new block; its size stands in the 16 bytes before it. */
static void *cut(size_t size)
{
    size_t rounded = (size + UNIT - 1) / UNIT * UNIT + UNIT;
    if (!memory) {
        void *mapped = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        memory = mapped == MAP_FAILED ? NULL : mapped;
    }
    if (!memory || size > ROOM || rounded > ROOM - used)
        return NULL;
    unsigned char *block = memory + used + UNIT;
    used += rounded;
    memcpy(block - UNIT, &size, sizeof size);
    return block;
}

static void *get(size_t size, int sound)
{
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
        continue;
    unsigned char *block;
    if (!sound && twice && size <= size_of(twice)) {
        block = twice;
        twice = NULL;
    } else {
        block = cut(size);
        if (!sound && ++served % EVERY == 0)
            twice = block;
    }
    atomic_flag_clear_explicit(&lock, memory_order_release);
    return block;
}

void *malloc(size_t size)
{
    return get(size, 0);
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : get(bytes, 1);
}

void *realloc(void *block, size_t size)
{
    void *fresh = get(size, 0);
    if (fresh && block)
        memmove(fresh, block, size < size_of(block) ? size : size_of(block));
    return fresh;
}

void free(void *block)
{
    (void)block;
}
