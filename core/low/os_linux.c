/* SPDX-License-Identifier: MIT */
/* os_linux.c - os.h for Linux, x86-64 and AArch64. The only place with system calls. */
#define _GNU_SOURCE
#include "core/low/peek.h"
#include "core/low/os.h"
#include "core/low/probe.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Of the kernel's interface, whose headers need not be installed. */
enum { OS_BARRIER_SECTIONS = 1 << 7, OS_BARRIER_SECTIONS_REGISTER = 1 << 8 }; /* membarrier */
enum { OS_FUTEX_WAIT = 0, OS_FUTEX_WAKE = 1, OS_FUTEX_PRIVATE = 128 };

/* --- The kernel's entry -------------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
__attribute__((weak)) long os_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    long result = number;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return result;
}
#else
__attribute__((weak)) long os_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
    return x0;
}
#endif

/* The same by libc's convention: -1 and errno. */
static inline long os_call(long number, long a, long b, long c, long d, long e, long f)
{
    long result = os_kernel(number, a, b, c, d, e, f);
    if (likely((unsigned long)result < -4095UL))
        return result;
    errno = (int)-result;
    return -1;
}

/* Sanitizers must see what is mapped, and are told by their own wrappers. */
#if !HAK_SANITIZED
#define mmap(start, bytes, access, flags, fd, offset) \
    ((void *)os_call(SYS_mmap, (long)(start), (long)(bytes), access, flags, fd, offset))
#define munmap(start, bytes) os_call(SYS_munmap, (long)(start), (long)(bytes), 0, 0, 0, 0)
#define madvise(start, bytes, advice) os_call(SYS_madvise, (long)(start), (long)(bytes), advice, 0, 0, 0)
#define mprotect(start, bytes, access) os_call(SYS_mprotect, (long)(start), (long)(bytes), access, 0, 0, 0)
#define os_mremap(start, from, to, flags, target) \
    ((void *)os_call(SYS_mremap, (long)(start), (long)(from), (long)(to), flags, (long)(target), 0))
#else
#define os_mremap mremap
#endif
#define mincore(start, bytes, state) os_call(SYS_mincore, (long)(start), (long)(bytes), (long)(state), 0, 0, 0)
#define os_open(path, flags) ((int)os_call(SYS_openat, AT_FDCWD, (long)(path), flags, 0, 0, 0))
#define read(fd, text, bytes) os_call(SYS_read, fd, (long)(text), (long)(bytes), 0, 0, 0)
#define write(fd, text, bytes) os_call(SYS_write, fd, (long)(text), (long)(bytes), 0, 0, 0)
#define close(fd) os_call(SYS_close, fd, 0, 0, 0, 0, 0)
#define fstat(fd, file) os_call(SYS_fstat, fd, (long)(file), 0, 0, 0, 0)
#define os_fcntl(fd, command, value) ((int)os_call(SYS_fcntl, fd, command, value, 0, 0, 0))

const char os_user_names[OS_USERS][OS_NAME_MAX] = {"superslab", "mid", "large", "meta", "owner"};
const char os_call_names[OS_CALLS][OS_NAME_MAX] = {"mmap", "munmap", "mremap", "madvise", "mincore", "other"};

size_t os_page = 4096;
os_clock *os_vdso_clock;
static const unsigned long *os_vector; /* pairs of kind and value that the kernel has handed to the process; NULL: not seen */
static uintptr_t os_vdso;

static uint64_t os_counts[OS_USERS][OS_CALLS]; /* atomic, relaxed: each stands beside a system call */
static uint64_t os_held[OS_USERS];
static uint64_t os_held_all, os_held_peak;

