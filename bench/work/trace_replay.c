/* SPDX-License-Identifier: MIT */
/* trace_replay.c - does again what a recorded program asked of malloc (bench/trace): sizes, order, threads.
 *
 * Everything about the trace is loaded and checked before, into mapped memory. Each recorded thread is a thread here, created
 * where it was created, after those have ended that had ended by then; one that never ended stays until the replay's end. A
 * thread waits for a block that another one is to make, and is never more than `window` recorded events ahead of any other; 0
 * is exactly the recorded order. The first byte of each block is written, and checked when it is freed or moved; with `touch`
 * also a byte of each of its pages.
 *
 * live_kb is the peak of live bytes in the recorded order, rss_kb the peak of resident memory less what was resident before
 * the first event, rss_end_kb the same after the last one. An operation is one call. Timed: the events, with the threads'
 * creation; blocks that the program left are freed after.
 */
#include "bench/low/trace.h"
#include "work.h"

#include <sched.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { REPEATS, TOUCH, WINDOW, ARGS };

static const struct work_arg args[ARGS] = {
    [REPEATS] = {"repeats", "times that all of it is done", 1, 1, 1u << 30},
    [TOUCH] = {"touch", "1: write to every page of a block; 0: to its first byte only", 1, 0, 1},
    [WINDOW] = {"window", "events that a thread may be ahead of the others", 1000, 0, 1u << 30},
};

static uint64_t value[ARGS];

/* --- The trace as it is replayed ------------------------------------------------------------------------------------------ */
#define NO_OBJECT  UINT32_MAX
#define SIZE_LIMIT ((uint64_t)1 << 46)

/* An event with its object as a number among all of the trace. What an event makes is the next number of its thread. */
struct step {
    uint64_t sequence;
    uint64_t size;   /* of spawn: the thread */
    uint32_t object; /* the one that it ends */
    uint8_t kind, alignment;
};

struct thread {
    _Alignas(64) _Atomic uint64_t position; /* the event that it does next; UINT64_MAX: it has no more */
    struct step *steps;
    uint64_t count, filled, last; /* last: its last sequence number */
    uint32_t first_object, objects, made;
    bool ends, spawned;
    atomic_bool joined;
    pthread_t id;
    uint64_t sum;
};

static const unsigned char *file;
static struct trace_header header;
static struct thread *threads;
static struct step *steps;
static _Atomic(unsigned char *) *blocks; /* by object: where it is; NULL: not made yet */
static uint64_t *made_at, *object_size;  /* by object; sequence number, 0: of none */
static uint32_t *left, left_count;       /* the objects that are never freed */
static uint64_t step_count, calls, objects, last_sequence, live_peak, live_end, peak_at;

/* Zeroed memory that is resident already. */
static void *map(uint64_t count, size_t size)
{
    void *p = mmap(NULL, count * size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (p == MAP_FAILED)
        work_fail("out of memory: cannot map %llu bytes for the trace", (unsigned long long)(count * size));
    return p;
}

/* --- Reading a trace: every number in it is checked ----------------------------------------------------------------------- */
#define corrupted(where, what) \
    work_usage("corrupted trace: page %llu, byte %u: %s", (unsigned long long)(where)->number, (where)->at, what)

struct reader {
    const struct trace_page *page;
    uint64_t number; /* the page's place in the file */
    uint32_t at;     /* in its bytes */
};

static uint64_t read_varint(struct reader *in)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (in->at >= in->page->used)
            corrupted(in, "an event is cut off");
        unsigned char byte = in->page->bytes[in->at++];
        number |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return number;
    }
    corrupted(in, "a number has too many bytes");
}

