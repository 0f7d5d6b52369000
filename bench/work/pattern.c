/* SPDX-License-Identifier: MIT */
/* pattern.c - one pattern of allocation, round after round: bulk frees, steady slots, blocks of other threads, growth, threads.
 *
 * Each round of a pattern does the same work. The first rounds warm up until a pattern has filled its slots: they are neither
 * timed nor counted, and work_begin() stands behind them, where callgrind begins to count. So the instructions of the process,
 * divided by the operations, are the cost of one operation with the loop around it, and the loop is the same for every
 * allocator. Only `process` counts from the start of the process to its end. The first byte of each block is written, and
 * checked when the block is freed. An operation is a block, allocated and freed; of append and double, one realloc; of thread
 * and thread-100, one thread.
 */
#include "work.h"

#include <semaphore.h>

enum { ROUNDS, SEED, ARGS };
enum { MOST = 110000, STEPS = 10000, CREW = 8, TURN = 250, CHILDREN = 4 };

static const struct work_arg args[ARGS] = {
    [ROUNDS] = {"rounds", "rounds that are timed; others come before them", 100, 1, 1u << 30},
    [SEED] = {"seed", "start of the random sequence", 42, 1, UINT32_MAX},
};

/* A row of the table: `blocks` blocks of min to max bytes in a round, where the function does not say otherwise. */
struct pattern {
    const char *name;
    uint64_t (*round)(const struct pattern *p);
    uint32_t blocks, min, max;
};

static uint64_t value[ARGS];
static uint32_t state; /* of the random sequence of the main thread, and of the worker whose turn it is */
static unsigned char *slot[MOST];
static bool warming;

static inline unsigned char *take(size_t size, uint32_t key)
{
    unsigned char *p = work_malloc(size);
    *p = (unsigned char)key;
    return p;
}

static inline void check(const unsigned char *p, uint32_t key)
{
    if (__builtin_expect(*p != (unsigned char)key, 0))
        work_fail("corrupted block: its first byte is %u, not %u", *p, (unsigned char)key);
}

static inline void drop(unsigned char *p, uint32_t key)
{
    check(p, key);
    free(p);
}

static inline uint32_t random_size(const struct pattern *p)
{
    return p->min + work_random(&state) % (p->max - p->min + 1);
}

/* --- One block at a time -------------------------------------------------------------------------------------------------- */
static uint64_t pair(const struct pattern *p)
{
    for (uint32_t i = 0; i < p->blocks; i++)
        drop(take(p->min, i), i);
    return p->blocks;
}

static uint64_t calloc_pair(const struct pattern *p)
{
    for (uint32_t i = 0; i < p->blocks; i++) {
        unsigned char *block = work_calloc(1, p->min);
        *block = (unsigned char)i;
        drop(block, i);
    }
    return p->blocks;
}

/* Blocks of p->min bytes, aligned to p->max. */
static uint64_t aligned_pair(const struct pattern *p)
{
    for (uint32_t i = 0; i < p->blocks; i++) {
        unsigned char *block = work_opaque(aligned_alloc(p->max, p->min));
        if (!block)
            work_fail("out of memory: aligned_alloc(%u, %u) returned NULL", p->max, p->min);
        *block = (unsigned char)i;
        drop(block, i);
    }
    return p->blocks;
}

/* --- Many blocks, then many frees ----------------------------------------------------------------------------------------- */
static void fill(const struct pattern *p)
{
    for (uint32_t i = 0; i < p->blocks; i++)
        slot[i] = take(random_size(p), i);
}

static void empty(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        drop(slot[i], i);
}

static uint64_t first_first(const struct pattern *p)
{
    fill(p);
    empty(p->blocks);
    return p->blocks;
}

static uint64_t last_first(const struct pattern *p)
{
    fill(p);
    for (uint32_t i = p->blocks; i-- > 0;)
        drop(slot[i], i);
    return p->blocks;
}

