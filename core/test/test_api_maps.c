/* SPDX-License-Identifier: MIT */
/* test_api_maps.c - no mapping is left (vm.max_map_count): mmap fails, and so does munmap within free; nothing is lost.
 *
 * Uses the public header only. The mappings are used up by a region of alternating protection. Skipped under sanitizers,
 * which need mappings themselves, and where the system's limit does not bind (emulators).
 */
#define TEST_SECONDS 120
#include "test.h"
#include "test_api.h"

#include <sys/mman.h>

enum { BLOCKS = 3000 };

static struct {
    char *block;
    size_t size;
} live[BLOCKS];

static size_t page;

static size_t size_of(size_t i)
{
    static const size_t pages = 4096;
    return i % 3 == 0 ? i % 1000 + 1 : i % 3 == 1 ? 1025 + i * 41 % 60000 : i % 100 == 2 ? MIB + i * 100 : pages * (i % 5 + 1);
}

/* One block, or NULL and ENOMEM. */
static bool try_block(size_t i, size_t size)
{
    errno = 0;
    char *block = i % 7 == 3 ? hak_aligned_alloc(16384, size) : i % 7 == 5 ? hak_calloc(1, size) : hak_malloc(size);
    must(block || errno == ENOMEM);
    live[i].block = block;
    live[i].size = size;
    if (!block)
        return false;
    must(i % 7 != 5 || test_zero(block, size));
    test_stamp(block, size, i);
    return true;
}

static void verify(void)
{
    for (size_t i = 0; i < BLOCKS; i++)
        must(!live[i].block || test_stamped(live[i].block, live[i].size, i));
}

static void release_where(size_t modulus, size_t rest)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        if (i % modulus != rest)
            continue;
        errno = 4321;
        hak_free(live[i].block);
        must(errno == 4321);
        live[i].block = NULL;
    }
}

static size_t map_limit(void)
{
    char text[32] = {0};
    int file = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? strtoul(text, NULL, 10) : 0;
}

static void *use_up_mappings(size_t size)
{
    char *region = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region == MAP_FAILED)
        return NULL;
    for (size_t at = page; at + page < size; at += 2 * page)
        if (mprotect(region + at, page, PROT_READ))
            return region;
    munmap(region, size);
    return NULL;
}

static void mixed_calls(void)
{
    for (size_t i = 0; i < BLOCKS; i++)
        if (!live[i].block)
            try_block(i, size_of(i));
    for (size_t i = 0; i < BLOCKS; i += 5) {
        if (!live[i].block)
            continue;
        size_t size = size_of((i + 701) % BLOCKS), kept = size < live[i].size ? size : live[i].size;
        errno = 0;
        char *moved = hak_realloc(live[i].block, size);
        must(moved || errno == ENOMEM);
        if (!moved)
            continue;
        must(test_stamped(moved, kept, i));
        live[i].block = moved;
        live[i].size = size;
        test_stamp(moved, size, i);
    }
}

START_TEST(no_mapping_left)
{
    page = (size_t)sysconf(_SC_PAGESIZE);
    size_t limit = map_limit(), region_size = 2 * (limit + 16) * page;
    if (test_shadowed() || !limit || limit > 4000000)
        return;
    struct hak_stats before = test_stats();
    char *control = mmap(NULL, 3 * page, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(control != MAP_FAILED);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < BLOCKS; i++)
            must(live[i].block || try_block(i, size_of(i)));
        void *region = use_up_mappings(region_size);
        if (!region)
            return;
        bool split_fails = munmap(control + page, page) && errno == ENOMEM;
        release_where(2, 1);
        verify();
        mixed_calls();
        verify();
        release_where(3, (size_t)round);
        verify();
        must(!munmap(region, region_size));
        must(split_fails);
        mixed_calls();
        for (size_t i = 0; i < BLOCKS; i++)
            must(live[i].block);
        verify();
    }
    release_where(1, 0);
    hak_malloc_trim(0);
    must(test_stats().live_blocks == before.live_blocks && test_stats().live_bytes == before.live_bytes && hak_check());
}
END_TEST

TEST_MAIN("no mapping left", no_mapping_left)
