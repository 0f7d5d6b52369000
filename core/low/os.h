/* SPDX-License-Identifier: MIT */
/* os.h - the operating system, as thin as it can be. Implemented by os_linux.c, the only file with system calls. The calls go
 * to the kernel directly: libc's functions may be wrapped by other libraries, and locks are held here.
 *
 * Every call is counted under the subsystem that asked for it. One error policy: a call that fails returns NULL or false, sets
 * errno, changes nothing; the caller decides. Nothing here allocates or takes a lock. All functions are thread-safe and, but
 * for os_start, callable at any time after os_start.
 */
#ifndef HAK_OS_H
#define HAK_OS_H

#include "core/low/compiler.h"

/* The subsystems of the allocator, for attribution of system calls and address space. */
enum os_user { OS_SUPERSLAB, OS_MID, OS_LARGE, OS_META, OS_OWNER, OS_USERS };
enum os_call { OS_MMAP, OS_MUNMAP, OS_MREMAP, OS_MADVISE, OS_MINCORE, OS_OTHER, OS_CALLS };

enum { OS_NAME_MAX = 12 };
extern const char os_user_names[OS_USERS][OS_NAME_MAX]; /* no pointers: each would be a relocation in every process */
extern const char os_call_names[OS_CALLS][OS_NAME_MAX];

HAK_EXTERN size_t os_page; /* page size in bytes, a power of two >= 4096; written once by os_start */

/* The kernel's entry, and what it returns: -errno when the call has failed. Weak, so that a test may stand before it. */
long os_kernel(long number, long a, long b, long c, long d, long e, long f);

void os_start(void); /* reads the page size; before any other call, more than once is harmless */

/* Zeroed, readable, writable memory; bytes > 0 is rounded up to pages. align: a power of two >= os_page, or 0 for pages.
 * skip: the address that is aligned is start + skip (a multiple of the page size), so that a header page can stand before an
 * aligned block. hint: where it would be welcome, or NULL. Returns the start, or NULL. */
void *os_map(size_t bytes, size_t align, size_t skip, void *hint, enum os_user user);

/* Gives whole pages back. False when the kernel cannot (munmap in the middle of a mapping may need a new one): the range is
 * then still mapped, with its contents. */
bool os_unmap(void *start, size_t bytes, enum os_user user);

/* Grows or shrinks a mapping where it stands; false when it cannot. */
bool os_resize(void *start, size_t old_bytes, size_t new_bytes, enum os_user user);

/* Moves a mapping's pages to where the kernel likes, old_bytes -> new_bytes; user, for the accounting, becomes new_user.
 * Returns the new start; NULL: nothing has changed. */
void *os_move(void *start, size_t old_bytes, enum os_user user, size_t new_bytes, enum os_user new_user);

/* Whole pages on which every access is to fail from now on; nothing happens when the kernel refuses. */
void os_guard(void *start, size_t bytes, enum os_user user);

/* Whole pages that a core dump leaves out. */
void os_no_dump(void *start, size_t bytes, enum os_user user);

/* The pages stay mapped, their memory goes back now; they read as zero afterwards. False when the kernel refuses. */
bool os_purge(void *start, size_t bytes, enum os_user user);

/* mincore: is the page that holds p mapped? One system call. */
bool os_is_mapped(const void *p, enum os_user user);

/* Can the 8 bytes at p, a multiple of 8, be read? One system call. */
bool os_readable(const void *p);

/* Reads at most bytes of a file from its beginning through calls of its own, in pieces, giving each to take(); false when it
 * cannot be opened or read. */
bool os_read_file(const char *path, void (*take)(void *context, const char *text, size_t length), void *context,
                  enum os_user user);

uint64_t os_count(enum os_user user, enum os_call call); /* calls made so far */
uint64_t os_bytes(enum os_user user);                    /* address space held now */
static inline uint64_t os_bytes_of_blocks(void)
{
    return os_bytes(OS_SUPERSLAB) + os_bytes(OS_MID) + os_bytes(OS_LARGE);
}
uint64_t os_bytes_peak(void);                            /* all subsystems together, at most at one time */

void os_write_error(const char *text, size_t length); /* to standard error; nothing happens when it is closed */
bool os_append_file(const char *path, const char *text, size_t length); /* makes it if need be; false: not opened */
void os_remove_file(const char *path); /* nothing happens when it is not there */
uint64_t os_pid(void);
void os_keep_error(void); /* from now on to a copy of it: programs close theirs before the last words at exit */
uint64_t os_now_ms(void); /* monotonic, coarse, mostly no system call; 0 where there is no clock */
uint64_t os_now_us(void); /* to the microsecond, by a system call; where there is no clock UINT64_MAX, so that waits end */

/* The kernel's clock_gettime that needs no system call, or NULL. Not libc's name of it, which other libraries wrap: their first
 * call may allocate. Written once by os_start. */
typedef int os_clock(int clock, void *timespec);
extern os_clock *os_vdso_clock;
os_clock *vdso_clock(const void *image); /* of the vDSO, or NULL: there is none. vdso.c */

/* A thread of a process, and whether it has gone for good. A thread of another process is not known to be gone. */
struct os_thread {
    int32_t process, thread;
};
struct os_thread os_this_thread(void);
bool os_thread_gone(struct os_thread t);

void os_sleep_us(uint64_t us);

/* Sleeps while *word is value, until os_futex_wake or for no reason at all; wakes so many threads that sleep so. Both leave
 * errno alone. */
void os_futex_wait(uint32_t *word, uint32_t value);
void os_futex_wake(uint32_t *word, int threads);

/* For a thread of the allocator's own. os_thread_remember: its process's nice value and CPUs, at the start; os_thread_reset:
 * the calling thread gets these, and a name. os_thread_alone: has every other thread of the process ended, its first one
 * included, or can that not be told? */
void os_thread_remember(void);
void os_thread_reset(const char *name);
bool os_thread_alone(void);
/* Of the process; handed: what libc handed to the constructor, with the arguments before it, if it hands anything. Before
 * os_start, which then calls no function of libc. */
char **os_environment(int count, char **arguments, char **handed);
const char *os_program(void); /* its name, as it was called; "": not known, for example before the constructor */
extern const char *os_first_word; /* of its arguments, where libc hands them over */
/* Restartable sequences, here sections. os_section_word: where the calling thread tells the kernel which one it is in; NULL:
 * the kernel does not look. os_section_ready: does os_section_restart work in this process? May take milliseconds, once.
 * os_section_restart: each thread of this process that is in a section begins that section again. False: the kernel refuses. */
uint64_t *os_section_word(void);
bool os_section_ready(void);
bool os_section_restart(void);
/* Has this process never had a second thread? false: that is not known. os_single_start: before it is asked (threads.c). */
bool os_single_threaded(void);
void os_single_start(void);

#endif
