/* SPDX-License-Identifier: MIT */
/* test_api_fork.c - fork in a process whose other threads allocate: the child has a working allocator, the parent stays whole.
 *
 * Uses the public header only. A child that waits for a lock of a thread it does not have is ended by its alarm.
 */
#define TEST_SECONDS 300
#include "test.h"
#include "test_api.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { THREADS = 8, KEPT = 64, SLOTS = 96, FORKS = 1000 };

static void *kept[THREADS][KEPT]; /* live from before the first fork until after the last */
static pthread_barrier_t ready;
static atomic_bool stop;

static size_t kept_size(size_t i)
{
    return i == KEPT - 1 ? 1100000 : i % 8 == 7 ? i * 300 : i * 16 + 1;
}

static size_t random_size(uint32_t *state)
{
    uint32_t kind = test_random(state) % 1000;
    return 1 + test_random(state) % (kind < 970 ? 1200 : kind < 999 ? 20000 : 1200000);
}

static void churn(uint32_t *state, void **blocks, size_t *sizes, size_t steps)
{
    for (size_t step = 0; step < steps; step++) {
        size_t i = test_random(state) % SLOTS;
        must(!blocks[i] || test_stamped(blocks[i], sizes[i], i));
        hak_free(blocks[i]);
        sizes[i] = random_size(state);
        blocks[i] = hak_malloc(sizes[i]);
        must(blocks[i]);
        test_stamp(blocks[i], sizes[i], i);
    }
}

static void drop(void **blocks, const size_t *sizes)
{
    for (size_t i = 0; i < SLOTS; i++) {
        must(!blocks[i] || test_stamped(blocks[i], sizes[i], i));
        hak_free(blocks[i]);
    }
}

static void *work(void *context)
{
    size_t number = (uintptr_t)context;
    uint32_t state = 12345u + (uint32_t)number;
    void *blocks[SLOTS] = {0};
    size_t sizes[SLOTS] = {0};
    must(!setpriority(PRIO_PROCESS, 0, 19)); /* this thread only: the forking one need not queue */
    for (size_t i = 0; i < KEPT; i++) {
        kept[number][i] = hak_malloc(kept_size(i));
        must(kept[number][i]);
        test_stamp(kept[number][i], kept_size(i), number * KEPT + i);
    }
    pthread_barrier_wait(&ready);
    while (!stop)
        churn(&state, blocks, sizes, 100);
    drop(blocks, sizes);
    return NULL;
}

static void free_kept(size_t number)
{
    for (size_t i = 0; i < KEPT; i++) {
        must(test_stamped(kept[number][i], kept_size(i), number * KEPT + i));
        hak_free(kept[number][i]);
    }
}

static void *child_thread(void *context)
{
    uint32_t state = 777;
    void *blocks[SLOTS] = {0};
    size_t sizes[SLOTS] = {0};
    free_kept((uintptr_t)context);
    churn(&state, blocks, sizes, 60);
    drop(blocks, sizes);
    return NULL;
}

static _Noreturn void child(size_t fork_number)
{
    pthread_t thread;
    alarm(60);
    child_thread((void *)(uintptr_t)(fork_number % THREADS));
    if (fork_number % 20 == 0 && !test_shadowed()) { /* TSan allows no thread here */
        void *other = (void *)(uintptr_t)((fork_number + 1) % THREADS);
        must(!pthread_create(&thread, NULL, child_thread, other));
        must(!pthread_join(thread, NULL));
    }
    _exit(0);
}

static void fork_and_wait(size_t fork_number)
{
    pid_t pid = fork();
    must(pid >= 0);
    if (!pid)
        child(fork_number);
    int status = -1;
    must(waitpid(pid, &status, 0) == pid);
    must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(forks_among_allocating_threads)
{
    pthread_t threads[THREADS];
    uint64_t before = test_stats().live_blocks;
    if (strstr(hak_variant(), ".arm64")) /* qemu-user cannot fork a threaded process */
        return;
    pthread_barrier_init(&ready, NULL, THREADS + 1);
    for (uintptr_t i = 0; i < THREADS; i++)
        must(!pthread_create(&threads[i], NULL, work, (void *)i));
    pthread_barrier_wait(&ready);
    size_t forks = test_scaled(FORKS);
    for (size_t i = 0; i < forks; i++)
        fork_and_wait(i);
    stop = true;
    for (size_t i = 0; i < THREADS; i++)
        must(!pthread_join(threads[i], NULL));
    for (size_t i = 0; i < THREADS; i++)
        free_kept(i);
    must(test_stats().live_blocks == before && hak_check());
}
END_TEST

/* Fork of a fork of a fork: each level is a new only thread. */
START_TEST(generations)
{
    void *blocks[20];
    for (size_t i = 0; i < 20; i++) {
        blocks[i] = hak_malloc(i * 100 + 1);
        must(blocks[i]);
        test_stamp(blocks[i], i * 100 + 1, i);
    }
    pid_t pid = 0;
    size_t level = 0;
    while (level < 6 && (pid = fork()) == 0) {
        must(test_stamped(blocks[level], level * 100 + 1, level));
        hak_free(blocks[level]);
        blocks[level] = hak_malloc(level * 3000 + 1);
        must(blocks[level]);
        test_stamp(blocks[level], level * 3000 + 1, level);
        level++;
    }
    must(pid >= 0);
    int status = 0;
    must(!pid || waitpid(pid, &status, 0) == pid);
    must(status == 0);
    for (size_t i = 0; i < 20; i++) {
        must(test_stamped(blocks[i], i < level ? i * 3000 + 1 : i * 100 + 1, i));
        hak_free(blocks[i]);
    }
    must(hak_check());
    if (level)
        _exit(0);
}
END_TEST

TEST_MAIN("fork", forks_among_allocating_threads, generations)
