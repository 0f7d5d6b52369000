/* SPDX-License-Identifier: MIT */
/* test_core_mapped.c - mapped blocks: known from birth to death, aligned, zeroed, resized where they stand or by moving pages,
 * counted; and whole when the system refuses. */
#define _GNU_SOURCE
#include "core/seam/large.h"
#include "core/heap/sizeclass.h"
#include "core/test/test_core.h"
#include "core/test/test_refuse.h"

/* Address space of live mapped blocks. */
static uint64_t space(void)
{
    return os_bytes(OS_MID) + os_bytes(OS_LARGE) - large_held();
}

static struct mapped *expect_block(void *p, size_t size)
{
    must(p);
    struct mapped *m = owner_find(p);
    must(m && mapped_block(m) == p && mapped_magic_holds(m));
    must(mapped_usable(m) >= size && mapped_usable(m) % os_page == 0);
    size_t bytes = ((size ? size : 1) + 2 * os_page - 1) & ~(os_page - 1);
    must(m->bytes <= (m->user == OS_LARGE ? large_round(bytes) : bytes));
    return m;
}

static bool same_counts(struct mapped_counts a, struct mapped_counts b)
{
    return !memcmp(&a, &b, sizeof a);
}

START_TEST(test_sizes)
{
    start_once();
    const size_t sizes[] = {0, 1, 4095, 4096, 4097, 65536, 65537, MID_MAX - 1, MID_MAX, MID_MAX + 1, 5 * MIB + 3};
    enum { N = sizeof sizes / sizeof *sizes };
    struct mapped_counts before = mapped_counts();
    uint64_t bytes = space();
    void *p[N];
    for (int i = 0; i < N; i++) {
        p[i] = mapped_alloc(sizes[i], 0);
        expect_block(p[i], sizes[i]);
        must((uintptr_t)p[i] % os_page == 0 && test_zero(p[i], sizes[i]));
        test_stamp(p[i], sizes[i], (uint64_t)i);
    }
    struct mapped_counts now = mapped_counts();
    must(now.mid_blocks - before.mid_blocks == 9 && now.large_blocks - before.large_blocks == 2);
    must(now.mid_bytes > 2 * MID_MAX && now.large_bytes >= 6 * MIB + 4);
    for (int i = 0; i < N; i++) {
        must(test_stamped(p[i], sizes[i], (uint64_t)i));
        mapped_free(expect_block(p[i], sizes[i]));
    }
    must(same_counts(mapped_counts(), before) && space() == bytes);
}
END_TEST

START_TEST(test_alignment)
{
    start_once();
    size_t most = test_shadowed() ? 64 * MIB : 1024 * MIB;
    for (size_t align = 1; align <= most; align *= 2) {
        uint64_t bytes = space();
        void *p = mapped_alloc(3 * os_page + 5, align);
        struct mapped *m = expect_block(p, 3 * os_page + 5);
        must((uintptr_t)p % align == 0 && test_zero(p, mapped_usable(m)));
        must(space() == bytes + m->bytes); /* the rest of the wider mapping went back */
        memset(p, 1, mapped_usable(m));
        mapped_free(m);
        must(space() == bytes);
    }
}
END_TEST

