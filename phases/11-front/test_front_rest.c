/* SPDX-License-Identifier: MIT */
/* test_front_rest.c - the end of a thread leaves the front to the next thread: as it was, within a bound for all heaps, without
 * other heaps' blocks, and until somebody wants the memory. Every equation of rest.c holds on the way.
 */
#include "core/test/test_child.h"
#include "core/test/test_core.h"
#include "core/test/test_helper.h"

#include <stdatomic.h>

enum { COUNT = 100, CREW = 64, MANY = 30000, PER_SLAB = SLAB_SIZE / TINY_MAX };
extern uint64_t rest_most;

struct rest_sum {
    uint64_t charged, heaps;
};

/* n, or the largest size that comes from slabs in this variant. */
static size_t from_slabs(size_t n)
{
    return class_of(n) < HEAP_CLASSES ? n : TINY_MAX;
}

static void rest_slab(void *context, struct slab *s)
{
    struct walk_sum *sum = context;
    if (slab_heap(s) == sum->heap)
        sum->slabs += s->slots;
}

/* Of a heap that nobody uses now: owned counts its slots, and one that does not rest is not charged. */
static void rest_heap(void *context, struct heap *h)
{
    struct rest_sum *sum = context;
    struct walk_sum slots = {.heap = h};
    superslab_each_slab(rest_slab, &slots);
    must(h->front.owned == slots.slabs);
    must(h->rests == (h->front.rested > 0) && (!h->rests || h->state == HEAP_PARKED));
    must(h->state != HEAP_PARKED || h->rests || front_cached_total(h, &(uint64_t){0}) == 0);
    walk_heap(h);
    sum->charged += h->front.rested;
    sum->heaps += h->rests;
}

static void rest_count(void *context, const char *name, uint64_t value)
{
    if (strcmp(name, "front.rest_slots") == 0)
        *(uint64_t *)context = value;
}

/* How many heaps rest. No other thread is at work. */
static uint64_t resting(void)
{
    struct rest_sum sum = {0};
    uint64_t charged = UINT64_MAX;
    thread_each_heap(rest_heap, &sum);
    hak_stats_each(rest_count, &charged);
    must(charged == sum.charged && charged <= rest_most);
    return sum.heaps;
}

static uint64_t refills(const struct heap *h)
{
    uint64_t sum = 0;
    for (unsigned c = 0; c < HEAP_CLASSES; c++)
        sum += h->front.count[c].refills;
    return sum;
}

struct visit {
    struct heap *heap;
    uint64_t refills, drained;
};

static void *work(void *context)
{
    struct visit *visit = context;
    void *block[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = 16 + i * 37 % 1000;
        must((block[i] = hak_malloc(size)));
        test_stamp(block[i], size, i);
    }
    for (size_t i = 0; i < COUNT; i++) {
        must(test_stamped(block[i], 16 + i * 37 % 1000, i));
        hak_free(block[i]);
    }
    visit->heap = heap_self;
    visit->refills = refills(heap_self);
    return NULL;
}

START_TEST(the_next_thread_finds_what_the_last_one_left)
{
    struct visit first, next;
    run_thread(work, &first);
    uint64_t bytes, held = front_cached_total(first.heap, &bytes);
    must(resting() == (section_takes() ? 0 : 1));
    if (section_takes())
        return;
    must(held > 0 && walk_live(first.heap) == 0);
    for (int i = 0; i < 10; i++) {
        run_thread(work, &next);
        must(next.heap == first.heap && next.refills == first.refills && resting() == 1);
        must(front_cached_total(first.heap, &bytes) == held && test_stats().live_blocks == 0);
    }
    must(first.heap->front.rests == 11);
    hak_malloc_trim(0);
    must(resting() == 0 && walk_heap(first.heap).slabs == 0 && front_cached_total(first.heap, &bytes) == 0);
}
END_TEST

static pthread_barrier_t all_work;

static void *work_together(void *unused)
{
    struct visit visit;
    work(&visit);
    pthread_barrier_wait(&all_work);
    return unused;
}

