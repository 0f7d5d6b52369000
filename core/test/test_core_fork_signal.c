/* SPDX-License-Identifier: MIT */
/* test_core_fork_signal.c - fork in a signal handler, wherever it interrupts malloc and free: neither it nor its child waits for
 * what the interrupted code holds, and both go on afterwards. With one thread, and with others at work. */
#include "core/test/test_core.h"
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

static volatile sig_atomic_t forks, failed;
static bool stop;

/* The next signal comes a while after this handler has ended: with a timer that runs on meanwhile, a fork that takes longer than
 * its interval would leave the interrupted code no time at all. */
static void next_signal(void)
{
    struct itimerval once = {{0, 0}, {0, 700}};
    must(setitimer(ITIMER_REAL, &once, NULL) == 0);
}

static void fork_now(int number)
{
    int saved = errno, status = 1;
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        hak_free(hak_malloc(100)); /* more than POSIX allows here */
        hak_free(hak_malloc(200000));
        _exit(0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    failed |= child < 0 || status != 0;
    forks++;
    if (number)
        next_signal();
    errno = saved;
}

/* All sizes, so that every lock is taken now and then. */
static void use(uint32_t *seed)
{
    static __thread void *slot[64];
    uint32_t r = test_random(seed);
    size_t size = r % 8 == 0 ? MIB + (r >> 8) % MIB : r % 4 == 0 ? 20000 + (r >> 8) % 50000 : 1 + (r >> 8) % 3000;
    hak_free(slot[r >> 26]);
    must((slot[r >> 26] = hak_malloc(size)));
    if (r % 5000 == 0)
        hak_malloc_trim(0);
}

static void *use_on(void *seed)
{
    sigset_t all;
    uint32_t r = 1 + (uint32_t)(uintptr_t)seed;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
        use(&r);
    return NULL;
}

static void forks_meanwhile(int want)
{
    struct sigaction action = {.sa_handler = fork_now};
    struct itimerval never = {{0, 0}, {0, 0}};
    uint32_t seed = 5;
    must(sigaction(SIGALRM, &action, NULL) == 0);
    next_signal();
    while (forks < want)
        use(&seed);
    must(setitimer(ITIMER_REAL, &never, NULL) == 0 && !failed);
    hak_malloc_trim(0);
}

START_TEST(one_thread)
{
    if (!test_shadowed())
        forks_meanwhile((int)test_scaled(1000));
}
END_TEST

START_TEST(threads)
{
    pthread_t thread[2];
    if (test_shadowed())
        return;
    for (uintptr_t i = 0; i < 2; i++)
        must(!pthread_create(&thread[i], NULL, use_on, (void *)(i + 1)));
    forks_meanwhile((int)test_scaled(200));
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        must(!pthread_join(thread[i], NULL));
}
END_TEST

/* As if the signal had come at the worst of times: with the lock of the heap, and with a lock of any rank. */
START_TEST(inside_of_the_heap)
{
    if (test_shadowed())
        return;
    must(thread_heap());
    enter(heap_self);
    fork_now(0);
    heap_leave(heap_self);
    must(!failed && lock_inside == 0 && heap_self->state == HEAP_OWNED);
    hak_free(hak_malloc(1));
}
END_TEST

START_TEST(with_any_lock)
{
    struct heap *h = thread_heap();
    if (test_shadowed())
        return;
    for (int rank = 0; rank < LOCK_RANKS; rank++) {
        lock_enter((enum lock_rank)rank);
        fork_now(0);
        lock_leave((enum lock_rank)rank);
        must(!failed && lock_inside == 0 && heap_self == h);
    }
    hak_free(hak_malloc(1));
    hak_free(hak_malloc(300000));
}
END_TEST

TEST_MAIN("fork in a signal handler", one_thread, threads, inside_of_the_heap, with_any_lock)
