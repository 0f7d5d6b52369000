/* SPDX-License-Identifier: MIT */
/* test_take_front.c - what lies in the front of a sleeping thread comes back when the program asks for memory; its thread goes on
 * afterwards; and nothing is taken where the kernel does not look at sections, or refuses the barrier. */
#include "core/low/meta.h"
#include "core/low/os.h"
#include "core/heap/thread.h"
#include "core/test/test.h"
#include "core/test/test_api.h"
#include "core/test/test_kernel.h"

#include <pthread.h>
#include <string.h>

enum { BLOCKS = 100, SIZE = 64, MID = 4096, BARRIER_SECTIONS = 1 << 7, PIECE = 256 * 1024 };

static pthread_barrier_t asleep, awake;
static struct heap *sleeper;
static void *foreign[4];
static bool refuse, scattered;
static uint64_t counted; /* by whoever looks while a front is being taken */

static uint64_t held(void)
{
    uint64_t bytes;
    return front_cached_total(sleeper, &bytes);
}

/* Blocks of the sleeper's front but for those that wait beside full bins. */
static uint64_t poppable(void)
{
    uint64_t blocks = 0;
    for (unsigned c = 0; c < FRONT_CLASSES; c++) {
        const struct front_bin *bin = &sleeper->front.bin[c];
        blocks += load_relaxed(&bin->top) > bin->base ? (uint64_t)(load_relaxed(&bin->top) - bin->base) : 0;
    }
    return blocks;
}

long os_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    if (number == SYS_membarrier && a == BARRIER_SECTIONS && scattered)
        counted += poppable();
    static long lower = 1L << 35;
    if (number == SYS_mmap && scattered && b == PIECE)
        a = lower -= 2 * PIECE;
    return number == SYS_membarrier && a == BARRIER_SECTIONS && refuse ? -EPERM : kernel(number, a, b, c, d, e, f);
}

static void fill(size_t size, int count)
{
    void *block[BLOCKS];
    for (int i = 0; i < count; i++)
        must((block[i] = hak_malloc(size)));
    for (int i = 0; i < count; i++)
        hak_free(block[i]);
}

/* Fills its front, frees what it is given, sleeps while the other thread looks, and works on. */
static void *sleep_on(void *unused)
{
    fill(SIZE, BLOCKS);
    /* Bins in several pieces of metadata, each lower than the one before. */
    for (size_t size = 16; scattered && size <= 1008; size += 16) {
        fill(size, BLOCKS);
        must(meta_alloc(PIECE));
    }
    void *mine[] = {hak_malloc(MID), hak_malloc(MID)}; /* who has asked for such blocks keeps others', while there is room */
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        hak_free(foreign[i]);
    sleeper = heap_self;
    pthread_barrier_wait(&asleep);
    pthread_barrier_wait(&awake);
    hak_free(mine[0]);
    hak_free(mine[1]);
    fill(SIZE, BLOCKS);
    fill(MID, 4);
    return unused;
}

/* What the sleeping thread's front holds before and after a trim. unknown: as if the kernel did not know of its thread. */
static void trim(bool unknown, uint64_t *before, uint64_t *after)
{
    pthread_t thread;
    must(!pthread_barrier_init(&asleep, NULL, 2) && !pthread_barrier_init(&awake, NULL, 2));
    must(!pthread_create(&thread, NULL, sleep_on, NULL));
    pthread_barrier_wait(&asleep);
    if (unknown)
        sleeper->front.section.restarts = false;
    *before = held();
    hak_malloc_trim(0);
    *after = held();
    pthread_barrier_wait(&awake);
    must(!pthread_join(thread, NULL));
    hak_malloc_trim(0);
    must(test_stats().live_blocks == 0 && test_stats().cached_blocks == 0 && test_stats().slabs == 0 && hak_check());
}

START_TEST(sleeping)
{
    uint64_t before, after;
    hak_free(hak_malloc(1));
    trim(false, &before, &after);
    must(before > 0);
    must(section_takes() ? after == 0 : after == before);
    must(sleeper->front.section.taken == (section_takes() ? before : 0));
}
END_TEST

/* Blocks of this thread's heap that the other one keeps come home. */
START_TEST(others)
{
    uint64_t before, after;
    size_t count = sizeof foreign / sizeof *foreign;
    for (size_t i = 0; i < count; i++)
        must((foreign[i] = hak_malloc(MID)));
    trim(false, &before, &after);
    uint64_t kept = sleeper->front.foreign.kept;
    must(!section_takes() || (before > 0 && after == 0 && kept > 0 && sleeper->front.foreign.returned == kept));
}
END_TEST

START_TEST(unknown_thread)
{
    uint64_t before, after;
    hak_free(hak_malloc(1));
    trim(true, &before, &after);
    must(after == before && sleeper->front.section.takes == 0);
}
END_TEST

START_TEST(barrier_refused)
{
    uint64_t before, after;
    hak_free(hak_malloc(1));
    refuse = true;
    trim(false, &before, &after);
    must(after == before && sleeper->front.section.taken == 0);
}
END_TEST

/* A bin that is being taken counts as empty, wherever its slots lie. */
START_TEST(counted_while_taken)
{
    uint64_t before, after;
    scattered = true;
    hak_free(hak_malloc(1));
    trim(false, &before, &after);
    must(before > 0 && counted == 0);
    must(section_takes() ? after == 0 : after == before);
}
END_TEST

TEST_MAIN("take: front", sleeping, others, unknown_thread, barrier_refused, counted_while_taken)