static uint64_t shuffled(const struct pattern *p)
{
    static uint32_t order[MOST];
    fill(p);
    for (uint32_t i = 0; i < p->blocks; i++)
        order[i] = i;
    for (uint32_t i = p->blocks; i-- > 1;) {
        uint32_t other = work_random(&state) % (i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (uint32_t i = 0; i < p->blocks; i++)
        drop(slot[order[i]], order[i]);
    return p->blocks;
}

/* Replaces blocks in slots that stay filled from round to round. */
static uint64_t replace(const struct pattern *p, uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        uint32_t at = work_random(&state) % p->blocks;
        if (slot[at])
            drop(slot[at], at);
        slot[at] = take(random_size(p), at);
    }
    return steps;
}

static uint64_t mixed(const struct pattern *p)
{
    return replace(p, STEPS);
}

/* --- Sizes that change ---------------------------------------------------------------------------------------------------- */
/* Nine phases, each of p->max bytes in blocks of one size, all freed before the next phase begins. */
static uint64_t phases(const struct pattern *p)
{
    static const uint32_t sizes[] = {200, 3u << 20, 20000, 64, 300000, 5000, 900, 100000, 40};
    uint64_t ops = 0;
    for (size_t phase = 0; phase < sizeof sizes / sizeof *sizes; phase++) {
        uint32_t count = p->max / sizes[phase];
        for (uint32_t i = 0; i < count; i++)
            slot[i] = take(sizes[phase], i);
        empty(count);
        ops += count;
    }
    return ops;
}

/* Eight phases, each of p->max bytes in blocks of one size; one block in a hundred lives until the round ends. */
static uint64_t sparse(const struct pattern *p)
{
    static unsigned char *kept[MOST];
    uint64_t ops = 0;
    uint32_t survivors = 0;
    for (uint32_t phase = 0; phase < 8; phase++) {
        uint32_t size = 40 + 56 * phase, count = p->max / size;
        for (uint32_t i = 0; i < count; i++)
            slot[i] = take(size, i);
        for (uint32_t i = 0; i < count; i++) {
            if (i % 100)
                drop(slot[i], i);
            else {
                check(slot[i], i);
                *slot[i] = (unsigned char)survivors;
                kept[survivors++] = slot[i];
            }
        }
        ops += count;
    }
    for (uint32_t i = 0; i < survivors; i++)
        drop(kept[i], i);
    return ops;
}

/* --- A document: nodes of 40 bytes, each with a text of 1 to 60 bytes, as parsers build them ------------------------------ */
struct node {
    struct node *child[CHILDREN];
    unsigned char *text;
};

/* The byte that a node's text is full of. */
static inline uint32_t text_key(const struct node *node)
{
    return (uint32_t)((uintptr_t)node >> 4 & 255);
}

static struct node *grow_tree(const struct pattern *p, uint32_t depth)
{
    struct node *node = work_calloc(1, sizeof *node);
    uint32_t length = random_size(p);
    node->text = memset(take(length, 0), (int)text_key(node), length);
    for (int i = 0; depth && i < CHILDREN; i++)
        node->child[i] = grow_tree(p, depth - 1);
    return node;
}

/* Frees the tree; the number of its blocks. */
static uint64_t fell_tree(struct node *node)
{
    uint64_t blocks = 2;
    for (int i = 0; i < CHILDREN; i++)
        if (node->child[i])
            blocks += fell_tree(node->child[i]);
    drop(node->text, text_key(node));
    free(node);
    return blocks;
}

static uint64_t tree(const struct pattern *p)
{
    state = (uint32_t)value[SEED]; /* the same tree in each round, `blocks` deep */
    return fell_tree(grow_tree(p, p->blocks));
}

/* --- Growth --------------------------------------------------------------------------------------------------------------- */
/* Grows a block from 16 bytes to p->max: by p->min bytes in each step, or doubles it where p->min is 0. */
static uint64_t grow(const struct pattern *p)
{
    unsigned char *block = NULL;
    uint64_t ops = 0;
    for (size_t size = 16; size <= p->max; size += p->min ? p->min : size, ops++) {
        unsigned char *moved = realloc(block, size);
        if (!moved)
            work_fail("out of memory: realloc to %zu bytes returned NULL", size);
        block = work_opaque(moved);
        if (ops)
            check(block, (uint32_t)ops - 1);
        *block = (unsigned char)ops;
    }
    free(block);
    return ops;
}

/* --- Threads that start and end ------------------------------------------------------------------------------------------- */
static void run_thread(void *(*run)(void *), const struct pattern *p)
{
    pthread_t id;
    work_spawn(&id, NULL, run, (void *)(uintptr_t)p);
    pthread_join(id, NULL);
}

static void *one_block(void *argument)
{
    const struct pattern *p = argument;
    drop(take(p->min, 1), 1);
    return NULL;
}

/* Replaces every eighth slot's block, which the thread before has left, and fills and empties the slots between. */
static void *inherit(void *argument)
{
    const struct pattern *p = argument;
    for (uint32_t i = 0; i < p->blocks; i++) {
        if (slot[i])
            drop(slot[i], i);
        slot[i] = take(random_size(p), i);
    }
    for (uint32_t i = 0; i < p->blocks; i++)
        if (i % 8) {
            drop(slot[i], i);
            slot[i] = NULL;
        }
    return NULL;
}

static uint64_t thread_ends(const struct pattern *p)
{
    enum { THREADS = 20 };
    for (int i = 0; i < THREADS; i++)
        run_thread(p->blocks == 1 ? one_block : inherit, p);
    return THREADS;
}

/* --- Threads that stay from round to round -------------------------------------------------------------------------------- */
/* A crew: in each round every member works once, one member after the other or all at the same time. */
static sem_t go[CREW], done;
static void (*crew_work)(unsigned index);
static const struct pattern *crew_pattern;

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore))
        if (errno != EINTR)
            work_fail("cannot wait for a thread: %s", strerror(errno));
}

