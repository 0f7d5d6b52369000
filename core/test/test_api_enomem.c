/* SPDX-License-Identifier: MIT */
/* test_api_enomem.c - no memory: NULL and ENOMEM at every depth, live data whole, and allocation works again afterwards.
 *
 * Uses the public header only. The limits are set in forked children; a child ends with 0 when all held. Blocks are chained
 * through their own first words, because nothing else can be allocated. Skipped where limits do not bind (emulators) or where
 * a sanitizer needs the address space itself.
 */
#define TEST_SECONDS 120
#include "test.h"
#include "test_api.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

struct node {
    struct node *next;
    size_t size;
    uint64_t seed;
};

typedef void *(*maker)(size_t size);

static void *by_calloc(size_t size)
{
    void *block = hak_calloc(2, size / 2);
    must(!block || test_zero(block, size / 2 * 2));
    return block;
}

static void *by_realloc(size_t size)
{
    return hak_realloc(NULL, size);
}

static void *by_alignment(size_t size)
{
    return hak_aligned_alloc(8192, size);
}

static void *by_large_alignment(size_t size)
{
    return hak_memalign(MIB, size);
}

static const struct kind {
    maker make;
    size_t size;
} kinds[] = {{hak_malloc, 48},        {hak_malloc, 1000},        {hak_malloc, 3000},           {hak_malloc, 200000},
             {hak_malloc, 1500000},   {by_calloc, 64},           {by_calloc, 100000},          {by_realloc, 500},
             {by_alignment, 3000},    {by_large_alignment, 100}, {by_large_alignment, 2000000}};

static const size_t depths[] = {0, 64 * KIB, 1 * MIB, 5 * MIB / 2, 5 * MIB, 48 * MIB};

static void set_limit(rlim_t bytes)
{
    struct rlimit limit;
    must(!getrlimit(RLIMIT_AS, &limit));
    limit.rlim_cur = bytes;
    must(!setrlimit(RLIMIT_AS, &limit));
}

/* From now on the address space may grow by room bytes. What is only reserved goes back first: under a limit it would, anyway,
 * and leave more room than was meant. */
static void limit_address_space(size_t room)
{
    if (test_vm_size() > 1024 * MIB) {
        set_limit(test_vm_size());
        hak_malloc_trim(0);
    }
    set_limit(test_vm_size() + room);
}

static void lift_limit(void)
{
    struct rlimit limit;
    must(!getrlimit(RLIMIT_AS, &limit));
    set_limit(limit.rlim_max);
}