/* The next event of a page, its fields as they are stored; TRACE_NONE at the end of the page. */
static enum trace_kind read_event(struct reader *in, uint64_t *gap, uint64_t fields[TRACE_FIELDS_MAX])
{
    if (in->at == in->page->used)
        return TRACE_NONE;
    unsigned char byte = in->page->bytes[in->at++];
    enum trace_kind kind = byte & 15;
    if (kind == TRACE_NONE || kind >= TRACE_KINDS)
        corrupted(in, "no such kind of event");
    *gap = byte >> 4;
    if (*gap == TRACE_GAP_MAX)
        *gap += read_varint(in);
    for (int i = 0; i < trace_fields[kind]; i++)
        fields[i] = read_varint(in);
    return kind;
}

/* Runs each(event) over all pages in the order of the file. */
static void each_event(void (*each)(const struct reader *in, struct thread *t, enum trace_kind kind, uint64_t gap,
                                    const uint64_t *fields))
{
    for (uint64_t number = 1; number < header.pages; number++) {
        const struct trace_page *page = (const struct trace_page *)(file + number * TRACE_PAGE);
        struct reader in = {.page = page, .number = number};
        if (page->used > sizeof page->bytes || page->thread >= header.threads)
            corrupted(&in, "no such thread, or more bytes than a page has");
        uint64_t gap, fields[TRACE_FIELDS_MAX] = {0};
        for (enum trace_kind kind; (kind = read_event(&in, &gap, fields));)
            each(&in, &threads[page->thread], kind, gap, fields);
    }
}

static void count(const struct reader *in, struct thread *t, enum trace_kind kind, uint64_t gap, const uint64_t *fields)
{
    (void)in, (void)gap, (void)fields;
    t->count++;
    t->objects += (uint32_t)trace_makes(kind);
}

static void fill(const struct reader *in, struct thread *t, enum trace_kind kind, uint64_t gap, const uint64_t *fields)
{
    struct step *step = &t->steps[t->filled++];
    bool far = kind == TRACE_REALLOC_FAR || kind == TRACE_FREE_FAR, near = kind == TRACE_REALLOC || kind == TRACE_FREE;
    uint64_t sized = trace_makes(kind) ? fields[near + 2 * far] : 0;
    if (gap > UINT32_MAX || sized > SIZE_LIMIT)
        corrupted(in, "a size or a sequence number is too large");
    t->last += gap + 1;
    *step = (struct step){.sequence = t->last, .kind = (uint8_t)kind, .size = sized ? sized : 1, .object = NO_OBJECT};
    if (near && (fields[0] == 0 || fields[0] > t->made))
        corrupted(in, "no such object of this thread");
    if (far && (fields[0] >= header.threads || fields[1] >= threads[fields[0]].objects))
        corrupted(in, "no such object of another thread");
    if (near)
        step->object = t->first_object + t->made - (uint32_t)fields[0];
    if (far)
        step->object = threads[fields[0]].first_object + (uint32_t)fields[1];
    if (kind == TRACE_ALIGNED && fields[1] > 30)
        corrupted(in, "an alignment is too large");
    step->alignment = kind == TRACE_ALIGNED && fields[1] > 3 ? (uint8_t)fields[1] : 3;
    if (kind == TRACE_SPAWN) {
        if (fields[0] == 0 || fields[0] >= header.threads || threads[fields[0]].spawned)
            corrupted(in, "no such thread to create, or for the second time");
        step->size = fields[0];
        threads[fields[0]].spawned = true;
    }
    t->ends |= kind == TRACE_END;
    calls += kind != TRACE_SPAWN && kind != TRACE_END;
    if (trace_makes(kind)) {
        made_at[t->first_object + t->made] = t->last;
        object_size[t->first_object + t->made++] = step->size;
    }
    last_sequence = t->last > last_sequence ? t->last : last_sequence;
}

