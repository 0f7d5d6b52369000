/* SPDX-License-Identifier: MIT */
/* test_large_grow.c - blocks that grow in turn leave room for each other in what is kept; the first mapping of a block that has
 * outgrown slabs takes the pages of its slab along. */
#define _GNU_SOURCE
#include "core/heap/heap.h"
#include "core/heap/spare.h"
#include "core/test/test_child.h"
#include "core/test/test_helper.h"
#include "test_large.h"

#include <sys/mman.h>
#include <sys/resource.h>

enum { OLD = 300, NEW = 400 }; /* KiB; the first fills several slots, of which no other block has a part */

/* Do the kernel and the owner seam let pages move so, and has a block of OLD a slab? */
static bool can_lift(void)
{
    start_once();
    char *p = os_map(os_page, 0, 0, NULL, OS_LARGE), *q = NULL;
    for (int i = 0; i < 2; i++) { /* under an emulator that forgets what stays mapped only the first works */
        if ((q = os_lift(p, os_page, OS_LARGE)))
            os_unmap(q, os_page, OS_LARGE);
        must(os_readable(p));
    }
    os_unmap(p, os_page, OS_LARGE);
    return q && owner_header() == 0 && SLAB_MAX >= MID_MAX;
}

static long faults(void)
{
    struct rusage usage;
    must(!getrusage(RUSAGE_SELF, &usage));
    return usage.ru_minflt;
}

/* A line of /proc/self/status, in KiB. */
static long status(const char *name)
{
    char line[256];
    long value = -1;
    FILE *file = fopen("/proc/self/status", "r");
    must(file);
    while (value < 0 && fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name)))
            value = atol(line + strlen(name));
    fclose(file);
    return value;
}

static char *old_block(uint64_t seed)
{
    char *p = hak_malloc(OLD * KIB);
    must(p);
    test_stamp(p, OLD * KIB, seed);
    return p;
}

/* Three arrays grow in turn in one range that is long enough for all. Others have grown so before. */
START_TEST(grown_in_turn_where_they_stand)
{
    enum { ARRAYS = 3 };
    if (SLAB_MAX < MID_MAX)
        return;
    char *p[ARRAYS] = {hak_realloc(hak_malloc(2 * MIB), 8 * MIB)};
    hak_free(p[0]);
    large_set(65536, 150, 60);
    large_drop(large_block(40 * MIB, 1), 40 * MIB, 1);
    uint64_t calls = large_calls(), moves = 0;
    for (size_t i = 0; i < ARRAYS; i++)
        p[i] = hak_malloc(200 * KIB);
    for (size_t size = 300 * KIB, before = 200 * KIB; size <= 8 * MIB; before = size, size += size * 6 / 10) {
        for (size_t i = 0; i < ARRAYS; i++) {
            test_stamp(p[i], before, i);
            char *q = hak_realloc(p[i], size);
            must(q && test_stamped(q, before, i) && large_valid());
            moves += q != p[i];
            p[i] = q;
        }
    }
    must(large_calls() == calls && moves == ARRAYS);
    for (size_t i = 0; i < ARRAYS; i++)
        hak_free(p[i]);
    must(large_counts().held == 1);
}
END_TEST

/* One that outgrows all others before it is not moved at each step, but seldom. */
START_TEST(further_than_others)
{
    if (SLAB_MAX < MID_MAX)
        return;
    hak_free(hak_realloc(hak_malloc(2 * MIB), 2 * MIB + 500 * KIB));
    large_set(65536, 150, 60);
    large_drop(large_block(40 * MIB, 1), 40 * MIB, 1);
    uint64_t moves = 0;
    char *p = hak_malloc(200 * KIB);
    test_stamp(p, 200 * KIB, 7);
    for (size_t size = 300 * KIB; size <= 32 * MIB; size += size / 8) {
        char *q = hak_realloc(p, size);
        must(q && test_stamped(q, 200 * KIB, 7));
        moves += q != p;
        p = q;
    }
    must(moves <= 7 && large_valid());
    hak_free(p);
}
END_TEST

