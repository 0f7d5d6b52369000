/* SPDX-License-Identifier: MIT */
/* mapped.c - see mapped.h. */
#include "core/low/peek.h"
#include "core/heap/mapped.h"
#include "core/low/lock.h"
#include "core/low/meta.h"
#include "core/low/probe.h"
#include "core/seam/large.h"
#include "core/seam/owner.h"
#include "core/heap/sizeclass.h"
#include <errno.h>
#include <string.h>

static struct mapped *mapped_stuck;    /* mappings that munmap refused: purged; under the lock, read relaxed without */
static struct mapped *mapped_bare;     /* structs that stand for no mapping; atomic: anybody pushes, who has the lock pops */
static struct mapped_counts mapped_now; /* atomic, relaxed */

#define MAPPED_PEEK(field) PEEK_FIELD(#field, struct mapped_counts, field)
PEEK(mapped, &mapped_now, MAPPED_PEEK(mid_blocks), MAPPED_PEEK(mid_bytes), MAPPED_PEEK(large_blocks), MAPPED_PEEK(large_bytes));

static void mapped_count(const struct mapped *m, int sign)
{
    bool mid = mapped_usable(m) <= MID_MAX;
    __atomic_fetch_add(mid ? &mapped_now.mid_blocks : &mapped_now.large_blocks, (uint64_t)sign, __ATOMIC_RELAXED);
    __atomic_fetch_add(mid ? &mapped_now.mid_bytes : &mapped_now.large_bytes, (uint64_t)sign * mapped_usable(m),
                       __ATOMIC_RELAXED);
}

/* A struct that stands for no mapping, or NULL: there is none, or a signal handler has interrupted who has the lock. What only
 * one thread pops cannot be popped and pushed again between the two reads of another. */
