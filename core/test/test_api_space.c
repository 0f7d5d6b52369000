/* SPDX-License-Identifier: MIT */
/* test_api_space.c - address space: what the allocator maps beyond what the program uses is bounded, for the process and for each
 * thread; so that limits on address space, core dumps, mlockall and fork see a program as it is.
 *
 * Uses the public header only. Skipped where sanitizers and emulators map on their own.
 */
#define TEST_SECONDS 120
#include "test.h"
#include "test_api.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { THREADS = 40, STACK = 64 * 1024 };

static pthread_barrier_t started, done;

static void *use_little(void *unused)
{
    void *p = hak_malloc(100);
    must(p);
    pthread_barrier_wait(&started);
    pthread_barrier_wait(&done);
    hak_free(p);
    return unused;
}

static void *use_nothing(void *unused)
{
    pthread_barrier_wait(&started);
    pthread_barrier_wait(&done);
    return unused;
}

/* Address space that THREADS threads take which run this. */
static size_t space_of(void *(*work)(void *unused))
{
    pthread_t thread[THREADS];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_barrier_init(&started, NULL, THREADS + 1);
    pthread_barrier_init(&done, NULL, THREADS + 1);
    size_t before = test_vm_size();
    for (int i = 0; i < THREADS; i++)
        must(!pthread_create(&thread[i], &attributes, work, NULL));
    pthread_barrier_wait(&started);
    size_t now = test_vm_size();
    pthread_barrier_wait(&done);
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(thread[i], NULL));
    return now - before;
}

START_TEST(test_first_block)
{
    if (test_shadowed())
        return;
    size_t before = test_vm_size();
    must(hak_malloc(100));
    must(test_vm_size() - before <= 16 * MIB);
}
END_TEST

/* Beyond one SuperSlab for each, where a SuperSlab serves one class of one heap. */
START_TEST(test_each_thread)
{
    if (test_shadowed())
        return;
    hak_free(hak_malloc(100));
    size_t stacks = space_of(use_nothing);
    size_t space = space_of(use_little);
    must(space <= stacks + THREADS * (2 + 2) * MIB + 16 * MIB);
}
END_TEST

START_TEST(test_much_used)
{
    enum { MANY = 100000 };
    static char *block[MANY];
    size_t bytes = 0;
    if (test_shadowed())
        return;
    size_t before = test_vm_size();
    for (int i = 0; i < MANY; i++) {
        size_t size = 16 + (size_t)i % 1000;
        must((block[i] = hak_malloc(size)));
        bytes += hak_malloc_usable_size(block[i]);
    }
    must(test_vm_size() - before <= bytes + bytes / 8 + 160 * MIB);
    for (int i = 0; i < MANY; i++)
        hak_free(block[i]);
}
END_TEST

/* A program that limits itself after its threads have started gets what it left itself. */
START_TEST(test_limited_later)
{
    if (test_shadowed())
        return;
    space_of(use_little);
    struct rlimit as;
    must(!getrlimit(RLIMIT_AS, &as));
    as.rlim_cur = test_vm_size() + 24 * MIB;
    must(!setrlimit(RLIMIT_AS, &as));
    void *own = mmap(NULL, 16 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(own != MAP_FAILED && !munmap(own, 16 * MIB));
    char *p[8];
    for (int i = 0; i < 8; i++)
        must((p[i] = hak_malloc(MIB)) && memset(p[i], 1, MIB));
    for (int i = 0; i < 8; i++)
        hak_free(p[i]);
}
END_TEST

TEST_MAIN("address space", test_first_block, test_each_thread, test_much_used, test_limited_later)