/* No byte is copied and no page touched anew; the slots that are left have no memory, and the pool knows that. */
START_TEST(pages_come_along)
{
    if (!can_lift())
        return;
    large_set(65536, 150, 60);
    char *stays = old_block(1), *p = old_block(2);
    struct slab *s = slab_of(p);
    struct superslab *ss = superslab_of(s);
    uint32_t mask = (uint32_t)(((uint64_t)1 << s->slots) - 1) << slab_index(s);
    must(s->capacity == 1 && superslab_of(slab_of(stays)) == ss && (ss->clean & mask) == 0);
    uint64_t spare = spare_of(SPARE_SLOTS);
    long before = faults();
    char *q = hak_realloc(p, NEW * KIB);
    must(test_shadowed() || faults() - before < OLD / 8);
    must(q && q != p && owner_find(q) && hak_malloc_usable_size(q) >= NEW * KIB && test_stamped(q, OLD * KIB, 2));
    must((ss->clean & mask) == mask && spare_of(SPARE_SLOTS) == spare && !slab_heap(s));
    must(test_zero(p, OLD * KIB) && hak_check());
    p = hak_calloc(OLD, KIB);
    must(p && test_zero(p, OLD * KIB) && (ss->clean & mask) == 0);
    memset(p, 1, OLD * KIB);
    hak_free(p);
    must((ss->clean & mask) == 0 && test_stamped(stays, OLD * KIB, 1));
    hak_free(stays);
    hak_free(q);
    must(hak_check());
}
END_TEST

/* A pointer to the block that it was is wrong, as after any realloc that moves. */
static void frees_it_again(void)
{
    char *stays = old_block(1), *p = old_block(2), *q = hak_realloc(p, NEW * KIB);
    must(stays && q && q != p);
    must(freopen("/dev/null", "w", stderr));
    hak_free(p);
}

START_TEST(old_pointer_is_refused)
{
    if (!can_lift())
        return;
    pid_t pid = fork();
    must(pid >= 0);
    if (!pid) {
        frees_it_again();
        _exit(0);
    }
    int result = 0;
    must(waitpid(pid, &result, 0) == pid && WIFSIGNALED(result) && WTERMSIG(result) == SIGABRT);
}
END_TEST

static void take_other(void *context)
{
    *(char **)context = old_block(3);
}

/* Its slab is the other thread's to change. */
START_TEST(of_another_thread_is_copied)
{
    struct helper helper;
    char *p = NULL;
    if (!can_lift())
        return;
    large_set(65536, 150, 60);
    helper_start(&helper);
    helper_do(&helper, take_other, &p);
    uint64_t lifts = os_count(OS_LARGE, OS_MADVISE);
    char *q = hak_realloc(p, NEW * KIB);
    must(q && test_stamped(q, OLD * KIB, 3) && os_count(OS_LARGE, OS_MADVISE) == lifts);
    hak_free(q);
    helper_end(&helper);
    must(hak_check());
}
END_TEST

/* There is room for the pages, but not for the larger mapping: the block is as it was. */
static void no_room(void)
{
    char *p = old_block(4);
    rlim_t most = (rlim_t)status("VmSize:") * KIB + MIB;
    struct rlimit limit = {most, most};
    must(!setrlimit(RLIMIT_AS, &limit));
    errno = 0;
    must(!hak_realloc(p, 64 * MIB) && errno == ENOMEM && test_stamped(p, OLD * KIB, 4));
    must(slab_heap(slab_of(p)) == heap_self && hak_malloc_usable_size(p) >= OLD * KIB);
    hak_free(p);
    must(hak_check());
}

START_TEST(no_room_for_more)
{
    if (can_lift() && !test_shadowed())
        in_child(no_room);
}
END_TEST

/* Pages that the program has locked stay locked, and so does what is mapped beside them. */
static void locked(void)
{
    char *p = old_block(5);
    if (mlockall(MCL_CURRENT) != 0)
        return;
    long before = status("VmLck:");
    char *q = hak_realloc(p, NEW * KIB);
    must(q && test_stamped(q, OLD * KIB, 5) && status("VmLck:") >= before);
}

START_TEST(locked_pages_stay)
{
    if (can_lift() && !test_shadowed())
        in_child(locked);
}
END_TEST

TEST_MAIN("large: growth", grown_in_turn_where_they_stand, further_than_others, pages_come_along, old_pointer_is_refused,
          of_another_thread_is_copied, no_room_for_more, locked_pages_stay)