static struct mapped *mapped_pop(void)
{
    if (!load_relaxed(&mapped_bare) || !lock_may(LOCK_MAPPED))
        return NULL;
    struct mapped *m = __atomic_load_n(&mapped_bare, __ATOMIC_ACQUIRE);
    while (m && !__atomic_compare_exchange_n(&mapped_bare, &m, m->next, true, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
        ;
    lock_leave(LOCK_MAPPED);
    return m;
}

/* A struct mapped for a mapping of ours, all zero but for start; NULL with errno = ENOMEM. */
static struct mapped *mapped_struct(char *start)
{
    struct mapped *m = owner_header() > 0 ? (struct mapped *)start : mapped_pop();
    if (!m)
        m = meta_alloc(sizeof *m);
    if (m)
        *m = (struct mapped){.start = start};
    return m;
}

/* It stands for no mapping any more. */
static void mapped_retire(struct mapped *m)
{
    if (owner_header() > 0)
        return;
    struct mapped *head = load_relaxed(&mapped_bare);
    do
        m->next = head;
    while (!__atomic_compare_exchange_n(&mapped_bare, &head, m, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

/* A stuck mapping of bytes to twice that, or NULL; for a SuperSlab one that was, and for a block another. */
static struct mapped *mapped_unstick(size_t bytes, enum os_user user)
{
    struct mapped *m = NULL;
    if (likely(!load_relaxed(&mapped_stuck)) || !lock_may(LOCK_MAPPED))
        return NULL;
    for (struct mapped **at = &mapped_stuck; (m = *at); at = &m->next) {
        if (m->bytes >= bytes && m->bytes / 2 <= bytes && (m->user == OS_SUPERSLAB) == (user == OS_SUPERSLAB)) {
            store_relaxed(at, m->next);
            break;
        }
    }
    lock_leave(LOCK_MAPPED);
    if (m && m->dirty)
        memset(mapped_block(m), 0, mapped_usable(m));
    if (m)
        m->dirty = false;
    return m;
}

char *mapped_again(size_t bytes, enum os_user user)
{
    struct mapped *m = mapped_unstick(bytes, user);
    if (!m)
        return NULL;
    char *start = m->start;
    mapped_retire(m);
    memset(start, 0, owner_header()); /* where m was */
    return start;
}

void mapped_drop(char *start, size_t bytes, enum os_user user)
{
    if (likely(os_unmap(start, bytes, user)))
        return;
    bool purged = os_purge(start, bytes, user);
    struct mapped *m = mapped_struct(start);
    if (!m)
        return; /* there is memory for nothing: the mapping stays, unknown */
    m->dirty = !purged;
    m->bytes = bytes;
    m->user = user;
    if (!lock_may(LOCK_MAPPED))
        return; /* a signal handler that interrupted a change of the list: the mapping is lost, its memory mostly not */
    m->next = mapped_stuck;
    store_relaxed(&mapped_stuck, m);
    lock_leave(LOCK_MAPPED);
}

/* Bytes of the mapping for a block of size bytes. */
static size_t mapped_bytes(size_t size, enum os_user user)
{
    size_t bytes = (size + (size == 0) + owner_header() + os_page - 1) & ~(os_page - 1);
    return user == OS_LARGE ? large_round(bytes) : bytes;
}

/* grown: it is of a block that realloc makes larger. */
static enum os_user mapped_user(size_t size, bool grown)
{
    return size > MID_MAX || (grown && large_grows(size)) ? OS_LARGE : OS_MID;
}

static bool mapped_too_large(size_t size)
{
    return size > PTRDIFF_MAX - 2 * os_page;
}

/* A new mapping for a block of size bytes, known to nobody. */
static struct mapped *mapped_map(size_t size, size_t align, enum os_user user)
{
    size_t bytes = mapped_bytes(size, user);
    struct mapped *m = align <= os_page ? mapped_unstick(bytes, user) : NULL;
    if (m)
        return m;
    char *start = os_map(bytes, align, owner_header(), NULL, user);
    if (!start && large_trim())
        start = os_map(bytes, align, owner_header(), NULL, user);
    m = start ? mapped_struct(start) : NULL;
    if (!m) {
        if (start)
            os_unmap(start, bytes, user);
        errno = ENOMEM;
        return NULL;
    }
    m->bytes = bytes;
    m->user = user;
    return m;
}

/* The same from what the large seam keeps; NULL when there is nothing that fits. */
static struct mapped *mapped_take(size_t size, size_t align, enum os_user user, bool grows)
{
    if (user != OS_LARGE)
        return NULL;
    size_t bytes = mapped_bytes(size, OS_LARGE);
    char *start = large_take(bytes, align, grows);
    struct mapped *m = start ? mapped_struct(start) : NULL;
    if (!m) {
        if (start)
            mapped_drop(start, bytes, OS_LARGE);
        return NULL;
    }
    m->bytes = bytes;
    m->user = OS_LARGE;
    m->dirty = true;
    return m;
}

/* m becomes a block that may be handed out. */
static struct mapped *mapped_known(struct mapped *m)
{
    m->magic = MAPPED_MAGIC ^ (uint64_t)(uintptr_t)m;
    owner_add(m);
    mapped_count(m, 1);
    return m;
}

/* And a block no more. */
static void mapped_unknown(struct mapped *m)
{
    mapped_count(m, -1);
    owner_remove(m);
    m->magic = 0;
}

struct mapped *mapped_new(size_t size, size_t align, bool grown)
{
    enum os_user user = mapped_user(size, grown);
    if (mapped_too_large(size)) {
        errno = ENOMEM;
        return NULL;
    }
    struct mapped *m = mapped_take(size, align, user, grown);
    if (!m)
        m = mapped_map(size, align, user);
    if (!m)
        return NULL;
    m->apart = align >= os_page;
    PROBE2(mapped_alloc, mapped_block(m), size);
    return mapped_known(m);
}

void *mapped_alloc(size_t size, size_t align)
{
    struct mapped *m = mapped_new(size, align, false);
    return m ? mapped_block(m) : NULL;
}

/* Offers a freed mapping to the large seam. Blocks that were asked for at a page's boundary are not offered: the program may
 * have locked their pages or excluded them from fork, and the next block would inherit that. */
static bool mapped_give(const struct mapped *m, char *start, size_t bytes)
{
    return m->user == OS_LARGE && !m->apart && large_give(start, bytes);
}

void mapped_free(struct mapped *m)
{
    PROBE2(mapped_free, mapped_block(m), m->bytes);
    mapped_unknown(m);
    struct mapped was = *m;
    mapped_retire(m);
    if (!mapped_give(&was, was.start, was.bytes))
        mapped_drop(was.start, was.bytes, was.user);
}

/* mapped_resize by copying the bytes into another block. */
static void *mapped_copy(struct mapped *m, struct mapped *target)
{
    size_t bytes = mapped_usable(m) < mapped_usable(target) ? mapped_usable(m) : mapped_usable(target);
    memcpy(mapped_block(target), mapped_block(m), bytes);
    mapped_free(m);
    return mapped_block(target);
}

/* mapped_resize for a mapping that cannot grow in place. The kernel chooses the new address. If this code chose it, Linux
 * before 6.17 could unmap the target and then fail, and another thread could map something there. The owner seam does not know
 * m while the pages move, since either address may be mapped by another thread meanwhile. */
static void *mapped_move(struct mapped *m, size_t size)
{
    enum os_user user = mapped_user(size, true);
    size_t bytes = mapped_bytes(size, user);
    mapped_unknown(m);
    char *start = os_move(m->start, m->bytes, m->user, bytes, user);
    if (start) {
        m = owner_header() > 0 ? (struct mapped *)start : m; /* a header came along */
        m->start = start;
        m->bytes = bytes;
        m->user = user;
        return mapped_block(mapped_known(m));
    }
    /* The program has split the mapping (madvise, mlock, mprotect on a part), or there is no room for another. */
    mapped_known(m);
    struct mapped *target = mapped_new(size, 0, true);
    return target ? mapped_copy(m, target) : NULL;
}

/* In place and without a system call: the end of a large block goes to what the large seam keeps, or comes from it. */
static bool mapped_resize_kept(struct mapped *m, size_t bytes)
{
    if (m->user != OS_LARGE)
        return false;
    return bytes < m->bytes ? mapped_give(m, m->start + bytes, m->bytes - bytes)
                            : large_extend(m->start + m->bytes, bytes - m->bytes);
}

void *mapped_resize(struct mapped *m, size_t size)
{
    if (mapped_too_large(size)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t bytes = mapped_bytes(size, m->user);
    if (bytes == m->bytes)
        return mapped_block(m);
    mapped_count(m, -1);
    if (mapped_resize_kept(m, bytes) || os_resize(m->start, m->bytes, bytes, m->user)) {
        m->bytes = bytes;
        mapped_count(m, 1);
        large_grown(bytes);
        return mapped_block(m);
    }
    mapped_count(m, 1);
    if (bytes < m->bytes) /* cannot be cut: the block stays as it is */
        return mapped_block(m);
    /* A copy into kept pages costs less than faults in new ones, but not where a block grows in small steps. */
    struct mapped *kept = bytes - m->bytes >= m->bytes / 4 ? mapped_take(size, 0, mapped_user(size, true), true) : NULL;
    void *p = kept ? mapped_copy(m, mapped_known(kept)) : mapped_move(m, size);
    if (p)
        large_grown(bytes);
    return p;
}

size_t mapped_trim(void)
{
    size_t given = large_trim();
    if (!lock_may(LOCK_MAPPED))
        return given;
    struct mapped *m = mapped_stuck, *next;
    store_relaxed(&mapped_stuck, NULL);
    lock_leave(LOCK_MAPPED);
    for (; m; m = next) {
        struct mapped was = *m;
        next = m->next;
        given += m->bytes;
        mapped_retire(m);
        mapped_drop(was.start, was.bytes, was.user);
    }
    return given;
}

struct mapped_counts mapped_counts(void)
{
    return (struct mapped_counts){load_relaxed(&mapped_now.mid_blocks), load_relaxed(&mapped_now.mid_bytes),
                                  load_relaxed(&mapped_now.large_blocks), load_relaxed(&mapped_now.large_bytes)};
}
