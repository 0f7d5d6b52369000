/* SPDX-License-Identifier: MIT */
/* floor.c - no allocator, but what one would be that costs next to nothing: the floor under the random_mixed rows.
 *
 * Preloaded like a rival. Blocks of at most SMALL bytes are a stack of pointers, carved from an array when it is empty: malloc
 * pops, free pushes, there are no sizes, classes, owners, threads or checks, and the block freed last, whose line is hot, goes
 * out first. Each live block has one cache line of its own, since a program must find what it wrote; less no allocator can do.
 * Hence only for programs of one thread that touch the first LINE bytes of a small block and no more, as random_mixed does.
 * Larger ones are never used again.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SMALL = 1039, LINE = 64, BLOCKS = 1 << 20 };

static _Alignas(LINE) char lines[BLOCKS][LINE];
static void *stack[BLOCKS];
static void **top = stack;
static size_t carved;

static _Alignas(LINE) char large[(size_t)256 << 20];
static size_t large_used;

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *p, size_t size);
void free(void *p);

__attribute__((noinline, cold)) static void *carve(size_t size)
{
    if (size <= SMALL && carved < BLOCKS)
        return lines[carved++];
    if (size > sizeof large - LINE - large_used) {
        errno = ENOMEM;
        return NULL;
    }
    char *p = large + large_used + LINE; /* its size stands before it, for realloc */
    memcpy(p - sizeof size, &size, sizeof size);
    large_used += LINE + (size + LINE - 1) / LINE * LINE;
    return p;
}

void *malloc(size_t size)
{
    if (__builtin_expect(size > SMALL || top == stack, 0))
        return carve(size);
    return *--top;
}

void free(void *p)
{
    if ((uintptr_t)p - (uintptr_t)lines < sizeof lines)
        *top++ = p;
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    void *p = malloc(bytes);
    return p ? memset(p, 0, bytes > SMALL ? bytes : LINE) : NULL;
}

void *realloc(void *p, size_t size)
{
    void *to = malloc(size);
    size_t had = LINE;
    if (!p || !to)
        return to;
    if ((uintptr_t)p - (uintptr_t)lines >= sizeof lines)
        memcpy(&had, (char *)p - sizeof had, sizeof had);
    size_t room = size > SMALL ? size : LINE;
    memcpy(to, p, had < room ? had : room);
    free(p);
    return to;
}