static void *crew_main(void *argument)
{
    unsigned index = (unsigned)(uintptr_t)argument;
    for (;;) {
        wait_for(&go[index]);
        crew_work(index);
        if (warming)
            work_begin();
        sem_post(&done);
    }
    return NULL;
}

static void crew_round(const struct pattern *p, unsigned members, bool turns, void (*work)(unsigned index))
{
    for (unsigned i = 0; !crew_pattern && i < members; i++) {
        pthread_t id;
        sem_init(&go[i], 0, 0);
        work_spawn(&id, NULL, crew_main, (void *)(uintptr_t)i);
    }
    crew_pattern = p;
    crew_work = work;
    for (unsigned i = 0; i < members; i++) {
        sem_post(&go[i]);
        if (turns)
            wait_for(&done);
    }
    for (unsigned i = 0; !turns && i < members; i++)
        wait_for(&done);
}

static void free_all(unsigned index)
{
    (void)index;
    empty(crew_pattern->blocks);
}

/* One thread allocates, another frees, in turn. */
static uint64_t remote(const struct pattern *p)
{
    fill(p);
    crew_round(p, 1, true, free_all);
    return p->blocks;
}

static void take_turn(unsigned index)
{
    (void)index;
    replace(crew_pattern, TURN);
}

/* A pool of workers that take turns: each replaces blocks in slots that all of them share. */
static uint64_t workers(const struct pattern *p)
{
    crew_round(p, CREW, true, take_turn);
    return (uint64_t)CREW * TURN;
}

/* Boreham's xmalloc test: half of the crew allocates loads, the other half frees them. The table of a load is a block, too. */
enum { LOADS = 4, LOAD = 1024, MAKERS = CREW / 2, ALL = MAKERS * LOADS };

static unsigned char **queue[ALL];
static unsigned put, taken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;

static void make_loads(const struct pattern *p)
{
    for (unsigned i = 0; i < LOADS; i++) {
        unsigned char **load = work_malloc(LOAD * sizeof *load);
        for (uint32_t k = 0; k < LOAD; k++)
            load[k] = take(p->min, k);
        pthread_mutex_lock(&lock);
        queue[put++] = load;
        pthread_cond_signal(&more);
        pthread_mutex_unlock(&lock);
    }
}

static void drop_loads(void)
{
    for (unsigned i = 0; i < LOADS; i++) {
        pthread_mutex_lock(&lock);
        while (taken == put)
            pthread_cond_wait(&more, &lock);
        unsigned char **load = queue[taken++];
        pthread_mutex_unlock(&lock);
        for (uint32_t k = 0; k < LOAD; k++)
            drop(load[k], k);
        free(load);
    }
}

static void make_or_drop(unsigned index)
{
    if (index < MAKERS)
        make_loads(crew_pattern);
    else
        drop_loads();
}

