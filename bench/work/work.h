/* SPDX-License-Identifier: MIT */
/* work.h - what the workload programs share: arguments, clock, errors, stamped blocks, threads, resident memory, result line.
 *
 * Whichever malloc the process was started or linked with serves it. Each program is one .c file that includes this header, so
 * everything here is static.
 *
 * What must hold: exit 0 and one key=value line on standard output (where memory is what matters, rss_kb is the resident memory
 * to be judged and live_kb the live bytes at the same time); or one line on standard error and exit 1 (out of memory,
 * a corrupted or overlapping block, a failing system call) or exit 2 (bad arguments). No address enters a checksum.
 */
#ifndef HAK_WORK_H
#define HAK_WORK_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Every program's largest block; also keeps sums of sizes far from overflow. */
#define WORK_MAX_SIZE    ((uint64_t)1 << 30)
#define WORK_MAX_OPS     ((uint64_t)1 << 40)
#define WORK_MAX_THREADS 4096

static const char *work_name = "workload";
static const char *work_operand = ""; /* what a program wants before its numbers, and a blank; it takes that off itself */

/* One line on standard error, made without the allocator, and the end of the process. When several threads fail at once, the
 * first one speaks. */
__attribute__((format(printf, 2, 3), noreturn, cold, unused)) static void work_end(int status, const char *format, ...)
{
    static atomic_flag spoken = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&spoken))
        pause();
    char line[1024];
    int used = snprintf(line, sizeof line, "%s: ", work_name);
    va_list list;
    va_start(list, format);
    int more = vsnprintf(line + used, sizeof line - (size_t)used - 1, format, list);
    va_end(list);
    used = more < (int)sizeof line - used - 1 ? used + more : (int)sizeof line - 2;
    line[used++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)used) != used)
        status |= 1;
    _exit(status);
}

#define work_fail(...)  work_end(1, __VA_ARGS__)
#define work_usage(...) work_end(2, __VA_ARGS__)

/* A positional argument: a whole number from min to max; fallback when it is not given. */
struct work_arg {
    const char *name, *what;
    uint64_t fallback, min, max;
};

__attribute__((unused)) static void work_help(const char *what, const struct work_arg *args, int count)
{
    printf("usage: %s %s", work_name, work_operand);
    for (int i = 0; i < count; i++)
        printf("[%s]%s", args[i].name, i + 1 < count ? " " : "");
    printf("\n%s\n\n", what);
    for (int i = 0; i < count; i++)
        printf("  %-18s %s (default %llu, %llu to %llu)\n", args[i].name, args[i].what, (unsigned long long)args[i].fallback,
               (unsigned long long)args[i].min, (unsigned long long)args[i].max);
    printf("\nPrints one line of key=value pairs. Exit status: 0, 1 on a corrupted block or a failure, 2 on a bad argument.\n");
    exit(fflush(stdout) ? 1 : 0);
}

static uint64_t work_number(const struct work_arg *arg, const char *text)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value < arg->min || value > arg->max)
        work_usage("%s: '%.80s' is not a whole number from %llu to %llu", arg->name, text, (unsigned long long)arg->min,
                   (unsigned long long)arg->max);
    return value;
}

/* Reads the command line into values[count]; ends the process on --help and on anything it does not understand. */
__attribute__((unused)) static void work_args(const char *name, const char *what, const struct work_arg *args, int count,
                                              int argc, char **argv, uint64_t *values)
{
    work_name = name;
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--help"))
            work_help(what, args, count);
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "--", 2))
            work_usage("unknown option '%.80s': the only option is --help", argv[i]);
        if (i > count)
            work_usage("extra argument '%.80s': at most %d, %s to %s", argv[i], count, args[0].name, args[count - 1].name);
    }
    for (int i = 0; i < count; i++)
        values[i] = i + 1 < argc ? work_number(&args[i], argv[i + 1]) : args[i].fallback;
}

/* Ends the process when the bound `max`, an argument with a `min` before it, is less than that. */
__attribute__((unused)) static void work_bounds(const struct work_arg *max, uint64_t least, uint64_t most)
{
    if (least > most)
        work_usage("%s: %llu is below min: it must be %llu to %llu", max->name, (unsigned long long)most,
                   (unsigned long long)least, (unsigned long long)max->max);
}

static inline double work_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

__attribute__((unused)) static void work_sleep(uint64_t seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds};
    while (nanosleep(&left, &left) && errno == EINTR)
        continue;
}