/* The header, and the file behind it. */
static void open_trace(const char *name)
{
    struct stat stat;
    int descriptor = open(name, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &stat))
        work_usage("FILE: cannot open '%.200s': %s", name, strerror(errno));
    uint64_t size = (uint64_t)stat.st_size;
    if (!S_ISREG(stat.st_mode) || size < TRACE_PAGE)
        work_usage("FILE: '%.200s' is not a trace: want a file of at least %d bytes, got %llu", name, TRACE_PAGE,
                   (unsigned long long)size);
    file = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    close(descriptor);
    if (file == MAP_FAILED)
        work_fail("cannot map '%.200s': %s", name, strerror(errno));
    memcpy(&header, file, sizeof header);
    if (memcmp(header.magic, TRACE_MAGIC, sizeof header.magic))
        work_usage("FILE: '%.200s' is not a trace: it does not begin with %s", name, TRACE_MAGIC);
    if (header.version != TRACE_VERSION)
        work_usage("FILE: '%.200s' is a trace of version %u: this program reads version %d", name, header.version,
                   TRACE_VERSION);
    if (header.pages > size / TRACE_PAGE)
        work_usage("FILE: '%.200s' is truncated: it has %llu bytes of %llu pages of %d", name, (unsigned long long)size,
                   (unsigned long long)header.pages, TRACE_PAGE);
    if (header.threads == 0 || header.threads > 1u << 20)
        work_usage("FILE: '%.200s' is a corrupted trace: it has %llu threads", name, (unsigned long long)header.threads);
}

static void load(const char *name)
{
    open_trace(name);
    threads = map(header.threads, sizeof *threads);
    each_event(count);
    for (uint64_t i = 0; i < header.threads; i++) {
        threads[i].first_object = (uint32_t)objects;
        objects += threads[i].objects;
        step_count += threads[i].count;
    }
    if (objects >= NO_OBJECT || (header.closed && (step_count != header.events || objects != header.objects)))
        work_usage("FILE: '%.200s' is a corrupted trace: it has %llu events and %llu objects, not %llu and %llu", name,
                   (unsigned long long)step_count, (unsigned long long)objects, (unsigned long long)header.events,
                   (unsigned long long)header.objects);
    if (!step_count)
        work_usage("FILE: '%.200s' is an empty trace: it has no events", name);
    steps = map(step_count, sizeof *steps);
    made_at = map(objects, sizeof *made_at);
    object_size = map(objects, sizeof *object_size);
    blocks = map(objects, sizeof *blocks);
    left = map(objects, sizeof *left);
    for (uint64_t i = 0, at = 0; i < header.threads; at += threads[i++].count)
        threads[i].steps = steps + at;
    each_event(fill);
}

/* What an event ends must have been made before it, and not have ended; then the live bytes over time, and what is left. */
static void check(void)
{
    if (last_sequence > step_count * 4 + (1u << 20))
        work_usage("corrupted trace: its sequence numbers go up to %llu", (unsigned long long)last_sequence);
    int64_t *change = map(last_sequence + 1, sizeof *change), live = 0;
    for (const struct step *step = steps; step < steps + step_count; step++) {
        if (trace_makes(step->kind))
            change[step->sequence] += (int64_t)step->size;
        if (step->object == NO_OBJECT)
            continue;
        if (made_at[step->object] >= step->sequence)
            work_usage("corrupted trace: event %llu frees what is not made before it, or what was freed",
                       (unsigned long long)step->sequence);
        made_at[step->object] = UINT64_MAX;
        change[step->sequence] -= (int64_t)object_size[step->object];
    }
    for (const struct step *step = steps; step < steps + step_count; step++)
        if (step->kind == TRACE_SPAWN && threads[step->size].count && threads[step->size].steps[0].sequence < step->sequence)
            work_usage("corrupted trace: thread %llu is created after its first event", (unsigned long long)step->size);
    for (uint64_t i = 0; i <= last_sequence; i++) {
        live += change[i];
        if (live > (int64_t)live_peak) {
            live_peak = (uint64_t)live;
            peak_at = i;
        }
    }
    live_end = (uint64_t)live;
    for (uint64_t i = 0; i < objects; i++)
        if (made_at[i] != UINT64_MAX)
            left[left_count++] = (uint32_t)i;
}

