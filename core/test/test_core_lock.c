/* SPDX-License-Identifier: MIT */
/* test_core_lock.c - the allocator's own locks: one holder at a time, sleepers are woken, the order is kept also by who is a
 * signal handler, and fork leaves none taken in the child. */
#define _GNU_SOURCE
#include "core/test/test_core.h"
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static enum lock_rank first = LOCK_POOL, second = LOCK_LARGE, third = LOCK_META;

enum { THREADS = 4 };
static uint64_t count; /* under second */

static void *add(void *unused)
{
    for (size_t i = 0; i < test_scaled(200000); i++) {
        lock_enter(second);
        count++;
        lock_leave(second);
    }
    return unused;
}

START_TEST(one_holder)
{
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        must(!pthread_create(&thread[i], NULL, add, NULL));
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(thread[i], NULL));
    must(count == THREADS * test_scaled(200000) && lock_of[second].word == 0 && lock_inside == 0);
}
END_TEST

static sem_t waits;

static void *wait_for(void *lock)
{
    sem_post(&waits);
    lock_enter(*(enum lock_rank *)lock);
    lock_leave(*(enum lock_rank *)lock);
    return NULL;
}

/* Long enough for the others to sleep. */
START_TEST(sleepers_are_woken)
{
    pthread_t thread[THREADS];
    must(!sem_init(&waits, 0, 0));
    lock_enter(second);
    for (int i = 0; i < THREADS; i++)
        must(!pthread_create(&thread[i], NULL, wait_for, &second));
    for (int i = 0; i < THREADS; i++)
        sem_wait(&waits);
    usleep(50000);
    must(load_relaxed(&lock_of[second].word) & LOCK_WAITERS);
    lock_leave(second);
    for (int i = 0; i < THREADS; i++)
        must(!pthread_join(thread[i], NULL));
    must(lock_of[second].word == 0);
}
END_TEST

/* A handler may have a later lock than what it interrupts, and only that; it may try any that the thread is not at. */
START_TEST(order)
{
    lock_enter(second);
    must(!lock_may(second) && !lock_may(first) && !lock_try(second));
    must(lock_may(third));
    must(!lock_may(third) && lock_word_mine(&lock_of[third].word));
    lock_leave(third);
    must(lock_try(first));
    must(!lock_may(first));
    lock_leave(first);
    must(!heap_enter(thread_heap() ? heap_self : &heap_none));
    lock_leave(second);
    must(lock_inside == 0 && lock_may(first));
    lock_leave(first);
}
END_TEST

static sem_t had, leave;

static void *hold(void *lock)
{
    lock_enter(*(enum lock_rank *)lock);
    sem_post(&had);
    sem_wait(&leave);
    lock_leave(*(enum lock_rank *)lock);
    return NULL;
}

/* Who forks with a later lock does not wait long for an earlier one, which is free in the child; what it holds stays its own. */
START_TEST(forked)
{
    pthread_t thread;
    must(!sem_init(&had, 0, 0) && !sem_init(&leave, 0, 0));
    must(!pthread_create(&thread, NULL, hold, &first));
    sem_wait(&had);
    lock_enter(second);
    uint64_t before = os_now_us();
    lock_fork(first);
    lock_fork(second);
    lock_fork(third);
    must(os_now_us() - before < 2000000);
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); /* the library's own handlers stay out of this */
    must(child >= 0);
    lock_unfork(third, child == 0);
    lock_unfork(second, child == 0);
    lock_unfork(first, child == 0);
    must(lock_of[third].word == 0 && lock_word_mine(&lock_of[second].word) && (lock_of[first].word == 0) == (child == 0));
    lock_leave(second);
    must(lock_inside == 0);
    if (child == 0)
        _exit(lock_may(first) ? 0 : 1);
    int status = -1;
    must(waitpid(child, &status, 0) == child && status == 0);
    sem_post(&leave);
    must(!pthread_join(thread, NULL));
}
END_TEST

TEST_MAIN("locks", one_holder, sleepers_are_woken, order, forked)