/* Callgrind forgets here what the calling thread has cost so far (bench/launch.c): starting and warming up. */
__attribute__((noinline, unused)) static void work_begin(void)
{
    __asm__ volatile("" : : : "memory");
}

/* xorshift32: never 0 when seeded with anything but 0. */
static inline uint32_t work_random(uint32_t *state)
{
    uint32_t r = *state;
    r ^= r << 13;
    r ^= r >> 17;
    r ^= r << 5;
    return *state = r;
}

/* The seed of thread or round `index`; index 0 has the seed itself. */
static inline uint32_t work_seed(uint64_t seed, uint64_t index)
{
    uint32_t state = (uint32_t)seed + (uint32_t)index * 0x9E3779B9u;
    return state ? state : 0x6D2B79F5u;
}

static inline uint64_t work_mix(uint64_t x)
{
    x = (x ^ x >> 32) * 0xD6E8FEB86659FD93u;
    return x ^ x >> 29;
}

/* Hides where a pointer came from and counts as a use of it, so that no compiler removes or merges malloc and free. */
static inline void *work_opaque(void *p)
{
    __asm__ volatile("" : "+r"(p) : : "memory");
    return p;
}

static inline void *work_malloc(size_t size)
{
    void *p = malloc(size);
    if (__builtin_expect(!p, 0))
        work_fail("out of memory: malloc(%zu) returned NULL", size);
    return work_opaque(p);
}

static inline void *work_calloc(uint64_t count, size_t size)
{
    void *p = calloc(count, size);
    if (!p)
        work_fail("out of memory: calloc(%llu, %zu) returned NULL", (unsigned long long)count, size);
    return work_opaque(p);
}

/* Stamped blocks of 16 bytes and more: the first word holds tag and size, the last word a mix of those and the address. */
static inline uint64_t work_head(uint32_t size, uint32_t tag)
{
    return (uint64_t)tag << 32 | size;
}

static inline void *work_make(uint32_t size, uint32_t tag)
{
    unsigned char *p = work_malloc(size);
    uint64_t head = work_head(size, tag), tail = work_mix(head ^ (uintptr_t)p);
    memcpy(p, &head, sizeof head);
    memcpy(p + size - sizeof tail, &tail, sizeof tail);
    return p;
}

/* Ends the process unless the stamps of a live block of min..max bytes are whole; its size. */
static inline uint32_t work_check(const void *block, uint32_t min, uint32_t max)
{
    const unsigned char *p = block;
    uint64_t head, tail = 0;
    memcpy(&head, p, sizeof head);
    uint32_t size = (uint32_t)head;
    if (__builtin_expect(size < min || size > max, 0))
        work_fail("corrupted block: its first word is %016llx", (unsigned long long)head);
    memcpy(&tail, p + size - sizeof tail, sizeof tail);
    if (__builtin_expect(tail != work_mix(head ^ (uintptr_t)p), 0))
        work_fail("corrupted block of %u bytes: its last word is %016llx", size, (unsigned long long)tail);
    return size;
}

/* Checks and frees a block; what it adds to a checksum. Sums of these do not depend on the order of the frees. */
static inline uint64_t work_drop(void *block, uint32_t min, uint32_t max)
{
    uint64_t head;
    work_check(block, min, max);
    memcpy(&head, block, sizeof head);
    free(block);
    return work_mix(head);
}

/* A size spread evenly over `doublings` powers of two from `smallest` on; at most smallest << doublings. */
static inline uint32_t work_size(uint32_t r, uint32_t smallest, uint32_t doublings)
{
    uint32_t base = smallest << (r & 0xffff) % doublings;
    return base + (r >> 16) % (base + 1);
}

/* A chain: stamped blocks of WORK_LINK bytes and more, each linked to the next through its second word, so that a load of
 * blocks can be handed over without a table. sum adds up what work_drop() will return for them. */
#define WORK_LINK 32

struct work_chain {
    void *first;
    uint64_t bytes, blocks, sum;
};

/* A new chain of at least `bytes` bytes. */
__attribute__((unused)) static struct work_chain work_chain_make(uint64_t bytes, uint32_t doublings, uint32_t *state)
{
    struct work_chain chain = {0};
    while (chain.bytes < bytes) {
        uint32_t r = work_random(state), size = work_size(r, WORK_LINK, doublings);
        void **block = work_make(size, r);
        block[1] = chain.first;
        chain.first = block;
        chain.bytes += size;
        chain.blocks++;
        chain.sum += work_mix(work_head(size, r));
    }
    return chain;
}

