/* test_purge_idle.c - the thread: none where little is held, nor in a process without threads where nothing is kept; else it
 * starts, gives back what is kept when the program makes no call, takes no signal, ends when little is left, and comes again. */
#define TEST_SECONDS 120
#include "core/mapped.h"
#include "core/os.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include "core/seam/purge.h"
#include "core/superslab.h"
#include "core/test/test.h"
#include "core/test/test_api.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { BLOCKS = 80 * 1024 };

static void *block[BLOCKS];
extern uint64_t large_ttl __attribute__((weak)); /* of an answer of the large seam that has one */

static void sleep_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        continue;
}

/* Threads of this process, by the kernel's count; 0 under a sanitizer, which may have its own. */
static int threads(void)
{
    int count = 0;
    DIR *dir = test_shadowed() ? NULL : opendir("/proc/self/task");
    for (struct dirent *e; dir && (e = readdir(dir));)
        count += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

static void expect_threads(int count)
{
    for (int i = 0; i < 100 && !test_shadowed() && threads() != count; i++)
        sleep_ms(20);
    must(test_shadowed() || threads() == count);
}

static uint64_t held(void)
{
    return os_bytes(OS_SUPERSLAB) + os_bytes(OS_LARGE);
}

/* 80 MiB of small blocks, and back. False: this variant has kept nothing of it. */
static bool burst(void)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        block[i] = hak_malloc(1024);
        must(block[i]);
        memset(block[i], 1, 1024);
    }
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    return held() >= 64 << 20;
}

/* 80 MiB in large blocks, where these are kept. */
static void large_burst(void)
{
    for (size_t i = 0; i < 10; i++) {
        block[i] = hak_malloc(8 << 20);
        must(block[i]);
        memset(block[i], 1, 8 << 20);
    }
    for (size_t i = 0; i < 10; i++)
        hak_free(block[i]);
}

/* Without a call into the allocator but for its counters. */
static bool falls_below(uint64_t bytes, long ms)
{
    for (; ms > 0 && held() >= bytes; ms -= 50)
        sleep_ms(50);
    return held() < bytes;
}

START_TEST(small_processes_have_none)
{
    purge_ms = 200;
    for (size_t i = 0; i < 16 * 1024; i++)
        block[i] = hak_malloc(1024);
    for (size_t i = 0; i < 16 * 1024; i++)
        hak_free(block[i]);
    hak_free(hak_malloc(8 << 20));
    must(purge_counts().starts == 0 && purge_notes > 0);
    expect_threads(1);
}
END_TEST

START_TEST(not_when_turned_off)
{
    purge_on = 0;
    burst();
    large_burst();
    burst();
    must(purge_counts().starts == 0);
    expect_threads(1);
}
END_TEST

START_TEST(idle_memory_goes)
{
    purge_ms = 200;
    size_t before = test_rss();
    for (uint64_t round = 1; round <= 2; round++) { /* and comes again */
        if (!burst())
            return;
        must(purge_counts().starts == round);
        expect_threads(2);
        must(falls_below(16 << 20, 4000));
        must(test_shadowed() || test_rss() < before + (24 << 20));
        expect_threads(1); /* little is held: it has ended */
        for (int i = 0; i < 100 && purge_counts().ends < round; i++)
            sleep_ms(20);
        must(purge_counts().ends == round);
    }
}
END_TEST

START_TEST(large_blocks_go)
{
    purge_ms = 200;
    if (&large_ttl)
        large_ttl = 1;
    large_burst();
    if (large_held() == 0) /* nothing is kept in this variant */
        return;
    must(purge_counts().starts == 1 && held() >= 80 << 20);
    must(falls_below(16 << 20, 9000)); /* by their own age */
    expect_threads(1);
}
END_TEST

static void *nothing(void *context)
{
    return context;
}

/* Much is live: no reason for a first thread. Where there are others there is one more, which sleeps without a deadline, and is
 * woken by what comes to be kept. */
START_TEST(woken)
{
    static void *live[64 * 1024];
    pthread_t other;
    purge_ms = 200;
    for (size_t i = 0; i < 64 * 1024; i++)
        live[i] = hak_malloc(1024);
    must(test_shadowed() || purge_counts().starts == 0);
    must(!pthread_create(&other, NULL, nothing, NULL) && !pthread_join(other, NULL));
    burst();
    must(purge_counts().starts == 1);
    sleep_ms(1000);
    uint64_t rounds = purge_counts().rounds;
    sleep_ms(500);
    must(purge_counts().starts == 1 && purge_counts().rounds == rounds);
    if (!burst())
        return;
    must(falls_below(80 << 20, 4000));
    must(purge_counts().rounds > rounds && purge_counts().starts == 1 && purge_counts().ends == 0);
    for (size_t i = 0; i < 64 * 1024; i++)
        hak_free(live[i]);
    must(falls_below(16 << 20, 4000));
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
    if (!burst())
        return;
    must(purge_counts().starts == 1 && !sigaction(SIGUSR1, &action, NULL));
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    must(!pthread_sigmask(SIG_BLOCK, &set, NULL) && !kill(getpid(), SIGUSR1));
    sleep_ms(50);
    must(!handled);
    must(!pthread_sigmask(SIG_UNBLOCK, &set, NULL));
    must(handled && pthread_equal(handled_by, pthread_self()));
}
END_TEST

/* The child has no thread until it asks for memory again. */
START_TEST(in_a_child)
{
    if (test_shadowed()) /* TSan allows no thread in the child */
        return;
    purge_ms = 200;
    if (!burst())
        return;
    must(purge_counts().starts == 1);
    pid_t pid = fork();
    must(pid >= 0);
    if (pid == 0) {
        alarm(60);
        must(threads() == 1);
        burst();
        expect_threads(2);
        must(purge_counts().starts == 2 && falls_below(16 << 20, 4000));
        expect_threads(1);
        _exit(0);
    }
    int status = -1;
    must(waitpid(pid, &status, 0) == pid && status == 0);
    must(falls_below(16 << 20, 4000));
}
END_TEST

static void *allocate(void *context)
{
    uint32_t random = 3 + (uint32_t)(uintptr_t)context;
    for (size_t round = 0; round < test_scaled(40); round++) {
        enum { COUNT = 3000 };
        static __thread void *mine[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            mine[i] = hak_malloc(test_random(&random) % 8000);
            must(mine[i]);
        }
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
    purge_ms = 200;
    purge_mb = 1;
    for (uintptr_t i = 0; i < 4; i++)
        must(!pthread_create(&others[i], NULL, allocate, (void *)i));
    for (int i = 0; i < 4; i++)
        must(!pthread_join(others[i], NULL));
    must(purge_counts().starts >= 1 && hak_check());
    must(falls_below(4 << 20, 9000));
    must(test_stats().live_blocks == 0);
}
END_TEST

TEST_MAIN("purge: the thread", small_processes_have_none, not_when_turned_off, idle_memory_goes, large_blocks_go, woken,
          takes_no_signal, in_a_child, among_threads)
