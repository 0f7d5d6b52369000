/* SPDX-License-Identifier: MIT */
/* test_api_errno.c - free and its relatives, and what allocates with success, leave errno as it was, whatever they do inside.
 *
 * Uses the public header only. The sizes reach blocks whose free gives memory back to the system.
 */
#include "test.h"
#include "test_api.h"

#include <pthread.h>

static const size_t sizes[] = {0, 1, 64, 1024, 1025, 8000, 70000, 1000000, 1500000, 40000000};
enum { SIZES = sizeof sizes / sizeof *sizes, MARK = 4321 };

static void *made(size_t size)
{
    char *block = hak_malloc(size);
    must(block);
    if (size)
        block[0] = block[size - 1] = 1;
    errno = MARK;
    return block;
}

START_TEST(each_way_to_free)
{
    errno = MARK;
    hak_free(NULL);
    must(errno == MARK);
    hak_free_sized(NULL, 5);
    must(errno == MARK);
    hak_free_aligned_sized(NULL, 64, 5);
    must(errno == MARK);
    for (size_t i = 0; i < SIZES; i++) {
        hak_free(made(sizes[i]));
        must(errno == MARK);
        hak_cfree(made(sizes[i]));
        must(errno == MARK);
        hak_free_sized(made(sizes[i]), sizes[i]);
        must(errno == MARK);
        must(!hak_realloc(made(sizes[i]), 0));
        must(errno == MARK);
        void *aligned = hak_aligned_alloc(512, sizes[i]);
        must(aligned);
        errno = MARK;
        hak_free_aligned_sized(aligned, 512, sizes[i]);
        must(errno == MARK);
    }
}
END_TEST

START_TEST(while_slabs_empty)
{
    enum { MANY = 100000 };
    static void *blocks[MANY];
    for (size_t i = 0; i < MANY; i++)
        blocks[i] = made(i % 900);
    for (size_t i = 0; i < MANY; i++) {
        errno = MARK;
        hak_free(blocks[i]);
        must(errno == MARK);
    }
}
END_TEST

static void *free_all(void *context)
{
    void **blocks = context;
    for (size_t i = 0; i < SIZES; i++) {
        errno = MARK; /* each thread has its own */
        hak_free(blocks[i]);
        must(errno == MARK);
    }
    return NULL;
}

START_TEST(in_another_thread)
{
    void *blocks[SIZES];
    for (size_t i = 0; i < SIZES; i++)
        blocks[i] = made(sizes[i]);
    pthread_t thread;
    must(!pthread_create(&thread, NULL, free_all, blocks));
    must(!pthread_join(thread, NULL));
}
END_TEST

START_TEST(each_way_to_allocate)
{
    for (size_t i = 1; i < SIZES; i++) {
        for (size_t j = 1; j < SIZES; j++) { /* grows, shrinks, moves between slabs and mappings */
            void *block = made(sizes[i]);
            block = hak_realloc(block, sizes[j]);
            must(block && errno == MARK);
            hak_free(block);
        }
        void *cleared = hak_calloc(1, sizes[i]), *aligned = hak_aligned_alloc(65536, sizes[i]), *pages = NULL;
        must(cleared && aligned && errno == MARK);
        must(!hak_posix_memalign(&pages, 4096, sizes[i]) && errno == MARK);
        hak_free(cleared);
        hak_free(aligned);
        hak_free(pages);
    }
    for (size_t size = 3000; size < 3000000; size += size / 9) { /* between neighbours that let none grow in place */
        void *before = made(size), *block = made(size), *behind = made(size);
        block = hak_realloc(block, size + size / 2);
        must(block && errno == MARK);
        hak_free(before);
        hak_free(block);
        hak_free(behind);
    }
}
END_TEST

START_TEST(questions)
{
    void *block = made(3000);
    must(hak_malloc_usable_size(block) >= 3000);
    must(errno == MARK);
    must(hak_malloc_usable_size(NULL) == 0);
    must(errno == MARK);
    hak_free(block);
}
END_TEST

TEST_MAIN("errno", each_way_to_free, while_slabs_empty, in_another_thread, each_way_to_allocate, questions)
