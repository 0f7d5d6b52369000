/* SPDX-License-Identifier: MIT */
/* record.c - records what a program asks of malloc, for trace_replay: a library to be preloaded under any program.
 *
 *     HAKTRACE_FILE=out/x.trace LD_PRELOAD=out/bench/trace_record.so program arguments...
 *
 * Wraps the malloc family over the next allocator in line, the C library's or another preloaded one. trace.h is the format. %p
 * in the file's name stands for the process id; then all processes of the program are recorded, each in its own file: those
 * that exec starts, as <id>-2 where it takes the place of a recorded one, and children of fork as <id>-fork, from their first
 * call until they end or exec. Without %p the first
 * process alone is recorded, and says at its end how many calls its children made. Recording begins when the library's
 * constructor runs. When there is no room for the trace, one line says so, recording stops and the program goes on.
 *
 * What must hold: nothing here allocates through malloc; an event is written after a block is made and before it is freed, so
 * that an address stands for one object at a time; a fork's child writes nothing into its parent's pages but the two counts
 * of the header that are for it.
 */
#include "bench/low/trace.h"
#include "bench/trace/next.h"
#include "bench/trace/table.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#define API __attribute__((visibility("default")))

/* --- The file: pages in a shared mapping -----------------------------------------------------------------------------------
 */
#define EXTENT ((size_t)1 << 20)  /* mapped at a time */
#define ROOM   ((size_t)1 << 16)  /* given room on the disk at a time: many a fork's child makes a few calls only */

static char pattern[4096], path[4096]; /* the file's name, absolute, with %p; and what it is in this process */
static struct trace_header *header;
static struct trace_page *extent; /* the one that pages come from */
static pthread_mutex_t extent_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic uint64_t sequence;

/* On a page that the kernel clears in a fork's child, however it is forked. COUNTED: a child that only counts its calls. */
enum { FORKED, RECORDING, STOPPED, COUNTED };
static _Atomic int stopped = STOPPED, *state = &stopped;

/* true: recording has ended by this call. */
static bool end(void)
{
    int was = RECORDING;
    return atomic_compare_exchange_strong(state, &was, STOPPED);
}

static void stop(const char *what, int error)
{
    if (end())
        say(what, "", error, "recording stops, the program goes on");
}

static bool child_begin(void);

static inline bool recording(void)
{
    int now = atomic_load(state);
    return now == RECORDING || (now == FORKED && child_begin());
}

/* A call that is in no trace. */
static void missed(void)
{
    if (atomic_load(state) == COUNTED)
        __atomic_fetch_add(&header->missed, 1, __ATOMIC_RELAXED);
}

static void *map(size_t size, int flags, int file, off_t at)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, file, at);
    return p == MAP_FAILED ? NULL : p;
}

/* Room from byte `at` of the file on, and the extent there if one begins; NULL, and errno, when there is none. The file is
 * opened each time: programs close descriptors that they do not know. */
static void *make_room(off_t at, int flags)
{
    int file = open(path, O_RDWR | O_CLOEXEC | flags, 0666);
    if (file < 0)
        return NULL;
    int error = posix_fallocate(file, at, ROOM);
    void *found = error ? NULL : at % (off_t)EXTENT ? extent : map(EXTENT, MAP_SHARED, file, at);
    error = error ? error : errno;
    close(file);
    errno = error;
    return found;
}

/* A page for a thread, zero but for its number; NULL: recording has stopped. */
static struct trace_page *new_page(uint32_t thread)
{
    pthread_mutex_lock(&extent_lock);
    size_t at = header->pages * TRACE_PAGE;
    if (at % ROOM == 0)
        extent = make_room((off_t)at, 0);
    struct trace_page *page = extent ? &extent[at % EXTENT / TRACE_PAGE] : NULL;
    if (page) {
        page->thread = thread;
        header->pages++;
    } else {
        stop("no room for the trace", errno);
    }
    pthread_mutex_unlock(&extent_lock);
    return page;
}

/* --- Threads and their events -----------------------------------------------------------------------------------------------
 */
