/* test_flat_fallback.c - without the table, or with a part of it, everything works as before: the reservation or a part's pages
 * refused, address space rationed before or after the start, more heaps than may have one.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "test_flat.h"

#include <limits.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool refuse_reservations;
static atomic_long commits_left = LONG_MAX; /* calls of mprotect that make something writable and may succeed */

void *mmap(void *hint, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    if (refuse_reservations && bytes > 1024 * MIB) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, hint, bytes, protection, flags, fd, offset);
}

int mprotect(void *start, size_t bytes, int protection)
{
    if (protection & PROT_WRITE && commits_left-- <= 0) {
        errno = ENOMEM;
        return -1;
    }
    return (int)syscall(SYS_mprotect, start, bytes, protection);
}

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

START_TEST(no_reservation)
{
    refuse_reservations = true;
    use();
    must(!mapped(heap_self));
    struct flat_counts counts = flat_counted();
    must(counts.tables == 0 && counts.tables_refused >= 2 && counts.slots_entered == 0 && counts.slots_refused == 0);
}
END_TEST

START_TEST(no_page_for_the_heap)
{
    commits_left = 0;
    use();
    struct flat_counts counts = flat_counted();
    must(!mapped(heap_self) && counts.tables == 0 && counts.tables_refused >= 2 && route_reserved() == 0);
}
END_TEST

/* The heaps have their tables, but no entry can be written. */
START_TEST(no_page_for_entries)
{
    hak_free(NULL);
    commits_left = 1;
    work(NULL);
    must(mapped(heap_self));
    struct flat_counts counts = flat_counted();
    must(counts.tables == 1 && counts.slots_refused > 0 && counts.slots_entered == 0);
    void *p = hak_malloc(1);
    must(led_to(heap_self, p) == &heap_self->route.closed);
    hak_free(p);
    commits_left = LONG_MAX;
    use();
    must(flat_counted().slots_entered > 0);
}
END_TEST

static void limit(size_t bytes)
{
    struct rlimit as;
    must(!getrlimit(RLIMIT_AS, &as));
    as.rlim_cur = bytes ? bytes : as.rlim_max;
    must(!setrlimit(RLIMIT_AS, &as));
}

START_TEST(limited_from_the_start)
{
    if (test_shadowed())
        return;
    limit(65536 * MIB); /* room for many tables, but not to be wasted */
    use();
    must(!mapped(heap_self) && flat_counted().tables == 0 && flat_counted().tables_refused >= 2);
    limit(0);
}
END_TEST

/* The table is there, and a limit comes that is below what it takes: the memory is found all the same. */
START_TEST(limited_later)
{
    enum { MANY = 40 };
    static void *block[MANY];
    if (test_shadowed())
        return;
    void *old = hak_malloc(100);
    must(old && mapped(heap_self) && test_vm_size() > 2048 * MIB);
    test_stamp(old, 100, 1);
    limit(512 * MIB);
    for (int i = 0; i < MANY; i++)
        must((block[i] = hak_malloc(MIB)) && memset(block[i], i, 100));
    must(!mapped(heap_self) && flat_counted().tables_dropped == 1 && flat_counted().tables == 0);
    must(test_stamped(old, 100, 1) && hak_check());
    hak_free(old);
    for (int i = 0; i < MANY; i++)
        hak_free(block[i]);
    use();
    limit(0);
    use();
}
END_TEST

/* Tables are bounded together; a heap that comes later works without. */
START_TEST(too_many)
{
    size_t most = ((size_t)1 << (HAK_ADDRESS_BITS - 3)) / (sizeof(struct heap) + ROUTE_ENTRIES * sizeof(uint16_t));
    if (test_shadowed())
        return;
    hak_free(hak_malloc(1));
    must(mapped(heap_self) && most >= 1000);
    for (size_t i = 1; i < most; i++) {
        struct heap *h = route_new(sizeof *h);
        must(h && mapped(h));
    }
    struct heap *last = route_new(sizeof *last);
    must(last && !mapped(last) && flat_counted().tables == most && flat_counted().tables_refused == 1);
    pthread_t thread;
    must(!pthread_create(&thread, NULL, work, NULL) && !pthread_join(thread, NULL));
    must(flat_counted().tables_refused == 2);
}
END_TEST

TEST_MAIN("flat: fall-back", no_reservation, no_page_for_the_heap, no_page_for_entries, limited_from_the_start, limited_later,
          too_many)