#define OS_PEEK(call, user) \
    PEEK_COUNT("os." #call "." #user, sizeof os_counts[0] * OS_PEEK_##user + sizeof os_counts[0][0] * OS_PEEK_##call, 1, 0)
#define OS_PEEK_CALL(call) \
    OS_PEEK(call, superslab), OS_PEEK(call, mid), OS_PEEK(call, large), OS_PEEK(call, meta), OS_PEEK(call, owner)
enum { OS_PEEK_superslab = OS_SUPERSLAB, OS_PEEK_mid = OS_MID, OS_PEEK_large = OS_LARGE, OS_PEEK_meta = OS_META };
enum { OS_PEEK_owner = OS_OWNER, OS_PEEK_mmap = OS_MMAP, OS_PEEK_munmap = OS_MUNMAP, OS_PEEK_mremap = OS_MREMAP };
enum { OS_PEEK_madvise = OS_MADVISE, OS_PEEK_mincore = OS_MINCORE, OS_PEEK_other = OS_OTHER };
PEEK(os_counts, os_counts, PEEK_COUNT("syscalls", 0, OS_USERS * OS_CALLS, sizeof os_counts[0][0]), OS_PEEK_CALL(mmap),
     OS_PEEK_CALL(munmap), OS_PEEK_CALL(mremap), OS_PEEK_CALL(madvise), OS_PEEK_CALL(mincore), OS_PEEK_CALL(other));
PEEK(os_held, os_held, PEEK_COUNT("mapped_bytes", 0, OS_USERS, sizeof os_held[0]));
PEEK(os_held_peak, &os_held_peak, PEEK_OBJECT("mapped_bytes_peak"));

static unsigned long os_handed(unsigned long kind)
{
    const unsigned long *at = os_vector;
    if (!at)
        return getauxval(kind);
    while (*at != kind && *at != AT_NULL)
        at += 2;
    return at[1];
}

/* The clock's name is looked up when somebody asks for the time: most short programs never do. */
static int os_clock_first(int clock, void *timespec)
{
    os_clock *found = vdso_clock((const void *)os_vdso);
    store_relaxed(&os_vdso_clock, found);
    return found ? found(clock, timespec) : (int)os_kernel(SYS_clock_gettime, clock, (long)timespec, 0, 0, 0, 0);
}

void os_start(void)
{
    size_t page = os_handed(AT_PAGESZ);
    if (page)
        os_page = page;
    os_vdso = os_handed(AT_SYSINFO_EHDR);
    os_vdso_clock = os_clock_first;
}

static void os_counted(enum os_user user, enum os_call call)
{
    __atomic_fetch_add(&os_counts[user][call], 1, __ATOMIC_RELAXED);
}

static void os_grew(enum os_user user, size_t bytes)
{
    __atomic_fetch_add(&os_held[user], bytes, __ATOMIC_RELAXED);
    uint64_t all = __atomic_add_fetch(&os_held_all, bytes, __ATOMIC_RELAXED);
    uint64_t peak = load_relaxed(&os_held_peak);
    while (all > peak && !__atomic_compare_exchange_n(&os_held_peak, &peak, all, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

static void os_shrank(enum os_user user, size_t bytes)
{
    __atomic_fetch_sub(&os_held[user], bytes, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&os_held_all, bytes, __ATOMIC_RELAXED);
}

static size_t os_round(size_t bytes)
{
    return (bytes + os_page - 1) & ~(os_page - 1);
}

static char *os_mmap(void *hint, size_t bytes, enum os_user user)
{
    void *p = mmap(hint, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    os_counted(user, OS_MMAP);
    if (p == MAP_FAILED)
        return NULL;
    os_grew(user, bytes);
    PROBE3(map, p, bytes, user);
    return p;
}

void *os_map(size_t bytes, size_t align, size_t skip, void *hint, enum os_user user)
{
    size_t length = os_round(bytes);
    if (length < bytes || length > PTRDIFF_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    char *p = os_mmap(hint, length, user);
    if (!p || align <= os_page || ((uintptr_t)p + skip) % align == 0)
        return p;
    /* Not aligned: take enough to hold an aligned range and give the ends back. An end that cannot go back stays mapped,
     * untouched, and is only lost address space. */
    os_unmap(p, length, user);
    size_t wide = length + align - os_page;
    if (wide < length || wide > PTRDIFF_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    p = os_mmap(NULL, wide, user);
    if (!p)
        return NULL;
    size_t head = (align - ((uintptr_t)p + skip) % align) % align;
    if (head)
        os_unmap(p, head, user);
    if (wide - head - length)
        os_unmap(p + head + length, wide - head - length, user);
    return p + head;
}

bool os_unmap(void *start, size_t bytes, enum os_user user)
{
    os_counted(user, OS_MUNMAP);
    bytes = os_round(bytes);
    if (munmap(start, bytes) != 0)
        return false;
    os_shrank(user, bytes);
    PROBE3(unmap, start, bytes, user);
    return true;
}

bool os_resize(void *start, size_t old_bytes, size_t new_bytes, enum os_user user)
{
    size_t from = os_round(old_bytes), to = os_round(new_bytes);
    os_counted(user, OS_MREMAP);
    if (os_mremap(start, from, to, 0, NULL) == MAP_FAILED)
        return false;
    if (to > from)
        os_grew(user, to - from);
    else
        os_shrank(user, from - to);
    return true;
}

void *os_move(void *start, size_t old_bytes, enum os_user user, size_t new_bytes, enum os_user new_user)
{
    os_counted(user, OS_MREMAP);
    void *p = os_mremap(start, os_round(old_bytes), os_round(new_bytes), MREMAP_MAYMOVE, NULL);
    if (p == MAP_FAILED)
        return NULL;
    os_shrank(user, os_round(old_bytes));
    os_grew(new_user, os_round(new_bytes));
    return p;
}

void os_guard(void *start, size_t bytes, enum os_user user)
{
    os_counted(user, OS_OTHER);
    mprotect(start, bytes, PROT_NONE);
}

void os_no_dump(void *start, size_t bytes, enum os_user user)
{
    os_counted(user, OS_MADVISE);
    madvise(start, bytes, MADV_DONTDUMP);
}

bool os_purge(void *start, size_t bytes, enum os_user user)
{
    os_counted(user, OS_MADVISE);
    PROBE3(purge, start, bytes, user);
    return madvise(start, os_round(bytes), MADV_DONTNEED) == 0;
}

bool os_is_mapped(const void *p, enum os_user user)
{
    unsigned char state;
    os_counted(user, OS_MINCORE);
    return mincore((void *)((uintptr_t)p & ~(os_page - 1)), 1, &state) == 0;
}

/* The kernel reads the set before it finds that there is no such way to change the signals. */
bool os_readable(const void *p)
{
    enum { NO_WAY = 99 };
    return os_kernel(SYS_rt_sigprocmask, NO_WAY, (long)p, 0, sizeof(uint64_t), 0, 0) == -EINVAL;
}

bool os_read_file(const char *path, void (*take)(void *context, const char *text, size_t length), void *context,
                  enum os_user user)
{
    char text[4096];
    int fd = os_open(path, O_RDONLY | O_CLOEXEC);
    os_counted(user, OS_OTHER);
    if (fd < 0)
        return false;
    ssize_t got;
    while ((got = read(fd, text, sizeof text)) > 0 || (got < 0 && errno == EINTR)) {
        os_counted(user, OS_OTHER);
        if (got > 0)
            take(context, text, (size_t)got);
    }
    close(fd);
    os_counted(user, OS_OTHER);
    return got == 0;
}

uint64_t os_count(enum os_user user, enum os_call call)
{
    return load_relaxed(&os_counts[user][call]);
}

uint64_t os_bytes(enum os_user user)
{
    return load_relaxed(&os_held[user]);
}

uint64_t os_bytes_peak(void)
{
    return load_relaxed(&os_held_peak);
}

static int os_error_fd = STDERR_FILENO;
static struct stat os_error_file; /* what the copy was when it was made */

void os_keep_error(void)
{
    if (os_error_fd != STDERR_FILENO)
        return;
    int fd = os_fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 200); /* out of the way of programs that count on low numbers */
    os_counted(OS_META, OS_OTHER);
    if (fd >= 0 && fstat(fd, &os_error_file) == 0)
        os_error_fd = fd;
}

/* The copy, unless the program has closed it and opened something else under its number. */
static int os_error_target(void)
{
    struct stat now;
    if (os_error_fd == STDERR_FILENO)
        return STDERR_FILENO;
    if (fstat(os_error_fd, &now) != 0 || now.st_dev != os_error_file.st_dev || now.st_ino != os_error_file.st_ino)
        return -1;
    return os_error_fd;
}

/* Not through libc, whose write is where a thread may be cancelled. */
static void os_write(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t wrote = write(fd, text, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return;
        text += wrote;
        length -= (size_t)wrote;
    }
}

void os_write_error(const char *text, size_t length)
{
    int fd = os_error_target();
    if (fd >= 0)
        os_write(fd, text, length);
}

bool os_append_file(const char *path, const char *text, size_t length)
{
    int fd = (int)os_call(SYS_openat, AT_FDCWD, (long)path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666, 0, 0);
    if (fd < 0)
        return false;
    os_write(fd, text, length);
    close(fd);
    return true;
}

void os_remove_file(const char *path)
{
    os_call(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0, 0);
}

uint64_t os_pid(void)
{
    return (uint64_t)getpid();
}

uint64_t os_now_ms(void)
{
    struct timespec now = {0, 0};
    os_clock *clock = load_relaxed(&os_vdso_clock);
    long failed = clock ? clock(CLOCK_MONOTONIC_COARSE, &now)
                        : os_kernel(SYS_clock_gettime, CLOCK_MONOTONIC_COARSE, (long)&now, 0, 0, 0, 0);
    if (failed)
        return 0;
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t os_now_us(void)
{
    struct timespec now;
    if (os_kernel(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0, 0, 0) != 0)
        return UINT64_MAX;
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

struct os_thread os_this_thread(void)
{
    return (struct os_thread){(int32_t)os_kernel(SYS_getpid, 0, 0, 0, 0, 0, 0),
                              (int32_t)os_kernel(SYS_gettid, 0, 0, 0, 0, 0, 0)};
}

bool os_thread_gone(struct os_thread t)
{
    return t.process == (int32_t)os_kernel(SYS_getpid, 0, 0, 0, 0, 0, 0) &&
           os_kernel(SYS_tgkill, t.process, t.thread, 0, 0, 0, 0) == -ESRCH;
}

void os_sleep_us(uint64_t us)
{
    struct timespec left = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};
    while (os_kernel(SYS_nanosleep, (long)&left, (long)&left, 0, 0, 0, 0) == -EINTR)
        continue;
}

void os_futex_wait(uint32_t *word, uint32_t value)
{
    os_kernel(SYS_futex, (long)word, OS_FUTEX_WAIT | OS_FUTEX_PRIVATE, (long)value, 0, 0, 0);
}

void os_futex_wake(uint32_t *word, int threads)
{
    os_kernel(SYS_futex, (long)word, OS_FUTEX_WAKE | OS_FUTEX_PRIVATE, threads, 0, 0, 0);
}

static cpu_set_t os_first_cpus; /* of the process at its start, and its nice value */
static int os_first_nice;
static bool os_remembers;

void os_thread_remember(void)
{
    os_remembers = os_kernel(SYS_sched_getaffinity, 0, sizeof os_first_cpus, (long)&os_first_cpus, 0, 0, 0) > 0;
    os_first_nice = getpriority(PRIO_PROCESS, 0);
    __atomic_fetch_add(&os_counts[OS_META][OS_OTHER], 2, __ATOMIC_RELAXED);
}

/* Errors are ignored: a thread with the wrong name, priority or processors still works. */
void os_thread_reset(const char *name)
{
    pthread_setname_np(pthread_self(), name);
    setpriority(PRIO_PROCESS, 0, os_first_nice); /* 0: of the calling thread alone */
    if (os_remembers)
        os_kernel(SYS_sched_setaffinity, 0, sizeof os_first_cpus, (long)&os_first_cpus, 0, 0, 0);
    __atomic_fetch_add(&os_counts[OS_META][OS_OTHER], 3, __ATOMIC_RELAXED);
}

static bool os_barrier(long what)
{
    os_counted(OS_META, OS_OTHER);
    return os_kernel(SYS_membarrier, what, 0, 0, 0, 0, 0) == 0;
}

bool os_section_ready(void)
{
    static uint8_t state; /* 0: not known; 1: no; 2: yes. Relaxed: asked twice, the kernel says the same */
    if (load_relaxed(&state) == 0)
        store_relaxed(&state, os_barrier(OS_BARRIER_SECTIONS_REGISTER) ? 2 : 1);
    return load_relaxed(&state) == 2;
}

bool os_section_restart(void)
{
    return os_barrier(OS_BARRIER_SECTIONS);
}

const char *os_first_word;

/* musl hands nothing to a constructor, and knows the environment by then. What glibc hands over is what lies on the stack where
 * the kernel has put it, unless the library is loaded late and the program has set variables. */
#ifdef __GLIBC__
char **os_environment(int count, char **arguments, char **handed)
{
    char **end = handed;
    os_first_word = arguments ? *arguments : NULL;
    if (!handed || handed != arguments + count + 1)
        return handed;
    while (*end)
        end++;
    const unsigned long *vector = (const unsigned long *)(end + 1), *at = vector;
    while (*at != AT_NULL && *at != AT_PAGESZ)
        at += 2;
    os_vector = *at == AT_PAGESZ ? vector : NULL; /* the program may have taken variables away */
    return handed;
}

/* Not program_invocation_short_name: every process would look the symbol up. */
const char *os_program(void)
{
    const char *name = os_first_word ? os_first_word : "", *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}
#else
char **os_environment(int count, char **arguments, char **handed)
{
    (void)count, (void)arguments, (void)handed;
    return environ;
}

const char *os_program(void)
{
    return program_invocation_short_name;
}
#endif