/* Checks and frees a chain, newest block first; the sum of its blocks. */
__attribute__((unused)) static uint64_t work_chain_drop(const struct work_chain *chain, uint32_t doublings)
{
    uint64_t sum = 0;
    for (void **block = chain->first, **next; block; block = next) {
        next = block[1];
        block[1] = NULL; /* a block that is in a chain twice ends it */
        sum += work_drop(block, WORK_LINK, (uint32_t)WORK_LINK << doublings);
    }
    return sum;
}

/* Threads: runs run(index) on `count` new threads that start together; the seconds from the first start to the last end. */
struct work_thread {
    pthread_t id;
    pthread_barrier_t *gate;
    void (*run)(unsigned index);
    unsigned index;
    double start, end;
};

__attribute__((unused)) static void *work_thread_main(void *argument)
{
    struct work_thread *self = argument;
    pthread_barrier_wait(self->gate);
    self->start = work_now();
    self->run(self->index);
    self->end = work_now();
    return NULL;
}

static inline void work_spawn(pthread_t *id, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    int error = pthread_create(id, attributes, run, argument);
    if (error)
        work_fail("cannot start a thread: %s", strerror(error));
}

__attribute__((unused)) static double work_threads(unsigned count, void (*run)(unsigned index))
{
    struct work_thread *threads = work_calloc(count, sizeof *threads);
    pthread_barrier_t gate;
    pthread_barrier_init(&gate, NULL, count);
    for (unsigned i = 0; i < count; i++) {
        threads[i] = (struct work_thread){.gate = &gate, .run = run, .index = i};
        work_spawn(&threads[i].id, NULL, work_thread_main, &threads[i]);
    }
    double start = 0, end = 0;
    for (unsigned i = 0; i < count; i++) {
        pthread_join(threads[i].id, NULL);
        start = !i || threads[i].start < start ? threads[i].start : start;
        end = threads[i].end > end ? threads[i].end : end;
    }
    pthread_barrier_destroy(&gate);
    free(threads);
    return end - start;
}

/* What the kernel says of this process, in KiB, read without the allocator; false where there is no such file or key. */
static bool work_proc(const char *path, const char *key, uint64_t *kb)
{
    char text[4096];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    text[got > 0 ? got : 0] = 0;
    const char *found = strstr(text, key);
    *kb = found ? strtoull(found + strlen(key), NULL, 10) : 0;
    return found;
}

/* Resident memory of this process in KiB. Pages that were given back with MADV_FREE and that the kernel has not taken yet do
 * not count. Reads every page table of the process: not for hot loops. */
__attribute__((unused)) static uint64_t work_rss(void)
{
    uint64_t rss, lazy;
    if (work_proc("/proc/self/smaps_rollup", "\nRss:", &rss) && work_proc("/proc/self/smaps_rollup", "\nLazyFree:", &lazy))
        return rss - lazy;
    if (!work_proc("/proc/self/status", "\nVmRSS:", &rss))
        work_fail("cannot read the resident memory from /proc/self/status: %s", strerror(errno));
    return rss;
}

/* The most that was ever resident in this process, in KiB; the kernel counts it to within some hundred KiB. */
__attribute__((unused)) static uint64_t work_rss_peak(void)
{
    uint64_t peak;
    if (!work_proc("/proc/self/status", "\nVmHWM:", &peak))
        work_fail("cannot read the peak of resident memory from /proc/self/status: %s", strerror(errno));
    return peak;
}

/* The result line: the keys every workload has, then its own (format without leading space or newline). */
__attribute__((format(printf, 4, 5))) static void work_result(uint64_t ops, double seconds, uint64_t checksum,
                                                              const char *format, ...)
{
    seconds = seconds > 1e-9 ? seconds : 1e-9;
    double rate = (double)ops / seconds;
    printf("workload=%s ops=%llu seconds=%.6f ops_per_s=%.*f checksum=%016llx ", work_name, (unsigned long long)ops, seconds,
           rate < 1e3 ? 6 : 0, rate, (unsigned long long)checksum);
    va_list list;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    putchar('\n');
    if (fflush(stdout) || ferror(stdout))
        work_fail("cannot write the result: %s", strerror(errno));
}

#endif
