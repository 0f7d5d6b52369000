/* SPDX-License-Identifier: MIT */
/* test_leads.c - leads: blocks of other heaps that free's short way takes go home in packets of one class; no slot leads to a
 * lead once its slab has gone; what is no block ends the process; a push that was interrupted leaves no harm; a thread with
 * more owners and classes than leads goes without for a while, and may have others after a miss of malloc.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "core/heap/stats.h"
#include "test_leads.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

enum { MANY = 4000 };
static void *block[MANY];

static uint64_t withdrawn(void)
{
    return stats_heaps(offsetof(struct heap, out.lead.withdrawn));
}

static uint64_t led(void)
{
    return stats_heaps(offsetof(struct heap, out.lead.sent));
}

static void receive_all(void *unused)
{
    (void)unused;
    settle();
    walk_heap(heap_self);
    must(blocks_at(heap_self) == 0);
}

static void nothing(void *unused)
{
    (void)unused;
}

/* Two threads, whose beginnings are over. */
static void two_start(struct helper *one, struct helper *other)
{
    helper_start(one);
    helper_start(other);
    helper_do(one, nothing, NULL);
    helper_do(other, nothing, NULL);
}

/* This thread's tiny blocks go by leads from here on. */
static void begin_leading(struct helper *helper)
{
    struct load load = {MANY, 48, block};
    for (int i = 0; i < 10 && !heap_self->out.lead.leading; i++) {
        helper_do(helper, load_make, &load);
        for (size_t k = 0; k < MANY; k++)
            hak_free(block[k]);
        send_held();
        helper_do(helper, receive_all, NULL);
    }
    must(heap_self->out.lead.leading);
}

START_TEST(they_send_packets_of_one_class)
{
    struct helper helper;
    void *own = hak_malloc(1);
    helper_start(&helper);
    begin_leading(&helper);
    static const size_t sizes[] = {16, 100, 256, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct load load = {MANY, sizes[i], block};
        helper_do(&helper, load_make, &load);
        uint64_t before = led();
        for (size_t k = 0; k < MANY; k++) {
            must(test_stats().live_blocks == MANY - k + 1);
            hak_free(block[k]);
            leads_valid(heap_self);
            boxes_valid(heap_self);
            must(k % 500 || entries_valid() > 0);
            must(remote_length(helper.heap) == k + 1);
        }
        must(test_stats().live_bytes == slab_of(own)->block_size);
        uint32_t blocks;
        packets_at(helper.heap, &blocks);
        must(led() - before > MANY / 2);
        const struct remote_packet *packet = __atomic_load_n(&helper.heap->in.inbox, __ATOMIC_ACQUIRE);
        for (; packet; packet = packet->next)
            must(packet->class.next == class_of(sizes[i]) + 1 &&
                 packet->bytes == packet->count * class_size(class_of(sizes[i])));
        send_held();
        must(boxes_valid(heap_self) == 0);
        helper_do(&helper, receive_all, NULL);
    }
    hak_free(own);
    helper_end(&helper);
    must(test_stats().live_blocks == 0);
}
END_TEST

/* The slabs of the first helper, for which this heap has entries, go; the second helper, or this thread, gets their slots. */
static void change_hands(struct helper *owner, struct helper *other, size_t size)
{
    struct load load = {MANY, 1000, block};
    helper_do(owner, load_make, &load);
    for (size_t i = 0; i < MANY; i++)
        hak_free(block[i]);
    size_t entries = entries_valid();
    uint64_t before = withdrawn();
    must(entries > 0);
    send_held();
    helper_do(owner, receive_all, NULL); /* its slabs go */
    must(withdrawn() > before && entries_valid() == entries - (withdrawn() - before));
    struct load again = {MANY, size, block};
    if (other)
        helper_do(other, load_make, &again);
    else
        load_make(&again);
    entries_valid();
    load_free(&again);
    entries_valid();
    leads_valid(heap_self);
    send_held();
    must(test_stats().live_blocks == 1);
    must(!other || size > TINY_MAX || remote_length(other->heap) == MANY);
    if (other)
        helper_do(other, receive_all, NULL);
    settle();
    walk_heap(other ? other->heap : heap_self);
    walk_heap(owner->heap);
    entries_valid();
}

START_TEST(entries_go_with_their_slab)
{
    struct helper owner, other;
    void *own = hak_malloc(1);
    two_start(&owner, &other);
    begin_leading(&owner);
    static const size_t sizes[] = {1000, 400, 3000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && (sizes[i] <= TINY_MAX || HEAP_CLASSES > CLASS_TINY); i++) {
        change_hands(&owner, &other, sizes[i]);
        change_hands(&owner, NULL, sizes[i]);
    }
    hak_free(own);
    helper_end(&owner);
    helper_end(&other);
    must(test_stats().live_blocks == 0);
}
END_TEST

