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

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 64, MANY = 700, MOST_STEPS = 20000 };
enum call { HIT, MISS, MISS_OVER, PUSH, SPILL, DRAIN, FLUSH };
enum { FINISHED = -1, CANNOT = 77 };

static void *block[MANY + 1], *given[MANY];
static size_t live, gives;
static void *volatile moving; /* what the interrupted call returns or takes */
static volatile sig_atomic_t fired;

static volatile sig_atomic_t flushes;

/* While the front is flushed nothing is freed: a child that the handler forks may allocate, and what a pop would give it has not
 * gone to a slab. */
static void on_signal(int number)
{
    void *p = *bin_of(heap_self, SIZE)->top;
    (void)number;
    fired = 1;
    must(!flushes || !p || !freelist_has(slab_of(p), p));
    for (size_t i = 0; i < gives; i++)
        hak_free(given[i]);
}

static void take(void **to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        must((to[i] = hak_malloc(SIZE)));
}

/* The bin just before the call: a few blocks, none, none but some beside it, a few, full, full with no place left beside it.
 * Above its top lie blocks that are live. */
static void prepare(enum call call)
{
    struct front_bin *bin = bin_of(own_heap(), SIZE);
    size_t held = call == MISS ? 0 : call >= SPILL || call == MISS_OVER ? bin_slots(bin) : 10;
    size_t over = call == DRAIN ? over_wanted(class_of(SIZE)) : call == MISS_OVER ? over_wanted(class_of(SIZE)) / 2 : 0;
    take(given, gives);
    take(block, MANY);
    for (size_t i = 0; i < MANY / 2; i++)
        hak_free(block[i]);
    take(block, MANY / 2);
    own_heap();
    for (live = MANY; MANY - live < held + over; live--)
        hak_free(block[live - 1]);
    must(bin_held(bin) == held && bin_over(bin) == over);
    for (; call == MISS_OVER && bin_held(bin) > 0; live++)
        must((block[live] = hak_malloc(SIZE)));
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
    if (call < PUSH)
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

/* The kernel begins a restartable sequence again at each stop, so that one which is stepped through never ends. */
static void no_sections(void)
{
    enum { SIGNATURE = 0x53053053, UNREGISTER = 1, LEAST = 32, MOST = 256 };
    char *word = (char *)os_section_word();
    bool gone = !word;
    for (long size = LEAST; size <= MOST && !gone; size += LEAST) /* must be what libc said; it does not tell */
        gone = syscall(SYS_rseq, word - 8, size, UNREGISTER, SIGNATURE) == 0;
    must(gone);
}

static bool *ebbed; /* of all children: did the handler make bins ebb? */
static atomic_bool first_has_heap;

static void *first_thread(void *unused)
{
    hak_free(hak_malloc(1));
    first_has_heap = true;
    pause();
    return unused;
}

static _Noreturn void child(enum call call)
{
    no_sections();
    prepare(call);
    signal(SIGUSR1, on_signal);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(CANNOT);
    raise(SIGSTOP);
    flushes = call == FLUSH;
    if (call < PUSH)
        moving = hak_malloc(SIZE);
    else if (call != FLUSH)
        hak_free(moving);
    else if (heap_enter(heap_self)) {
        front_flush(heap_self);
        heap_leave(heap_self);
    }
    raise(SIGSTOP);
    if (call == FLUSH)
        hak_free(moving);
    if (ebbed && grow_ebbing(&heap_self->front.grow))
        *ebbed = true;
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

START_TEST(during_a_refill_from_what_waits)
{
    interrupt_everywhere(MISS_OVER, 1);
    interrupt_everywhere(MISS_OVER, 250);
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

START_TEST(during_a_flush)
{
    interrupt_everywhere(FLUSH, 0);
}
END_TEST

/* The handler frees so much, of this size and of another, that the bins ebb. The first thread's never do, and this one is it
 * unless another has had a heap before. */
START_TEST(where_bins_ebb)
{
    pthread_t first;
    must(!pthread_create(&first, NULL, first_thread, NULL));
    while (!first_has_heap)
        sched_yield();
    hak_free(hak_malloc(1));
    must(heap_self->next_all);
    ebbed = mmap(NULL, sizeof *ebbed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(ebbed != MAP_FAILED);
    for (enum call call = HIT; call <= DRAIN; call++) {
        if (call != MISS && call != MISS_OVER)
            interrupt_everywhere(call, 650);
    }
    must(*ebbed || test_plain(grow) || test_shadowed());
}
END_TEST

TEST_MAIN("front: signal", during_a_hit, during_a_hit_many, during_a_refill, during_a_refill_many,
          during_a_refill_from_what_waits, during_a_refill_by_list, during_a_push, during_a_push_beside_a_full_bin,
          during_a_drain, during_a_flush, where_bins_ebb)