static void crew_works(void)
{
    pthread_t thread[CREW];
    must(!pthread_barrier_init(&all_work, NULL, CREW));
    for (int i = 0; i < CREW; i++)
        must(!pthread_create(&thread[i], NULL, work_together, NULL));
    for (int i = 0; i < CREW; i++)
        must(!pthread_join(thread[i], NULL));
    must(!pthread_barrier_destroy(&all_work));
}

/* Those that rest are had first, so that threads one after the other find full bins after many have ended at once. */
START_TEST(all_that_rests_is_bounded)
{
    struct visit first, next;
    for (int i = 0; i < 3; i++) {
        crew_works();
        must(resting() < CREW);
    }
    if (section_takes())
        return;
    must(resting() > 0 && test_stats().heaps == CREW);
    run_thread(work, &first);
    run_thread(work, &next);
    must(first.heap == next.heap && first.refills == next.refills && next.heap->rests);
    rest_most = 0;
    crew_works();
    must(resting() == 0 && test_stats().cached_blocks == 0 && test_stats().live_blocks == 0);
}
END_TEST

static void *work_much(void *context)
{
    enum { MOST = 20000 };
    static void *block[MOST];
    for (size_t i = 0; i < MOST; i++)
        must((block[i] = hak_malloc(1000)));
    for (size_t i = 0; i < MOST; i++)
        hak_free(block[i]);
    return work(context);
}

enum { MUCH = 140 };

/* Blocks that fill so many slots. */
static int much(void)
{
    return from_slabs(60000) == 60000 ? MUCH : MUCH * PER_SLAB;
}

/* More slots than half of the bound: all goes to whoever wants it. */
static void *hold_much(void *kept)
{
    for (int i = 0; i < much(); i++)
        must((((void **)kept)[i] = hak_malloc(from_slabs(60000))));
    return work(&(struct visit){0});
}

START_TEST(who_has_much_does_not_rest)
{
    struct visit visit;
    static void *kept[MUCH * PER_SLAB];
    run_thread(work_much, &visit);
    must(resting() <= 1 && test_stats().live_blocks == 0);
    hak_malloc_trim(0);
    run_thread(hold_much, kept);
    must(resting() == 0 && test_stats().live_blocks == (uint64_t)much());
    for (int i = 0; i < much(); i++)
        hak_free(kept[i]);
    hak_malloc_trim(0);
    must(test_stats().live_blocks == 0 && test_stats().slabs == 0);
}
END_TEST

/* No SuperSlab is mapped while heaps that rest have slots that nobody uses; a plain pool's are of use to their heap alone. */
START_TEST(what_rests_goes_before_more_is_mapped)
{
    static void *block[MANY];
    size_t count = 0;
    if (test_plain(pool))
        return;
    crew_works();
    uint64_t rests = resting(), superslabs = test_stats().superslabs;
    must(section_takes() || rests > 3);
    while (test_stats().superslabs == superslabs) {
        must(count < MANY);
        must((block[count++] = hak_malloc(from_slabs(8000))));
    }
    must(resting() == 0);
    while (count > 0)
        hak_free(block[--count]);
    must(test_stats().live_blocks == 0);
}
END_TEST

static void *kept[COUNT];

static void *leave_blocks(void *context)
{
    for (size_t i = 0; i < COUNT; i++)
        must((kept[i] = hak_malloc(i % 2 ? 100 : from_slabs(3000))));
    return work(context);
}

/* Into the slabs, as into those of any heap that no thread has; the bins stay. */
START_TEST(blocks_come_home_to_a_heap_that_rests)
{
    struct visit visit;
    uint64_t bytes;
    run_thread(leave_blocks, &visit);
    uint64_t rests = resting(), held = front_cached_total(visit.heap, &bytes);
    must(walk_live(visit.heap) == COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        hak_free(kept[i]);
        must(resting() == rests && walk_live(visit.heap) <= COUNT - i - (test_keeps_others() ? 0 : 1));
    }
    must(front_cached_total(visit.heap, &bytes) == held && test_stats().live_blocks == 0);
    hak_malloc_trim(0);
    must(resting() == 0 && test_stats().slabs == 0 && hak_check());
}
END_TEST

