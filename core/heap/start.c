/* SPDX-License-Identifier: MIT */
/* start.c - the library's constructor and destructor: environment, fork handlers, crash lines, last words. malloc works
 * before the constructor has run, with every variable at its default.
 *
 * The constructor runs before that of any other library (DF_1_INITFIRST in the shared library, .preinit_array in an executable
 * that the static one is linked with). So no thread exists yet when the variables are read; and its fork handlers are the first
 * that are registered: prepare runs after every other library's, and what follows the fork before every other's. glibc has
 * not been told of the environment yet and hands it over as an argument.
 */
#include "core/heap/background.h"
#include "core/low/crash.h"
#include "core/heap/env.h"
#include "core/low/lock.h"
#include "core/low/os.h"
#include "core/seam/lazy.h"
#include "core/seam/owner.h"
#include "core/seam/purge.h"
#include "core/seam/sample.h"
#include "core/heap/start.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"
#include <pthread.h>
#include <string.h>

bool start_done;

/* Reads the page size and opens the owner seam, once. A signal handler that interrupts this returns without waiting. */
void start_now(void)
{
    if (!lock_may(LOCK_START))
        return;
    if (!start_done) {
        os_start();
        owner_start();
        __atomic_store_n(&start_done, true, __ATOMIC_RELEASE);
    }
    lock_leave(LOCK_START);
}

/* Calls of libc are bound when they are first made, by code that needs 3 KiB of stack. The one that free makes is bound at
 * load, because its address is asked for here: a signal handler may free, and may run on a small stack of its own. */
static inline void start_bind(void)
{
    __asm__ volatile("" ::"r"(memset));
}

__attribute__((constructor(101))) static void start_library(int count, char **arguments, char **environment)
{
    static bool begun; /* the static library has two entries */
    if (begun)
        return;
    begun = true;
    environment = os_environment(count, arguments, environment);
    start_once();
    thread_start();
    pthread_atfork(thread_fork_prepare, thread_fork_parent, thread_fork_child);
    env_read(environment);
    if (env_help)
        env_print_help();
    if (env_help > 1)
        stats_print_help();
    if (env_stats || *env_stats_file)
        os_keep_error();
    if (env_crash_log || crash_by_default)
        crash_install();
    start_bind();
    lazy_start();
    sample_start();
    front_start();
    pool_start();
    background_start();
    if (heap_self != &heap_none && heap_enter(heap_self)) {
        front_open(heap_self); /* it was opened before the variables were known */
        heap_leave(heap_self);
    }
}

__attribute__((destructor(101))) static void stop_library(void)
{
    stats_print_at_exit();
    sample_stop();
    front_stop();
    pool_stop();
    lazy_stop();
}
