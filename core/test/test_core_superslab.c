/* SPDX-License-Identifier: MIT */
/* test_core_superslab.c - SuperSlabs as the core maps and unmaps them: alignment, map bit, counts, purging, and what happens
 * when the system refuses memory or refuses to take it back. */
#define _GNU_SOURCE
#include "core/test/test_core.h"
#include "core/test/test_refuse.h"
#include <errno.h>
#include <sys/resource.h>

static bool slot_zero(const struct superslab *ss, unsigned slot)
{
    return test_zero(ss->base + slot * SLAB_SIZE, SLAB_SIZE);
}

static void expect_empty(struct superslab *ss)
{
    must(ss && (uintptr_t)ss->base % SUPERSLAB_SIZE == 0);
    must(ssmap_find(ss->base) == ss && ssmap_find(ss->base + SUPERSLAB_SIZE - 1) == ss);
    for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++) {
        must(slab_heap(&ss->slab[i]) == NULL && ss->slab[i].slots == 0);
        must(!(ss->clean >> i & 1) || slot_zero(ss, i));
    }
    superslab_valid(ss);
}

/* Every slot used, as the pool tells it. */
static void make_dirty(struct superslab *ss)
{
    memset(ss->base, 0x5A, SUPERSLAB_SIZE);
    ss->clean = 0;
}

START_TEST(test_map_and_unmap)
{
    enum { N = 9 };
    struct superslab *ss[N];
    start_once();
    struct superslab_counts before = superslab_counts();
    uint64_t bytes = os_bytes(OS_SUPERSLAB);
    for (int i = 0; i < N; i++) {
        ss[i] = superslab_map();
        expect_empty(ss[i]);
        must(ss[i]->clean == UINT32_MAX);
        for (int k = 0; k < i; k++)
            must(ss[i] != ss[k]);
        make_dirty(ss[i]);
    }
    struct superslab_counts now = superslab_counts();
    must(now.now == before.now + N && now.mapped == before.mapped + N && now.peak >= now.now);
    must(os_bytes(OS_SUPERSLAB) == bytes + N * SUPERSLAB_SIZE);
    for (int i = 0; i < N; i++) {
        char *base = ss[i * 4 % N]->base;
        superslab_unmap(ss[i * 4 % N]); /* not in the order of their list */
        must(!ssmap_find(base));
    }
    now = superslab_counts();
    must(now.now == before.now && now.unmapped == before.unmapped + N && now.peak == before.now + N);
    must(os_bytes(OS_SUPERSLAB) == bytes);
}
END_TEST

START_TEST(test_acquire_clears_what_seams_keep)
{
    for (int round = 0; round < 5; round++) {
        struct superslab *ss = superslab_acquire();
        expect_empty(ss);
        must(test_zero(&ss->pool, sizeof ss->pool) && test_zero(&ss->guard, sizeof ss->guard));
        memset(&ss->pool, 1, sizeof ss->pool);
        memset(&ss->guard, 1, sizeof ss->guard);
        make_dirty(ss);
        superslab_release(ss);
    }
}
END_TEST

static struct heap nobody;

static void count_slab(void *context, struct slab *s)
{
    if (slab_heap(s) == &nobody)
        ++*(unsigned *)context;
}

START_TEST(test_each_slab)
{
    struct superslab *a = superslab_acquire(), *b = superslab_acquire();
    unsigned count = 0;
    slab_format(&a->slab[0], &nobody, 3, 1, false);
    slab_format(&a->slab[31], &nobody, 19, 1, false);
    slab_format(&b->slab[5], &nobody, CLASS_ALL - 1, 16, false); /* one slab, however many slots */
    superslab_each_slab(count_slab, &count);
    ck_assert_uint_eq(count, 3);
    slab_unformat(&a->slab[0]);
    slab_unformat(&a->slab[31]);
    slab_unformat(&b->slab[5]);
    count = 0;
    superslab_each_slab(count_slab, &count);
    ck_assert_uint_eq(count, 0);
    superslab_release(a);
    superslab_release(b);
}
END_TEST

