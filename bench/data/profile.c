/* SPDX-License-Identifier: MIT */
/* profile.c - reads callgrind files into one tree of calls. See profile.h.
 *
 * A function's name is a chain there, from itself to its callers: malloc'main'(below main). Below a part of a chain that is a
 * number stands how deep a recursion is: it is left out.
 */
#include "bench/data/profile.h"
#include "bench/low/callgrind_names.h"
#include "bench/low/xalloc.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MAX_SHOWN = 200 };

/* Room doubles whenever the number of what is there is a power of two. */
static void *grown(void *old, size_t count, size_t each)
{
    return count & (count - 1) ? old : xalloc_need(realloc(old, (count ? 2 * count : 1) * each));
}

static int frame_add(struct profile *p, int parent, const char *name)
{
    p->frames = grown(p->frames, p->frame_count, sizeof *p->frames);
    int at = (int)p->frame_count++;
    p->frames[at] = (struct profile_frame){xalloc_need(strdup(name)), parent, -1, -1, {0, 0}, {0, 0}};
    if (parent < 0)
        return at;
    p->frames[at].next = p->frames[parent].child;
    p->frames[parent].child = at;
    return at;
}

static int frame_of(struct profile *p, int parent, const char *name)
{
    for (int i = p->frames[parent].child; i >= 0; i = p->frames[i].next)
        if (strcmp(p->frames[i].name, name) == 0)
            return i;
    return frame_add(p, parent, name);
}

struct profile *profile_new(void)
{
    struct profile *p = xalloc_zeroed(1, sizeof *p);
    frame_add(p, -1, "all");
    p->ops[0] = p->ops[1] = (double)NAN;
    return p;
}

void profile_free(struct profile *p)
{
    for (size_t i = 0; p && i < p->frame_count; i++)
        free(p->frames[i].name);
    if (p) {
        free(p->frames);
        free(p->counts);
    }
    free(p);
}

void profile_count_set(struct profile *p, int side, const char *name, double value, double ops)
{
    size_t at = 0;
    while (at < p->count_count && strcmp(p->counts[at].name, name) != 0)
        at++;
    if (at == p->count_count) {
        p->counts = grown(p->counts, at, sizeof *p->counts);
        p->counts[at] = (struct profile_count){.value = {(double)NAN, (double)NAN}, .ops = {(double)NAN, (double)NAN}};
        snprintf(p->counts[at].name, sizeof p->counts[at].name, "%s", name);
        p->count_count++;
    }
    p->counts[at].value[side] = value;
    p->counts[at].ops[side] = ops;
}

/* --- Chains --------------------------------------------------------------------------------------------------------------- */

/* The function that a part of a chain is of; "" for the depth of a recursion. */
static const char *plain_name(const char *part, size_t length)
{
    static char name[NAME_MAX_SHOWN];
    snprintf(name, sizeof name, "%.*s", (int)length, part);
    if (strncmp(name, "0x", 2) == 0 || strcmp(name, "???") == 0)
        return "(no name)";
    if (name[strspn(name, "0123456789")] == 0)
        return "";
    char *version = strstr(name, "@@"), *clone = strchr(name, '.');
    if (version)
        *version = 0;
    if (clone && clone > name && islower((unsigned char)clone[1]))
        *clone = 0;
    return name;
}

/* The frame of a chain: callers come last in it. What lies above main is the same for everybody, and left out. */
static int chain_frame(struct profile *p, const char *chain)
{
    const char *part[4 * PROFILE_DEPTH];
    size_t length[4 * PROFILE_DEPTH];
    int count = 0, at = 0;
    while (count < 4 * PROFILE_DEPTH) {
        part[count] = chain;
        length[count] = strcspn(chain, "'");
        chain += length[count++];
        if (!*chain || (length[count - 1] == 4 && strncmp(part[count - 1], "main", 4) == 0))
            break;
        chain++;
    }
    while (count-- > 0) {
        const char *name = plain_name(part[count], length[count]);
        if (*name)
            at = frame_of(p, at, name);
    }
    return at;
}

/* From self to total: callees come behind their callers. */
static void total_up(struct profile *p, int side)
{
    for (size_t i = 0; i < p->frame_count; i++)
        p->frames[i].total[side] = p->frames[i].self[side];
    for (size_t i = p->frame_count; i-- > 1;)
        p->frames[p->frames[i].parent].total[side] += p->frames[i].total[side];
}

bool profile_read(struct profile *p, int side, int fd)
{
    struct callgrind_names functions = {0};
    char *line = NULL;
    size_t room = 0;
    bool called = false, whole = false;
    int at = 0, copy = dup(fd);
    FILE *file = copy >= 0 ? fdopen(copy, "r") : NULL;
    if (!file)
        return false;
    rewind(file);
    while (getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "fn=", 3) == 0)
            at = chain_frame(p, callgrind_name(&functions, line + 3));
        else if (strncmp(line, "cfn=", 4) == 0)
            callgrind_name(&functions, line + 4);
        else if (strncmp(line, "calls=", 6) == 0)
            called = true;
        else if (strncmp(line, "totals:", 7) == 0)
            whole = true;
        else if (*line && strchr("0123456789+-*", *line)) {
            const char *cost = strchr(line, ' ');
            p->frames[at].self[side] += !called && cost ? strtod(cost, NULL) : 0;
            called = false;
        }
    }
    free(line);
    fclose(file);
    callgrind_names_free(&functions);
    total_up(p, side);
    return whole;
}