static uint64_t xmalloc(const struct pattern *p)
{
    put = taken = 0;
    crew_round(p, CREW, false, make_or_drop);
    return (uint64_t)ALL * (LOAD + 1);
}

/* --- The table ------------------------------------------------------------------------------------------------------------ */
static const struct pattern patterns[] = {
    {"pair-24", pair, STEPS, 24, 24},
    {"pair-2000", pair, STEPS, 2000, 2000},
    {"pair-20000", pair, STEPS, 20000, 20000},
    {"pair-300000", pair, 1000, 300000, 300000},
    {"lifo-100", last_first, 100, 8, 64},
    {"fifo-300", first_first, 300, 64, 64},
    {"fifo-4000", first_first, 4000, 64, 64},
    {"lifo-4000", last_first, 4000, 64, 64},
    {"shuffled-4000", shuffled, 4000, 8, 200},
    {"fifo-20000", first_first, 20000, 8, 200},
    {"fifo-1000-512", first_first, 1000, 512, 512},
    {"fifo-500-4000", first_first, 500, 1000, 4000},
    {"bulk", first_first, 100000, 8, 200},
    {"mixed-400", mixed, 400, 16, 1039},
    {"mixed-8192", mixed, 8192, 16, 1039},
    {"mixed-64-mid", mixed, 64, 2000, 62000},
    {"phases", phases, 0, 0, 4u << 20},
    {"sparse", sparse, 0, 0, 4u << 20},
    {"remote-1000", remote, 1000, 16, 256},
    {"remote-100-mid", remote, 100, 2000, 62000},
    {"xmalloc-64", xmalloc, LOAD, 64, 64},
    {"workers", workers, 2000, 16, 1039},
    {"tree", tree, 6, 1, 60},
    {"append", grow, 0, 64, 4096},
    {"double", grow, 0, 0, 8u << 20},
    {"calloc-100", calloc_pair, STEPS, 100, 100},
    {"aligned-64", aligned_pair, STEPS, 192, 64},
    {"thread", thread_ends, 1, 100, 100},
    {"thread-100", thread_ends, 100, 16, 256},
    {"process", pair, 1, 64, 64},
};

enum { PATTERNS = sizeof patterns / sizeof *patterns };

/* The names, a blank before each, as far as they fit. Without printf, which would be a tenth of what `process` counts. */
static void names_put(char *out, size_t room)
{
    for (size_t i = 0; i < PATTERNS; i++) {
        size_t length = strlen(patterns[i].name) + 1;
        if (length + 1 > room)
            break;
        *out = ' ';
        memcpy(out + 1, patterns[i].name, length);
        out += length;
        room -= length;
    }
}

static const struct pattern *find(const char *name)
{
    char names[512] = "";
    for (size_t i = 0; name && i < PATTERNS; i++)
        if (!strcmp(patterns[i].name, name))
            return &patterns[i];
    names_put(names, sizeof names);
    if (!name)
        work_usage("no NAME; patterns:%s", names);
    work_usage("no pattern '%.24s'; patterns:%s", name, names);
}

int main(int argc, char **argv)
{
    char what[700] = "Runs one pattern of allocation round after round. Patterns:";
    names_put(what + strlen(what), sizeof what - strlen(what));
    work_operand = "NAME ";
    int shift = argc > 1 && strncmp(argv[1], "--", 2) != 0;
    work_args("pattern", what, args, ARGS, argc - shift, argv + shift, value);
    const struct pattern *p = find(shift ? argv[1] : NULL);
    state = (uint32_t)value[SEED];
    warming = strcmp(p->name, "process") != 0;
    for (uint64_t warm = 0; warming && warm <= (uint64_t)4 * p->blocks;) /* 4: all but 2 % of the slots are filled */
        warm += p->round(p);
    if (warming)
        work_begin();
    warming = false;
    double start = work_now();
    uint64_t ops = 0;
    for (uint64_t i = value[ROUNDS]; i; i--)
        ops += p->round(p);
    double seconds = work_now() - start;
    work_result(ops, seconds, work_mix(work_mix(ops) ^ state), "pattern=%s rounds=%llu seed=%u", p->name,
                (unsigned long long)value[ROUNDS], (unsigned)value[SEED]);
    return 0;
}