/* realloc through every size, up and down; contents, counts and address space follow. */
START_TEST(test_resize)
{
    start_once();
    struct mapped_counts none = mapped_counts();
    uint64_t bytes = space();
    const size_t sizes[] = {4 * MIB, 4 * MIB - 1, 2 * MIB, MID_MAX + 1, MID_MAX, 100000,
                            5000,    1,           70000,   MID_MAX,     3 * MIB, 48 * MIB};
    size_t held = 9 * MIB;
    void *p = mapped_alloc(held, 0);
    test_stamp(p, held, 7);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct mapped *m = owner_find(p);
        void *q = mapped_resize(m, sizes[i]);
        if (sizes[i] <= held)
            must(q == p); /* shrinking never moves */
        p = q;
        m = expect_block(p, sizes[i]);
        size_t kept = sizes[i] < held ? sizes[i] : held;
        must(test_stamped(p, kept & ~(size_t)7, 7));
        if (large_round(os_page) == os_page) /* where mappings are longer than asked for, what was cut off may still be there */
            must(test_zero((char *)p + ((kept + os_page - 1) & ~(os_page - 1)),
                           sizes[i] > kept + os_page ? sizes[i] - kept - os_page : 0));
        held = sizes[i];
        test_stamp(p, held, 7);
        struct mapped_counts now = mapped_counts();
        bool mid = mapped_usable(m) <= MID_MAX;
        must(now.mid_blocks - none.mid_blocks == mid && now.large_blocks - none.large_blocks == !mid);
        must(now.mid_bytes + now.large_bytes - none.mid_bytes - none.large_bytes == mapped_usable(m));
        must(space() == bytes + m->bytes);
    }
    mapped_free(owner_find(p));
    must(same_counts(mapped_counts(), none));
}
END_TEST

