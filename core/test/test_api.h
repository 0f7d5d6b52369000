/* SPDX-License-Identifier: MIT */
/* test_api.h - helpers of the black-box tests: the failure line, heavy counts, stamps, readings of the process.
 *
 * Includes the public header and libc only. Nothing here allocates, so that must() and the stamps work in any thread, in a
 * forked child and when no memory is left.
 */
#ifndef HAK_TEST_API_H
#define HAK_TEST_API_H

#include "core/hakmem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KIB ((size_t)1024)
#define MIB (KIB * KIB)

/* Ends the process with one line and abort() unless the condition holds. */
#define must(condition) ((condition) ? (void)0 : test_fail(__FILE__, __LINE__, #condition))

static inline _Noreturn void test_fail(const char *file, int line, const char *condition)
{
    char text[512];
    int length = snprintf(text, sizeof text, "%s:%d: does not hold: %s\n", file, line, condition);
    if (length > (int)sizeof text - 1)
        length = sizeof text - 1;
    if (write(STDERR_FILENO, text, (size_t)length) < 0)
        abort();
    abort();
}

/* A heavy count divided by HAK_TEST_SCALE (slow modes and emulators set it); at least 1. */
static inline size_t test_scaled(size_t count)
{
    const char *text = getenv("HAK_TEST_SCALE");
    size_t divisor = text ? strtoul(text, NULL, 10) : 1;
    size_t scaled = count / (divisor ? divisor : 1);
    return scaled ? scaled : 1;
}

/* True in MODE=asan and MODE=tsan and under an emulator: mappings of theirs make limits and RSS say nothing about the
 * allocator, and a threaded process may not fork, or not start threads after it. */
static inline bool test_shadowed(void)
{
    return strstr(hak_variant(), ".asan") || strstr(hak_variant(), ".tsan") || strstr(hak_variant(), ".arm64");
}

/* The stamp: word i of a block is a function of the seed and i alone, so that a prefix keeps its stamp over realloc. */
static inline uint64_t test_word(uint64_t seed, size_t i)
{
    return (seed * 0x9E3779B97F4A7C15u ^ i) * 0xD6E8FEB86659FD93u + 0x5A;
}

static inline void test_stamp(void *block, size_t size, uint64_t seed)
{
    size_t words = size / 8;
    for (size_t i = 0; i < words; i++) {
        uint64_t word = test_word(seed, i);
        memcpy((char *)block + 8 * i, &word, 8);
    }
    uint64_t word = test_word(seed, words);
    if (size % 8)
        memcpy((char *)block + 8 * words, &word, size % 8);
}

static inline bool test_stamped(const void *block, size_t size, uint64_t seed)
{
    size_t words = size / 8;
    uint64_t difference = 0, word;
    for (size_t i = 0; i < words; i++) {
        memcpy(&word, (const char *)block + 8 * i, 8);
        difference |= word ^ test_word(seed, i);
    }
    word = test_word(seed, words);
    return !difference && (size % 8 == 0 || !memcmp((const char *)block + 8 * words, &word, size % 8));
}

static inline bool test_zero(const void *block, size_t size)
{
    const char *bytes = block;
    return !size || (!bytes[0] && !memcmp(bytes, bytes + 1, size - 1));
}

static inline bool test_aligned(const void *block, size_t alignment)
{
    return (uintptr_t)block % alignment == 0;
}

/* Column 0 (address space) or 1 (resident) of /proc/self/statm, in bytes. */
static inline size_t test_statm(int column)
{
    char text[128];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    must(length > 0);
    text[length] = 0;
    char *at = text;
    size_t pages = 0;
    for (int i = 0; i <= column; i++)
        pages = strtoul(at, &at, 10);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static inline size_t test_vm_size(void)
{
    return test_statm(0);
}

static inline size_t test_rss(void)
{
    return test_statm(1);
}

static inline struct hak_stats test_stats(void)
{
    struct hak_stats stats;
    hak_stats(&stats, sizeof stats);
    return stats;
}

/* Threads of this process, by the kernel's count. */
static inline int test_thread_count(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/task");
    for (struct dirent *e; dir && (e = readdir(dir));)
        count += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

#endif
