/* SPDX-License-Identifier: MIT */
/* background.c - see background.h. The thread has a stack of 128 KiB of address space, is detached, has all signals blocked and
 * the name hakmem-purge. What it would inherit from whoever happens to start it is what the process had at its start: the
 * ordinary scheduling policy, the nice value and the set of CPUs. */
#define _GNU_SOURCE
#include "core/heap/background.h"
#include "core/heap/env.h"
#include "core/heap/stats.h"
#include "core/low/lock.h"
#include "core/low/os.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include "core/seam/purge.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>

enum background_state { BACKGROUND_NONE, BACKGROUND_RUNS, BACKGROUND_OFF };
enum { BACKGROUND_STACK = 128 * 1024, BACKGROUND_LEAST_MS = 20, BACKGROUND_MOST_MS = 1000 };
#define BACKGROUND_NEVER UINT64_MAX

#define BACKGROUND_KNOBS(X) \
    X(background_on, "PURGE_THREAD", 0, 0, 1, "", "1: a thread gives kept memory back by age, also while no call is made")
KNOBS(BACKGROUND_KNOBS);
bool background_absent, background_wanted;

static enum background_state background_state = BACKGROUND_NONE; /* atomic */
static struct background_counts counts;                          /* the thread writes, but for starts */

/* Does what is due; when it is due next. */
static uint64_t background_due(uint64_t now)
{
    uint64_t lazy = lazy_age(now), large = large_age(now), purge = purge_age(now);
    uint64_t first = lazy < large ? lazy : large;
    count_add(&counts.rounds, 1);
    return first < purge ? first : purge;
}

/* True: the thread ends. It first sets `absent`, then looks once more for work. background_ring stores its work first and reads
 * `absent` afterwards, so one of the two sees the other. */
static bool background_ends(void)
{
    __atomic_store_n(&background_absent, true, __ATOMIC_SEQ_CST);
    if (background_due(os_now_ms()) != BACKGROUND_NEVER) {
        store_relaxed(&background_absent, false);
        return false;
    }
    __atomic_store_n(&background_state, BACKGROUND_NONE, __ATOMIC_SEQ_CST);
    return true;
}

/* Ends when there is nothing to do, and when nothing but this thread keeps the process. */
static void *background_main(void *unused)
{
    (void)unused;
    os_thread_reset("hakmem-purge");
    for (bool alone = false; !alone;) {
        uint64_t now = os_now_ms(), due = background_due(now), ms = due > now ? due - now : 0;
        if (due == BACKGROUND_NEVER && background_ends())
            break;
        ms = ms < BACKGROUND_LEAST_MS ? BACKGROUND_LEAST_MS : ms < BACKGROUND_MOST_MS ? ms : BACKGROUND_MOST_MS;
        os_sleep_us(ms * 1000);
        alone = os_thread_alone();
        if (alone)
            __atomic_store_n(&background_state, BACKGROUND_OFF, __ATOMIC_SEQ_CST);
    }
    count_add(&counts.ends, 1);
    return NULL;
}

/* A stack that cannot hold the program's thread-local variables is replaced by one of the usual size. */
static int background_create(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, before;
    size_t usual;
    struct sched_param ordinary = {0};
    int error = pthread_attr_init(&attributes);
    if (error)
        return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
    pthread_attr_setschedparam(&attributes, &ordinary);
    pthread_attr_getstacksize(&attributes, &usual);
    pthread_attr_setstacksize(&attributes, BACKGROUND_STACK);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    error = pthread_create(&thread, &attributes, background_main, NULL);
    if (error == EINVAL) {
        pthread_attr_setstacksize(&attributes, usual);
        error = pthread_create(&thread, &attributes, background_main, NULL);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

void background_begin(bool freeing)
{
    enum background_state none = BACKGROUND_NONE;
    int saved = errno;
    if (lock_inside || (freeing && !os_single_threaded())) /* inside: a signal handler, which starts nothing */
        return;
    if (load_relaxed(&background_state) == BACKGROUND_OFF) {
        store_relaxed(&background_absent, false);
        store_relaxed(&background_wanted, false);
        return;
    }
    if (!__atomic_compare_exchange_n(&background_state, &none, BACKGROUND_RUNS, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return; /* it is about to end, and will be wanted then */
    __atomic_store_n(&background_absent, false, __ATOMIC_SEQ_CST);
    store_relaxed(&background_wanted, false);
    if (background_create() != 0)
        __atomic_store_n(&background_state, BACKGROUND_OFF, __ATOMIC_SEQ_CST);
    else
        count_add(&counts.starts, 1);
    errno = saved;
}

void background_start(void)
{
    if (!background_on)
        return;
    os_single_start();
    os_thread_remember();
    background_state = BACKGROUND_NONE;
    store_relaxed(&background_absent, true);
}

void background_fork_child(void)
{
    background_wanted = background_absent = false;
    background_state = BACKGROUND_OFF;
}

struct background_counts background_counts(void)
{
    return (struct background_counts){load_relaxed(&counts.starts), load_relaxed(&counts.ends), load_relaxed(&counts.rounds)};
}

static void background_stats(stats_each *each, void *context)
{
    struct background_counts c = background_counts();
    each(context, "thread.starts", c.starts, "times that the thread of the allocator was started");
    each(context, "thread.ends", c.ends, "times that the thread of the allocator ended");
    each(context, "thread.rounds", c.rounds, "times that the thread of the allocator looked for something to give back");
    each(context, "thread.off", load_relaxed(&background_state) == BACKGROUND_OFF,
         "1: no thread of the allocator will be started any more");
}
STATS_PART(background_stats);
PEEK(background, &counts, PEEK_FIELD("thread.starts", struct background_counts, starts),
     PEEK_FIELD("thread.ends", struct background_counts, ends), PEEK_FIELD("thread.rounds", struct background_counts, rounds));