/* The owner's thread has ended, and this one releases its slabs: it takes the entries out of its own table, and of others'. */
START_TEST(entries_go_with_a_parked_slab)
{
    struct helper owner, other;
    void *own = hak_malloc(1);
    two_start(&owner, &other);
    begin_leading(&owner);
    struct load load = {MANY, 500, block}, half = {MANY / 2, 500, block};
    helper_do(&owner, load_make, &load);
    helper_do(&other, load_free, &half);
    for (size_t i = MANY / 2; i < MANY - 1; i++)
        hak_free(block[i]);
    must(entries_valid() > 0);
    helper_end(&owner);
    uint64_t before = withdrawn();
    hak_free(block[MANY - 1]);
    send_held();
    helper_end(&other);
    hak_malloc_trim(0);
    entries_valid();
    must(withdrawn() > before && test_stats().live_blocks == 1);
    hak_free(own);
}
END_TEST

/* A heap that gets a larger table, or another one of the same size, has no entry in it; slabs that go after that find the table
 * of now. */
START_TEST(a_table_gives_way)
{
    struct helper owner;
    helper_start(&owner);
    void *own = hak_malloc(1);
    begin_leading(&owner);
    struct load load = {MANY, 1000, block};
    for (int round = 0; round < (HAK_WINDOW_BITS == HAK_ADDRESS_BITS ? 1 : 4); round++) {
        helper_do(&owner, load_make, &load);
        for (size_t i = 0; i < MANY / 2; i++)
            hak_free(block[i]);
        must(entries_valid() > 0 && heap_enter(heap_self));
        must(route_cover(heap_self, round % 2 ? HAK_WINDOW_BITS : ROUTE_BITS_LEAST));
        heap_leave(heap_self);
        must(entries_valid() == 0);
        for (size_t i = MANY / 2; i < MANY; i++)
            hak_free(block[i]);
        must(entries_valid() > 0);
        send_held();
        helper_do(&owner, receive_all, NULL);
        entries_valid();
    }
    hak_free(own);
    helper_end(&owner);
    must(test_stats().live_blocks == 0);
}
END_TEST

static struct helper bad_owner;

static void inside_a_block(void)
{
    hak_free((char *)block[0] + 16);
    send_held();
}

/* In a lead that is full, which is looked at in pairs. */
static void inside_one_of_many(void)
{
    for (size_t i = 0; i < 10; i++)
        hak_free(i == 4 ? (char *)block[i] + 16 : block[i]);
    send_held();
}

static void behind_the_last(void)
{
    struct slab *s = slab_of(block[0]);
    hak_free(s->start + s->capacity * (size_t)s->block_size - (s->block_size == 48 ? 0 : 16));
    send_held();
}

static void twice_in_a_row(void)
{
    hak_free(block[0]);
    hak_free(block[0]);
}

static bool aborts(void (*work)(void))
{
    int status = -1;
    pid_t pid = fork();
    must(pid >= 0);
    if (!pid) {
        signal(SIGABRT, SIG_DFL);
        dup2(open("/dev/null", O_WRONLY), 2);
        work();
        _exit(0);
    }
    return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* The process that does it aborts, although free's short way has looked at no block. */
START_TEST(bad_pointers)
{
    static const size_t sizes[] = {16, 32, 48, 64, 80, 100, 320, 1000};
    helper_start(&bad_owner);
    begin_leading(&bad_owner);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct load load = {11, sizes[i], block};
        helper_do(&bad_owner, load_make, &load);
        hak_free(block[10]); /* the slab has its lead */
        must(sizes[i] <= 16 || aborts(inside_a_block));
        must(sizes[i] <= 16 || aborts(inside_one_of_many));
        must(sizes[i] <= 16 || aborts(behind_the_last));
        must(aborts(twice_in_a_row));
        load.count = 10;
        load_free(&load);
    }
    helper_end(&bad_owner);
}
END_TEST

/* A handler that has sent what was in the lead, between two instructions of a push: the push stores the old top + 1. */
START_TEST(interrupted_push)
{
    struct helper helper;
    struct load load = {20, 64, block};
    helper_start(&helper);
    begin_leading(&helper);
    helper_do(&helper, load_make, &load);
    hak_free(block[0]);
    const struct lead_set *leads = heap_self->out.lead.set;
    unsigned k = 0;
    while (leads->class[k] != class_of(64) || leads->to[k] != helper.heap)
        k++;
    struct lead *lead = route_lead(&heap_self->front.route, k);
    for (size_t i = 1; i < 10; i++)
        hak_free(block[i]);
    void **top = lead->top;
    must(top == &leads->slot[k][10]);
    send_held();
    guard_free(block[10], "free");
    top[1] = block[10];
    lead->top = top + 1;
    for (size_t i = 11; i < 20; i++)
        hak_free(block[i]);
    leads_valid(heap_self);
    boxes_valid(heap_self);
    send_held();
    must(remote_length(helper.heap) == 20 && test_stats().live_blocks == 0);
    helper_do(&helper, receive_all, NULL);
    helper_end(&helper);
}
END_TEST

