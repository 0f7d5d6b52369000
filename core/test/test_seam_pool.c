/* SPDX-License-Identifier: MIT */
/* test_seam_pool.c - the contract of seam/pool.h, for whatever answer this variant has: a claimed slab is formatted, empty, its
 * heap's alone; a released one can be claimed again by anybody; SuperSlabs go back when nothing of them is claimed. */
#define _GNU_SOURCE
#include "core/test/test_core.h"
#include "core/test/test_refuse.h"
#include <sys/wait.h>

enum { MANY = 300 };

static void expect_claimed(struct heap *h, struct slab *s, unsigned class)
{
    must(s && ssmap_find(s->start) == superslab_of(s) && slab_heap(s) == h && s->class == class && s->block_size == class_size(class));
    must(s->slots >= 1 && slab_index(s) + s->slots <= SLABS_PER_SUPERSLAB && s->capacity >= 1);
    must(slab_used(s) == 0 && s->frees_to_event == 0 && !s->full && !s->listed); /* its free list may be that of last time */
    must(s->start == superslab_slot(s));
    must(s->start + (size_t)s->capacity * s->block_size <= superslab_slot(s) + s->slots * SLAB_SIZE);
    must(slab_of(s->start) == s && slab_of(s->start + (size_t)s->capacity * s->block_size - 1) == s);
    must(!s->zero ||
         test_zero(s->start + (size_t)s->carved * s->block_size, (size_t)(s->capacity - s->carved) * s->block_size));
    walk_slab(s);
}

/* Takes every block of the slab and writes a word in every 4 KiB and the last one, which is enough to see a second owner. */
static void mark(struct slab *s, uint64_t token)
{
    while (slab_pop(s) || slab_carve(s))
        ;
    char *end = s->start + (size_t)s->capacity * s->block_size;
    for (char *p = s->start; p + 8 <= end; p += 4096)
        *(uint64_t *)p = token;
    *(uint64_t *)(end - 8) = token;
}

static void expect_marked(const struct slab *s, uint64_t token)
{
    const char *end = s->start + (size_t)s->capacity * s->block_size;
    for (const char *p = s->start; p + 8 <= end; p += 4096)
        must(*(const uint64_t *)p == token);
    must(*(const uint64_t *)(end - 8) == token);
}

static struct slab *claim(struct heap *h, unsigned class)
{
    enter(h);
    struct slab *s = pool_claim(h, class);
    heap_leave(h);
    return s;
}

/* All blocks that were taken back, then the slab. */
static void release(struct heap *h, struct slab *s)
{
    for (uint32_t i = 0; i < s->carved; i++)
        must(slab_push(s, s->start + (size_t)i * s->block_size) == (i == s->carved - 1));
    enter(h);
    must(slab_used(s) == 0);
    pool_release(h, s);
    heap_leave(h);
}

static void give_all_back(struct heap *h)
{
    enter(h);
    pool_park(h);
    heap_leave(h);
    lazy_trim();
}

START_TEST(test_every_class)
{
    struct slab *s[HEAP_CLASSES][3];
    struct heap *h = thread_heap();
    give_all_back(h);
    uint64_t none = superslab_counts().now;
    for (int round = 0; round < 3; round++) {
        for (unsigned c = 0; c < HEAP_CLASSES; c++) {
            for (unsigned i = 0; i < 3; i++) {
                s[c][i] = claim(h, c);
                expect_claimed(h, s[c][i], c);
                mark(s[c][i], c * 3 + i);
            }
        }
        pool_valid(h);
        for (unsigned c = 0; c < HEAP_CLASSES; c++) {
            for (unsigned i = 0; i < 3; i++) {
                expect_marked(s[c][i], c * 3 + i);
                release(h, s[c][i]);
            }
            pool_valid(h);
        }
    }
    give_all_back(h);
    must(superslab_counts().now == none);
}
END_TEST

static struct slab *claimed[MANY];

