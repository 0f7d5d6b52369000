/* SPDX-License-Identifier: MIT */
/* test_bitmap_map.c - the bits of a slab: one for each carved block that is free and no other, in the order of addresses, through
 * any sequence of takes, pops, pushes and carves, for every class; a block that is freed twice is noticed. */
#include "core/test/test_core.h"

#include <signal.h>
#include <sys/wait.h>

static struct heap nobody;

static struct slab *fresh_slab(unsigned slot, unsigned class)
{
    struct superslab *ss = superslab_acquire();
    must(ss);
    unsigned slots = (unsigned)((class_size(class) + SLAB_SIZE - 1) / SLAB_SIZE);
    slab_format(&ss->slab[slot], &nobody, class, slots, ss->clean >> slot & 1);
    return &ss->slab[slot];
}

static void drop_slab(struct slab *s)
{
    struct superslab *ss = superslab_of(s);
    slab_unformat(s);
    ss->clean = 0;
    superslab_release(ss);
}

static uint32_t bits_of(const struct slab *s)
{
    const uint64_t *map = freelist_map(s);
    uint32_t bits = 0;
    for (uint32_t i = 0; i < (s->capacity + 63) / 64; i++) {
        must(map[i] == 0 || (s->free && (const uint64_t *)s->free <= map + i)); /* no bit below free */
        bits += (uint32_t)__builtin_popcountll(map[i]);
    }
    for (uint32_t i = s->carved; i < s->capacity; i++)
        must(!(map[i / 64] >> i % 64 & 1));
    must(s->free == NULL || *(const uint64_t *)s->free != 0);
    return bits;
}

static void must_add_up(struct slab *s)
{
    must(bits_of(s) == s->carved - slab_used(s));
    must(walk_slab(s) == bits_of(s));
}

START_TEST(index_is_exact)
{
    for (unsigned class = 0; class < CLASS_ALL; class++) {
        struct slab *s = fresh_slab(1, class);
        for (uint32_t i = 0; i < s->capacity; i++) {
            uint64_t bit, *word = freelist_word(s, s->start + (size_t)i * s->block_size, &bit);
            must(word == freelist_map(s) + i / 64 && bit == (uint64_t)1 << i % 64);
        }
        bool few = s->block_size >= 128; /* its map lies in the page of its struct slab, and between no others' fields */
        char *from = (char *)freelist_map(s), *to = from + (few ? FREELIST_FEW : FREELIST_WORDS) * sizeof(uint64_t);
        struct superslab *ss = superslab_of(s);
        must(from == (few ? (char *)ss->freelist.few[1] : (char *)ss->more.many[1]) && (!few || to <= (char *)ss + 4096));
        must((size_t)s->capacity <= (size_t)(few ? FREELIST_FEW : FREELIST_WORDS) * 64);
        must(freelist_last(s->block_size) == (few ? FREELIST_FIRST : 0));
        drop_slab(s);
    }
}
END_TEST

/* Blocks held, at random, against a list of which they are. */
START_TEST(any_sequence)
{
    static const unsigned classes[] = {0, 1, 6, 11, 17, 19, 27, 40};
    uint32_t random = 29;
    for (size_t c = 0; c < sizeof classes / sizeof *classes; c++) {
        struct slab *s = fresh_slab(c % 2 ? 0 : 9, classes[c]);
        static void *held[4096], *batch[64];
        uint32_t count = 0;
        for (size_t step = 0; step < test_scaled(4000); step++) {
            uint32_t what = test_random(&random) % 4, n = test_random(&random) % 64;
            if (what == 0) {
                size_t got = freelist_take(s, batch, n);
                for (size_t i = 0; i < got; i++) {
                    must(i == 0 || batch[i] < batch[i - 1]); /* lowest last */
                    held[count++] = batch[i];
                }
                must(got == n || s->free == NULL);
            } else if (what == 1) {
                void *p = test_random(&random) % 2 ? slab_pop(s) : NULL;
                p = p ? p : slab_carve(s);
                if (p)
                    held[count++] = p;
            } else {
                for (; n > 0 && count > 0; n--) {
                    uint32_t i = test_random(&random) % count;
                    slab_push(s, held[i]);
                    held[i] = held[--count];
                }
            }
            must(slab_used(s) == count);
            if (step % 16 == 0)
                must_add_up(s);
        }
        while (count > 0)
            slab_push(s, held[--count]);
        must_add_up(s);
        drop_slab(s);
    }
}
END_TEST

START_TEST(lowest_first)
{
    struct slab *s = fresh_slab(5, 3);
    for (uint32_t i = 0; i < 300; i++)
        slab_carve(s);
    for (uint32_t i = 299; i < 300; i -= 7)
        slab_push(s, s->start + (size_t)i * s->block_size);
    char *last = NULL;
    for (char *p; (p = slab_pop(s)); last = p)
        must(p > last);
    must(slab_used(s) == 300 && s->free == NULL);
    s->frees_to_event = 0;
    drop_slab(s);
}
END_TEST

