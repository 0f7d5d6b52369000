/* test_core_fork.c - what fork does to heaps: in the child those of threads that are gone are LOST and never touched, parked
 * ones stay adoptable, the forking thread's own goes on; in the parent nothing changes. The library's own handlers must be
 * there in every program that allocates, however it was linked. */
#include "core/test/test_core.h"
#include <sys/wait.h>

static void *theirs[100];
static struct heap *their_heap;
static sem_t ready, leave;

static void *stay(void *context)
{
    for (int i = 0; i < 100; i++)
        theirs[i] = hak_malloc(64);
    their_heap = heap_self;
    sem_post(&ready);
    sem_wait(&leave);
    return context;
}

static void *pass(void *context)
{
    *(struct heap **)context = thread_heap();
    return NULL;
}

static void start_other(pthread_t *thread)
{
    must(sem_init(&ready, 0, 0) == 0 && sem_init(&leave, 0, 0) == 0);
    must(pthread_create(thread, NULL, stay, NULL) == 0);
    sem_wait(&ready);
}

/* ThreadSanitizer allows no thread in the child of a process that had some; AddressSanitizer may hold a lock of its own. */
static void run_thread_in_child(void *(*body)(void *), void *context)
{
    if (test_shadowed())
        body(context);
    else
        run_thread(body, context);
}

static void expect_good_child(pid_t child)
{
    int status;
    must(child > 0 && waitpid(child, &status, 0) == child);
    must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(test_states)
{
    pthread_t thread;
    struct heap *parked, *own = thread_heap(), *again;
    start_other(&thread);
    run_thread(pass, &parked);
    must(parked != own && parked != their_heap && parked->state == HEAP_PARKED);
    pid_t child = fork();
    if (child == 0) {
        must(heap_self == own && own->state == HEAP_OWNED);
        must(their_heap->state == HEAP_LOST && parked->state == HEAP_PARKED);
        run_thread_in_child(pass, &again);
        must(again == (test_shadowed() ? own : parked));
        must(test_stats().heaps == 3);
        _exit(0);
    }
    expect_good_child(child);
    must(own->state == HEAP_OWNED && their_heap->state == HEAP_OWNED && parked->state == HEAP_PARKED);
    sem_post(&leave);
    must(pthread_join(thread, NULL) == 0 && their_heap->state == HEAP_PARKED);
}
END_TEST

/* Blocks of a lost heap may be freed and read; their memory is not used again. */
START_TEST(test_free_into_lost)
{
    pthread_t thread;
    start_other(&thread);
    void *mine = hak_malloc(64);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 100; i++)
            hak_free(theirs[i]);
        for (int i = 0; i < 10000; i++) {
            void *p = hak_malloc(64);
            must(p && slab_heap(slab_of(p)) == heap_self);
        }
        hak_free(mine);
        hak_malloc_trim(0);
        walk_heap(heap_self);
        _exit(0);
    }
    expect_good_child(child);
    sem_post(&leave);
    must(pthread_join(thread, NULL) == 0);
}
END_TEST

/* A heap that somebody is freeing into at the moment of fork is in no one's hands in the child. */
START_TEST(test_busy_is_lost)
{
    struct heap *h, *again;
    run_thread(pass, &h);
    h->state = HEAP_BUSY;
    pid_t child = fork();
    if (child == 0) {
        must(h->state == HEAP_LOST);
        run_thread_in_child(pass, &again);
        must(again != h);
        _exit(0);
    }
    expect_good_child(child);
    h->state = HEAP_PARKED;
    run_thread(pass, &again);
    must(again == h);
}
END_TEST

static bool done;

static void *hammer(void *context)
{
    while (!__atomic_load_n(&done, __ATOMIC_RELAXED)) {
        void *p[70], *large = hak_malloc(100000);
        for (int i = 0; i < 70; i++)
            p[i] = hak_malloc(1000);
        for (int i = 0; i < 70; i++)
            hak_free(p[i]);
        hak_free(large);
        struct superslab *ss = superslab_acquire();
        must(ss);
        superslab_release(ss);
    }
    return context;
}

static void *allocate(void *context)
{
    for (int i = 0; i < 200; i++)
        hak_free(hak_malloc(1 + (size_t)i * 37));
    return context;
}

/* No lock may be held in the child by a thread that does not exist there. */
START_TEST(test_locks_free_in_child)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        must(pthread_create(&threads[i], NULL, hammer, NULL) == 0);
    for (size_t round = 0; round < test_scaled(200); round++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            allocate(NULL);
            run_thread_in_child(allocate, NULL);
            hak_malloc_trim(0);
            struct superslab *ss = superslab_acquire();
            must(ss);
            superslab_release(ss);
            _exit(0);
        }
        expect_good_child(child);
    }
    __atomic_store_n(&done, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 3; i++)
        must(pthread_join(threads[i], NULL) == 0);
}
END_TEST

TEST_MAIN("fork", test_states, test_free_into_lost, test_busy_is_lost, test_locks_free_in_child)
