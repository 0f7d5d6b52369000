/* mapped.h - mapped blocks: a block with a mapping of its own, its header on the page before it.
 *
 *   start                start + os_page                          start + bytes
 *   | struct mapped ...  | the block                              |
 *
 * May include os.h and the owner seam. Every size above MID_MAX is served so, every mid size in the base variant, and every
 * alignment that slabs cannot give. Growing moves pages (mremap), never bytes.
 *
 * Must hold: the header's page directly precedes the block; owner_find(mapped_block(m)) = m from the return of mapped_alloc
 * to the call of mapped_free; a mapping that munmap refuses to give back is empty, in one list, and used again first.
 */
#ifndef HAK_MAPPED_H
#define HAK_MAPPED_H

#include "os.h"

struct mapped {
    uint64_t magic;      /* MAPPED_MAGIC ^ own address: what the answers that probe look for */
    size_t bytes;        /* of the mapping, header page included; whole pages */
    enum os_user user;   /* the subsystem that mapped it, for the accounting of address space */
    struct mapped *next; /* in the list of mappings that munmap refused */
    bool dirty;          /* there: could not be purged either, so is not zero */
};

#define MAPPED_MAGIC UINT64_C(0x6861b6d656d3a021)

static inline void *mapped_block(const struct mapped *m)
{
    return (char *)m + os_page;
}

static inline size_t mapped_usable(const struct mapped *m)
{
    return m->bytes - os_page;
}

static inline bool mapped_magic_holds(const struct mapped *m)
{
    return m->magic == (MAPPED_MAGIC ^ (uint64_t)(uintptr_t)m);
}

/* A zeroed block of size bytes at a multiple of align (a power of two; 0: a page). NULL with errno = ENOMEM. Thread-safe. */
void *mapped_alloc(size_t size, size_t align);

/* Thread-safe; m must come from owner_find for a live block. */
void mapped_free(struct mapped *m);

/* The block with its contents at size bytes, moved or not; NULL with errno = ENOMEM, and the block is as before. */
void *mapped_resize(struct mapped *m, size_t size);

/* Tries again to give back what munmap refused. Bytes given back. */
size_t mapped_trim(void);

struct mapped_counts {
    uint64_t mid_blocks, mid_bytes, large_blocks, large_bytes; /* live, usable bytes; mid: up to MID_MAX */
};
struct mapped_counts mapped_counts(void);

void mapped_fork_lock(void);
void mapped_fork_unlock(void);

#endif
