/* SPDX-License-Identifier: MIT */
/* test_flat_fallback.c - without the table, or with slabs that it does not cover, everything works as before: no address space for
 * the table, address space rationed before or after the start, a window that others have taken.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "test_flat.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static void check_now(void)
{
    must(hak_check());
}

static void *work(void *unused)
{
    churn(21, test_scaled(60000), MID_MAX, check_now);
    return unused;
}

/* Everything that a program does, from this thread and from others. */
static void use(void)
{
    work(NULL);
    pthread_t thread[3];
    for (int i = 0; i < 3; i++)
        must(!pthread_create(&thread[i], NULL, work, NULL));
    for (int i = 0; i < 3; i++)
        must(!pthread_join(thread[i], NULL));
    work(NULL);
    hak_malloc_trim(0);
    must(test_stats().live_blocks == 0);
}

/* Address space for bytes more than there is now; 0: no limit. */
static void limit(size_t bytes)
{
    struct rlimit as;
    must(!getrlimit(RLIMIT_AS, &as));
    as.rlim_cur = bytes ? test_vm_size() + bytes : as.rlim_max;
    must(!setrlimit(RLIMIT_AS, &as));
}

START_TEST(no_room_for_a_table)
{
    if (test_shadowed())
        return;
    hak_free(hak_malloc(100));
    limit(256 * KIB);
    table_heap();
    must(!mapped(heap_self) && flat_counted().tables_refused > 0);
    limit(0);
    use();
    must(mapped(heap_self));
}
END_TEST

/* A limit that comes later leaves the program what it says: all that malloc holds beyond the blocks is a few MiB. */
START_TEST(limited_later)
{
    enum { MANY = 40 };
    static void *block[MANY];
    if (test_shadowed())
        return;
    void *old = hak_malloc(100);
    must(old && mapped(table_heap()));
    test_stamp(old, 100, 1);
    limit(64 * MIB);
    for (int i = 0; i < MANY; i++)
        must((block[i] = hak_malloc(MIB)) && memset(block[i], i, 100));
    void *own = mmap(NULL, 8 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); /* the program's own mapping succeeds, too */
    must(own != MAP_FAILED && !munmap(own, 8 * MIB));
    must(test_stamped(old, 100, 1) && hak_check());
    hak_free(old);
    for (int i = 0; i < MANY; i++)
        hak_free(block[i]);
    limit(0);
    use();
}
END_TEST

/* Somebody has mapped the whole window before: SuperSlabs lie elsewhere, and their blocks take the long way. */
static void take_window(void)
{
    const uintptr_t step = (uintptr_t)2 << 20, end = (uintptr_t)1 << HAK_WINDOW_BITS;
    for (uintptr_t at = 64 * step; at < end; at += step)
        mmap((void *)at, step, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
}

START_TEST(window_taken)
{
    if (HAK_WINDOW_BITS == HAK_ADDRESS_BITS || test_shadowed())
        return;
    table_heap();
    void *near = hak_malloc(100);
    must(near && (uintptr_t)near >> HAK_WINDOW_BITS == 0 && led_to(heap_self, near) != &heap_self->front.route.closed);
    take_window();
    hak_malloc_trim(0);
    uint64_t refused = flat_counted().slots_refused;
    static char *block[20000];
    for (int i = 0; i < 20000; i++)
        must((block[i] = hak_malloc(500)) && memset(block[i], i, 500));
    char *far = block[19999];
    must((uintptr_t)far >> HAK_WINDOW_BITS && flat_counted().slots_refused > refused && !takes(heap_self, far));
    must(hak_malloc_usable_size(far) >= 500 && ssmap_find(far));
    for (int i = 0; i < 20000; i++)
        hak_free(block[i]);
    hak_free(near);
    use();
}
END_TEST

TEST_MAIN("flat: fall-back", no_room_for_a_table, limited_later, window_taken)
