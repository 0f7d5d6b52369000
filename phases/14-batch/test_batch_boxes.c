/* SPDX-License-Identifier: MIT */
/* test_batch_boxes.c - what a heap holds for others: packets fill and go, bytes are bounded, more heaps than boxes, large blocks and
 * heaps whose thread has ended get theirs at once, nothing is held when a thread ends or trims.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "test_batch.h"

enum { MANY = 4000, MUCH = 3000 };
static void *block[MANY];

/* One block after the other, to one heap: a packet leaves when it is full, or when REMOTE_HELD_MAX bytes have been freed. */
static void fill_packets(struct helper *helper, size_t size)
{
    struct load load = {MANY, size, block};
    helper_do(helper, load_make, &load);
    struct heap *h = heap_self, *to = helper->heap;
    uint64_t class_bytes = slab_of(block[0])->block_size;
    send_held();
    uint32_t waiting = blocks_at(to);
    for (size_t i = 0; i < MANY; i++) {
        hak_free(block[i]);
        uint32_t held = boxes_valid(h), there = blocks_at(to);
        must(held < (LEADS > 0 ? 2 : 1) * REMOTE_PACKET_BLOCKS && held * class_bytes <= REMOTE_HELD_MAX);
        must(waiting + i + 1 == held + there + (remote_length(to) - remote_count(to, NULL)));
        must(remote_length(to) == waiting + i + 1);
        if (i % 500 == 0) {
            walk_slab(slab_of(block[i]));
            must(remote_count(to, slab_of(block[i])) > 0);
        }
    }
    must(test_stats().live_blocks == 1);
    send_held();
    uint64_t bytes;
    must(held_by(h, &bytes) == 0 && bytes == 0 && remote_held(h, &bytes) == 0 && remote_length(to) == waiting + MANY);
}

static void receive_all(void *unused)
{
    (void)unused;
    settle();
    walk_heap(heap_self);
    must(blocks_at(heap_self) == 0);
}

START_TEST(packets_fill_and_go)
{
    struct helper helper;
    void *own = hak_malloc(1);
    helper_start(&helper);
    static const size_t sizes[] = {16, 100, 256, 1000, 2048, 5000, 20480, REMOTE_HELD_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && (sizes[i] <= TINY_MAX || HEAP_CLASSES > CLASS_TINY); i++) {
        struct batch_counts before = batch_counted();
        fill_packets(&helper, sizes[i]);
        size_t most = REMOTE_HELD_MAX / class_size(class_of(sizes[i]));
        most = most < REMOTE_PACKET_BLOCKS ? most : REMOTE_PACKET_BLOCKS;
        uint64_t packets = batch_counted().packets - before.packets;
        must(packets + batch_counted().chains - before.chains >= MANY / most && batch_counted().single == before.single);
        must(packets <= MANY / most + MANY * class_size(class_of(sizes[i])) / REMOTE_HELD_MAX + 2);
        helper_do(&helper, receive_all, NULL);
    }
    hak_free(own);
    helper_end(&helper);
    must(test_stats().live_blocks == 0);
}
END_TEST

/* Many owners, freed to in turn: what is held stays bounded, and all arrives. */
START_TEST(many_heaps)
{
    enum { HEAPS = 20 };
    static struct helper helper[HEAPS];
    static void *theirs[HEAPS][100];
    void *own = hak_malloc(1);
    for (int k = 0; k < HEAPS; k++) {
        struct load load = {100, 16 + 10 * (size_t)k, theirs[k]};
        helper_start(&helper[k]);
        helper_do(&helper[k], load_make, &load);
    }
    for (size_t i = 0; i < 100; i++) {
        for (int k = 0; k < HEAPS; k++) {
            hak_free(theirs[k][i]);
            boxes_valid(heap_self);
        }
    }
    uint64_t on_the_way = 0;
    for (int k = 0; k < HEAPS; k++)
        on_the_way += remote_length(helper[k].heap);
    must(on_the_way == 100 * HEAPS && test_stats().live_blocks == 1);
    send_held();
    for (int k = 0; k < HEAPS; k++) {
        must(blocks_at(helper[k].heap) == 100);
        helper_do(&helper[k], receive_all, NULL);
        helper_end(&helper[k]);
    }
    hak_free(own);
    must(test_stats().live_blocks == 0);
}
END_TEST

static void hold_much(void *kept)
{
    for (int i = 0; i < MUCH; i++)
        must((((void **)kept)[i] = hak_malloc(1024)));
}

static void let_go(void *kept)
{
    for (int i = 0; i < MUCH; i++)
        hak_free(((void **)kept)[i]);
}

/* As many owners as there are boxes, with this thread, and each maps SuperSlabs, whose metadata lies between the heaps: none
 * shares a box, so that packets fill. */
