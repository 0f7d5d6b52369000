/* SPDX-License-Identifier: MIT */
/* test_pool_stress.c - the races of the pool: threads claim and release slots and runs while whole SuperSlabs retire and come
 * back as others, and heaps are parked and adopted. Whoever has a slot stamps it with plain stores: two owners would be a data
 * race, and a wrong number.
 *
 * HAK_STRESS_SECONDS: how long each test runs (1). HAK_STRESS_SEED: where the random sequences start; printed.
 */
#define TEST_SECONDS 900
#include "test_pool.h"

enum { THREADS = 6, LIFE = 4000, MOST_HELD = 48, SHARED = 64 };

static atomic_bool stop;
static atomic_uint seeds, numbers;
static atomic_ullong steps;
static unsigned most_held; /* by one thread */

static long stress_seconds(void)
{
    const char *text = getenv("HAK_STRESS_SECONDS");
    return text ? strtol(text, NULL, 10) : 1;
}

static uint32_t first_seed(void)
{
    return 0x9E3779B9u * ++seeds | 1;
}

/* One word in each slot of a slab; 0: nobody's. */
static uint64_t *stamp_of(const struct slab *s, unsigned slot)
{
    return (uint64_t *)(slot ? s->start + slot * SLAB_SIZE : s->start) + 100;
}

static void stamp(const struct slab *s, uint64_t from, uint64_t to)
{
    for (unsigned i = 0; i < s->slots; i++) {
        must(*stamp_of(s, i) == from);
        *stamp_of(s, i) = to;
    }
}

static unsigned random_class(uint32_t r)
{
    return r % 4 ? (r >> 8) % CLASS_TINY : (r >> 8) % CLASS_ALL;
}

struct holder {
    struct heap *heap;
    uint64_t number;
    unsigned count;
    struct slab *slab[MOST_HELD];
};

static void hold(struct holder *h, uint32_t r)
{
    unsigned class = random_class(r);
    struct slab *s = claim(h->heap, class);
    must(s->back == 0 && slab_index(s) + s->slots <= SLABS_PER_SUPERSLAB);
    for (unsigned i = 0; i < s->slots; i++) /* neither UNUSED nor FREED while it is ours */
        must(!slot_is(s + i, SPAN_FREED) && !slot_is(s + i, SPAN_UNUSED) && s[i].back == i);
    stamp(s, 0, h->number);
    h->slab[h->count++] = s;
}

static void drop(struct holder *h, unsigned at)
{
    struct slab *s = h->slab[at];
    h->slab[at] = h->slab[--h->count];
    must(slab_heap(s) == h->heap);
    stamp(s, h->number, 0);
    release(h->heap, s);
}

/* Slabs straight from the pool. */
static void *slab_user(void *unused)
{
    struct holder h = {.heap = thread_heap(), .number = ++numbers};
    uint32_t seed = first_seed();
    for (int i = 0; i < LIFE && !stop; i++) {
        uint32_t r = test_random(&seed);
        if (h.count < most_held && (h.count == 0 || r >> 31))
            hold(&h, r);
        else
            drop(&h, r % h.count);
        if (r % 512 == 0) {
            enter(h.heap);
            pool_park(h.heap);
            heap_leave(h.heap);
        }
    }
    steps += LIFE;
    while (h.count > 0)
        drop(&h, 0);
    return unused;
}

/* Blocks of all sizes, passed from hand to hand: slabs fill, empty, and move between heaps. */
static void *_Atomic shared[SHARED];

struct note {
    uint64_t number, size;
};

static struct note *make(uint32_t r)
{
    unsigned scale = 5 + (r >> 3) % (r % 8 ? 6 : 14);
    size_t size = sizeof(struct note) + (r >> 16) % ((size_t)1 << scale), stamped = size < 512 ? size : 512;
    struct note *p = r >> 31 ? hak_malloc(size) : hak_calloc(1, size);
    must(p && (r >> 31 || test_zero(p, stamped)));
    *p = (struct note){.number = ++numbers, .size = size};
    test_stamp(p + 1, stamped - sizeof *p, p->number);
    *((char *)p + size - 1) ^= 1; /* the last page, too */
    *((char *)p + size - 1) ^= 1;
    return p;
}

static void unmake(struct note *p)
{
    size_t stamped = p->size < 512 ? p->size : 512;
    must(test_stamped(p + 1, stamped - sizeof *p, p->number));
    hak_free(p);
}

static void *block_user(void *unused)
{
    enum { MINE = 256 };
    struct note *mine[MINE] = {NULL};
    uint32_t seed = first_seed();
    for (int i = 0; i < 4 * LIFE && !stop; i++) {
        uint32_t r = test_random(&seed), at = test_random(&seed) % MINE;
        if (!mine[at])
            mine[at] = make(r);
        else if (r >> 30)
            unmake(mine[at]), mine[at] = NULL;
        else
            mine[at] = atomic_exchange(&shared[r % SHARED], mine[at]);
        if (r % 4096 == 0)
            hak_malloc_trim(0);
    }
    steps += 4 * LIFE;
    for (int i = 0; i < MINE; i++) {
        if (mine[i])
            unmake(mine[i]);
    }
    return unused;
}

static void *(*user)(void *);

/* One thread after the other, so that heaps are parked and adopted. */
static void *lives(void *unused)
{
    while (!stop)
        run_thread(user, NULL);
    return unused;
}

static void stress(void *(*work)(void *), unsigned held)
{
    pthread_t threads[THREADS];
    const char *text = getenv("HAK_STRESS_SEED");
    unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
    printf("HAK_STRESS_SEED=%u\n", seed);
    fflush(stdout);
    seeds = seed;
    user = work;
    most_held = held;
    for (int i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, lives, NULL));
    sleep_seconds(stress_seconds());
    stop = true;
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
    for (int i = 0; i < SHARED; i++) {
        if (shared[i])
            unmake(shared[i]);
    }
    hak_malloc_trim(0);
    struct pool_counts c = pool_counted();
    printf("%llu steps: hot %llu empty %llu freed %llu unused %llu new %llu; retries %llu, lock takes %llu waits %llu\n",
           (unsigned long long)steps, (unsigned long long)c.hot, (unsigned long long)c.empty, (unsigned long long)c.freed,
           (unsigned long long)c.unused, (unsigned long long)c.new, (unsigned long long)c.retries,
           (unsigned long long)c.lock_takes, (unsigned long long)c.lock_waits);
    struct hak_stats stats = test_stats();
    /* A thread that begins takes no parked heap that somebody is freeing into. */
    must(stats.live_blocks == 0 && stats.slabs == 0 && stats.superslabs == 0 && stats.heaps <= 2 * (THREADS + 1));
    must(c.kept == 0 && c.released == c.hot + c.freed + c.unused + c.new && c.new > 0);
    must(c.lock_takes >= 2 * c.new); /* each new SuperSlab had its end */
    must(hak_check());
}

/* Few slabs at a time: every few steps a SuperSlab retires, and its span comes back as another. */
START_TEST(few_slabs)
{
    pool_empty_limit = 0;
    stress(slab_user, 2);
}
END_TEST

START_TEST(some_slabs)
{
    stress(slab_user, 8);
}
END_TEST

START_TEST(many_slabs)
{
    stress(slab_user, MOST_HELD);
}
END_TEST

START_TEST(blocks)
{
    stress(block_user, 0);
}
END_TEST

TEST_MAIN("pool: stress", few_slabs, some_slabs, many_slabs, blocks)
