/* SPDX-License-Identifier: MIT */
/* test_purge_thread.c - the thread: none unless asked for, whatever is freed; when asked for it starts, gives back what is
 * kept while the program makes no call, takes no signal, runs as an ordinary thread on every CPU whoever started it, ends
 * when there is nothing to do, comes again, and never comes in a child.
 */
#define _GNU_SOURCE
#define TEST_SECONDS 120
#include "test_purge.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { BLOCKS = 80 * 1024 };

static void *block[BLOCKS];

/* Small blocks of so many MiB, and back; then what a malloc does at its end, since a process that has threads, or had, starts none
 * where it frees. */
static void burst(size_t mib)
{
    for (size_t i = 0; i < mib * 1024; i++) {
        must((block[i] = hak_malloc(1024)));
        memset(block[i], 1, 1024);
    }
    for (size_t i = 0; i < mib * 1024; i++)
        hak_free(block[i]);
    background_tick(false);
}

/* Under a sanitizer, which may have threads of its own, only ours count. */
static void expect_threads(int count)
{
    for (int i = 0; i < 100 && !test_shadowed() && test_thread_count() != count; i++)
        sleep_ms(20);
    must(test_shadowed() || test_thread_count() == count);
}

/* Without a call into the allocator but for its counters. */
static bool falls_below(uint64_t bytes, long ms)
{
    for (; ms > 0 && os_bytes(OS_SUPERSLAB) >= bytes; ms -= 50)
        sleep_ms(50);
    return os_bytes(OS_SUPERSLAB) < bytes;
}

START_TEST(none_unless_asked_for)
{
    purge_on = 1;
    purge_ms = 100;
    for (int i = 0; i < 4; i++) {
        burst(80);
        hak_free(hak_malloc(80 * MIB));
    }
    must(background_counts().starts == 0);
    expect_threads(1);
}
END_TEST

START_TEST(idle_memory_goes)
{
    thread_asked(200);
    for (uint64_t round = 1; round <= 2; round++) {
        burst(80);
        must(background_counts().starts >= round);
        must(falls_below(12 * MIB, 8000));
        thread_ends();
        expect_threads(1);
    }
}
END_TEST

static volatile sig_atomic_t handled;
static pthread_t handled_by;

static void handler(int number)
{
    (void)number;
    handled_by = pthread_self();
    handled = 1;
}

START_TEST(takes_no_signal)
{
    sigset_t set;
    struct sigaction action = {.sa_handler = handler};
    thread_asked(2000);
    burst(80);
    must(background_counts().starts == 1 && !sigaction(SIGUSR1, &action, NULL));
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    must(!pthread_sigmask(SIG_BLOCK, &set, NULL) && !kill(getpid(), SIGUSR1));
    sleep_ms(50);
    must(!handled);
    must(!pthread_sigmask(SIG_UNBLOCK, &set, NULL));
    must(handled && pthread_equal(handled_by, pthread_self()));
}
END_TEST

/* The number of the one thread of this process that is not the caller. */
static pid_t other_thread(void)
{
    pid_t found = 0;
    DIR *dir = opendir("/proc/self/task");
    must(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        pid_t tid = (pid_t)atoi(e->d_name);
        found = tid > 0 && tid != getpid() ? tid : found;
    }
    closedir(dir);
    return found;
}

/* Whoever trips it is bound to one CPU and runs as a batch job, nicer than the rest; where the test may, with a real-time
 * policy. */
START_TEST(inherits_nothing)
{
    cpu_set_t all, one, its;
    if (test_shadowed())
        return;
    thread_asked(2000);
    must(!sched_getaffinity(0, sizeof all, &all));
    int cpu = 0, nice_before = getpriority(PRIO_PROCESS, 0);
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    must(!sched_setaffinity(0, sizeof one, &one));
    struct sched_param ordinary = {0}, realtime = {.sched_priority = 1};
    if (sched_setscheduler(0, SCHED_FIFO, &realtime) != 0)
        must(!sched_setscheduler(0, SCHED_BATCH, &ordinary));
    burst(80);
    must(!sched_setscheduler(0, SCHED_OTHER, &ordinary) && background_counts().starts == 1);
    sleep_ms(100);
    pid_t tid = other_thread();
    must(tid > 0 && sched_getscheduler(tid) == SCHED_OTHER && getpriority(PRIO_PROCESS, (id_t)tid) == nice_before);
    must(!sched_getaffinity(tid, sizeof its, &its) && CPU_EQUAL(&its, &all));
}
END_TEST

START_TEST(never_in_a_child)
{
    if (test_shadowed()) /* TSan allows no thread in the child */
        return;
    thread_asked(2000);
    burst(80);
    expect_threads(2);
    pid_t pid = fork();
    must(pid >= 0);
    if (pid == 0) {
        alarm(60);
        burst(80);
        hak_free(hak_malloc(1 << 20));
        must(test_thread_count() == 1 && background_counts().starts == 1);
        _exit(0);
    }
    int status = -1;
    must(waitpid(pid, &status, 0) == pid && status == 0);
}
END_TEST

static void *allocate(void *context)
{
    uint32_t random = 3 + (uint32_t)(uintptr_t)context;
    for (size_t round = 0; round < test_scaled(40); round++) {
        enum { COUNT = 3000 };
        static __thread void *mine[COUNT];
        for (size_t i = 0; i < COUNT; i++)
            must((mine[i] = hak_malloc(test_random(&random) % 8000)));
        void *large = hak_malloc((2 << 20) + test_random(&random) % (6 << 20));
        must(large);
        for (size_t i = 0; i < COUNT; i++)
            hak_free(mine[i]);
        hak_free(large);
    }
    return NULL;
}

/* Many threads make it start, and are at work while it gives back. */
START_TEST(among_threads)
{
    pthread_t others[4];
    thread_asked(50);
    for (uintptr_t i = 0; i < 4; i++)
        must(!pthread_create(&others[i], NULL, allocate, (void *)i));
    for (int i = 0; i < 4; i++)
        must(!pthread_join(others[i], NULL));
    must(background_counts().starts >= 1 && hak_check());
    must(falls_below(4 * MIB, 9000));
    thread_ends();
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("purge: the thread", none_unless_asked_for, idle_memory_goes, takes_no_signal, inherits_nothing, never_in_a_child,
          among_threads)
