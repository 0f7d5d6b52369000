/* SPDX-License-Identifier: MIT */
/* harvest.c - turns what was said into named values: the workload's result line, the allocator's own counters, strace's table,
 * callgrind's file, RSS over time.
 *
 * A value that cannot be read is left out.
 */
#include "bench/take/harvest.h"
#include "bench/low/callgrind_names.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void harvest_add(struct launch_result *r, const char *name, double value)
{
    if (isnan(value))
        return;
    if ((r->value_count & (r->value_count + 1)) == 0) {
        struct launch_value *more = realloc(r->values, (2 * r->value_count + 1) * sizeof *more);
        if (!more)
            return;
        r->values = more;
    }
    struct launch_value *v = &r->values[r->value_count++];
    snprintf(v->name, sizeof v->name, "%s", name);
    v->value = value;
}

double launch_value(const struct launch_result *r, const char *name)
{
    for (size_t i = 0; i < r->value_count; i++)
        if (strcmp(r->values[i].name, name) == 0)
            return r->values[i].value;
    return (double)NAN;
}

/* Adds to a value that is there, or makes it. */
static void sum_add(struct launch_result *r, const char *name, double value)
{
    for (size_t i = 0; i < r->value_count; i++)
        if (strcmp(r->values[i].name, name) == 0) {
            r->values[i].value += value;
            return;
        }
    harvest_add(r, name, value);
}

/* The last line of text that begins so. */
static const char *line_last(const char *text, const char *begin)
{
    const char *found = NULL;
    for (const char *at = text; (at = strstr(at, begin)); at++)
        if (at == text || at[-1] == '\n')
            found = at;
    return found;
}

/* ops is what counts are divided by; seconds and ops_s belong to timing runs only. */
void harvest_result_line(struct launch_result *r, enum mode mode)
{
    const char *line = line_last(r->text, "workload=");
    char key[48], text[80], name[64], *end;
    int used;
    for (; line && sscanf(line, "%47[^= \n]=%79[^ \n]%n", key, text, &used) == 2; line += used + (line[used] == ' ')) {
        double value = strtod(text, &end);
        bool number = *text && !*end;
        if (strcmp(key, "checksum") == 0)
            snprintf(r->checksum, sizeof r->checksum, "%.31s", text);
        else if (number && strcmp(key, "ops") == 0)
            harvest_add(r, "ops", value);
        else if (number && strcmp(key, "ops_per_s") == 0 && mode == MODE_TIME)
            harvest_add(r, "ops_s", value);
        else if (number && strcmp(key, "seconds") == 0 && mode == MODE_TIME)
            harvest_add(r, "seconds", value);
        else if (number && strcmp(key, "live_kb") == 0)
            harvest_add(r, "live_kb", value);
        else if (number && mode == MODE_MEMORY && strcmp(key, "seconds") != 0 && strcmp(key, "ops_per_s") != 0) {
            snprintf(name, sizeof name, "work.%s", key);
            harvest_add(r, name, value);
        }
        if (line[used] != ' ')
            break;
    }
}

/* {"variant":"p12","program":"larson","pid":7,"live_blocks":0,...,"os.mmap.superslab":3,...} on one line; a workload's children
 * may have said one each. */
void harvest_own_counters(struct launch_result *r)
{
    const char *at = line_last(r->text, "{\"variant\":\"");
    char key[56], name[64];
    unsigned long long value;
    int used;
    if (!at || sscanf(at, "{\"variant\":\"%63[^\"]\"%n", r->variant, &used) != 1)
        return;
    at += used;
    const char *numbers = strstr(at, ",\"pid\":"); /* behind the program's name; up to v0.1 numbers began at once */
    at = numbers && numbers < at + strcspn(at, "\n") ? numbers : at;
    for (; sscanf(at, ",\"%55[^\"]\":%llu%n", key, &value, &used) == 2; at += used) {
        snprintf(name, sizeof name, "stat.%s", key);
        harvest_add(r, name, (double)value);
        if (strcmp(key, "syscalls") == 0)
            harvest_add(r, "syscalls_own", (double)value);
        if (strcmp(key, "superslabs_peak") == 0)
            harvest_add(r, "superslabs_peak", (double)value);
        for (int i = 0; i < MEMORY_CALLS; i++)
            if (strncmp(key, "os.", 3) == 0 && strncmp(key + 3, memory_calls[i], strcspn(key + 3, ".")) == 0)
                sum_add(r, memory_calls[i], (double)value);
    }
}

