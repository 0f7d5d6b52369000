/* mapped.c - see mapped.h. */
#include "mapped.h"
#include "seam/large.h"
#include "seam/owner.h"
#include "sizeclass.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>

static pthread_mutex_t mapped_lock = PTHREAD_MUTEX_INITIALIZER;
static struct mapped *mapped_stuck;    /* mappings that munmap refused: purged; under the lock, read relaxed without */
static struct mapped_counts mapped_now; /* atomic, relaxed */

static void mapped_count(const struct mapped *m, int sign)
{
    bool mid = mapped_usable(m) <= MID_MAX;
    __atomic_fetch_add(mid ? &mapped_now.mid_blocks : &mapped_now.large_blocks, (uint64_t)sign, __ATOMIC_RELAXED);
    __atomic_fetch_add(mid ? &mapped_now.mid_bytes : &mapped_now.large_bytes, (uint64_t)sign * mapped_usable(m),
                       __ATOMIC_RELAXED);
}

/* A stuck mapping of bytes to twice that, or NULL. */
static struct mapped *mapped_unstick(size_t bytes)
{
    struct mapped *m = NULL;
    if (likely(!load_relaxed(&mapped_stuck)))
        return NULL;
    pthread_mutex_lock(&mapped_lock);
    for (struct mapped **at = &mapped_stuck; (m = *at); at = &m->next) {
        if (m->bytes >= bytes && m->bytes / 2 <= bytes) {
            store_relaxed(at, m->next);
            break;
        }
    }
    pthread_mutex_unlock(&mapped_lock);
    if (m && m->dirty)
        memset(mapped_block(m), 0, mapped_usable(m));
    return m;
}

static void mapped_unmap(struct mapped *m)
{
    size_t bytes = m->bytes;
    enum os_user user = m->user;
    if (likely(os_unmap(m, bytes, user)))
        return;
    m->dirty = !os_purge(m, bytes, user);
    m->bytes = bytes;
    m->user = user;
    pthread_mutex_lock(&mapped_lock);
    m->next = mapped_stuck;
    store_relaxed(&mapped_stuck, m);
    pthread_mutex_unlock(&mapped_lock);
}

/* Bytes of the mapping for a block of size > 0 bytes. */
static size_t mapped_bytes(size_t size, enum os_user user)
{
    size_t bytes = (size + 2 * os_page - 1) & ~(os_page - 1);
    return user == OS_LARGE ? large_round(bytes) : bytes;
}

/* The owner seam gets to know m, or m goes. */
static struct mapped *mapped_known(struct mapped *m)
{
    m->magic = MAPPED_MAGIC ^ (uint64_t)(uintptr_t)m;
    if (unlikely(!owner_add(m))) {
        mapped_unmap(m);
        errno = ENOMEM;
        return NULL;
    }
    return m;
}

/* A new mapping for a block of size bytes, in no count yet. */
static struct mapped *mapped_map(size_t size, size_t align)
{
    enum os_user user = size <= MID_MAX ? OS_MID : OS_LARGE;
    if (size > PTRDIFF_MAX - 2 * os_page) {
        errno = ENOMEM;
        return NULL;
    }
    size_t bytes = mapped_bytes(size ? size : 1, user);
    struct mapped *m = align <= os_page ? mapped_unstick(bytes) : NULL;
    if (!m) {
        m = os_map(bytes, align, os_page, NULL, user);
        if (!m && large_trim())
            m = os_map(bytes, align, os_page, NULL, user);
        if (!m) {
            errno = ENOMEM;
            return NULL;
        }
        m->bytes = bytes;
        m->user = user;
    }
    return mapped_known(m);
}

/* The same from what the large seam keeps; NULL when there is nothing that fits. */
static struct mapped *mapped_take(size_t size, size_t align)
{
    if (size <= MID_MAX || size > PTRDIFF_MAX - 2 * os_page)
        return NULL;
    size_t bytes = mapped_bytes(size, OS_LARGE);
    struct mapped *m = large_take(bytes, align);
    if (!m)
        return NULL;
    m->bytes = bytes;
    m->user = OS_LARGE;
    m->dirty = true;
    return mapped_known(m);
}

void *mapped_alloc(size_t size, size_t align)
{
    struct mapped *m = mapped_take(size, align);
    if (!m)
        m = mapped_map(size, align);
    if (!m)
        return NULL;
    mapped_count(m, 1);
    return mapped_block(m);
}