START_TEST(test_resize_moves_pages)
{
    start_once();
    char *p = mapped_alloc(8 * MIB, 0), *end = p + mapped_usable(owner_find(p));
    void *wall = mmap(end, os_page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (strstr(hak_variant(), ".arm64")) /* the emulator places mappings as it likes */
        return;
    must(wall == end || errno == EEXIST); /* in either case it cannot grow where it stands */
    test_stamp(p, 8 * MIB, 3);
    uint64_t copies = os_count(OS_LARGE, OS_MREMAP);
    char *q = mapped_resize(owner_find(p), 24 * MIB);
    expect_block(q, 24 * MIB);
    must(q != p && test_stamped(q, 8 * MIB, 3) && test_zero(q + 8 * MIB, 16 * MIB));
    must(os_count(OS_LARGE, OS_MREMAP) == copies + 2); /* tried to grow in place, then moved */
    mapped_free(owner_find(q));
}
END_TEST

START_TEST(test_no_memory)
{
    start_once();
    char *p = mapped_alloc(2 * MIB, 0);
    struct mapped *m = owner_find(p);
    test_stamp(p, 2 * MIB, 9);
    struct mapped_counts before = mapped_counts();
    refuse_mmap = true;
    errno = 0;
    must(mapped_alloc(2 * MIB, 0) == NULL && errno == ENOMEM);
    errno = 0;
    must(mapped_alloc(5000, 65536) == NULL && errno == ENOMEM);
    refuse_mremap = true;
    errno = 0;
    must(mapped_resize(m, 3 * MIB) == NULL && errno == ENOMEM);
    must(mapped_resize(m, MIB) == p); /* cannot be cut by the system: it stays, or the large seam keeps the end */
    refuse_mmap = refuse_mremap = false;
    errno = 0;
    must(mapped_alloc(SIZE_MAX, 0) == NULL && errno == ENOMEM);
    must(mapped_alloc(PTRDIFF_MAX, 0) == NULL && mapped_resize(m, SIZE_MAX) == NULL && mapped_resize(m, PTRDIFF_MAX) == NULL);
    must(owner_find(p) == m && test_stamped(p, MIB, 9));
    must(large_held() > 0 || (test_stamped(p, 2 * MIB, 9) && same_counts(mapped_counts(), before)));
    mapped_free(m);
}
END_TEST

/* mremap refuses to move, though there is memory. Kernels before 6.17 have unmapped the target by then. */
START_TEST(test_move_refused)
{
    start_once();
    char *p = mapped_alloc(2 * MIB, 0);
    test_stamp(p, 2 * MIB, 9);
    struct mapped_counts before = mapped_counts();
    refuse_mremap = true;
    char *q = mapped_resize(owner_find(p), 30 * MIB);
    refuse_mremap = false;
    if (q) { /* copied instead */
        must(test_stamped(q, 2 * MIB, 9));
    } else {
        must(same_counts(mapped_counts(), before) && test_stamped(p, 2 * MIB, 9));
        q = p;
    }
    must(owner_find(q));
    mapped_free(owner_find(q));
    must(mapped_counts().large_blocks == before.large_blocks - 1);
}
END_TEST

/* A block that realloc makes larger gets a slab's block where no mapping can be had; and is copied where its pages cannot move. */
START_TEST(test_growth_refused)
{
    char *p = hak_malloc(100 * KIB), *q;
    test_stamp(p, 100 * KIB, 5);
    refuse_mmap = refuse_mremap = true;
    errno = 0;
    q = hak_realloc(p, 200 * KIB);
    refuse_mmap = refuse_mremap = false;
    must(q ? SLAB_MAX >= MID_MAX : SLAB_MAX < MID_MAX && errno == ENOMEM);
    p = hak_realloc(q ? q : p, 260 * KIB);
    must(p && test_stamped(p, 100 * KIB, 5));
    test_stamp(p, 260 * KIB, 6);
    for (size_t size = 270 * KIB; size <= 3 * MIB; size += size / 3) {
        refuse_mremap = true;
        q = hak_realloc(p, size);
        refuse_mremap = false;
        must(q && test_stamped(q, 260 * KIB, 6) && hak_malloc_usable_size(q) >= size);
        p = q;
    }
    hak_free(p);
    must(hak_check());
}
END_TEST

/* madvise, mlock and mprotect on part of a block split its mapping, which mremap then will not take as one. Numerical programs
 * ask for huge pages so. There is memory, so realloc must succeed. */
START_TEST(test_resize_split_mapping)
{
    char *p = hak_malloc(8 * MIB);
    test_stamp(p, 8 * MIB, 5);
    must(madvise(p + os_page, 4 * MIB, MADV_DONTDUMP) == 0);
    char *q = hak_realloc(p, 64 * MIB);
    ck_assert_ptr_nonnull(q);
    must(test_stamped(q, 8 * MIB, 5));
    hak_free(q);
}
END_TEST

START_TEST(test_unmap_refused)
{
    start_once();
    uint64_t bytes = os_bytes(OS_LARGE);
    struct mapped_counts before = mapped_counts();
    char *p = mapped_alloc(3 * MIB, 0);
    memset(p, 0xEE, 3 * MIB);
    refuse_munmap = true;
    mapped_free(owner_find(p));
    large_trim();
    must(refused >= 1 && same_counts(mapped_counts(), before));
    refuse_mmap = true;
    must(mapped_alloc(4 * MIB, 0) == NULL && mapped_alloc(MIB, 0) == NULL); /* too small, too large to waste */
    char *q = mapped_alloc(3 * MIB - 9000, 0);
    must(q == p && test_zero(q, 3 * MIB - 9000) && owner_find(q));
    memset(q, 0xEE, 3 * MIB - 9000);
    mapped_free(owner_find(q));
    large_trim();
    refuse_mmap = refuse_munmap = false;
    must(os_bytes(OS_LARGE) > bytes);
    mapped_trim();
    must(os_bytes(OS_LARGE) == bytes);
}
END_TEST

/* Locked pages (mlockall) cannot be purged: then nothing may call them zero. */
START_TEST(test_unmap_and_purge_refused)
{
    start_once();
    void *p = hak_malloc(3 * MIB);
    memset(p, 0xEE, 3 * MIB);
    refuse_munmap = refuse_madvise = true;
    hak_free(p);
    void *q = hak_calloc(3, MIB);
    refuse_munmap = refuse_madvise = false;
    must(q && test_zero(q, 3 * MIB));
    hak_free(q);
}
END_TEST

TEST_MAIN("mapped blocks", test_sizes, test_alignment, test_resize, test_resize_moves_pages, test_no_memory, test_move_refused,
          test_growth_refused, test_resize_split_mapping, test_unmap_refused, test_unmap_and_purge_refused)