/* Rows of strace -c: % time, seconds, usecs/call, calls, maybe errors, name. */
void harvest_strace(struct launch_result *r)
{
    const char *line = strstr(r->text, "% time");
    double all = 0, memory = 0;
    for (; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        unsigned long long count, errors;
        double seconds;
        char call[48], name[64];
        if (sscanf(line, "%*f %lf %*u %llu %llu %47s", &seconds, &count, &errors, call) != 4 &&
            sscanf(line, "%*f %lf %*u %llu %47[a-z0-9_]", &seconds, &count, call) != 3)
            continue;
        if (strcmp(call, "total") == 0)
            continue;
        snprintf(name, sizeof name, "strace.%s", call);
        harvest_add(r, name, (double)count);
        snprintf(name, sizeof name, "strace_s.%s", call);
        harvest_add(r, name, seconds);
        all += (double)count;
        for (int i = 0; i < MEMORY_CALLS; i++)
            memory += strcmp(call, memory_calls[i]) == 0 ? (double)count : 0;
    }
    if (all > 0) {
        harvest_add(r, "syscalls_all", all);
        harvest_add(r, "syscalls", memory);
    }
}

static int double_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Settled: the median of the last fifth (of at least one point). Memory that the kernel may take at any time is not counted. */
void harvest_memory(struct launch_result *r)
{
    double max = 0, *last = calloc(r->series_count + 1, sizeof *last);
    size_t from = r->series_count - (r->series_count + 4) / 5, count = 0;
    for (size_t i = 0; last && i < r->series_count; i++) {
        double kb = r->series[i].rss_kb - r->series[i].lazyfree_kb;
        max = kb > max ? kb : max;
        if (i >= from)
            last[count++] = kb;
    }
    if (count) {
        qsort(last, count, sizeof *last, double_order);
        harvest_add(r, "rss_settled", last[count / 2]);
        harvest_add(r, "rss_max", max);
    }
    free(last);
}

/* --- Callgrind ------------------------------------------------------------------------------------------------------------ */

/* Is a call into this object and function a call of the allocator? Callgrind names objects by their true paths, and some code
 * of a library ("???") not at all. */
static bool is_allocator(const char *object, const char *function, const char *library)
{
    static const char *const names[] = {"malloc",         "free",     "calloc",        "realloc", "cfree",
                                        "posix_memalign", "memalign", "aligned_alloc", "valloc",  "reallocarray",
                                        "pvalloc",        "malloc_trim"};
    if (library && strcmp(object, library) == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(function, names[i]) == 0)
            return true;
    return false;
}

/* The allocator's share is the inclusive cost of the calls that the workload's own code makes into it: whatever they call in
 * turn belongs to them, what the C library does for itself does not. */
bool harvest_callgrind(struct launch_result *r, int fd, const char *program, const char *library)
{
    struct callgrind_names objects = {0}, functions = {0};
    char *line = NULL;
    size_t room = 0;
    double all = (double)NAN, allocator = 0;
    bool from_workload = false, to_allocator = false, called = false;
    const char *object = "", *callee = "", *function = "";
    int copy = dup(fd);
    FILE *file = copy >= 0 ? fdopen(copy, "r") : NULL;
    if (!file)
        return false;
    rewind(file);
    while (getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "ob=", 3) == 0) {
            object = callgrind_name(&objects, line + 3);
            from_workload = program && strcmp(object, program) == 0;
        } else if (strncmp(line, "cob=", 4) == 0)
            callee = callgrind_name(&objects, line + 4);
        else if (strncmp(line, "fn=", 3) == 0)
            callgrind_name(&functions, line + 3);
        else if (strncmp(line, "cfn=", 4) == 0)
            function = callgrind_name(&functions, line + 4);
        else if (strncmp(line, "calls=", 6) == 0) {
            called = true;
            to_allocator = from_workload && is_allocator(*callee ? callee : object, function, library);
            callee = "";
        } else if (called) {
            const char *cost = strchr(line, ' ');
            allocator += to_allocator && cost ? strtod(cost, NULL) : 0;
            called = false;
        } else if (strncmp(line, "totals:", 7) == 0)
            all = strtod(line + 7, NULL);
    }
    free(line);
    fclose(file);
    callgrind_names_free(&objects);
    callgrind_names_free(&functions);
    harvest_add(r, "instructions", all);
    if (program)
        harvest_add(r, "instructions_allocator", allocator);
    return !isnan(all);
}