START_TEST(undone)
{
    struct slab *s = fresh_slab(5, 3);
    char *a = slab_carve(s), *b = slab_carve(s);
    slab_push(s, b);
    slab_push(s, a);
    freelist_undo(s, a);
    s->frees_to_event++;
    must_add_up(s);
    must(slab_pop(s) == b && slab_pop(s) == NULL);
    s->frees_to_event = 0;
    drop_slab(s);
}
END_TEST

/* What lies behind the last block of a slab is not given to it, nor what was not carved: the last word has bits for both. */
START_TEST(given_up_to_the_end)
{
    enum { LAST = 5 };
    for (unsigned class = 0; class < CLASS_TINY; class++) {
        struct slab *s = fresh_slab(5, class);
        for (uint32_t left = 0; left < 2; left++) { /* blocks that are not carved; then all are */
            void *block[SLAB_SIZE / 16], *slot[LAST + 1];
            uint32_t count = left == 0 ? s->capacity - 1 : 1, first = left == 0 ? 0 : s->capacity - 1;
            must(slab_carve_many(s, block, count) == count && block[count - 1] == s->start + (size_t)first * s->block_size);
            char *end = s->start + (size_t)s->carved * s->block_size;
            for (size_t i = 0; i < LAST; i++)
                slot[i] = end - (i + 1) * s->block_size;
            slot[LAST] = left == 0 ? end : s->start + SLAB_SIZE;
            must(freelist_give(s, slot, LAST + 1) == LAST && slot[0] == NULL && slot[LAST] != NULL);
            s->frees_to_event -= LAST;
            must_add_up(s);
            must(freelist_take(s, slot, LAST) == LAST && bits_of(s) == 0);
        }
        s->frees_to_event = 0;
        drop_slab(s);
    }
}
END_TEST

/* Up to 64 blocks in rows of neighbours, upwards or downwards, at random; used: those that have not come back. */
static size_t rows_of(const struct slab *s, bool *used, void **slot, uint32_t *random)
{
    size_t n = 0;
    for (int row = 0; row < 6; row++) {
        uint32_t i = test_random(random) % s->capacity, left = test_random(random) % 64, step = test_random(random) % 2 ? 1 : -1U;
        for (; left > 0 && i < s->capacity && used[i] && n < 64; left--, i += step) {
            used[i] = false;
            slot[n++] = s->start + (size_t)i * s->block_size;
        }
    }
    return n;
}

START_TEST(given_in_rows)
{
    static const unsigned classes[] = {0, 1, 6, 11, 17, 27};
    uint32_t random = 31;
    for (size_t c = 0; c < sizeof classes / sizeof *classes; c++) {
        struct slab *s = fresh_slab(3, classes[c]);
        static bool used[4096];
        static void *slot[4096];
        memset(used, true, sizeof used);
        must(slab_carve_many(s, slot, s->capacity) == s->capacity);
        for (size_t step = 0; step < test_scaled(1000); step++) {
            size_t n = rows_of(s, used, slot, &random);
            must(n == 0 || freelist_give(s, slot, n) == n);
            s->frees_to_event -= (uint32_t)n;
            for (size_t i = 0; i < n; i++)
                must(!slot[i]);
            for (size_t i = freelist_take(s, slot, step % 4 == 3 ? s->capacity / 4 : 0); i-- > 0;)
                used[((char *)slot[i] - s->start) / s->block_size] = true;
            for (uint32_t i = 0; i < s->capacity; i++)
                must(freelist_has(s, s->start + (size_t)i * s->block_size) == !used[i]);
            if (step % 16 == 0)
                must_add_up(s);
        }
        s->frees_to_event = 0;
        drop_slab(s);
    }
}
END_TEST

/* A block in a row is free already, or lies between two. */
static void give_wrong(int at, uint32_t offset)
{
    void *slot[30];
    struct slab *s = fresh_slab(3, 3);
    must(slab_carve_many(s, slot, 30) == 30);
    slab_push(s, slot[12]);
    signal(SIGABRT, SIG_DFL);
    fclose(stderr);
    slot[at] = (char *)slot[at] + offset;
    if (at != 12) /* the row ends before */
        slot[12] = slot[13];
    freelist_give(s, slot, 13);
    _exit(0);
}

START_TEST(wrong_in_a_row)
{
    for (int i = 0; i < 3; i++) {
        int status;
        pid_t pid = fork();
        must(pid >= 0);
        if (pid == 0)
            give_wrong(i == 0 ? 12 : i == 1 ? 0 : 5, i == 0 ? 0 : 16);
        must(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}
END_TEST

/* More blocks of one class than a bin holds, one of them twice: the drains meet the bit. */
START_TEST(freed_twice)
{
    pid_t pid = fork();
    must(pid >= 0);
    if (pid == 0) {
        static void *block[2000];
        signal(SIGABRT, SIG_DFL);
        fclose(stderr);
        for (int i = 0; i < 2000; i++)
            block[i] = hak_malloc(64);
        for (int i = 0; i < 2000; i++)
            hak_free(block[i == 3 ? 2 : i]);
        hak_malloc_trim(0);
        _exit(0);
    }
    int status;
    must(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

TEST_MAIN("bitmap: map", index_is_exact, any_sequence, lowest_first, undone, given_up_to_the_end, given_in_rows,
          wrong_in_a_row, freed_twice)
