/* SPDX-License-Identifier: MIT */
/* test_take_stress.c - fronts are taken from threads that run, sleep, end, and are interrupted by signal handlers that free, while
 * the process forks: no block is in two hands, and none is lost.
 *
 * In two hands: each block is stamped all over by who gets it, and must still be when it is freed. Lost: in the end all has been
 * freed, every front is empty, and no slab is left, which one used block would keep.
 *
 * HAK_STRESS_SECONDS: how long (3). HAK_STRESS_SEED: where the random sequences start; printed. HAK_STRESS_FAULT=1: the barrier
 * does nothing, 2: and the kernel does not look at sections; then the test must fail, in seconds or minutes.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 900
#include "core/low/os.h"
#include "core/heap/thread.h"
#include "core/test/test.h"
#include "core/test/test_api.h"
#include "core/test/test_kernel.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

enum { THREADS = 3, MINE = 400, SHARED = 256, LIFE = 200000, FORKS = 20, BARRIER_SECTIONS = 1 << 7 };

struct note {
    uint64_t number;
    size_t size;
};

static void *_Atomic shared[SHARED];
static atomic_bool stop;
static atomic_uint seeds;
static atomic_ullong numbers, handled;
static long fault;
static __thread void *_Atomic handed; /* for the handler to free */

long os_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    if (number == SYS_membarrier && a == BARRIER_SECTIONS && fault)
        return 0;
    return kernel(number, a, b, c, d, e, f);
}

static long number_of(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : otherwise;
}

static void *make(uint32_t r)
{
    uint64_t number = ++numbers;
    size_t size = sizeof(struct note) + 1 + r % (r >> 20 & 31 ? 120 : 6000);
    struct note *p = hak_malloc(size);
    must(p);
    *p = (struct note){.number = number, .size = size};
    test_stamp(p + 1, size - sizeof *p, number);
    return p;
}

static void unmake(struct note *p)
{
    must(test_stamped(p + 1, p->size - sizeof *p, p->number));
    p->number = 0;
    hak_free(p);
}

static void on_signal(int number)
{
    int saved = errno;
    void *p = atomic_exchange(&handed, NULL);
    (void)number;
    if (p) {
        unmake(p);
        handled++;
    }
    errno = saved;
}

/* Pairs of one size, where most of the time is spent inside of sections. */
static void spin(uint32_t r)
{
    for (int i = 0; i < 64; i++) {
        struct note *p = hak_malloc(64);
        must(p);
        p->number = r + (unsigned)i;
        p->size = (uintptr_t)p;
        must(*(volatile uint64_t *)&p->number == r + (unsigned)i && *(volatile size_t *)&p->size == (uintptr_t)p);
        hak_free(p);
    }
}

static void turn(void **mine, uint32_t *seed)
{
    uint32_t r = test_random(seed), at = test_random(seed) % MINE;
    void *p = mine[at];
    if (r % 64 == 0)
        spin(r);
    if (!p)
        p = make(r);
    else if (r >> 30)
        unmake(p), p = NULL;
    else
        p = atomic_exchange(&shared[r % SHARED], p); /* somebody else's for mine */
    if (p && r % 128 == 1 && section_takes())
        p = atomic_exchange(&handed, p);
    mine[at] = p;
    if (r % 65536 == 2)
        nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    if (r % 65536 == 3) {
        void *library = dlopen("libm.so.6", RTLD_NOW);
        must(!library || dlclose(library) == 0);
    }
}

static void *user(void *unused)
{
    void *mine[MINE] = {NULL};
    uint32_t seed = 0x9E3779B9u * ++seeds | 1;
    for (int i = 0; i < LIFE && !stop; i++)
        turn(mine, &seed);
    for (int i = 0; i < MINE; i++) {
        if (mine[i])
            unmake(mine[i]);
    }
    on_signal(0);
    return unused;
}

static void signals(int how)
{
    sigset_t set;
    must(!sigemptyset(&set) && !sigaddset(&set, SIGUSR1) && !pthread_sigmask(how, &set, NULL));
}

