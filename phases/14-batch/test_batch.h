/* SPDX-License-Identifier: MIT */
/* test_batch.h - what the tests of phase 14 share. */
#ifndef HAK_TEST_BATCH_H
#define HAK_TEST_BATCH_H

#include "core/test/test_core.h"
#include "core/test/test_helper.h"

#include <stdatomic.h>
#include <stdio.h>

/* Blocks and bytes in h's boxes, having checked each box. */
static inline uint32_t held_by(const struct heap *h, uint64_t *bytes)
{
    uint32_t blocks = 0;
    *bytes = 0;
    for (unsigned i = 0; i < REMOTE_BOXES; i++) {
        const struct remote_box *box = &h->out.box[i];
        must((box->to == NULL) == (box->next == NULL));
        if (!box->to)
            continue;
        void **first = (void **)(((uintptr_t)box->next & ~(uintptr_t)(REMOTE_PACKET - 1)) + offsetof(struct remote_packet, block));
        must(box->next > first && box->next < first + REMOTE_PACKET_BLOCKS);
        must(box == &h->out.box[heap_place(box->to)] && box->to != h);
        for (void **at = first; at < box->next; at++, blocks++) {
            struct slab *s = slab_of(*at);
            must(slab_heap(s) == box->to && slab_bad_block(s, *at) == NULL);
            *bytes += s->block_size;
        }
    }
    return blocks;
}

/* The equations of remote.h for a heap whose thread is the caller, or is not running. Returns the blocks that it holds. */
static inline uint32_t boxes_valid(struct heap *h)
{
    uint64_t bytes, led_bytes = 0;
    uint32_t blocks = held_by(h, &bytes), spares = 0;
    if (blocks > 0)
        must(bytes <= h->remote_sent_bytes - (h->out.flush_at - REMOTE_HELD_MAX));
    must(bytes <= REMOTE_HELD_MAX);
    for (const struct remote_packet *packet = h->out.spare; packet; packet = packet->next)
        spares++;
    must(spares == h->out.spares && spares <= REMOTE_SPARES_MAX);
    return blocks + (uint32_t)remote_held(h, &led_bytes);
}

/* Packets that wait at h, in the inbox or taken from it. */
static inline uint32_t packets_at(const struct heap *h, uint32_t *blocks)
{
    uint32_t packets = 0;
    *blocks = 0;
    for (int list = 0; list < 2; list++) {
        const struct remote_packet *packet =
            list ? h->out.received : __atomic_load_n(&h->in.inbox, __ATOMIC_ACQUIRE);
        for (; packet; packet = packet->next, packets++) {
            must(packet->count >= 1 && packet->count <= REMOTE_PACKET_BLOCKS);
            *blocks += packet->count;
        }
    }
    return packets;
}

static inline uint32_t blocks_at(const struct heap *h)
{
    uint32_t blocks;
    packets_at(h, &blocks);
    return blocks;
}

struct batch_counts {
    uint64_t packets, chains, single, packets_made;
};

static inline void batch_count_one(void *context, const char *name, uint64_t value)
{
    static const char *const names[] = {"batch.packets", "batch.chains", "batch.single", "batch.packets_made"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0)
            ((uint64_t *)context)[i] = value;
    }
}

static inline struct batch_counts batch_counted(void)
{
    struct batch_counts counts;
    memset(&counts, 0xff, sizeof counts);
    hak_stats_each(batch_count_one, &counts);
    must(counts.packets != UINT64_MAX && counts.packets_made != UINT64_MAX);
    return counts;
}

/* Blocks that a helper allocates, for others to free. */
struct load {
    size_t count, size;
    void **block;
};

static inline void load_make(void *context)
{
    struct load *load = context;
    for (size_t i = 0; i < load->count; i++) {
        must((load->block[i] = hak_malloc(load->size)));
        test_stamp(load->block[i], load->size < 64 ? load->size : 64, i);
    }
}

static inline void load_free(void *context)
{
    struct load *load = context;
    for (size_t i = 0; i < load->count; i++) {
        must(test_stamped(load->block[i], load->size < 64 ? load->size : 64, i));
        hak_free(load->block[i]);
    }
}

#endif
