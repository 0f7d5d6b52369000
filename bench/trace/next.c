/* SPDX-License-Identifier: MIT */
/* next.c - looks up the allocator in line. See next.h.
 *
 * What must hold: nothing here allocates through malloc.
 */
#include "bench/trace/next.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct next real;
bool next_known;

static _Alignas(16) char early[16384];
static size_t early_used;

void *early_get(size_t size)
{
    size_t at = early_used;
    if (size > sizeof early - at)
        return NULL;
    early_used = at + (size + 15) / 16 * 16;
    return early + at;
}

bool early_owns(const void *p)
{
    return (const char *)p >= early && (const char *)p < early + sizeof early;
}

size_t early_room(const void *p)
{
    return (size_t)(early + sizeof early - (const char *)p);
}

void say(const char *what, const char *name, int error, const char *then)
{
    char line[512];
    const char *why = error ? strerrordesc_np(error) : "";
    int length = snprintf(line, sizeof line - 1, "trace_record: %s%.300s%s%s; %s", what, name, error ? ": " : "", why, then);
    length = length < (int)sizeof line - 1 ? length : (int)sizeof line - 2;
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        return;
}

bool next_find(void)
{
    static bool asking;
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
    if (asking)
        return false;
    asking = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *found = dlsym(RTLD_NEXT, names[i].name);
        if (!found) {
            say("no next function in line for ", names[i].name, 0, "the program cannot run");
            _exit(127);
        }
        memcpy(names[i].function, &found, sizeof found);
    }
    next_known = true;
    return true;
}