/* --- The replay ------------------------------------------------------------------------------------------------------------
 */
static sem_t done, over;
static uint64_t rss_at_peak;

static unsigned char stamp(uint32_t object)
{
    return (unsigned char)(object * 0x9E3779B9u >> 24);
}

/* The block of an object, as soon as the thread that makes it has done so. */
static unsigned char *block_of(uint32_t object)
{
    unsigned char *p;
    while (__builtin_expect(!(p = atomic_load_explicit(&blocks[object], memory_order_acquire)), 0))
        sched_yield();
    return p;
}

static void put_block(uint32_t object, unsigned char *p, uint64_t size)
{
    if (__builtin_expect(!p, 0))
        work_fail("out of memory: no block of %llu bytes", (unsigned long long)size);
    if (value[TOUCH])
        for (uint64_t at = TRACE_PAGE; at < size; at += TRACE_PAGE)
            p[at] = (unsigned char)at;
    *p = stamp(object);
    atomic_store_explicit(&blocks[object], work_opaque(p), memory_order_release);
}

/* The block that an event is about to end; what it adds to the checksum. */
static unsigned char *check_block(uint32_t object, uint64_t *sum)
{
    unsigned char *p = block_of(object), found = *p;
    if (__builtin_expect(found != stamp(object), 0))
        work_fail("corrupted block %u of %llu bytes: its first byte is %u, not %u", object,
                  (unsigned long long)object_size[object], found, stamp(object));
    *sum += work_mix(object_size[object] << 8 | found);
    return p;
}

/* The lowest position of all other threads, once that is at most `window` behind. */
static uint64_t wait_for_others(const struct thread *self, uint64_t sequence)
{
    for (;; sched_yield()) {
        uint64_t lowest = UINT64_MAX >> 1;
        for (uint64_t i = 0; i < header.threads; i++) {
            uint64_t position = atomic_load_explicit(&threads[i].position, memory_order_acquire);
            lowest = &threads[i] != self && position < lowest ? position : lowest;
        }
        if (sequence <= lowest + value[WINDOW])
            return lowest;
    }
}

/* Whether it is in the trace: it has events, or another thread creates it. */
static bool exists(const struct thread *t)
{
    return t->count || t->spawned;
}

static void join(struct thread *t)
{
    while (atomic_load_explicit(&t->position, memory_order_acquire) != UINT64_MAX)
        sched_yield();
    if (!atomic_exchange(&t->joined, true))
        pthread_join(t->id, NULL);
}

static void *run(void *thread);

/* Creates a thread, after those have ended that had ended before it was created. */
static void spawn(struct thread *t, uint64_t sequence)
{
    for (uint64_t i = 1; i < header.threads; i++)
        if (threads[i].ends && threads[i].last < sequence)
            join(&threads[i]);
    work_spawn(&t->id, NULL, run, t);
}

static void take(struct thread *t, const struct step *step)
{
    unsigned char *p = NULL;
    switch (step->kind) {
    case TRACE_MALLOC:
        p = malloc(step->size);
        break;
    case TRACE_CALLOC:
        p = calloc(1, step->size);
        if (p && *p)
            work_fail("calloc(1, %llu) returned a block that is not zero", (unsigned long long)step->size);
        break;
    case TRACE_ALIGNED:
        if (posix_memalign((void **)&p, (size_t)1 << step->alignment, step->size))
            p = NULL;
        break;
    case TRACE_REALLOC:
    case TRACE_REALLOC_FAR:
        p = realloc(check_block(step->object, &t->sum), step->size);
        if (p && *p != stamp(step->object))
            work_fail("realloc to %llu bytes lost the first byte", (unsigned long long)step->size);
        break;
    case TRACE_FREE:
    case TRACE_FREE_FAR:
        free(check_block(step->object, &t->sum));
        return;
    case TRACE_SPAWN:
        spawn(&threads[step->size], step->sequence);
        return;
    default:
        return;
    }
    put_block(t->first_object + t->made++, p, step->size);
}

