/* SPDX-License-Identifier: MIT */
/* test_leads.c - leads: blocks of other heaps that free's short way takes go home in packets of one class; what came into a
 * wrong lead goes where it belongs, and what is no block ends the process; a push that was interrupted leaves no harm; a thread
 * with more owners and classes than leads goes without.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "core/heap/stats.h"
#include "phases/14-batch/test_batch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

enum { MANY = 4000 };
static void *block[MANY];

/* Blocks in h's leads, having checked each: of one class and heap, but for those that lead there since the slab was
 * another's. */
static uint32_t leads_valid(struct heap *h)
{
    const struct lead_set *leads = h->out.lead.set;
    uint32_t blocks = 0, bytes = 0;
    for (unsigned k = 0; leads && k < LEADS; k++) {
        if (!leads->to[k])
            continue;
        const struct lead *lead = route_lead(&h->front.route, k);
        void *const *base = leads->slot[k];
        must(lead && leads->to[k] != h && leads->class[k] < CLASS_TINY && *base == NULL);
        must(lead->top >= base && lead->top <= base + leads->room[k]);
        must(lead->limit == base || lead->limit == base + leads->room[k]);
        must(leads->room[k] >= LEAD_LEAST && leads->room[k] <= LEAD_BLOCKS);
        bytes += leads->room[k] * (uint32_t)class_size(leads->class[k]);
        for (void *const *slot = base + 1; slot <= lead->top; slot++) {
            must(!*slot || (slab_heap(slab_of(*slot)) != h && slab_bad_block(slab_of(*slot), *slot) == NULL));
            blocks += *slot != NULL;
        }
    }
    must(bytes == (leads ? leads->bytes : 0) && bytes <= LEAD_HELD_MAX);
    return blocks;
}

struct lead_counts {
    uint64_t led, astray;
};

static struct lead_counts counted(void)
{
    return (struct lead_counts){stats_heaps(offsetof(struct heap, out.lead.sent)),
                                stats_heaps(offsetof(struct heap, out.lead.astray))};
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
        uint64_t led = counted().led;
        for (size_t k = 0; k < MANY; k++) {
            must(test_stats().live_blocks == MANY - k + 1);
            hak_free(block[k]);
            leads_valid(heap_self);
            boxes_valid(heap_self);
            must(remote_length(helper.heap) == k + 1);
        }
        must(test_stats().live_bytes == slab_of(own)->block_size);
        uint32_t blocks;
        packets_at(helper.heap, &blocks);
        must(counted().led - led > MANY / 2);
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
    must(test_stats().live_blocks == 0 && counted().astray == 0);
}
END_TEST

/* What lies in the slots that the first helper had: of this heap, of the second helper's, of another size. */
static void free_astray(struct helper *owner, struct helper *other, size_t size)
{
    struct load load = {MANY, 1000, block};
    helper_do(owner, load_make, &load);
    for (size_t i = 0; i < MANY; i++)
        hak_free(block[i]);
    send_held();
    helper_do(owner, receive_all, NULL); /* its slabs go; the entries of this heap's table stay */
    struct load again = {MANY, size, block}, one = {1, 1000, block};
    helper_do(owner, load_make, &one);
    hak_free(block[0]); /* its lead is open */
    helper_do(other, load_make, &again);
    uint64_t astray = counted().astray;
    for (size_t i = 0; i < MANY; i++)
        hak_free(block[i]);
    walk_heap(other->heap);
    send_held();
    must(test_stats().live_blocks == 1 && counted().astray > astray);
    must(size > TINY_MAX || remote_length(other->heap) == MANY);
    helper_do(other, receive_all, NULL);
    walk_heap(owner->heap);
}

START_TEST(astray)
{
    struct helper owner, other;
    void *own = hak_malloc(1);
    two_start(&owner, &other);
    begin_leading(&owner);
    static const size_t sizes[] = {1000, 400, 3000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && (sizes[i] <= TINY_MAX || HEAP_CLASSES > CLASS_TINY); i++)
        free_astray(&owner, &other, sizes[i]);
    hak_free(own);
    helper_end(&owner);
    helper_end(&other);
    must(test_stats().live_blocks == 0);
}
END_TEST

static struct helper bad_owner;

static void inside_a_block(void)
{
    hak_free((char *)block[0] + 16);
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
    struct load load = {10, 64, block};
    helper_start(&bad_owner);
    begin_leading(&bad_owner);
    helper_do(&bad_owner, load_make, &load);
    hak_free(block[9]); /* the slab has its lead */
    must(aborts(inside_a_block));
    must(aborts(twice_in_a_row));
    load.count = 9;
    load_free(&load);
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
    must(heap_self->out.lead.pause > 0 || heap_self->out.lead.leading);
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
    must(ended->state == HEAP_PARKED && boxes_valid(ended) == 0 && !(ended->out.lead.set && ended->out.lead.set->bytes));
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

TEST_MAIN("leads", they_send_packets_of_one_class, astray, bad_pointers, interrupted_push, more_than_there_are, ends)
