/* SPDX-License-Identifier: MIT */
/* hakmem.h - the public interface of hakmem, a malloc replacement and allocator laboratory.
 *
 * Every function of glibc's malloc.h and of stdlib.h's allocation family exists here under a hak_ name with the same
 * contract, so that the allocator can be embedded beside the system's. libhakmem.so and libhakmem.a also define the plain
 * names (malloc, free, ...) and the C++ operators new and delete.
 *
 * All functions are thread-safe. Sizes are bytes. Blocks of 16 bytes and more are 16-byte aligned (so are smaller ones).
 * On failure: NULL and errno = ENOMEM, unless said otherwise. free and its relatives preserve errno.
 * A pointer that no function here returned, or that was already freed, ends the process with one line on standard error
 * and abort(), wherever the metadata in hand shows it (MODE=check looks harder). For blocks of more than 1 KiB it shows
 * exactly which are live. Of smaller ones free sees what was freed last of its size and what has gone back to its slab; not
 * a pointer to another multiple of 16 bytes within a block, nor a second free with others of its size between.
 *
 * Signal handlers: free, and nothing else of all this, may be called in one, for any number of blocks of any size, whatever
 * it interrupts. A block that is freed while the interrupted code is inside one of these functions, or that this code is
 * freeing, may be lost: it then stays allocated. No block comes into two hands, and what is right ends no process. (malloc
 * and its relatives are not to be called in a handler that may interrupt one of them, as POSIX says.)
 */
#ifndef HAKMEM_H
#define HAKMEM_H

#include <malloc.h> /* struct mallinfo, struct mallinfo2 of glibc */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The version of this header. No other place states one: make takes the number of the shared library, which is MAJOR, and the
 * versions of packages from here. MAJOR rises when programs must be compiled again, MINOR when something is new. */
#define HAKMEM_VERSION_MAJOR 1
#define HAKMEM_VERSION_MINOR 0
#define HAKMEM_VERSION_PATCH 0
#define HAKMEM_TEXT(x) #x
#define HAKMEM_VERSION_TEXT(major, minor, patch) HAKMEM_TEXT(major) "." HAKMEM_TEXT(minor) "." HAKMEM_TEXT(patch)
#define HAKMEM_VERSION HAKMEM_VERSION_TEXT(HAKMEM_VERSION_MAJOR, HAKMEM_VERSION_MINOR, HAKMEM_VERSION_PATCH)

