/* SPDX-License-Identifier: MIT */
/* test_front_signal.c - a signal handler that frees blocks, at any instruction of malloc or free, puts no block into two hands:
 * the program is stopped after k instructions of a call, for many k, and the signal is delivered there.
 *
 * What may be lost are blocks that are freed at such a moment, by the handler or by the call that it interrupts: their slabs
 * never look empty again.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 300
#include "test_front.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { SIZE = 64, MANY = 700, MOST_STEPS = 20000 };
enum call { HIT, MISS, PUSH, SPILL, DRAIN };
enum { FINISHED = -1, CANNOT = 77 };

static void *block[MANY + 1], *given[MANY];
static size_t live, gives;
static void *volatile moving; /* what the interrupted call returns or takes */
static volatile sig_atomic_t fired;

static void on_signal(int number)
{
    (void)number;
    fired = 1;
    for (size_t i = 0; i < gives; i++)
        hak_free(given[i]);
}

static void take(void **to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        must((to[i] = hak_malloc(SIZE)));
}

/* The bin just before the call: a few blocks, none, a few, full, full with no place left beside it. Above its top lie blocks that
 * are live. */
static void prepare(enum call call)
{
    struct front_bin *bin = bin_of(own_heap(), SIZE);
    size_t held = call == MISS ? 0 : call >= SPILL ? bin_slots(bin) : 10, over = call == DRAIN ? over_wanted(class_of(SIZE)) : 0;
    take(given, gives);
    take(block, MANY);
    for (size_t i = 0; i < MANY / 2; i++)
        hak_free(block[i]);
    take(block, MANY / 2);
    own_heap();
    for (live = MANY; MANY - live < held + over; live--)
        hak_free(block[live - 1]);
    must(bin_held(bin) == held && bin_over(bin) == over);
    if (call >= PUSH)
        moving = block[--live];
}

static uint64_t used;

static void add_used(void *unused, struct slab *s)
{
    if (slab_heap(s) == heap_self && s->class == class_of(SIZE))
        used += slab_used(s);
    (void)unused;
}

/* What pops would find, from top down to the NULL: no block twice, none that is live. The sums come out but for the lost. */
static void verify(enum call call)
{
    struct heap *h = heap_self;
    struct front_bin *bin = bin_of(h, SIZE);
    size_t remote = 0, cached = 0;
    if (call == HIT || call == MISS)
        block[live++] = moving;
    bin_valid(h, class_of(SIZE));
    for (void **at = bin->top; *at; at--, cached++) {
        must(at > bin->base && slab_heap(slab_of(*at)) == h && slab_of(*at)->class == class_of(SIZE));
        for (void **other = bin->top; other > at; other--)
            must(*other != *at);
        for (size_t i = 0; i < live; i++)
            must(block[i] != *at);
    }
    for (void **at = bin->over_base + 1; at <= bin->over_top; at++) {
        cached += *at != NULL;
        for (size_t i = 0; i < live; i++)
            must(block[i] != *at);
    }
    for (void *p = h->remote; p; p = *(void **)p)
        remote++;
    superslab_each_slab(add_used, NULL);
    must(used >= live + cached + remote && used <= live + cached + remote + gives + (call >= PUSH));
    for (size_t i = 0; i < live; i++)
        memset(block[i], 0x55, SIZE);
    for (int round = 0; round < 3; round++) { /* nothing that comes now is live, or comes twice */
        void *fresh[MANY];
        take(fresh, MANY);
        for (size_t i = 0; i < MANY; i++) {
            for (size_t k = 0; k < live; k++)
                must(fresh[i] != block[k]);
            for (size_t k = 0; k < i; k++)
                must(fresh[i] != fresh[k]);
        }
        for (size_t i = 0; i < MANY; i++)
            hak_free(fresh[i]);
    }
    for (size_t i = 0; i < live; i++)
        hak_free(block[i]);
    own_heap();
}

static _Noreturn void child(enum call call)
{
    prepare(call);
    signal(SIGUSR1, on_signal);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(CANNOT);
    raise(SIGSTOP);
    if (call == HIT || call == MISS)
        moving = hak_malloc(SIZE);
    else
        hak_free(moving);
    raise(SIGSTOP);
    if (fired)
        verify(call);
    _exit(0);
}

/* The signal after k instructions. FINISHED: the call took fewer; else how the child ended. */
static int interrupt_after(enum call call, unsigned k)
{
    pid_t pid = fork();
    int status;
    bool finished = false;
    must(pid >= 0);
    if (!pid)
        child(call);
    must(waitpid(pid, &status, 0) == pid);
    for (unsigned i = 0; i < k && WIFSTOPPED(status) && !finished; i++) {
        must(!ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) && waitpid(pid, &status, 0) == pid);
        finished = WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP;
    }
    uintptr_t deliver = finished ? 0 : SIGUSR1;
    while (WIFSTOPPED(status)) {
        must(!ptrace(PTRACE_CONT, pid, NULL, (void *)deliver) && waitpid(pid, &status, 0) == pid);
        deliver = WIFSTOPPED(status) && WSTOPSIG(status) != SIGSTOP ? (uintptr_t)WSTOPSIG(status) : 0;
    }
    return finished ? FINISHED : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void interrupt_everywhere(enum call call, size_t count)
{
    gives = count;
    if (test_shadowed()) /* too many instructions between two of ours */
        return;
    unsigned step = (call == HIT || call == PUSH || call == SPILL ? 1 : 11) * (unsigned)(1000 / test_scaled(1000));
    for (unsigned k = 0; k < MOST_STEPS; k += step + k / 40) {
        int how = interrupt_after(call, k);
        if (how == CANNOT)
            printf("no test: this place does not let a process be traced\n");
        if (how == CANNOT || how == FINISHED)
            return;
        if (how != 0)
            ck_abort_msg("%zu blocks freed by a handler after %u instructions: status %d", count, k, how);
    }
}

START_TEST(during_a_hit)
{
    interrupt_everywhere(HIT, 1);
}
END_TEST

START_TEST(during_a_hit_many)
{
    interrupt_everywhere(HIT, 500); /* more than a bin holds, and twice what waits beside it */
}
END_TEST

START_TEST(during_a_refill)
{
    interrupt_everywhere(MISS, 1);
}
END_TEST

START_TEST(during_a_refill_many)
{
    interrupt_everywhere(MISS, 250);
}
END_TEST

START_TEST(during_a_refill_by_list)
{
    front_direct = 0;
    interrupt_everywhere(MISS, 1);
}
END_TEST

START_TEST(during_a_push)
{
    interrupt_everywhere(PUSH, 1);
    interrupt_everywhere(PUSH, 300);
}
END_TEST

START_TEST(during_a_push_beside_a_full_bin)
{
    interrupt_everywhere(SPILL, 1);
    interrupt_everywhere(SPILL, 150);
}
END_TEST

START_TEST(during_a_drain)
{
    interrupt_everywhere(DRAIN, 1);
    interrupt_everywhere(DRAIN, 150);
}
END_TEST

TEST_MAIN("front: signal", during_a_hit, during_a_hit_many, during_a_refill, during_a_refill_many,
          during_a_refill_by_list, during_a_push, during_a_push_beside_a_full_bin, during_a_drain)
