/* SPDX-License-Identifier: MIT */
/* test_batch_receive.c - what an owner does with packets: a miss opens no more of them than it needs, blocks go into the front and
 * from there to the program, nothing is claimed while something waits, a sleeping owner's packets are bounded, empty ones go round.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "test_batch.h"

enum { MANY = 60000 };
static void *block[MANY];

static void free_block(void *context)
{
    load_free(context);
    send_held();
}

static bool has(void *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (block[i] == p)
            return true;
    }
    return false;
}

/* A miss takes one packet, not all; the newest first; and the blocks are those that came. */
START_TEST(a_miss_opens_one_packet)
{
    struct helper helper;
    struct heap *h = settle();
    struct load load = {300, 64, block};
    helper_start(&helper);
    load_make(&load);
    enter(h);
    front_flush(h);
    heap_leave(h);
    helper_do(&helper, free_block, &load);
    uint32_t blocks, packets = packets_at(h, &blocks);
    must(packets == 10 && blocks == 300 && remote_length(h) == 300);
    for (uint32_t i = 0; i < 300; i++) {
        void *p = hak_malloc(64);
        must(has(p, 300) && !test_plain(front));
        must(packets_at(h, &blocks) == packets - i / REMOTE_PACKET_BLOCKS - 1);
        must(blocks == 300 - (i / REMOTE_PACKET_BLOCKS + 1) * REMOTE_PACKET_BLOCKS);
        walk_heap(h);
        memset(p, 1, 64);
    }
    helper_end(&helper);
    must(remote_length(h) == 0 && !has(hak_malloc(64), 300));
}
END_TEST

/* Packets without the class that is wanted are opened on the way. */
START_TEST(other_classes_on_top)
{
    struct helper helper;
    struct heap *h = settle();
    struct load wanted = {30, 200, block}, other = {90, 48, block + 30};
    helper_start(&helper);
    load_make(&wanted);
    load_make(&other);
    settle();
    helper_do(&helper, free_block, &wanted);
    helper_do(&helper, free_block, &other);
    uint32_t blocks;
    must(packets_at(h, &blocks) == 4 && blocks == 120);
    must(has(hak_malloc(200), 30) && packets_at(h, &blocks) == 0);
    walk_heap(h);
    uint64_t misses = h->front.count[class_of(48)].misses;
    for (int i = 0; i < 90; i++)
        must(has(hak_malloc(48), 120));
    must(h->front.count[class_of(48)].misses == misses);
    helper_end(&helper);
}
END_TEST

/* Freed by another, allocated again: the same memory, again and again. */
START_TEST(no_slab_is_claimed_while_blocks_wait)
{
    struct helper helper;
    helper_start(&helper);
    struct load load = {20000, 120, block};
    load_make(&load);
    uint64_t slabs = test_stats().slabs, made = 0;
    for (int round = 0; round < 20; round++) {
        helper_do(&helper, free_block, &load);
        load_make(&load);
        must(test_stats().slabs <= slabs + 3);
        made = round == 5 ? batch_counted().packets_made : made;
        must(round <= 5 || batch_counted().packets_made == made);
    }
    must(batch_counted().packets >= 20u * (20000u / REMOTE_PACKET_BLOCKS) && made > 0);
    load_free(&load);
    helper_end(&helper);
    walk_heap(settle());
    must(test_stats().live_blocks == 0);
}
END_TEST

/* An owner that does not come for its blocks: packets are bounded, the rest is linked through the blocks. */
START_TEST(sleeping_owner)
{
    struct helper helper;
    struct heap *h = thread_heap();
    struct load load = {MANY, 32, block};
    helper_start(&helper);
    load_make(&load);
    helper_do(&helper, free_block, &load);
    uint32_t blocks, packets = packets_at(h, &blocks);
    must(packets == REMOTE_DEPTH_MAX && blocks > (REMOTE_DEPTH_MAX - 2 * MANY / (REMOTE_HELD_MAX / 32)) * REMOTE_PACKET_BLOCKS);
    must(remote_length(h) == MANY);
    must(batch_counted().packets_made <= REMOTE_DEPTH_MAX + 2 * REMOTE_SPARES_MAX && batch_counted().chains > 0);
    walk_heap(h);
    must(test_stats().live_blocks == 0 && test_stats().remote_frees == MANY);
    uint64_t slabs = test_stats().slabs;
    load_make(&load);
    must(test_stats().slabs <= slabs + 1);
    load_free(&load);
    must(walk_heap(settle()).used == 0);
    helper_end(&helper);
    hak_malloc_trim(0);
    must(h->out.spares == 0);
}
END_TEST

START_TEST(trim_receives)
{
    struct helper helper;
    struct load load = {5000, 500, block};
    helper_start(&helper);
    load_make(&load);
    helper_do(&helper, free_block, &load);
    must(remote_length(heap_self) == 5000 && hak_malloc_trim(0) == 1);
    must(remote_length(heap_self) == 0 && walk_heap(heap_self).slabs == 0);
    helper_end(&helper);
}
END_TEST

TEST_MAIN("batch: receiving", a_miss_opens_one_packet, other_classes_on_top, no_slab_is_claimed_while_blocks_wait, sleeping_owner,
          trim_receives)