#ifdef __cplusplus
extern "C" {
#endif

void *hak_malloc(size_t size);
void *hak_calloc(size_t count, size_t size);
void *hak_realloc(void *block, size_t size); /* size 0 frees a non-NULL block and returns NULL, as glibc does */
void *hak_reallocarray(void *block, size_t count, size_t size);
void hak_free(void *block);
void hak_cfree(void *block);
void hak_free_sized(void *block, size_t size);
void hak_free_aligned_sized(void *block, size_t alignment, size_t size);

/* alignment: aligned_alloc and posix_memalign fail with EINVAL unless it is a power of two (posix_memalign: and a multiple
 * of sizeof(void *)); memalign rounds it up to a power of two, as glibc does, and fails with EINVAL where it cannot. */
void *hak_aligned_alloc(size_t alignment, size_t size);
int hak_posix_memalign(void **out, size_t alignment, size_t size); /* returns 0, EINVAL or ENOMEM; errno untouched */
void *hak_memalign(size_t alignment, size_t size);
void *hak_valloc(size_t size);
void *hak_pvalloc(size_t size);

size_t hak_malloc_usable_size(void *block); /* 0 for NULL; every byte of it may be used */
int hak_malloc_trim(size_t pad);            /* gives unused memory back; 1 when some went back, else 0 */
struct mallinfo;                            /* glibc's malloc.h defines these two; with another libc, the two functions that */
struct mallinfo2;                           /* return them are not there */
struct mallinfo hak_mallinfo(void);         /* mallinfo2 saturated to int */
struct mallinfo2 hak_mallinfo2(void);       /* as in glibc: arena = uordblks (live) + fordblks (free); smblks, fsmblks: free
                                             * and cached by threads; hblks, hblkhd: live mapped blocks; keepcost: 0 */
int hak_mallopt(int option, int value);     /* 0: none of glibc's options does anything here */
void hak_malloc_stats(void);                /* the text of HAKMEM_STATS=1 on standard error */
int hak_malloc_info(int options, FILE *out); /* XML as glibc's; returns 0, or EINVAL when options is not 0 */

const char *hak_version(void); /* the HAKMEM_VERSION that the library was compiled with */

/* The name of the variant that this code was compiled as, for example "p12.mincore-always", and the command that built it.
 * The same name stands in the ELF note of type 1, owner "hakmem", of every library and program. */
const char *hak_variant(void);
const char *hak_build(void);

/* Whether a line tells of SIGSEGV, SIGBUS and SIGABRT without HAKMEM_CRASH_LOG=1. The library's own is false and weak: a
 * program that wants the lines defines one that is true. */
extern const bool hak_crash_by_default;

/* Counters, summed over all heaps at the time of the call; other threads may be running. One row X(field, what it counts) for
 * each. New rows come last, and no row goes as long as HAKMEM_VERSION_MAJOR stays. */
#define HAK_STATS_ROWS(X)                                                                \
    X(live_blocks, "blocks handed out and not yet freed by the program")                 \
    X(live_bytes, "bytes of live blocks, as malloc_usable_size counts them")             \
    X(cached_blocks, "blocks freed, and held in a thread's front")                       \
    X(cached_bytes, "bytes of cached blocks")                                            \
    X(mid_blocks, "live blocks of up to 1 MiB that have a mapping of their own")         \
    X(mid_bytes, "bytes of live blocks of up to 1 MiB that have a mapping of their own") \
    X(large_blocks, "live blocks above 1 MiB")                                           \
    X(large_bytes, "bytes of live blocks above 1 MiB")                                   \
    X(mapped_bytes, "address space held from the system")                                \
    X(mapped_bytes_peak, "the most that was held at one time")                           \
    X(superslabs, "SuperSlabs mapped now")                                               \
    X(superslabs_peak, "the most that were mapped at one time")                          \
    X(superslabs_mapped, "SuperSlabs mapped so far")                                     \
    X(superslabs_unmapped, "SuperSlabs unmapped so far")                                 \
    X(slabs, "slabs that belong to a heap")                                              \
    X(heaps, "heaps, parked ones included")                                              \
    X(heaps_parked, "heaps whose threads have ended")                                    \
    X(heaps_adopted, "parked heaps that a thread took over")                             \
    X(remote_frees, "blocks freed by a thread that does not have their heap")            \
    X(calloc_known_zero, "calloc calls that could skip the clearing")                    \
    X(calloc_cleared, "calloc calls that had to clear")                                  \
    X(syscalls, "system calls that the allocator made")

#define HAK_STATS_FIELD(field, words) uint64_t field;
struct hak_stats {
    HAK_STATS_ROWS(HAK_STATS_FIELD)
};

/* Fills size bytes of *out; size is sizeof *out as the caller was compiled. A program that knows fewer counters than the
 * library gets those that it knows; one that knows more gets 0 for the others. Returns the library's own sizeof *out. */
size_t hak_stats(struct hak_stats *out, size_t size);

/* Calls each(context, name, value) for every counter, those of the compiled-in phases included. Names are lower case words
 * joined by '_' and '.', for example "superslabs_peak", "os.mmap.superslab", "front.hits". */
void hak_stats_each(void (*each)(void *context, const char *name, uint64_t value), void *context);

/* MODE=check: walks the calling thread's heap and every structure that it can reach and checks every invariant; aborts with a
 * line that names the broken one. In other modes the checks are compiled out. Returns true. The caller must know that no
 * other thread allocates or frees blocks of this heap meanwhile. */
bool hak_check(void);

#ifdef __cplusplus
}
#endif
#endif