/* A recorded thread; on a page of its own that stays. */
struct thread {
    struct thread *next;
    struct trace_page *page;
    uint32_t index;
    _Atomic bool busy; /* writes an event now */
    uint64_t sequence; /* of its last event */
    uint64_t events, objects;
    void *(*run)(void *);
    void *argument;
};

static __thread struct thread *self;
static __thread bool quiet; /* within pthread_create, whose own blocks the replay's pthread_create makes itself */
static struct thread *_Atomic threads;
static pthread_key_t ending;

static struct thread *new_thread(void)
{
    struct thread *t = map(sizeof *t, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!t) {
        stop("no memory to record a thread", errno);
        return NULL;
    }
    t->index = (uint32_t)__atomic_fetch_add(&header->threads, 1, __ATOMIC_RELAXED);
    t->next = atomic_load(&threads);
    while (!atomic_compare_exchange_weak(&threads, &t->next, t))
        continue;
    return t;
}

static struct thread *this_thread(void)
{
    if (!self && (self = new_thread()))
        pthread_setspecific(ending, self);
    return self;
}

static unsigned char *put(unsigned char *at, uint64_t number)
{
    for (; number > 127; number >>= 7)
        *at++ = (unsigned char)(number | 128);
    *at++ = (unsigned char)number;
    return at;
}

/* Without a locked instruction where this is the only thread. */
static uint64_t next_sequence(void)
{
    if (!__libc_single_threaded)
        return atomic_fetch_add(&sequence, 1) + 1;
    uint64_t now = atomic_load_explicit(&sequence, memory_order_relaxed) + 1;
    atomic_store_explicit(&sequence, now, memory_order_relaxed);
    return now;
}

static bool write_event(struct thread *t, enum trace_kind kind, const uint64_t *fields)
{
    if (!t->page || sizeof t->page->bytes - t->page->used < TRACE_EVENT_MAX)
        t->page = new_page(t->index);
    if (!t->page)
        return false;
    uint64_t now = next_sequence(), gap = now - t->sequence - 1;
    unsigned char *start = t->page->bytes + t->page->used, *at = start;
    *at++ = (unsigned char)(kind | (gap < TRACE_GAP_MAX ? gap : TRACE_GAP_MAX) << 4);
    if (gap >= TRACE_GAP_MAX)
        at = put(at, gap - TRACE_GAP_MAX);
    for (int i = 0; i < trace_fields[kind]; i++)
        at = put(at, fields[i]);
    __atomic_store_n(&t->page->used, t->page->used + (uint32_t)(at - start), __ATOMIC_RELEASE);
    t->sequence = now;
    t->events++;
    t->objects += trace_makes(kind);
    return true;
}

/* Writes an event of this thread; false: this process does not record. Either this thread sees that recording has ended, or who
 * ended it sees that the thread is busy: between its store and its load stands a barrier, unless it is both of them. */
static bool event(enum trace_kind kind, uint64_t a, uint64_t b, uint64_t c)
{
    struct thread *t = recording() ? this_thread() : NULL;
    if (!t) {
        missed();
        return false;
    }
    atomic_store_explicit(&t->busy, true, memory_order_relaxed);
    if (!__libc_single_threaded)
        atomic_thread_fence(memory_order_seq_cst);
    bool written = atomic_load(state) == RECORDING && write_event(t, kind, (uint64_t[]){a, b, c});
    atomic_store_explicit(&t->busy, false, memory_order_release);
    return written;
}

/* --- What is recorded -------------------------------------------------------------------------------------------------------
 */
#define THREAD_SHIFT 40 /* an object is thread << THREAD_SHIFT | number */

static void remember(const void *p, uint64_t object)
{
    if (!table_put(p, object))
        stop("no memory for the table of objects", errno);
}

/* p: the block that the last event of this thread made. */
static void made(const void *p)
{
    remember(p, (uint64_t)self->index << THREAD_SHIFT | (self->objects - 1));
}

static bool forget(const void *p, uint64_t *object)
{
    return p && recording() && table_take(p, object);
}