/* The signals are for those who free and allocate. */
static void *lives(void *unused)
{
    while (!stop) {
        pthread_t thread;
        signals(SIG_UNBLOCK);
        must(!pthread_create(&thread, NULL, user, NULL));
        signals(SIG_BLOCK);
        must(!pthread_join(thread, NULL));
    }
    return unused;
}

/* The child takes the fronts of threads that it does not have, and works on. */
static void fork_now(void)
{
    int status = 1;
    pid_t child = fork();
    must(child >= 0);
    if (child == 0) {
        alarm(60);
        uint32_t seed = 77;
        void *mine[MINE] = {NULL};
        stop = true; /* its shared blocks are the parent's threads' */
        for (int i = 0; i < MINE; i++)
            mine[i] = make(test_random(&seed));
        hak_malloc_trim(0);
        for (int i = 0; i < MINE; i++)
            unmake(mine[i]);
        hak_malloc_trim(0);
        _exit(0);
    }
    while (waitpid(child, &status, 0) < 0)
        must(errno == EINTR);
    must(status == 0);
}

static void take(void *unused, struct heap *h)
{
    if (__atomic_load_n(&h->state, __ATOMIC_ACQUIRE) == HEAP_OWNED && h != heap_self)
        purge_trim(h);
    (void)unused;
}

static void no_sections(void *unused, struct heap *h)
{
    h->front.section.word = &h->front.section.unread;
    (void)unused;
}

/* A signal for some thread that does not block it, every 200 us or when it can; the kernel prefers the first thread. */
static timer_t start_signals(void)
{
    timer_t timer;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec often = {.it_value.tv_nsec = 200000, .it_interval.tv_nsec = 200000};
    must(!sigaction(SIGUSR1, &action, NULL) && !timer_create(CLOCK_MONOTONIC, &event, &timer));
    must(!timer_settime(timer, 0, &often, NULL));
    return timer;
}

static void add(void *context, struct heap *h)
{
    uint64_t *seen = context;
    seen[0] += h->front.section.takes;
    seen[1] += h->front.section.taken;
    seen[2] += h->front.section.kept;
}

START_TEST(stress)
{
    pthread_t threads[THREADS];
    unsigned seed = (unsigned)number_of("HAK_STRESS_SEED", (long)time(NULL)), rounds = 0;
    long seconds = number_of("HAK_STRESS_SECONDS", 3);
    uint64_t seen[3] = {0};
    fault = number_of("HAK_STRESS_FAULT", 0);
    printf("HAK_STRESS_SEED=%u\n", seed);
    fflush(stdout);
    seeds = seed;
    hak_free(hak_malloc(1));
    timer_t timer = start_signals();
    for (int i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, lives, NULL));
    signals(SIG_BLOCK);
    for (uint64_t begin = os_now_us(), end = begin + (uint64_t)seconds * 1000000, next = begin; os_now_us() < end; rounds++) {
        if (fault > 1)
            thread_each_heap(no_sections, NULL);
        thread_each_heap(take, NULL);
        if (os_now_us() > next) {
            fork_now();
            hak_malloc_trim(0);
            next += (uint64_t)seconds * 1000000 / FORKS;
        }
    }
    stop = true;
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
    must(!timer_delete(timer));
    for (int i = 0; i < SHARED; i++) {
        if (shared[i])
            unmake(shared[i]);
    }
    thread_each_heap(add, seen);
    printf("%llu blocks, %u rounds; taken: %llu blocks of %llu fronts, %llu bins were in use; %llu freed in handlers\n",
           (unsigned long long)numbers, rounds, (unsigned long long)seen[1], (unsigned long long)seen[0],
           (unsigned long long)seen[2], (unsigned long long)handled);
    fflush(stdout);
    must(test_stats().live_blocks == 0 && hak_check());
    hak_malloc_trim(0);
    must(test_stats().cached_blocks == 0 && test_stats().slabs == 0 && test_stats().superslabs == 0);
    must(!section_takes() || (seen[1] > 0 && handled > 0));
}
END_TEST

TEST_MAIN("take: stress", stress)
