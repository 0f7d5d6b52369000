/* SPDX-License-Identifier: MIT */
/* record.c - records what a program asks of malloc, for trace_replay: a library to be preloaded under any program.
 *
 *     HAKTRACE_FILE=out/x.trace LD_PRELOAD=out/bench/trace_record.so program arguments...
 *
 * Wraps the malloc family over the next allocator in line, the C library's or another preloaded one. trace.h is the format. %p
 * in the file's name stands for the process id; then processes that the program starts with exec are recorded too, each in its
 * own file, and otherwise only the first one is. A fork's child is not recorded. Recording begins when the library's
 * constructor runs. When there is no room for the trace, one line says so, recording stops and the program goes on.
 *
 * May include libc, pthreads, table.h and trace.h. What must hold: nothing here allocates through malloc; an event is written
 * after a block is made and before it is freed, so that an address stands for one object at a time; a fork's child writes
 * nothing.
 */
#include "bench/trace/table.h"
#include "bench/trace/trace.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define API __attribute__((visibility("default")))

/* --- The allocator in line after this library ----------------------------------------------------------------------------- */
static struct {
    void *(*malloc)(size_t), *(*calloc)(size_t, size_t), *(*realloc)(void *, size_t), *(*memalign)(size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t), *(*valloc)(size_t), *(*pvalloc)(size_t);
    int (*posix_memalign)(void **, size_t, size_t);
    void (*free)(void *);
    int (*pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
} real;

/* What dlsym itself may ask for while the above is being looked up. Never freed. */
static _Alignas(16) char early[16384];
static size_t early_used;

static void *early_get(size_t size)
{
    size_t at = early_used;
    if (size > sizeof early - at)
        return NULL;
    early_used = at + (size + 15) / 16 * 16;
    return early + at;
}

static bool early_owns(const void *p)
{
    return (const char *)p >= early && (const char *)p < early + sizeof early;
}

/* One line on standard error: what is wrong, about what, and what follows. */
static void say(const char *what, const char *name, int error, const char *then)
{
    char line[512];
    const char *why = error ? strerrordesc_np(error) : "";
    int length = snprintf(line, sizeof line - 1, "trace_record: %s%.300s%s%s; %s", what, name, error ? ": " : "", why, then);
    length = length < (int)sizeof line - 1 ? length : (int)sizeof line - 2;
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        return;
}

/* Whether the functions of `real` can be called; false within the look-up itself. The loader makes the first call, so that no
 * other thread exists. */
static bool ready(void)
{
    static enum { UNKNOWN, ASKING, KNOWN } state;
    static const struct {
        const char *name;
        void *function;
    } names[] = {
        {"malloc", &real.malloc},
        {"calloc", &real.calloc},
        {"realloc", &real.realloc},
        {"memalign", &real.memalign},
        {"aligned_alloc", &real.aligned_alloc},
        {"valloc", &real.valloc},
        {"pvalloc", &real.pvalloc},
        {"posix_memalign", &real.posix_memalign},
        {"free", &real.free},
        {"pthread_create", &real.pthread_create},
    };
    if (__builtin_expect(state != UNKNOWN, 1))
        return state == KNOWN;
    state = ASKING;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *found = dlsym(RTLD_NEXT, names[i].name);
        if (!found) {
            say("no next function in line for ", names[i].name, 0, "the program cannot run");
            _exit(127);
        }
        memcpy(names[i].function, &found, sizeof found);
    }
    state = KNOWN;
    return true;
}

/* --- The file: pages in a shared mapping -----------------------------------------------------------------------------------
 */
#define EXTENT ((size_t)1 << 20) /* mapped and given room on the disk at a time */

static char path[4096];
static struct trace_header *header;
/* On a page that the kernel clears in a fork's child, however it is forked: true while this process records. */
static _Atomic bool nowhere, *on = &nowhere;
static _Atomic uint64_t sequence;

static void stop(const char *what, int error)
{
    if (atomic_exchange(on, false))
        say(what, "", error, "recording stops, the program goes on");
}

static void *map(size_t size, int flags, int file, off_t at)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, file, at);
    return p == MAP_FAILED ? NULL : p;
}

/* The extent of the file from byte `at` on; NULL, and errno, when there is no room. The file is opened each time: programs
 * close descriptors that they do not know. */