static void *make(void *p, enum trace_kind kind, uint64_t size, uint64_t alignment)
{
    int saved = errno;
    if (p && !quiet && event(kind, size, alignment > 1 ? 64 - (uint64_t)__builtin_clzll(alignment - 1) : 0, 0))
        made(p);
    errno = saved;
    return p;
}

/* An event that ends an object, of the thread that made it or far from it. */
static bool unmake(uint64_t object, enum trace_kind near, enum trace_kind far, uint64_t size)
{
    uint64_t thread = object >> THREAD_SHIFT, number = object & (((uint64_t)1 << THREAD_SHIFT) - 1);
    struct thread *t = this_thread();
    return t && (t->index == thread ? event(near, t->objects - number, size, 0) : event(far, thread, number, size));
}

API void free(void *p)
{
    uint64_t object;
    if (early_owns(p) || !ready())
        return;
    int saved = errno;
    if (forget(p, &object))
        unmake(object, TRACE_FREE, TRACE_FREE_FAR, 0);
    else if (p)
        missed();
    errno = saved;
    real.free(p);
}

API void *malloc(size_t size)
{
    return ready() ? make(real.malloc(size), TRACE_MALLOC, size, 1) : early_get(size);
}

API void *calloc(size_t count, size_t size)
{
    return ready() ? make(real.calloc(count, size), TRACE_CALLOC, count * size, 1) : early_get(count * size);
}

API void *realloc(void *p, size_t size)
{
    uint64_t object;
    if (early_owns(p) || !ready()) {
        void *fresh = malloc(size);
        size_t room = p ? early_room(p) : 0;
        return fresh && p ? memcpy(fresh, p, size < room ? size : room) : fresh;
    }
    bool known = forget(p, &object);
    void *fresh = real.realloc(p, size);
    if (!known)
        return make(fresh, TRACE_MALLOC, size, 1);
    int saved = errno;
    if (fresh && unmake(object, TRACE_REALLOC, TRACE_REALLOC_FAR, size))
        made(fresh);
    else if (!fresh && !size)
        unmake(object, TRACE_FREE, TRACE_FREE_FAR, 0);
    else if (!fresh)
        remember(p, object);
    errno = saved;
    return fresh;
}

API void *reallocarray(void *p, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(p, bytes);
}

API void *memalign(size_t alignment, size_t size)
{
    return ready() ? make(real.memalign(alignment, size), TRACE_ALIGNED, size, alignment) : NULL;
}

API void *aligned_alloc(size_t alignment, size_t size)
{
    return ready() ? make(real.aligned_alloc(alignment, size), TRACE_ALIGNED, size, alignment) : NULL;
}

API int posix_memalign(void **p, size_t alignment, size_t size)
{
    int error = ready() ? real.posix_memalign(p, alignment, size) : ENOMEM;
    if (!error)
        make(*p, TRACE_ALIGNED, size, alignment);
    return error;
}

API void *valloc(size_t size)
{
    return ready() ? make(real.valloc(size), TRACE_ALIGNED, size, (size_t)sysconf(_SC_PAGESIZE)) : NULL;
}

API void *pvalloc(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return ready() ? make(real.pvalloc(size), TRACE_ALIGNED, (size + page - 1) / page * page, page) : NULL;
}

/* --- Threads of the program --------------------------------------------------------------------------------------------------
 */
static void *run_thread(void *argument)
{
    self = argument;
    pthread_setspecific(ending, self);
    return self->run(self->argument);
}

static void end_thread(void *unused)
{
    (void)unused;
    event(TRACE_END, 0, 0, 0);
}

API int pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    if (!ready())
        return EAGAIN;
    struct thread *t = recording() ? new_thread() : NULL;
    if (!t)
        return real.pthread_create(id, attributes, run, argument);
    t->run = run;
    t->argument = argument;
    event(TRACE_SPAWN, t->index, 0, 0);
    quiet = true;
    int error = real.pthread_create(id, attributes, run_thread, t);
    quiet = false;
    return error;
}

/* --- Begin and end -----------------------------------------------------------------------------------------------------------
 */
