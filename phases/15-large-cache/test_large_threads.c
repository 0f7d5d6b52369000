/* SPDX-License-Identifier: MIT */
/* test_large_threads.c - threads allocate, resize and free large blocks, pass them on, trim and tick all at once: no two blocks
 * share memory, the sums come out. HAK_STRESS_SECONDS: how long each test runs (1). And: fork among them; signal handlers. */
#define TEST_SECONDS 600
#include "core/test/test_child.h"
#include "test_large.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>

enum { THREADS = 4, OUT = 6, SHARED = 8 };

struct held {
    char *block;
    size_t size;
};

static atomic_bool stop;
static _Atomic(char *) shared[SHARED]; /* blocks on their way to another thread; the size is in the first word */

static void sleep_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        continue;
}

/* The ends and the middle are marked: a block that overlaps another by a page or more shows. */
static void mark(struct held *h, uint64_t owner)
{
    *(uint64_t *)h->block = h->size;
    for (size_t at = 64 * KIB - 8; at < h->size; at += 64 * KIB)
        *(uint64_t *)(h->block + at) = owner + at;
}

static void check(const struct held *h, uint64_t owner)
{
    must(*(uint64_t *)h->block == h->size);
    for (size_t at = 64 * KIB - 8; at < h->size; at += 64 * KIB)
        must(*(uint64_t *)(h->block + at) == owner + at);
}

static void step(struct held *h, uint32_t r, uint64_t owner)
{
    if (!h->block) {
        h->size = (MIB + (r >> 8) % (7 * MIB)) & ~(size_t)7;
        h->block = r % 5 == 0    ? hak_calloc(1, h->size)
                   : r % 11 == 0 ? hak_aligned_alloc(256 * KIB, h->size)
                                 : hak_malloc(h->size);
        must(h->block && (r % 5 || *(uint64_t *)(h->block + h->size - 8) == 0));
        mark(h, owner);
    } else if (r % 4 == 0) {
        check(h, owner);
        size_t size = (MIB + (r >> 8) % (9 * MIB)) & ~(size_t)7;
        char *moved = hak_realloc(h->block, size);
        must(moved && *(uint64_t *)moved == h->size);
        *h = (struct held){moved, size};
        mark(h, owner);
    } else if (r % 4 == 1) { /* somebody else frees it */
        check(h, owner);
        char *old = atomic_exchange(&shared[r / 4 % SHARED], h->block);
        hak_free(old);
        h->block = NULL;
    } else {
        check(h, owner);
        hak_free(h->block);
        h->block = NULL;
    }
}

static void *user(void *context)
{
    uint64_t owner = (uint64_t)(uintptr_t)context << 48;
    uint32_t random = 77u + (uint32_t)(uintptr_t)context;
    struct held out[OUT] = {{NULL, 0}};
    while (!stop) {
        uint32_t r = test_random(&random);
        step(&out[r % OUT], test_random(&random), owner);
        if (r % 512 == 0)
            large_trim();
        if (r % 64 == 1)
            large_age(os_now_ms() + r % 2048);
    }
    for (int i = 0; i < OUT; i++)
        hak_free(out[i].block);
    return NULL;
}

static long stress_ms(void)
{
    const char *text = getenv("HAK_STRESS_SECONDS");
    return text ? strtol(text, NULL, 10) * 1000 : 1000;
}

static void end(pthread_t *threads)
{
    stop = true;
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
    for (int i = 0; i < SHARED; i++)
        hak_free(shared[i]);
    must(mapped_counts().large_blocks == 0 && large_valid());
    hak_malloc_trim(0);
    must(large_held() == 0 && os_bytes(OS_LARGE) == 0);
}

START_TEST(blocks)
{
    pthread_t threads[THREADS];
    large_set(65536, 150, 1);
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, user, (void *)(i + 1)));
    for (long left = stress_ms(); left > 0; left -= 20) {
        sleep_ms(20);
        must(large_valid());
    }
    end(threads);
    struct large_counts c = large_counts();
    must(c.hits > 0 && c.misses > 0 && c.gives > 0);
}
END_TEST

static void use_large(void)
{
    struct held h = {NULL, 0};
    uint32_t random = 3;
    must(large_valid());
    for (int i = 0; i < 40; i++)
        step(&h, test_random(&random), 9);
    hak_free(h.block);
    large_trim();
    must(large_held() == 0 && large_valid());
}

START_TEST(forks_among_threads)
{
    pthread_t threads[THREADS];
    if (test_shadowed()) /* TSan allows no threads before a fork */
        return;
    large_set(65536, 150, 1);
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, user, (void *)(i + 1)));
    for (size_t i = 0; i < test_scaled(20); i++) {
        in_child(use_large);
    }
    end(threads);
}
END_TEST

static volatile sig_atomic_t handled;

/* Once, so that a handler that takes longer than the interval does not take the interrupted code's time for ever. */
static void next_signal(void)
{
    struct itimerval once = {{0, 0}, {0, 300}};
    must(setitimer(ITIMER_REAL, &once, NULL) == 0);
}

static void handler(int number)
{
    (void)number;
    char *p = hak_malloc(2 * MIB), *q = hak_malloc(3 * MIB);
    must(p && q);
    p[2 * MIB - 1] = q[0] = 1;
    hak_free(p);
    hak_free(q);
    if (++handled < 300)
        next_signal();
}

/* A handler that interrupts whoever holds the lock does without it, and comes to an end. */
START_TEST(in_signal_handlers)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    large_set(65536, 150, 60);
    hak_free(hak_malloc(1)); /* a thread's first call takes locks, too, and not every variant can be interrupted there */
    must(!sigaction(SIGALRM, &action, NULL));
    next_signal();
    for (size_t i = 0; i < 2000000 && handled < 300; i++) {
        char *p = hak_malloc(2 * MIB + i % 100 * 4096);
        must(p);
        hak_free(p);
    }
    must(!setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL));
    must(handled > 0 && large_valid());
}
END_TEST

TEST_MAIN("large: threads", blocks, forks_among_threads, in_signal_handlers)