static void in_child(void (*body)(const void *), const void *argument)
{
    pid_t pid = fork();
    must(pid >= 0);
    if (!pid) {
        body(argument);
        _exit(0);
    }
    int status = -1;
    must(waitpid(pid, &status, 0) == pid);
    must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void probe(const void *out)
{
    limit_address_space(MIB);
    *(bool *)out = mmap(NULL, 64 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

/* Whether limits can be tested here at all. */
static bool limits_bind(void)
{
    if (test_shadowed())
        return false;
    bool *binds = mmap(NULL, sizeof *binds, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(binds != MAP_FAILED);
    in_child(probe, binds);
    bool answer = *binds;
    munmap(binds, sizeof *binds);
    return answer;
}

static struct node *push(struct node *head, maker make, size_t size, uint64_t seed)
{
    struct node *node = make(size);
    if (!node)
        return NULL;
    *node = (struct node){head, size, seed};
    test_stamp(node + 1, size - sizeof *node, seed);
    return node;
}

static void verify(const struct node *node)
{
    for (; node; node = node->next)
        must(test_stamped(node + 1, node->size - sizeof *node, node->seed));
}

/* Frees the nodes for which the number modulo `every` is 0; returns the rest. */
static struct node *release(struct node *node, size_t every)
{
    struct node *kept = NULL;
    for (size_t i = 0; node; i++) {
        struct node *next = node->next;
        if (i % every == 0) {
            errno = 4321;
            hak_free(node);
            must(errno == 4321);
        } else {
            node->next = kept;
            kept = node;
        }
        node = next;
    }
    return kept;
}

/* Allocates until NULL with ENOMEM. */
static struct node *exhaust(const struct kind *kind, size_t *count)
{
    struct node *head = NULL;
    for (*count = 0; *count < 50000000; ++*count) {
        errno = 0;
        struct node *node = push(head, kind->make, kind->size, *count);
        if (!node)
            break;
        head = node;
    }
    must(errno == ENOMEM);
    return head;
}

static void refuses_more(struct node *live)
{
    errno = 0;
    must(!hak_malloc(512 * MIB) && errno == ENOMEM);
    errno = 0;
    must(!hak_calloc(512, MIB) && errno == ENOMEM);
    errno = 0;
    must(!hak_aligned_alloc(256 * MIB, 100) && errno == ENOMEM);
    void *out = &out;
    must(hak_posix_memalign(&out, 64, 512 * MIB) == ENOMEM && out == &out);
    if (!live)
        return;
    errno = 0;
    must(!hak_realloc(live, 512 * MIB) && errno == ENOMEM);
    errno = 0;
    must(!hak_reallocarray(live, 512, MIB) && errno == ENOMEM);
}

struct plan {
    const struct kind *kind;
    size_t depth;
    bool warm;
};

static struct node *earlier_data(void)
{
    struct node *head = NULL;
    for (size_t i = 0; i < 600; i++) {
        head = push(head, hak_malloc, i % 100 ? 32 + i * 3 : 24 + i * 4000, i);
        must(head);
    }
    return head;
}

static void run_plan(const void *argument)
{
    const struct plan *plan = argument;
    struct hak_stats before = test_stats();
    struct node *earlier = plan->warm ? earlier_data() : NULL;
    limit_address_space(plan->depth);
    size_t first, again;
    struct node *live = exhaust(plan->kind, &first);
    verify(live);
    verify(earlier);
    refuses_more(live);
    verify(live);
    live = release(live, 2);
    struct node *more = exhaust(plan->kind, &again);
    must(again > 0 || first < 4 || plan->kind->make == by_large_alignment || plan->kind->make == by_alignment);
    verify(more);
    verify(live);
    release(more, 1);
    release(live, 1);
    live = exhaust(plan->kind, &again);
    /* The way to an aligned address takes room: twice the block's page, which an address may spare by luck. */
    bool luck = plan->kind->make == by_large_alignment || (plan->kind->make == by_alignment && first < 4);
    must(again > 0 || !first || luck);
    verify(live);
    verify(earlier);
    lift_limit();
    struct node *after = push(NULL, hak_malloc, 3 * MIB, 5);
    must(after && push(NULL, plan->kind->make, plan->kind->size, 6) != NULL);
    release(after, 1);
    release(live, 1);
    release(earlier, 1);
    must(test_stats().live_blocks == before.live_blocks + 1 && hak_check());
}

START_TEST(address_space_limit)
{
    if (!limits_bind())
        return;
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (size_t depth = 0; depth < sizeof depths / sizeof *depths; depth++)
            for (int warm = 0; warm < 2; warm++) {
                struct plan plan = {&kinds[kind], depths[depth], warm};
                in_child(run_plan, &plan);
            }
}
END_TEST

static void grow_until_full(const void *argument)
{
    (void)argument;
    size_t size = 100;
    char *block = hak_malloc(size);
    must(block);
    test_stamp(block, size, 1);
    limit_address_space(20 * MIB);
    for (;;) {
        errno = 0;
        char *larger = hak_realloc(block, size * 5 / 4);
        if (!larger)
            break;
        block = larger;
        must(test_stamped(block, size, 1));
        size = size * 5 / 4;
        test_stamp(block, size, 1);
    }
    must(errno == ENOMEM && size > MIB && test_stamped(block, size, 1));
    must(hak_malloc_usable_size(block) >= size);
    block = hak_realloc(block, size / 2); /* shrinking may fail, but must not lose the contents */
    must(block && test_stamped(block, size / 2, 1));
    hak_free(block);
    block = hak_malloc(MIB);
    must(block);
    hak_free(block);
}

START_TEST(realloc_until_full)
{
    if (limits_bind())
        in_child(grow_until_full, NULL);
}
END_TEST

static sem_t go, done;

static void *first_call_without_memory(void *context)
{
    (void)context;
    sem_wait(&go);
    for (size_t i = 0; i < 100; i++) {
        errno = 0;
        void *block = hak_malloc(i * 100);
        must(block || errno == ENOMEM);
        hak_free(block);
    }
    sem_post(&done);
    sem_wait(&go);
    void *block = hak_malloc(100);
    must(block);
    hak_free(block);
    return NULL;
}

/* A thread whose heap cannot be made gets NULL, and gets its heap later. */
static void new_thread(const void *argument)
{
    (void)argument;
    pthread_t thread;
    struct node *earlier = earlier_data();
    must(!sem_init(&go, 0, 0) && !sem_init(&done, 0, 0));
    must(!pthread_create(&thread, NULL, first_call_without_memory, NULL));
    limit_address_space(0);
    sem_post(&go);
    sem_wait(&done);
    lift_limit();
    sem_post(&go);
    must(!pthread_join(thread, NULL));
    verify(earlier);
    release(earlier, 1);
}

START_TEST(thread_without_memory)
{
    if (limits_bind())
        in_child(new_thread, NULL);
}
END_TEST

TEST_MAIN("out of memory", address_space_limit, realloc_until_full, thread_without_memory)