/* The file's name: absolute, since programs change their directory. false, and errno: it is too long, or there is none. */
static bool make_pattern(const char *name)
{
    char folder[2048] = "";
    if (*name != '/' && !getcwd(folder, sizeof folder))
        return false;
    errno = ENAMETOOLONG;
    return snprintf(pattern, sizeof pattern - 32, "%s/%s", folder, name) < (int)sizeof pattern - 32;
}

/* Begins the file of this process: the pattern with %p filled in; <id>-2 and so on where this process has one already, of what
 * it was before an exec. false, and errno: it cannot be made. */
static bool begin_file(bool forked)
{
    const char *id = strstr(pattern, "%p");
    char more[16] = "";
    header = NULL;
    for (int image = 2; !header; image++) {
        snprintf(path, sizeof path, id ? "%.*s%d%s%s%s" : "%.*s", id ? (int)(id - pattern) : (int)strlen(pattern), pattern,
                 (int)getpid(), forked ? "-fork" : "", more, id ? id + 2 : "");
        header = make_room(0, O_CREAT | (id ? O_EXCL : O_TRUNC));
        if (!header && (errno != EEXIST || image == 100))
            return false;
        snprintf(more, sizeof more, "-%d", image);
    }
    extent = (struct trace_page *)header;
    memcpy(header->magic, TRACE_MAGIC, sizeof header->magic);
    header->version = TRACE_VERSION;
    header->pages = 1;
    header->forked = forked;
    return true;
}

/* The first call of a fork's child, which has one thread. Its table of objects is empty: the kernel has cleared that, too. */
static __attribute__((noinline)) bool child_begin(void)
{
    int saved = errno;
    bool own = strstr(pattern, "%p");
    if (own) {
        pthread_mutex_init(&extent_lock, NULL);
        atomic_store(&threads, NULL);
        atomic_store(&sequence, 0);
        self = NULL;
        own = begin_file(true);
        if (!own)
            say("cannot write ", path, errno, "a child of fork is not recorded");
        atomic_store(state, own ? RECORDING : STOPPED);
    } else {
        __atomic_fetch_add(&header->children, 1, __ATOMIC_RELAXED);
        atomic_store(state, COUNTED);
    }
    errno = saved;
    return own;
}

__attribute__((constructor)) static void begin(void)
{
    char *name = getenv("HAKTRACE_FILE");
    if (!name)
        say("HAKTRACE_FILE is not set: name the file to write", "", 0, "nothing is recorded");
    if (!name || !*name)
        return; /* empty: the program that started this one is recorded */
    _Atomic int *page = map(TRACE_PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!make_pattern(name) || !page || madvise(page, TRACE_PAGE, MADV_WIPEONFORK) || pthread_key_create(&ending, end_thread) ||
        !begin_file(false)) {
        say("HAKTRACE_FILE: cannot write ", name, errno, "nothing is recorded");
        return;
    }
    if (!strstr(name, "%p"))
        *name = 0;
    atomic_store(page, RECORDING);
    state = page;
    this_thread();
}

/* Waits, not for ever, until no thread is in the middle of an event. */
static bool all_idle(void)
{
    for (struct thread *t = atomic_load(&threads); t; t = t->next)
        for (int turns = 0; atomic_load(&t->busy); turns++) {
            if (turns == 10000)
                return false;
            sched_yield();
        }
    return true;
}

/* Children of fork that were not recorded. */
static void say_missed(void)
{
    char text[160];
    if (!header->children)
        return;
    snprintf(text, sizeof text, "%" PRIu64 " call%s of %" PRIu64 " process%s made by fork %s not in the trace", header->missed,
             header->missed == 1 ? "" : "s", header->children, header->children == 1 ? "" : "es",
             header->missed == 1 ? "is" : "are");
    say(text, "", 0, "with %p in the file's name each process has its own");
}

__attribute__((destructor)) static void finish(void)
{
    if (!end() || !all_idle())
        return;
    for (struct thread *t = atomic_load(&threads); t; t = t->next) {
        header->events += t->events;
        header->objects += t->objects;
    }
    header->closed = 1;
    if (truncate(path, (off_t)(header->pages * TRACE_PAGE)))
        say("cannot cut the trace to its length", "", errno, "unused bytes follow it");
    say_missed();
}