START_TEST(test_random_traffic)
{
    struct heap *h = thread_heap();
    uint32_t random = 4294967291;
    uint64_t now = 0;
    give_all_back(h);
    uint64_t none = superslab_counts().now;
    for (size_t op = 0; op < test_scaled(6000); op++) {
        uint32_t r = test_random(&random), i = r % MANY;
        if (claimed[i]) {
            expect_marked(claimed[i], i);
            release(h, claimed[i]);
            claimed[i] = NULL;
            now--;
        } else {
            unsigned class = (r >> 16) % HEAP_CLASSES;
            claimed[i] = claim(h, class);
            expect_claimed(h, claimed[i], class);
            mark(claimed[i], i);
            now++;
        }
        if (op % 500 == 499) {
            pool_valid(h);
            must(test_stats().slabs == now);
        }
    }
    for (unsigned i = 0; i < MANY; i++)
        if (claimed[i])
            release(h, claimed[i]);
    give_all_back(h);
    must(superslab_counts().now == none && test_stats().slabs == 0);
}
END_TEST

/* A SuperSlab is not given up, and its slots are not given twice, while one slab of it is claimed. */
START_TEST(test_one_slab_keeps_its_superslab)
{
    struct heap *h = thread_heap();
    struct slab *kept = claim(h, 7);
    mark(kept, 1234);
    for (int round = 0; round < 100; round++) {
        struct slab *other = claim(h, 7);
        must(other != kept);
        mark(other, 1);
        release(h, other);
        give_all_back(h);
        must(ssmap_find(kept->start) == superslab_of(kept) && slab_heap(kept) == h);
        expect_marked(kept, 1234);
    }
    release(h, kept);
}
END_TEST

START_TEST(test_no_memory)
{
    struct heap *h = thread_heap();
    unsigned n = 0;
    give_all_back(h);
    claimed[n++] = claim(h, 3);
    refuse_mmap = true;
    for (;; n++) { /* what is left of the SuperSlab may be had */
        must(n < MANY);
        enter(h);
        errno = 0;
        claimed[n] = pool_claim(h, 3);
        if (!claimed[n])
            break;
        heap_leave(h);
        expect_claimed(h, claimed[n], 3);
    }
    must(errno == ENOMEM);
    heap_leave(h);
    pool_valid(h);
    while (n > 1)
        release(h, claimed[--n]);
    refuse_mmap = false;
    struct slab *s = claim(h, 5);
    expect_claimed(h, s, 5);
    release(h, s);
    release(h, claimed[0]);
    pool_valid(h);
}
END_TEST

static void *claim_and_release(void *context)
{
    uint32_t random = (uint32_t)(uintptr_t)context;
    struct heap *h = thread_heap();
    struct slab *held[40] = {NULL};
    for (size_t op = 0; op < test_scaled(4000); op++) {
        uint32_t r = test_random(&random), i = r % 40;
        uint64_t token = (uint64_t)(uintptr_t)context << 32 | i;
        if (held[i]) {
            must(slab_heap(held[i]) == h);
            expect_marked(held[i], token);
            release(h, held[i]);
            held[i] = NULL;
        } else {
            unsigned class = (r >> 16) % HEAP_CLASSES;
            held[i] = claim(h, class);
            expect_claimed(h, held[i], class);
            mark(held[i], token);
        }
    }
    for (int i = 0; i < 40; i++)
        if (held[i])
            release(h, held[i]);
    pool_valid(h);
    return NULL;
}

START_TEST(test_threads)
{
    pthread_t threads[4];
    start_once();
    lazy_trim();
    uint64_t none = superslab_counts().now;
    for (uintptr_t i = 0; i < 4; i++)
        must(pthread_create(&threads[i], NULL, claim_and_release, (void *)(i + 1)) == 0);
    for (int i = 0; i < 4; i++)
        must(pthread_join(threads[i], NULL) == 0);
    lazy_trim(); /* the heaps are parked: nothing is kept for them alone */
    must(superslab_counts().now == none && test_stats().slabs == 0);
}
END_TEST

START_TEST(test_fork)
{
    struct heap *h = thread_heap();
    struct slab *s = claim(h, 2);
    mark(s, 77);
    pid_t child = fork();
    expect_marked(s, 77);
    struct slab *other = claim(h, 2);
    expect_claimed(h, other, 2);
    must(other != s);
    release(h, other);
    release(h, s);
    pool_valid(h);
    if (child == 0)
        _exit(0);
    int status;
    must(waitpid(child, &status, 0) == child && status == 0);
}
END_TEST

TEST_MAIN("pool seam", test_every_class, test_random_traffic, test_one_slab_keeps_its_superslab, test_no_memory, test_threads,
          test_fork)
