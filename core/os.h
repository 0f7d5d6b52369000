/* os.h - the operating system, as thin as it can be. Implemented by os_linux.c, the only file with system calls.
 *
 * May include compiler.h. Every call is counted under the subsystem that asked for it. One error policy: a call that fails
 * returns NULL or false, sets errno, changes nothing; the caller decides. Nothing here allocates or takes a lock.
 * All functions are thread-safe and, but for os_start, callable at any time after os_start.
 */
#ifndef HAK_OS_H
#define HAK_OS_H

#include "compiler.h"

/* The subsystems of the allocator, for attribution of system calls and address space. */
enum os_user { OS_SUPERSLAB, OS_MID, OS_LARGE, OS_META, OS_OWNER, OS_USERS };
enum os_call { OS_MMAP, OS_MUNMAP, OS_MREMAP, OS_MADVISE, OS_MINCORE, OS_OTHER, OS_CALLS };

extern const char *const os_user_names[OS_USERS];
extern const char *const os_call_names[OS_CALLS];

extern size_t os_page; /* page size in bytes, a power of two >= 4096; written once by os_start */

void os_start(void); /* reads the page size; before any other call, more than once is harmless */

/* Zeroed, readable, writable memory; bytes > 0 is rounded up to pages. align: a power of two >= os_page, or 0 for pages.
 * skip: the address that is aligned is start + skip (a multiple of the page size), so that a header page can stand before an
 * aligned block. hint: where it would be welcome, or NULL. Returns the start, or NULL. */
void *os_map(size_t bytes, size_t align, size_t skip, void *hint, enum os_user user);

/* Address space for bytes that reads as zero and takes no memory, not even of a process that locks what it has; what of it
 * os_commit names can be written, too. NULL where the process may not have all the address space that there is (RLIMIT_AS).
 * Not part of os_bytes, but for what is committed. */
void *os_reserve(size_t bytes, enum os_user user);
bool os_commit(void *start, size_t bytes, enum os_user user);
void os_unreserve(void *start, size_t bytes, size_t committed, enum os_user user);
bool os_limited(enum os_user user); /* is address space rationed for this process? */

/* Gives whole pages back. False when the kernel cannot (munmap in the middle of a mapping may need a new one): the range is
 * then still mapped, with its contents. */
bool os_unmap(void *start, size_t bytes, enum os_user user);

/* Grows or shrinks a mapping where it stands; false when it cannot. */
bool os_resize(void *start, size_t old_bytes, size_t new_bytes, enum os_user user);

/* Moves a mapping's pages, old_bytes -> new_bytes, onto [target, target + new_bytes), replacing what os_map put there. False
 * when it cannot: the pages are where they were, and the target may have gone (Linux before 6.17 takes it away first). */
bool os_move(void *start, size_t old_bytes, enum os_user user, void *target, size_t new_bytes);

/* Accounts for a mapping that went without os_unmap. */
void os_lost(size_t bytes, enum os_user user);

/* The pages stay mapped, their memory goes back now; they read as zero afterwards. False when the kernel refuses. */
bool os_purge(void *start, size_t bytes, enum os_user user);

/* mincore: is the page that holds p mapped? One system call. */
bool os_is_mapped(const void *p, enum os_user user);

/* Reads at most bytes of a file from its beginning through calls of its own, in pieces, giving each to take(); false when it
 * cannot be opened or read. */
bool os_read_file(const char *path, void (*take)(void *context, const char *text, size_t length), void *context,
                  enum os_user user);

uint64_t os_count(enum os_user user, enum os_call call); /* calls made so far */
uint64_t os_bytes(enum os_user user);                    /* address space held now */
uint64_t os_bytes_peak(void);                            /* all subsystems together, at most at one time */

void os_write_error(const char *text, size_t length); /* to standard error; nothing happens when it is closed */
void os_keep_error(void); /* from now on to a copy of it: programs close theirs before the last words at exit */
uint64_t os_now_ms(void);                             /* monotonic clock, coarse: a vDSO read, no system call */
void os_yield(void);

#endif
