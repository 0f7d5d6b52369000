/* SPDX-License-Identifier: MIT */
/* mapped.h - mapped blocks: a block with a mapping of its own. Every size above MID_MAX is a mapped block, so is every mid size
 * in the base variant, so is every alignment that slabs cannot give, and so is what realloc makes larger where the large seam
 * says so (large_grows). A block grows by mremap; it is copied only into a kept range, or where mremap fails.
 *
 *   start        start + owner_header()        start + bytes
 *   | (header)   | the block                   |
 *
 * What is known of a block, struct mapped, lies in metadata, where no overflow of a neighbour reaches it; or, where the owner
 * seam looks for it beside the block, in a header page of the mapping.
 *
 * Must hold: owner_find(mapped_block(m)) = m from the return of mapped_alloc to the call of mapped_free; a mapping that munmap
 * refuses to give back is empty, in one list, and used again first.
 */
#ifndef HAK_MAPPED_H
#define HAK_MAPPED_H

#include "core/low/os.h"
#include "core/seam/owner.h"

struct mapped {
    uint64_t magic;      /* MAPPED_MAGIC ^ own address: what the answers that probe look for */
    char *start;         /* of the mapping */
    size_t bytes;        /* of the mapping, whole pages */
    enum os_user user;   /* the subsystem that mapped it, for the accounting of address space */
    bool dirty;          /* the block may hold anything; else it was zero when it was handed out */
    bool apart;          /* asked for at a page's boundary: the program may have told the kernel something about these pages */
    struct mapped *next; /* in the list of mappings that munmap refused, or of structs that stand for none */
};

#define MAPPED_MAGIC UINT64_C(0x6861b6d656d3a021)

static inline void *mapped_block(const struct mapped *m)
{
    return m->start + owner_header();
}

static inline size_t mapped_usable(const struct mapped *m)
{
    return m->bytes - owner_header();
}

static inline bool mapped_magic_holds(const struct mapped *m)
{
    return m->magic == (MAPPED_MAGIC ^ (uint64_t)(uintptr_t)m);
}

/* A zeroed block of size bytes at a multiple of align (a power of two; 0: a page). NULL with errno = ENOMEM. Thread-safe. */
void *mapped_alloc(size_t size, size_t align);
/* The same; zeroed unless m->dirty. grown: a block that realloc has made larger, and may make larger again. */
struct mapped *mapped_new(size_t size, size_t align, bool grown);

/* Thread-safe; m must come from owner_find for a live block. */
void mapped_free(struct mapped *m);

/* The block with its contents at size bytes, moved or not; NULL with errno = ENOMEM, and the block is as before. */
void *mapped_resize(struct mapped *m, size_t size);

/* Gives a mapping of ours back that belongs to no block, or was a SuperSlab; what munmap refuses is kept, and used again first.
 * mapped_again: one of these for a SuperSlab, zeroed; NULL: there is none. Thread-safe. */
void mapped_drop(char *start, size_t bytes, enum os_user user);
char *mapped_again(size_t bytes, enum os_user user);

/* Tries again to give back what munmap refused. Bytes given back. */
size_t mapped_trim(void);

struct mapped_counts {
    uint64_t mid_blocks, mid_bytes, large_blocks, large_bytes; /* live, usable bytes; mid: up to MID_MAX */
};
struct mapped_counts mapped_counts(void);

#endif
