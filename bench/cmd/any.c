/* SPDX-License-Identifier: MIT */
/* any.c - options that make anything a workload. See any.h.
 */
#include "bench/cmd/any.h"
#include "bench/cmd/command.h"
#include "bench/low/text.h"
#include "bench/plan/given.h"
#include <string.h>

enum { KEY_COMMAND = 1024, KEY_PREPARE, KEY_WARMUP, KEY_CLEANUP, KEY_FOR, LINE_MAX_LENGTH = 500 };

static const struct argp_option options[] = {
    {"command", KEY_COMMAND, "NAME=PROGRAM ARGUMENT...", 0,
     "any program as a workload of that name (again for more); blanks, quotes and backslashes as in a shell, but none is "
     "started", 0},
    {"prepare", KEY_PREPARE, "COMMAND", 0, "run this before each sample, not timed", 0},
    {"cleanup", KEY_CLEANUP, "COMMAND", 0, "run this after each sample, not timed", 0},
    {"warmup", KEY_WARMUP, "N", 0, "N samples of each cell first, which are not kept (0)", 0},
    {"for", KEY_FOR, "NAME=VALUE,VALUE...", 0,
     "each workload with each value of its argument NAME, or of {NAME} in a --command (again for more)", 0},
    {0},
};

static const char *line_read(const char *option, const char *line)
{
    char why[512];
    if (strlen(line) > LINE_MAX_LENGTH)
        command_bad("%s: too long: at most %d characters", option, LINE_MAX_LENGTH);
    if (!given_line(line, why, sizeof why))
        command_bad("%s '%.100s': %s", option, line, why);
    return line;
}

static void command_add(struct measure *m, const char *text)
{
    char why[1024];
    size_t before = m->plan.workload_count;
    const struct workload *w = given_command(text, why, sizeof why);
    if (!w)
        command_bad("%s", why);
    if (measure_workload(m, w->name) < before)
        command_bad("--command %s: it stands there twice", w->name);
}

static void sweep_add(struct any *a, const char *text)
{
    char why[256];
    struct sweep *s = &a->sweeps[a->sweep_count];
    if (a->sweep_count == SWEEPS_MAX)
        command_bad("--for '%s': at most %d", text, SWEEPS_MAX);
    if (!sweep_read(text, s, why, sizeof why))
        command_bad("%s", why);
    for (int i = 0; i < a->sweep_count; i++)
        if (strcmp(a->sweeps[i].name, s->name) == 0)
            command_bad("--for %s: it stands there twice; want all values in one: %s=1,2", s->name, s->name);
    a->sweep_count++;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct any *a = state->input;
    switch (key) {
    case KEY_COMMAND: command_add(a->measure, text); break;
    case KEY_PREPARE: a->prepare = line_read("--prepare", text); break;
    case KEY_CLEANUP: a->cleanup = line_read("--cleanup", text); break;
    case KEY_WARMUP: a->warmup = (int)measure_number("--warmup", text, 0, 10000); break;
    case KEY_FOR: sweep_add(a, text); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    a->given = true;
    return 0;
}

const struct argp any_argp = {.options = options, .parser = parse};

int any_expand(const struct workload *w, const struct sweep *sweeps, int sweep_count, const struct workload **out, int max,
               char *why, size_t size)
{
    int count = 0;
    if (!sweep_count && max < 1)
        text_fail(why, size, "%s: at most %d workloads in a run", w->name, PLAN_WORKLOADS_MAX);
    if (!sweep_count)
        return max < 1 ? -1 : (*out = w, 1);
    for (int i = 0; i < sweeps->count; i++) {
        const struct workload *one = sweep_apply(w, sweeps->name, sweeps->value[i], why, size);
        int more = one ? any_expand(one, sweeps + 1, sweep_count - 1, out + count, max - count, why, size) : -1;
        if (more < 0)
            return -1;
        count += more;
    }
    return count;
}

void any_apply(struct any *a)
{
    struct measure *m = a->measure;
    const struct workload *all[PLAN_WORKLOADS_MAX];
    char why[1024];
    int count = 0;
    m->plan.prepare = a->prepare;
    m->plan.cleanup = a->cleanup;
    m->plan.warmup = a->warmup;
    for (size_t w = 0; w < m->plan.workload_count; w++) {
        int more = any_expand(m->workloads[w], a->sweeps, a->sweep_count, all + count, PLAN_WORKLOADS_MAX - count, why,
                              sizeof why);
        if (more < 0)
            command_bad("%s", why);
        count += more;
    }
    memcpy(m->workloads, all, (size_t)count * sizeof *all);
    m->plan.workload_count = (size_t)count;
}