static void *map_extent(off_t at)
{
    int file = open(path, O_RDWR | O_CLOEXEC | (at ? 0 : O_CREAT | O_TRUNC), 0666);
    if (file < 0)
        return NULL;
    int error = posix_fallocate(file, at, EXTENT);
    void *extent = error ? NULL : map(EXTENT, MAP_SHARED, file, at);
    error = error ? error : errno;
    close(file);
    errno = error;
    return extent;
}

/* A page for a thread, zero but for its number; NULL: recording has stopped. */
static struct trace_page *new_page(uint32_t thread)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct trace_page *extent;
    pthread_mutex_lock(&lock);
    size_t at = header->pages * TRACE_PAGE;
    if (at < EXTENT)
        extent = (struct trace_page *)header;
    else if (at % EXTENT == 0)
        extent = map_extent((off_t)at);
    struct trace_page *page = extent ? &extent[at % EXTENT / TRACE_PAGE] : NULL;
    if (page) {
        page->thread = thread;
        header->pages++;
    } else {
        stop("no room for the trace", errno);
    }
    pthread_mutex_unlock(&lock);
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

static bool write_event(struct thread *t, enum trace_kind kind, const uint64_t *fields)
{
    if (!t->page || sizeof t->page->bytes - t->page->used < TRACE_EVENT_MAX)
        t->page = new_page(t->index);
    if (!t->page)
        return false;
    uint64_t now = atomic_fetch_add(&sequence, 1) + 1, gap = now - t->sequence - 1;
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

/* Writes an event of this thread; false: this process does not record. */
static bool event(enum trace_kind kind, uint64_t a, uint64_t b, uint64_t c)
{
    struct thread *t = atomic_load(on) ? this_thread() : NULL;
    if (!t)
        return false;
    atomic_store(&t->busy, true);
    bool written = atomic_load(on) && write_event(t, kind, (uint64_t[]){a, b, c});
    atomic_store(&t->busy, false);
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
    return p && atomic_load(on) && table_take(p, object);
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
        size_t room = p ? (size_t)(early + sizeof early - (char *)p) : 0;
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
    struct thread *t = atomic_load(on) ? new_thread() : NULL;
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
/* The file's name with %p filled in, absolute since programs change their directory. false, and errno: it cannot be made. */
static bool make_path(const char *name)
{
    char folder[2048] = "";
    const char *pid = strstr(name, "%p");
    if (*name != '/' && !getcwd(folder, sizeof folder))
        return false;
    int length = pid ? snprintf(path, sizeof path, "%s/%.*s%d%s", folder, (int)(pid - name), name, (int)getpid(), pid + 2)
                     : snprintf(path, sizeof path, "%s/%s", folder, name);
    errno = ENAMETOOLONG;
    return length < (int)sizeof path;
}

__attribute__((constructor)) static void begin(void)
{
    char *name = getenv("HAKTRACE_FILE");
    if (!name)
        say("HAKTRACE_FILE is not set: name the file to write", "", 0, "nothing is recorded");
    if (!name || !*name)
        return; /* empty: the program that started this one is recorded */
    _Atomic bool *flag = map(TRACE_PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!make_path(name) || !flag || madvise(flag, TRACE_PAGE, MADV_WIPEONFORK) || pthread_key_create(&ending, end_thread) ||
        !(header = (struct trace_header *)map_extent(0))) {
        say("HAKTRACE_FILE: cannot write ", name, errno, "nothing is recorded");
        return;
    }
    if (!strstr(name, "%p"))
        *name = 0;
    memcpy(header->magic, TRACE_MAGIC, sizeof header->magic);
    header->version = TRACE_VERSION;
    header->pages = 1;
    atomic_store(flag, true);
    on = flag;
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

__attribute__((destructor)) static void finish(void)
{
    if (!atomic_exchange(on, false) || !all_idle())
        return;
    for (struct thread *t = atomic_load(&threads); t; t = t->next) {
        header->events += t->events;
        header->objects += t->objects;
    }
    header->closed = 1;
    if (truncate(path, (off_t)(header->pages * TRACE_PAGE)))
        say("cannot cut the trace to its length", "", errno, "unused bytes follow it");
}
