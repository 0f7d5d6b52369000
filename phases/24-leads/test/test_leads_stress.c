/* SPDX-License-Identifier: MIT */
/* test_leads_stress.c - threads free each other's blocks while sizes change from round to round, so that slabs change hands;
 * threads end and begin, one has a signal handler that frees, too, and the process forks. In the middle of each round
 * and in each child all entries are exact, and all leads hold what they are for.
 *
 * HAK_STRESS_SECONDS: how long (1). HAK_STRESS_SEED: where the random sequences start; printed.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 900
#include "core/heap/stats.h"
#include "test_leads.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { THREADS = 4, SHARED = 2048, STEPS = 8000, SIGNALLED = 8 };

static _Atomic(uint32_t *) shared[SHARED], for_handler[SIGNALLED];
static atomic_uint seeds;
static atomic_ullong by_handler;
static atomic_bool stop, still;
static pthread_barrier_t middle;
static unsigned now; /* the round */
static long signals; /* in each */

static uint32_t *make(uint32_t r)
{
    uint32_t *p = hak_malloc(16 + 50 * ((now + r % 3) % 20) + (r >> 8) % 30);
    must(p);
    p[0] = r;
    p[1] = ~r;
    return p;
}

static void drop(uint32_t *p)
{
    if (!p)
        return;
    must(p[1] == ~p[0]);
    p[1] = p[0];
    hak_free(p);
}

static void on_signal(int number)
{
    (void)number;
    if (still)
        return;
    for (int i = 0; i < SIGNALLED; i++) {
        uint32_t *p = atomic_exchange(&for_handler[i], NULL);
        by_handler += p != NULL;
        drop(p);
    }
}

static void steps(uint32_t *random, bool only_frees)
{
    for (int i = 0; i < STEPS; i++) {
        uint32_t r = test_random(random), *p = only_frees ? NULL : make(r);
        drop(atomic_exchange(&shared[(r >> 4) % SHARED], p));
    }
}

static void *life(void *number)
{
    uint32_t random = 0x9E3779B9u * ++seeds | 1;
    bool only_frees = (uintptr_t)number == THREADS - 1;
    steps(&random, only_frees);
    pthread_barrier_wait(&middle);
    pthread_barrier_wait(&middle);
    steps(&random, only_frees);
    return NULL;
}

static void free_others(uint32_t *random)
{
    for (int i = 0; i < STEPS; i++) {
        drop(atomic_exchange(&shared[test_random(random) % SHARED], NULL));
        if (!atomic_load(&for_handler[i % SIGNALLED]))
            drop(atomic_exchange(&for_handler[i % SIGNALLED], atomic_exchange(&shared[test_random(random) % SHARED], NULL)));
    }
}

/* Frees others' blocks all the time, and in a handler at any moment of it but in the middle of a round. */
static void *signalled(void *unused)
{
    uint32_t random = 0x9E3779B9u * ++seeds | 1;
    bool last;
    hak_free(hak_malloc(1));
    do {
        free_others(&random);
        still = true;
        pthread_barrier_wait(&middle);
        last = stop;
        pthread_barrier_wait(&middle);
        still = false;
        free_others(&random);
    } while (!last);
    return unused;
}

static void lead_blocks(void *context, struct heap *h)
{
    *(uint64_t *)context += leads_valid(h);
}

/* In the child no thread is but this one: it frees what it can, and the slabs of all others that it may release. */
static void fork_once(void)
{
    int status = -1;
    pid_t pid = fork();
    must(pid >= 0);
    if (!pid) {
        entries_valid();
        for (int i = 0; i < SHARED; i++)
            drop(atomic_exchange(&shared[i], NULL));
        for (int i = 0; i < SHARED; i++)
            shared[i] = make((uint32_t)i);
        for (int i = 0; i < SHARED; i++)
            drop(shared[i]);
        hak_malloc_trim(0);
        entries_valid();
        _exit(0);
    }
    must(waitpid(pid, &status, 0) == pid && status == 0);
}

static void round_of(pthread_t *handled, uint64_t *led)
{
    pthread_t thread[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&thread[i], NULL, life, (void *)i));
    if (now % 8 == 7)
        fork_once();
    pthread_barrier_wait(&middle);
    entries_valid();
    thread_each_heap(lead_blocks, led);
    pthread_barrier_wait(&middle);
    for (int i = 0; i < signals && !test_shadowed(); i++) { /* where a signal waits until the program calls something */
        usleep(100);
        pthread_kill(*handled, SIGUSR1);
    }
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(thread[i], NULL));
}

/* Blocks that are lost in the end: by pushes that the handler interrupted (hakmem.7, Signals). */
static uint64_t stress_for(long seconds, long signals_each)
{
    time_t end = time(NULL) + 1 + seconds;
    pthread_t handled;
    uint64_t led = 0;
    signals = signals_each;
    stop = false;
    now = 0;
    signal(SIGUSR1, on_signal);
    must(!pthread_barrier_init(&middle, NULL, THREADS + 2));
    must(!pthread_create(&handled, NULL, signalled, NULL));
    for (; !stop; now++) {
        stop = now >= 20 && time(NULL) >= end;
        round_of(&handled, &led);
    }
    must(!pthread_join(handled, NULL));
    for (int i = 0; i < SHARED; i++)
        drop(atomic_exchange(&shared[i], NULL));
    on_signal(0);
    hak_malloc_trim(0);
    entries_valid();
    uint64_t lost = test_stats().live_blocks;
    printf("%u rounds, %llu blocks freed by a handler, %llu lost\n", now, by_handler, (unsigned long long)lost);
    fflush(stdout);
    must(test_stats().slabs <= lost && led > 0 && stats_heaps(offsetof(struct heap, out.lead.withdrawn)) > 0);
    return lost;
}

static long seconds(void)
{
    const char *given = getenv("HAK_STRESS_SECONDS"), *seed = getenv("HAK_STRESS_SEED");
    seeds = seed ? (unsigned)strtoul(seed, NULL, 10) : 1795410789u;
    printf("HAK_STRESS_SEED=%u\n", seeds);
    return given ? strtol(given, NULL, 10) : 1;
}

START_TEST(no_block_is_lost)
{
    must(stress_for(seconds(), 0) == 0);
}
END_TEST

/* 0 to 3 of 160 to 1,728. In MODE=check the guard is told between the instructions of a push, which makes it much longer. */
START_TEST(few_blocks_are_lost_by_handlers)
{
    uint64_t lost = stress_for(seconds(), 20);
    must(lost <= 2 + by_handler / (HAK_CHECK_LEVEL > 0 ? 16 : 128));
}
END_TEST

TEST_MAIN("leads: stress", no_block_is_lost, few_blocks_are_lost_by_handlers)