void mapped_free(struct mapped *m)
{
    mapped_count(m, -1);
    owner_remove(m);
    m->magic = 0;
    if (m->user == OS_LARGE && large_give(m, m->bytes))
        return;
    mapped_unmap(m);
}

/* mapped_resize by copying the bytes. */
static void *mapped_copy(struct mapped *m, struct mapped *target)
{
    mapped_count(target, 1);
    memcpy(mapped_block(target), mapped_block(m), mapped_usable(m));
    mapped_free(m);
    return mapped_block(target);
}

/* mapped_resize, when the mapping cannot grow where it stands. The target is mapped and known before the pages move, so
 * nothing can fail once they have. */
static void *mapped_move(struct mapped *m, size_t size)
{
    struct mapped *target = mapped_map(size, 0);
    if (!target)
        return NULL;
    struct mapped header = *target;
    uint64_t mark = target->magic ^ (uint64_t)(uintptr_t)&header; /* nobody else's page says this */
    target->magic = mark;
    mapped_count(m, -1);
    owner_remove(m);
    if (likely(os_move(m, m->bytes, m->user, target, header.bytes))) {
        *target = header; /* the old header came along */
        mapped_count(target, 1);
        return mapped_block(target);
    }
    /* The program has split the mapping (madvise, mlock, mprotect on a part), or there is no room for another: copy. The
     * target goes, if it is still there and still ours; owner_add finds its place in the owner's structures made. */
    owner_remove(target);
    if (os_is_mapped(target, header.user) && target->magic == mark)
        mapped_unmap(target);
    else
        os_lost(header.bytes, header.user);
    bool known = owner_add(m);
    hak_assert(known);
    (void)known;
    mapped_count(m, 1);
    void *copy = mapped_alloc(size, 0);
    if (copy) {
        memcpy(copy, mapped_block(m), mapped_usable(m));
        mapped_free(m);
    }
    return copy;
}

/* In place and without a system call: the end of a large block goes to what the large seam keeps, or comes from it. */
static bool mapped_resize_kept(struct mapped *m, size_t bytes)
{
    if (m->user != OS_LARGE)
        return false;
    return bytes < m->bytes ? large_give((char *)m + bytes, m->bytes - bytes)
                            : large_extend((char *)m + m->bytes, bytes - m->bytes);
}

void *mapped_resize(struct mapped *m, size_t size)
{
    if (size > PTRDIFF_MAX - 2 * os_page) {
        errno = ENOMEM;
        return NULL;
    }
    size_t bytes = mapped_bytes(size, m->user);
    if (bytes == m->bytes)
        return mapped_block(m);
    mapped_count(m, -1);
    if (mapped_resize_kept(m, bytes) || os_resize(m, m->bytes, bytes, m->user)) {
        m->bytes = bytes;
        mapped_count(m, 1);
        large_grown();
        return mapped_block(m);
    }
    mapped_count(m, 1);
    if (bytes < m->bytes) /* cannot be cut: the block stays as it is */
        return mapped_block(m);
    /* A copy into kept pages costs less than faults in new ones, but not where a block grows in small steps. */
    struct mapped *kept = bytes - m->bytes >= m->bytes / 4 ? mapped_take(size, 0) : NULL;
    void *p = kept ? mapped_copy(m, kept) : mapped_move(m, size);
    large_grown();
    return p;
}

size_t mapped_trim(void)
{
    size_t given = large_trim();
    pthread_mutex_lock(&mapped_lock);
    struct mapped *m = mapped_stuck, *next;
    store_relaxed(&mapped_stuck, NULL);
    pthread_mutex_unlock(&mapped_lock);
    for (; m; m = next) {
        next = m->next;
        given += m->bytes;
        mapped_unmap(m);
    }
    return given;
}

struct mapped_counts mapped_counts(void)
{
    return (struct mapped_counts){load_relaxed(&mapped_now.mid_blocks), load_relaxed(&mapped_now.mid_bytes),
                                  load_relaxed(&mapped_now.large_blocks), load_relaxed(&mapped_now.large_bytes)};
}

void mapped_fork_lock(void)
{
    pthread_mutex_lock(&mapped_lock);
}

void mapped_fork_unlock(void)
{
    pthread_mutex_unlock(&mapped_lock);
}

LARGE_DOORS