START_TEST(test_no_memory)
{
    start_once();
    lazy_trim();
    struct superslab_counts before = superslab_counts();
    refuse_mmap = true;
    errno = 0;
    must(superslab_map() == NULL && errno == ENOMEM);
    errno = 0;
    must(superslab_acquire() == NULL && errno == ENOMEM);
    refuse_mmap = false;
    struct superslab_counts now = superslab_counts();
    must(now.now == before.now && now.mapped == before.mapped && now.unmapped == before.unmapped);
    struct superslab *ss = superslab_acquire();
    expect_empty(ss);
    superslab_release(ss);
}
END_TEST

/* munmap may need a new mapping and be refused one. The SuperSlab is not lost: it is the next one to be used. */
START_TEST(test_unmap_refused)
{
    enum { N = 3 };
    struct superslab *ss[N], *again[N];
    struct superslab_counts before = superslab_counts();
    for (int i = 0; i < N; i++) {
        ss[i] = superslab_map();
        make_dirty(ss[i]);
    }
    refuse_munmap = true;
    for (int i = 0; i < N; i++) {
        superslab_unmap(ss[i]);
        must(!ssmap_find(ss[i]->base));
    }
    must(refused == N && superslab_counts().now == before.now);
    refuse_mmap = true;
    for (int i = 0; i < N; i++) {
        again[i] = superslab_map();
        expect_empty(again[i]);
        must(again[i]->clean == UINT32_MAX);
        must(again[i] == ss[0] || again[i] == ss[1] || again[i] == ss[2]);
    }
    must(superslab_map() == NULL);
    must(again[0] != again[1] && again[1] != again[2] && again[0] != again[2]);
    refuse_mmap = refuse_munmap = false;
    for (int i = 0; i < N; i++)
        superslab_unmap(again[i]);
    must(superslab_counts().now == before.now);
}
END_TEST

/* thread.h: trimming gives back what munmap refused. */
START_TEST(test_unmap_refused_then_trimmed)
{
    start_once();
    uint64_t bytes = os_bytes(OS_SUPERSLAB);
    struct superslab *ss = superslab_map();
    refuse_munmap = true;
    superslab_unmap(ss);
    refuse_munmap = false;
    must(os_bytes(OS_SUPERSLAB) == bytes + SUPERSLAB_SIZE);
    hak_malloc_trim(0);
    must(os_bytes(OS_SUPERSLAB) <= bytes);
}
END_TEST

/* Locked pages (mlockall) cannot be purged: then nothing may call them clean. */
START_TEST(test_unmap_and_purge_refused)
{
    struct superslab *ss = superslab_map();
    make_dirty(ss);
    refuse_munmap = refuse_madvise = true;
    superslab_unmap(ss);
    struct superslab *again = superslab_map();
    refuse_munmap = refuse_madvise = false;
    expect_empty(again);
    superslab_unmap(again);
}
END_TEST

/* Room for metadata, and none for what it would describe: nothing is taken from the program's address space. */
START_TEST(test_no_room_takes_no_metadata)
{
    struct rlimit limit;
    if (test_shadowed())
        return;
    start_once();
    size_t before = test_vm_size();
    must(getrlimit(RLIMIT_AS, &limit) == 0);
    limit.rlim_cur = before + SUPERSLAB_SIZE / 2;
    must(setrlimit(RLIMIT_AS, &limit) == 0);
    must(!superslab_map() && errno == ENOMEM);
    must(test_vm_size() == before);
    limit.rlim_cur = limit.rlim_max;
    must(setrlimit(RLIMIT_AS, &limit) == 0);
}
END_TEST

TEST_MAIN("SuperSlab", test_no_room_takes_no_metadata, test_map_and_unmap, test_acquire_clears_what_seams_keep, test_each_slab,
          test_no_memory, test_unmap_refused, test_unmap_refused_then_trimmed, test_unmap_and_purge_refused)