static void follow(struct thread *t)
{
    uint64_t lowest = 0;
    t->made = 0;
    for (const struct step *step = t->steps; step < t->steps + t->count; step++) {
        atomic_store_explicit(&t->position, step->sequence, memory_order_release);
        if (__builtin_expect(step->sequence > lowest + value[WINDOW], 0))
            lowest = wait_for_others(t, step->sequence);
        take(t, step);
        if (__builtin_expect(step->sequence == peak_at, 0) && !rss_at_peak)
            rss_at_peak = work_rss_peak();
    }
    atomic_store_explicit(&t->position, UINT64_MAX, memory_order_release);
}

static void *run(void *thread)
{
    struct thread *t = thread;
    t->id = pthread_self();
    follow(t);
    sem_post(&done);
    if (!t->ends)
        sem_wait(&over);
    return NULL;
}

static double replay(void)
{
    memset((void *)blocks, 0, objects * sizeof *blocks);
    for (uint64_t i = 0; i < header.threads; i++) {
        threads[i].position = threads[i].count ? threads[i].steps[0].sequence : UINT64_MAX;
        threads[i].joined = false;
    }
    double start = work_now();
    for (uint64_t i = 1; i < header.threads; i++)
        if (exists(&threads[i]) && !threads[i].spawned)
            spawn(&threads[i], 0);
    follow(&threads[0]);
    for (uint64_t i = 1; i < header.threads; i++)
        if (exists(&threads[i]))
            sem_wait(&done);
    return work_now() - start;
}

/* Frees what the program left and ends the threads that it never ended. */
static void clean_up(void)
{
    for (uint32_t i = 0; i < left_count; i++)
        free(check_block(left[i], &threads[0].sum));
    for (uint64_t i = 1; i < header.threads; i++)
        if (exists(&threads[i]) && !threads[i].ends)
            sem_post(&over);
    for (uint64_t i = 1; i < header.threads; i++)
        if (exists(&threads[i]))
            join(&threads[i]);
}

int main(int argc, char **argv)
{
    work_operand = "FILE ";
    int shift = argc > 1 && strncmp(argv[1], "--", 2) != 0;
    work_args("trace_replay", "Replays a trace of a program's malloc and free (bench/trace); an operation is one call.", args,
              ARGS, argc - shift, argv + shift, value);
    if (!shift)
        work_usage("no FILE: name a trace, such as one of bench/trace");
    load(argv[1]);
    check();
    sem_init(&done, 0, 0);
    sem_init(&over, 0, 0);
    uint64_t before = work_rss(), peak = 0, end = 0, sum = 0;
    double seconds = 0;
    for (uint64_t i = 0; i < value[REPEATS]; i++) {
        seconds += replay();
        peak = work_rss_peak();
        end = work_rss();
        clean_up();
    }
    peak = (peak > rss_at_peak ? peak : rss_at_peak) - before;
    for (uint64_t i = 0; i < header.threads; i++)
        sum += threads[i].sum;
    work_result(
        calls * value[REPEATS], seconds, sum,
        "touch=%u window=%u threads=%llu objects=%llu left=%u live_kb=%llu live_end_kb=%llu rss_kb=%llu rss_end_kb=%llu "
        "rss_per_live=%.3f",
        (unsigned)value[TOUCH], (unsigned)value[WINDOW], (unsigned long long)header.threads, (unsigned long long)objects,
        left_count, (unsigned long long)live_peak / 1024, (unsigned long long)live_end / 1024, (unsigned long long)peak,
        (unsigned long long)(end - before), (double)peak * 1024 / (double)(live_peak + !live_peak));
    return 0;
}