START_TEST(a_box_for_each)
{
    enum { HEAPS = REMOTE_BOXES - 1, EACH = 2 * REMOTE_PACKET_BLOCKS };
    static struct helper helper[HEAPS];
    static void *kept[HEAPS][MUCH];
    static void *theirs[HEAPS][EACH];
    void *own = hak_malloc(1);
    uint32_t places = 0;
    for (int k = 0; k < HEAPS; k++) {
        struct load load = {EACH, 64, theirs[k]};
        helper_start(&helper[k]);
        helper_do(&helper[k], load_make, &load);
        helper_do(&helper[k], hold_much, kept[k]);
        must(!(places >> heap_place(helper[k].heap) & 1));
        places |= (uint32_t)1 << heap_place(helper[k].heap);
    }
    uint64_t before = batch_counted().packets;
    for (size_t i = 0; i < EACH; i++)
        for (int k = 0; k < HEAPS; k++)
            hak_free(theirs[k][i]);
    send_held();
    must(batch_counted().packets - before <= HEAPS * (EACH / REMOTE_PACKET_BLOCKS + (LEADS > 0 ? 2 : 0)));
    for (int k = 0; k < HEAPS; k++) {
        must(blocks_at(helper[k].heap) == EACH);
        helper_do(&helper[k], let_go, kept[k]);
        helper_do(&helper[k], receive_all, NULL);
        helper_end(&helper[k]);
    }
    hak_free(own);
    must(test_stats().live_blocks == 0);
}
END_TEST

START_TEST(large_blocks_go_at_once)
{
    struct helper helper;
    void *own = hak_malloc(1);
    helper_start(&helper);
    for (size_t size = REMOTE_HELD_MAX + 1; size <= MID_MAX && HEAP_CLASSES > CLASS_TINY; size = size * 3 / 2) {
        struct load load = {3, size, block};
        helper_do(&helper, load_make, &load);
        for (uint32_t i = 0; i < 3; i++) {
            hak_free(block[i]);
            must(boxes_valid(heap_self) == 0 && remote_length(helper.heap) == i + 1);
        }
        helper_do(&helper, receive_all, NULL);
    }
    hak_free(own);
    helper_end(&helper);
}
END_TEST

/* The owner ends while blocks of it are held: they go when they are sent, into its slabs; later ones at once. */
START_TEST(owner_ends)
{
    struct helper helper;
    struct load load = {200, 64, block};
    void *own = hak_malloc(1);
    helper_start(&helper);
    helper_do(&helper, load_make, &load);
    struct heap *to = helper.heap;
    for (int i = 0; i < 35; i++)
        hak_free(block[i]);
    must(boxes_valid(heap_self) == 5 && blocks_at(to) == REMOTE_PACKET_BLOCKS);
    helper_end(&helper);
    must(to->state == HEAP_PARKED && blocks_at(to) == 0 && boxes_valid(heap_self) == 5 && remote_length(to) == 5);
    send_held();
    must(remote_length(to) == 0 && walk_live(to) == 165);
    for (int i = 35; i < 200; i++) {
        hak_free(block[i]);
        must(boxes_valid(heap_self) == 0 && remote_length(to) == 0);
    }
    must(walk_live(to) == 0 && to->out.spares == 0);
    hak_free(own);
}
END_TEST

static void free_five(void *context)
{
    void **blocks = context;
    for (int i = 0; i < 5; i++)
        hak_free(blocks[i]);
}

static void free_rest(void *unused)
{
    (void)unused;
    for (int i = 15; i < 50; i++)
        hak_free(block[i]);
}

static void *free_five_and_end(void *blocks)
{
    hak_free(hak_malloc(1));
    free_five(blocks);
    must(boxes_valid(heap_self) == 5);
    return NULL;
}

START_TEST(what_empties_the_boxes)
{
    struct helper helper;
    struct load load = {50, 64, block};
    helper_start(&helper);
    helper_do(&helper, load_make, &load);
    uint32_t waiting = 0;
    run_thread(free_five_and_end, block); /* the end of a thread */
    must(blocks_at(helper.heap) == (waiting += 5));
    void *own = hak_malloc(1);
    struct heap *h = heap_self;
    must(h->out.spares == 0 && h != helper.heap); /* adopted: nothing was kept */
    free_five(block + 5);
    must(boxes_valid(h) == 5 && blocks_at(helper.heap) == waiting);
    hak_malloc_trim(0); /* a trim */
    must(boxes_valid(h) == 0 && blocks_at(helper.heap) == (waiting += 5));
    free_five(block + 10);
    must(boxes_valid(h) == 5);
    enter(h); /* and when it is told to */
    remote_flush(h);
    heap_leave(h);
    must(boxes_valid(h) == 0 && blocks_at(helper.heap) == (waiting += 5));
    helper_do(&helper, receive_all, NULL);
    helper_do(&helper, free_rest, NULL);
    helper_end(&helper);
    hak_free(own);
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("batch: boxes", packets_fill_and_go, many_heaps, a_box_for_each, large_blocks_go_at_once, owner_ends,
          what_empties_the_boxes)