/* Ten owners of many classes: leads pause, blocks go by boxes; with one owner leads come again. */
START_TEST(more_than_there_are)
{
    enum { HEAPS = 10, EACH = MANY / HEAPS };
    static struct helper helper[HEAPS];
    void *own = hak_malloc(1);
    for (int i = 0; i < HEAPS; i += 2)
        two_start(&helper[i], &helper[i + 1]);
    begin_leading(&helper[0]);
    for (int round = 0; round < 8; round++) {
        for (size_t i = 0; i < HEAPS; i++) {
            struct load load = {EACH, 16 + 100 * ((i + (size_t)round) % 10), &block[i * EACH]};
            helper_do(&helper[i], load_make, &load);
        }
        for (size_t i = 0; i < MANY; i++) {
            hak_free(block[i % HEAPS * EACH + i / HEAPS]);
            leads_valid(heap_self);
            boxes_valid(heap_self);
        }
        must(test_stats().live_blocks == 1);
    }
    must(heap_self->out.lead.pause > 0);
    must(entries_valid() > 0);
    send_held();
    for (int i = 0; i < HEAPS; i++)
        helper_do(&helper[i], receive_all, NULL);
    for (int i = 0; i < 40 && !heap_self->out.lead.leading; i++) {
        struct load load = {MANY, 48, block};
        helper_do(&helper[0], load_make, &load);
        load_free(&load);
    }
    must(heap_self->out.lead.leading);
    for (int i = 0; i < HEAPS; i++)
        helper_end(&helper[i]);
    hak_free(own);
    must(test_stats().live_blocks == 0);
}
END_TEST

static bool has_lead(const struct heap *to, unsigned class)
{
    const struct lead_set *leads = heap_self->out.lead.set;
    for (unsigned k = 0; k < LEADS; k++)
        if (leads->to[k] == to && leads->class[k] == class)
            return true;
    return false;
}

/* Leads of pairs that are no more are of use to nobody: after a miss of malloc they are for others. */
START_TEST(leads_begin_anew)
{
    enum { HEAPS = 10, EACH = 64 };
    static struct helper helper[HEAPS];
    void *own = hak_malloc(1);
    for (int i = 0; i < HEAPS; i += 2)
        two_start(&helper[i], &helper[i + 1]);
    begin_leading(&helper[0]);
    struct lead_out *out = &heap_self->out.lead;
    for (int round = 0; round < 4000 && !out->stale; round++) {
        for (size_t i = 0; i < HEAPS; i++) {
            struct load load = {EACH, round < 16 ? 16 + 50 * (size_t)round : 900, block};
            helper_do(&helper[i], load_make, &load);
            if (round >= 16 && has_lead(helper[i].heap, slab_of(block[0])->class))
                helper_do(&helper[i], load_free, &load);
            else
                load_free(&load);
            out->pause = 0; /* it is over */
        }
    }
    must(out->stale && entries_valid() > 0);
    struct load misses = {MANY, 700, block};
    load_make(&misses);
    must(!out->stale && entries_valid() == 0 && remote_held(heap_self, &(uint64_t){0}) == 0);
    for (unsigned k = 0; k < LEADS; k++)
        must(out->set->to[k] == NULL);
    load_free(&misses);
    out->leading = false;
    begin_leading(&helper[0]);
    must(entries_valid() > 0);
    for (int i = 0; i < HEAPS; i++)
        helper_end(&helper[i]);
    hak_free(own);
}
END_TEST

/* Owners whose threads end, and a thread that ends with leads of its own: nothing stays on the way. */
static struct heap *ended;

static void *free_all_and_end(void *context)
{
    struct helper *owner = context;
    void *own = hak_malloc(1);
    begin_leading(owner);
    struct load load = {25, 64, block};
    helper_do(owner, load_make, &load);
    load_free(&load);
    hak_free(own);
    ended = heap_self;
    return NULL;
}

START_TEST(ends)
{
    struct helper owner;
    helper_start(&owner);
    run_thread(free_all_and_end, &owner);
    must(ended->state == HEAP_PARKED && boxes_valid(ended) == 0 && leads_valid(ended) == 0);
    must(remote_length(owner.heap) == 25);
    void *own = hak_malloc(1);
    begin_leading(&owner);
    struct load load = {50, 64, block};
    helper_do(&owner, load_make, &load);
    for (int i = 0; i < 10; i++)
        hak_free(block[i]);
    struct heap *to = owner.heap;
    helper_end(&owner);
    send_held();
    must(to->state == HEAP_PARKED && remote_length(to) == 0);
    for (int i = 10; i < 50; i++)
        hak_free(block[i]);
    send_held();
    must(remote_length(to) == 0 && walk_live(to) == 0);
    hak_free(own);
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("leads", they_send_packets_of_one_class, entries_go_with_their_slab, entries_go_with_a_parked_slab,
          a_table_gives_way, bad_pointers, interrupted_push, more_than_there_are, leads_begin_anew, ends)
