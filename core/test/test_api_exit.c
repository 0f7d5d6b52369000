/* SPDX-License-Identifier: MIT */
/* test_api_exit.c - the allocator works late and in between: atexit handlers, TLS destructors, free in a signal handler.
 *
 * Uses the public header only. Process ends are tried in forked children, which must end with the status they chose.
 */
#include "test.h"
#include "test_api.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>

enum { STATUS = 37, HELD = 50 };

static void *held[HELD];

static void exercise(void)
{
    static const size_t sizes[] = {1, 50, 700, 3000, 90000, 1500000};
    void *blocks[sizeof sizes / sizeof *sizes];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        blocks[i] = hak_malloc(sizes[i]);
        must(blocks[i]);
        test_stamp(blocks[i], sizes[i], i);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        must(test_stamped(blocks[i], sizes[i], i));
        hak_free(blocks[i]);
    }
}

static void hold(void)
{
    for (size_t i = 0; i < HELD; i++) {
        held[i] = hak_malloc(i * 97);
        must(held[i]);
        test_stamp(held[i], i * 97, i);
    }
}

static void let_go(void)
{
    exercise();
    for (size_t i = 0; i < HELD; i++) {
        must(test_stamped(held[i], i * 97, i));
        hak_free(held[i]);
        held[i] = NULL;
    }
}

static void ends_with_status(void (*body)(void))
{
    fflush(NULL);
    pid_t pid = fork();
    must(pid >= 0);
    if (!pid) {
        body();
        exit(STATUS);
    }
    int status = -1;
    must(waitpid(pid, &status, 0) == pid);
    must(WIFEXITED(status) && WEXITSTATUS(status) == STATUS);
}

static void handlers_first(void)
{
    must(!atexit(let_go) && !atexit(hold) && !atexit(exercise)); /* before the first call of the allocator */
}

static void handlers_between(void)
{
    exercise();
    must(!atexit(exercise));
    hold();
    must(!atexit(let_go));
    exercise();
}

static void *forever(void *context)
{
    (void)context;
    for (;;)
        exercise();
    return NULL;
}

static void handlers_with_threads(void)
{
    must(!atexit(exercise));
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        must(!pthread_create(&thread, NULL, forever, NULL));
        pthread_detach(thread);
    }
    struct timespec moment = {0, 20000000};
    nanosleep(&moment, NULL);
    must(!atexit(exercise));
}

START_TEST(atexit_handlers)
{
    ends_with_status(handlers_first);
    ends_with_status(handlers_between);
    for (int i = 0; i < 10; i++)
        ends_with_status(handlers_with_threads);
}
END_TEST

/* Values of thread-specific keys: each destructor frees a block and makes a new one, in every round that POSIX grants. */
struct value {
    void *block;
    int rounds;
};

static pthread_key_t early_key, late_key;
static tss_t c11_key;
static atomic_int destroyed;

/* TSan ends its own part of a thread in the last round and cannot follow code that runs after that. A heap used in one round
 * is parked in the next. */
static int rounds(void)
{
    return PTHREAD_DESTRUCTOR_ITERATIONS - (strstr(hak_variant(), ".tsan") ? 2 : 0);
}

static struct value *next_value(struct value *value)
{
    must(test_stamped(value->block, 333, 5));
    hak_free(value->block);
    exercise();
    destroyed++;
    if (++value->rounds == rounds()) {
        hak_free(value);
        return NULL;
    }
    value->block = hak_malloc(333);
    must(value->block);
    test_stamp(value->block, 333, 5);
    return value;
}

static struct value *first_value(void)
{
    struct value *value = hak_calloc(1, sizeof *value);
    must(value);
    value->block = hak_malloc(333);
    must(value->block);
    test_stamp(value->block, 333, 5);
    return value;
}

static void early_destructor(void *value)
{
    must(!pthread_setspecific(early_key, next_value(value)));
}

