/* SPDX-License-Identifier: MIT */
/* test_seam_owner.c - the contract of seam/owner.h, for whatever answer this variant has. Exact answers are also asked about
 * pointers that are not ours; an answer that is not exact says so in its README and is spared what it does not promise. */
#define _GNU_SOURCE
#include "core/test/test_core.h"
#include "core/test/test_refuse.h"
#include <sys/mman.h>
#include <sys/wait.h>

static bool exact(void)
{
    static const char *const others[] = {"trust", "always", "cached", "ranges"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(OWNER_NAME, others[i]) == 0)
            return false;
    return true;
}

/* A mapping and its struct mapped, as mapped.c makes them. */
static struct mapped *make(size_t bytes)
{
    char *start = os_map(bytes + owner_header(), 0, 0, NULL, OS_LARGE);
    struct mapped *m = owner_header() ? (struct mapped *)start : calloc(1, sizeof *m);
    must(start && m);
    m->start = start;
    m->bytes = bytes + owner_header();
    m->user = OS_LARGE;
    m->magic = MAPPED_MAGIC ^ (uint64_t)(uintptr_t)m;
    return m;
}

static void unmake(struct mapped *m)
{
    m->magic = 0;
    os_unmap(m->start, m->bytes, OS_LARGE);
    if (!owner_header())
        free(m);
}

START_TEST(test_found_while_added)
{
    enum { N = 400 };
    static struct mapped *m[N];
    start_once();
    for (int i = 0; i < N; i++) {
        m[i] = make((size_t)(1 + i % 9) * os_page);
        must(!exact() || !owner_find(mapped_block(m[i])));
        owner_add(m[i]);
        for (int k = 0; k <= i; k++)
            must(owner_find(mapped_block(m[k])) == m[k]);
    }
    for (int i = 0; i < N; i++) {
        owner_remove(m[i]);
        m[i]->magic = 0;
        must(owner_find(mapped_block(m[i])) == NULL);
        if (i + 1 < N)
            must(owner_find(mapped_block(m[i + 1])) == m[i + 1]);
    }
    for (int i = 0; i < N; i++) { /* the same place again */
        m[i]->magic = MAPPED_MAGIC ^ (uint64_t)(uintptr_t)m[i];
        owner_add(m[i]);
        must(owner_find(mapped_block(m[i])) == m[i]);
        owner_remove(m[i]);
        unmake(m[i]);
    }
}
END_TEST

START_TEST(test_only_the_start)
{
    start_once();
    struct mapped *m = make(5 * os_page);
    char *p = mapped_block(m);
    owner_add(m);
    for (size_t offset = 1; offset < 3 * os_page; offset += offset < 100 ? 1 : 64)
        if (offset % os_page != 0 || exact())
            must(owner_find(p + offset) == NULL);
    must(owner_find(p - 16) == NULL && owner_find(p + 16) == NULL && owner_find(p) == m);
    must(owner_find(NULL) == NULL && owner_find((void *)16) == NULL && owner_find((void *)1) == NULL);
    owner_remove(m);
    unmake(m);
}
END_TEST

START_TEST(test_foreign)
{
    if (!exact())
        return;
    char local[64];
    static char fixed[64];
    start_once();
    char *map = mmap(NULL, 4 * os_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(map != MAP_FAILED);
    struct mapped *fake = (struct mapped *)map; /* the program wrote what looks like a header */
    fake->magic = MAPPED_MAGIC ^ (uint64_t)(uintptr_t)fake;
    fake->bytes = 2 * os_page;
    must(mprotect(map + 2 * os_page, os_page, PROT_NONE) == 0);
    must(munmap(map + 3 * os_page, os_page) == 0);
    for (int i = 0; i < 5; i++)
        must(owner_find(map + (size_t)i * os_page) == NULL);
    must(owner_find(local) == NULL && owner_find(fixed) == NULL && owner_find((void *)(uintptr_t)exact) == NULL);
    for (unsigned bit = 4; bit < 64; bit++) {
        must(owner_find((void *)((uintptr_t)1 << bit)) == NULL);
        must(owner_find((void *)-((uintptr_t)1 << bit)) == NULL);
    }
    must(munmap(map, 3 * os_page) == 0);
}
END_TEST

/* Threads add, find and remove blocks of their own, side by side in the address space. */
static void *add_and_remove(void *context)
{
    uint32_t random = (uint32_t)(uintptr_t)context;
    struct mapped *m[16] = {NULL};
    bool added[16] = {false};
    for (size_t op = 0; op < test_scaled(20000); op++) {
        uint32_t r = test_random(&random), i = r % 16;
        if (!m[i])
            m[i] = make(os_page);
        if (added[i]) {
            must(owner_find(mapped_block(m[i])) == m[i]);
            owner_remove(m[i]);
            if (exact())
                must(owner_find(mapped_block(m[i])) == NULL);
        } else {
            owner_add(m[i]);
        }
        added[i] = !added[i];
        if (r >> 26 == 0 && !added[i]) {
            unmake(m[i]);
            m[i] = NULL;
        }
    }
    for (int i = 0; i < 16; i++) {
        if (added[i])
            owner_remove(m[i]);
        if (m[i])
            unmake(m[i]);
    }
    return NULL;
}

START_TEST(test_threads)
{
    pthread_t threads[4];
    start_once();
    for (uintptr_t i = 0; i < 4; i++)
        must(pthread_create(&threads[i], NULL, add_and_remove, (void *)(i + 1)) == 0);
    for (int i = 0; i < 4; i++)
        must(pthread_join(threads[i], NULL) == 0);
}
END_TEST

/* One thread's block is found by the one that frees it. */
static void *find_and_free(void *context)
{
    must(owner_find(context));
    hak_free(context);
    return NULL;
}

START_TEST(test_found_by_others)
{
    for (int i = 0; i < 100; i++) {
        void *p = hak_malloc(2 * MIB + (size_t)i * 4096);
        run_thread(find_and_free, p);
        must(!exact() || owner_find(p) == NULL);
    }
    must(test_stats().large_blocks == 0);
}
END_TEST

/* No memory for the map of blocks: the block is known all the same, and can be removed. */
START_TEST(test_no_memory)
{
    enum { N = 40 };
    struct mapped *m[N];
    start_once();
    for (int i = 0; i < N; i++)
        m[i] = make(os_page);
    refuse_mmap = true; /* metadata that is mapped already may be enough for some */
    for (int i = 0; i < N; i++) {
        m[i]->start += owner_header() ? 0 : (ptrdiff_t)i << 32; /* each in a part of the address space of its own */
        owner_add(m[i]);
    }
    refuse_mmap = false;
    for (int i = 0; i < N; i++) {
        must(owner_find(mapped_block(m[i])) == m[i]);
        owner_remove(m[i]);
        must(!exact() || !owner_find(mapped_block(m[i])));
        m[i]->start -= owner_header() ? 0 : (ptrdiff_t)i << 32;
        unmake(m[i]);
    }
}
END_TEST

START_TEST(test_fork)
{
    start_once();
    struct mapped *m = make(os_page);
    owner_add(m);
    pid_t child = fork();
    must(owner_find(mapped_block(m)) == m);
    owner_remove(m);
    owner_add(m);
    must(owner_find(mapped_block(m)) == m);
    owner_remove(m);
    unmake(m);
    if (child == 0)
        _exit(0);
    int status;
    must(waitpid(child, &status, 0) == child && status == 0);
}
END_TEST

TEST_MAIN("owner seam " OWNER_NAME, test_found_while_added, test_only_the_start, test_foreign, test_threads,
          test_found_by_others, test_no_memory, test_fork)
