/* start.c - the library's constructor and destructor: environment, fork handlers, crash lines, last words. malloc works
 * before the constructor has run, with every variable at its default. */
#include "crash.h"
#include "env.h"
#include "os.h"
#include "seam/lazy.h"
#include "seam/owner.h"
#include "seam/purge.h"
#include "start.h"
#include "stats.h"
#include "thread.h"
#include <pthread.h>

extern char **environ;

static pthread_once_t start_control = PTHREAD_ONCE_INIT;
bool start_done;

static void start_first(void)
{
    os_start();
    owner_start();
    thread_start();
    __atomic_store_n(&start_done, true, __ATOMIC_RELEASE);
}

void start_now(void)
{
    pthread_once(&start_control, start_first);
}

__attribute__((constructor(101))) static void start_library(void)
{
    start_once();
    env_read(environ);
    if (env_help)
        env_print_help();
    if (env_stats)
        os_keep_error();
    if (env_crash_log || crash_by_default)
        crash_install();
    pthread_atfork(thread_fork_prepare, thread_fork_parent, thread_fork_child);
    lazy_start();
    front_start();
    route_start();
    pool_start();
    purge_start();
    if (heap_self != &heap_none && heap_enter(heap_self)) {
        front_open(heap_self); /* it was opened before the variables were known */
        heap_leave(heap_self);
    }
}

__attribute__((destructor(101))) static void stop_library(void)
{
    if (env_stats == ENV_STATS_JSON)
        stats_print_json();
    else if (env_stats == ENV_STATS_TEXT)
        stats_print_text();
    front_stop();
    pool_stop();
    lazy_stop();
}
