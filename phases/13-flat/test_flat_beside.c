/* SPDX-License-Identifier: MIT */
/* test_flat_beside.c - free's short way puts tiny blocks beside their bin while that is full, and into the bin again when it has
 * room; no block is lost or in two hands on the way, and one that is freed twice in a row is noticed. */
#include "test_flat.h"

#include "core/test/test_said.h"

enum { SIZE = 64, BLOCKS = 12000 };
static char *block[BLOCKS];
static size_t freed; /* of block, from the first one on */

static struct front_bin *bin_of_size(void)
{
    return &heap_self->front.bin[class_of(SIZE)];
}

static size_t beside(void)
{
    return (size_t)(bin_of_size()->over_top - bin_of_size()->over_base);
}

/* Frees blocks until their bin is full and as many wait beside it as may. */
static void fill(void)
{
    struct front_bin *bin = bin_of_size();
    while (bin->top < bin->room || bin->over_top < bin->over_limit) {
        must(freed < BLOCKS);
        hak_free(block[freed++]);
    }
}

/* All of them are live. */
static void begin(void)
{
    table_heap();
    for (size_t i = 0; i < BLOCKS; i++) {
        must((block[i] = hak_malloc(SIZE)));
        test_stamp(block[i], SIZE, i);
    }
    freed = 0;
}

static void finish(void)
{
    for (; freed < BLOCKS; freed++) {
        must(test_stamped(block[freed], SIZE, freed));
        hak_free(block[freed]);
    }
    must(hak_check());
}

START_TEST(a_full_bin_leads_beside)
{
    begin();
    struct front_bin *bin = bin_of_size();
    while (bin->top < bin->room)
        hak_free(block[freed++]);
    must(beside() == 0 && led_to(heap_self, block[freed]) == bin);
    hak_free(block[freed++]);
    must(beside() == 1 && led_to(heap_self, block[freed - 1]) == front_beside(bin));
    fill();
    must(takes(heap_self, block[freed]) == false); /* neither has room */
    hak_free(block[freed++]);
    must(beside() == 1 && bin->top == bin->room); /* all that waited has gone */
    must(hak_check());
    finish();
}
END_TEST

START_TEST(a_miss_leads_back)
{
    begin();
    fill();
    struct front_bin *bin = bin_of_size();
    size_t waiting = beside(), count = 0;
    must(waiting > 0);
    while (bin->top > bin->base) /* the bin's own */
        must((block[count++] = hak_malloc(SIZE)));
    must(beside() == waiting && count < freed);
    must((block[count++] = hak_malloc(SIZE)) && beside() == 0 && bin->top == bin->base + waiting - 1);
    for (void **at = bin->base + 1; at <= bin->top; at++)
        must(led_to(heap_self, *at) == bin);
    for (size_t i = 0; i < count; i++)
        test_stamp(block[i], SIZE, i);
    for (size_t i = 0; i < count; i++) {
        must(test_stamped(block[i], SIZE, i));
        hak_free(block[i]);
    }
    finish();
}
END_TEST

/* The bin has room again, but no malloc has missed: a slot that leads beside does so until that is full. */
START_TEST(room_leads_back)
{
    begin();
    fill();
    struct front_bin *bin = bin_of_size();
    void *taken[2] = {hak_malloc(SIZE), hak_malloc(SIZE)};
    size_t waiting = beside();
    char *p = block[freed];
    while (led_to(heap_self, p) != front_beside(bin)) /* of a slot that still leads to the bin */
        must(++freed < BLOCKS && (p = block[freed]));
    must(bin->room - bin->top == 2);
    hak_free(p);
    must(beside() == waiting && bin->room - bin->top == 1 && *bin->top == p && led_to(heap_self, p) == bin);
    hak_free(taken[0]);
    hak_free(taken[1]);
    must(hak_check());
    for (size_t i = 0; i <= freed; i++)
        block[i] = NULL;
    for (freed++; freed < BLOCKS; freed++)
        hak_free(block[freed]);
    must(hak_check());
}
END_TEST

static void free_twice(void)
{
    begin();
    fill();
    hak_free(block[freed]); /* all that waited goes back, this one waits */
    hak_free(block[freed]);
}

START_TEST(twice_in_a_row_is_noticed)
{
    int status;
    said_by(free_twice, &status);
    must(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(said, "free"));
}
END_TEST

TEST_MAIN("flat: beside a bin", a_full_bin_leads_beside, a_miss_leads_back, room_leads_back, twice_in_a_row_is_noticed)