static void late_destructor(void *value)
{
    must(!pthread_setspecific(late_key, next_value(value)));
}

static void c11_destructor(void *value)
{
    must(tss_set(c11_key, next_value(value)) == thrd_success);
}

static void *with_values(void *context)
{
    must(!pthread_setspecific(early_key, first_value()));
    must(!pthread_setspecific(late_key, first_value()));
    must(tss_set(c11_key, first_value()) == thrd_success);
    return context;
}

/* The first call of the thread happens in its destructors. */
static void *only_in_destructors(void *context)
{
    must(!pthread_setspecific(early_key, context));
    return NULL;
}

START_TEST(destructors)
{
    must(!pthread_key_create(&early_key, early_destructor)); /* before the allocator can have made a key of its own */
    exercise();
    must(!pthread_key_create(&late_key, late_destructor));
    must(tss_create(&c11_key, c11_destructor) == thrd_success);
    struct hak_stats before = test_stats();
    size_t count = test_scaled(150);
    for (size_t i = 0; i < count; i++) {
        pthread_t threads[2];
        must(!pthread_create(&threads[0], NULL, with_values, NULL));
        must(!pthread_create(&threads[1], NULL, only_in_destructors, first_value()));
        must(!pthread_join(threads[0], NULL) && !pthread_join(threads[1], NULL));
    }
    must((size_t)destroyed == count * 4 * (size_t)rounds());
    must(test_stats().live_blocks == before.live_blocks && hak_check());
}
END_TEST

/* Blocks that the signal handler frees, made by the loop that it interrupts. */
static void *_Atomic pool[64];
static atomic_uint signals, freed;

static void on_alarm(int number)
{
    (void)number;
    int saved = errno;
    unsigned turn = signals++;
    for (unsigned i = 0; i < 4; i++) {
        void *block = atomic_exchange(&pool[(turn * 4 + i) % 64], NULL);
        freed += block != NULL;
        hak_free(block);
    }
    errno = saved;
}

static void refill(size_t step)
{
    void *_Atomic *slot = &pool[step % 64];
    if (atomic_load(slot))
        return;
    size_t size = step % 640 == 0 ? 1200000 : step % 64 == 1 ? 20000 : step % 1500;
    void *block = hak_malloc(size);
    must(block);
    memset(block, 0x11, size);
    hak_free(atomic_exchange(slot, block));
}

static void interrupted_loop(long seconds)
{
    enum { SLOTS = 256 };
    static struct {
        void *block;
        size_t size;
    } live[SLOTS];
    uint32_t state = 362436069u;
    time_t end = time(NULL) + seconds;
    for (size_t step = 0; step % 1024 || time(NULL) < end; step++) {
        size_t i = test_random(&state) % SLOTS;
        must(test_stamped(live[i].block, live[i].size, i));
        hak_free(live[i].block);
        live[i].size = test_random(&state) % (step % 500 ? 600 : 100000);
        live[i].block = hak_malloc(live[i].size);
        must(live[i].block);
        test_stamp(live[i].block, live[i].size, i);
        refill(step);
    }
    for (size_t i = 0; i < SLOTS; i++)
        hak_free(live[i].block);
}

START_TEST(free_in_a_signal_handler)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 500}, {0, 500}}, never = {0};
    struct hak_stats before = test_stats();
    alarm(0);
    must(!sigaction(SIGALRM, &action, NULL) && !setitimer(ITIMER_REAL, &often, NULL));
    interrupted_loop(2);
    must(!setitimer(ITIMER_REAL, &never, NULL));
    for (size_t i = 0; i < 64; i++)
        hak_free(atomic_exchange(&pool[i], NULL));
    must(signals > 20 && freed > 20);
    /* A free that lands between the two loads of a pop may lose its block for good: lost, never given out twice. */
    must(test_stats().live_blocks <= before.live_blocks + freed);
}
END_TEST

TEST_MAIN("late and in between", atexit_handlers, destructors, free_in_a_signal_handler)