static void make(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT; i++)
        must((kept[i] = hak_malloc(2048)));
}

static void *take_others(void *context)
{
    hak_free(hak_malloc(2048)); /* asks for such blocks */
    for (size_t i = 0; i < COUNT; i++)
        hak_free(kept[i]);
    return work(context);
}

START_TEST(others_blocks_do_not_rest)
{
    struct helper other;
    struct visit visit;
    helper_start(&other);
    helper_do(&other, make, NULL);
    run_thread(take_others, &visit);
    for (unsigned c = 0; c < HEAP_CLASSES; c++) {
        const struct front_bin *bin = &visit.heap->front.bin[c];
        for (void **slot = bin->base + 1; slot <= bin->top; slot++)
            must(slab_heap(slab_of(*slot)) == visit.heap);
        for (void **slot = bin->over_base + 1; slot <= bin->over_top; slot++)
            must(!*slot || slab_heap(slab_of(*slot)) == visit.heap);
    }
    helper_end(&other);
    hak_malloc_trim(0);
    must(resting() == 0 && test_stats().live_blocks == 0 && test_stats().slabs == 0);
}
END_TEST

static void use_what_rests(void)
{
    struct visit visit;
    uint64_t rests = resting();
    run_thread(work, &visit);
    must(resting() == rests);
    hak_malloc_trim(0);
    must(resting() == 0 && test_stats().live_blocks == 0);
}

START_TEST(a_child_of_fork_has_what_rests)
{
    crew_works();
    in_child(use_what_rests);
    use_what_rests();
}
END_TEST

enum { BOXES = 256 };
static _Atomic(uint32_t *) box[BOXES];
static atomic_bool trims_end;

static void *exchange(void *seed)
{
    uint32_t random = 1 + (uint32_t)(uintptr_t)seed;
    for (size_t i = 0; i < 400; i++) {
        uint32_t r = test_random(&random), size = 16u << (r >> 8) % 9;
        uint32_t *p = hak_malloc(size), *old;
        must(p);
        p[0] = p[size / 4 - 1] = size;
        old = atomic_exchange(&box[(r >> 4) % BOXES], p);
        must(!old || old[old[0] / 4 - 1] == old[0]);
        hak_free(old);
    }
    return NULL;
}

static void *trim(void *unused)
{
    while (!atomic_load(&trims_end))
        hak_malloc_trim(0);
    return unused;
}

/* Short threads that leave blocks to each other, while another thread wakes what rests. */
START_TEST(short_threads_exchange_blocks)
{
    enum { THREADS = 4 };
    pthread_t thread[THREADS], trimmer;
    must(!pthread_create(&trimmer, NULL, trim, NULL));
    for (uintptr_t round = 0; round < test_scaled(400); round++) {
        for (uintptr_t i = 0; i < THREADS; i++)
            must(!pthread_create(&thread[i], NULL, exchange, (void *)(round * THREADS + i)));
        for (int i = 0; i < THREADS; i++)
            must(!pthread_join(thread[i], NULL));
    }
    atomic_store(&trims_end, true);
    must(!pthread_join(trimmer, NULL));
    resting();
    for (int i = 0; i < BOXES; i++)
        hak_free(box[i]);
    hak_malloc_trim(0);
    must(resting() == 0 && test_stats().live_blocks == 0 && test_stats().slabs == 0 && hak_check());
}
END_TEST

TEST_MAIN("front: rest", the_next_thread_finds_what_the_last_one_left, all_that_rests_is_bounded, who_has_much_does_not_rest,
          what_rests_goes_before_more_is_mapped,
          blocks_come_home_to_a_heap_that_rests, others_blocks_do_not_rest, a_child_of_fork_has_what_rests,
          short_threads_exchange_blocks)
