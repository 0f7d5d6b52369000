/* SPDX-License-Identifier: MIT */
/* wrap_lib.c - a library that wraps functions of libc, as tracers and sanitizers do, and allocates in its wrappers. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static __thread int inside;

/* What a wrapper does before it goes on: it notes something, in memory from malloc. */
static void note(void)
{
    if (inside)
        return;
    inside = 1;
    for (size_t size = 16; size < 300000; size = size * 5 + 3) {
        char *p = malloc(size);
        memset(p, 1, 16);
        free(p);
    }
    inside = 0;
}

#define WRAP(type, name, parameters, ...)                       \
    type name parameters                                        \
    {                                                           \
        static type(*next) parameters;                          \
        if (!next) {                                            \
            inside++;                                           \
            next = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
            inside--;                                           \
        }                                                       \
        note();                                                 \
        return next(__VA_ARGS__);                               \
    }

WRAP(int, pthread_mutex_lock, (pthread_mutex_t * m), m)
WRAP(int, pthread_mutex_trylock, (pthread_mutex_t * m), m)
WRAP(int, pthread_mutex_unlock, (pthread_mutex_t * m), m)
WRAP(int, pthread_once, (pthread_once_t * once, void (*f)(void)), once, f)
WRAP(int, pthread_key_create, (pthread_key_t * key, void (*f)(void *)), key, f)
WRAP(int, pthread_setspecific, (pthread_key_t key, const void *value), key, value)
WRAP(void *, mmap, (void *start, size_t bytes, int access, int flags, int fd, off_t at), start, bytes, access, flags, fd, at)
WRAP(int, munmap, (void *start, size_t bytes), start, bytes)
WRAP(int, madvise, (void *start, size_t bytes, int advice), start, bytes, advice)
WRAP(int, mprotect, (void *start, size_t bytes, int access), start, bytes, access)
WRAP(int, sched_yield, (void))
WRAP(int, clock_gettime, (clockid_t clock, struct timespec *now), clock, now)

void *mremap(void *start, size_t from, size_t to, int flags, ...)
{
    static void *(*next)(void *, size_t, size_t, int, ...);
    va_list arguments;
    va_start(arguments, flags);
    void *target = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
    va_end(arguments);
    if (!next)
        next = (void *(*)(void *, size_t, size_t, int, ...))dlsym(RTLD_NEXT, "mremap");
    note();
    return next(start, from, to, flags, target);
}
