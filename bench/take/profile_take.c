/* SPDX-License-Identifier: MIT */
/* profile_take.c - runs a workload for a profile. See profile_take.h.
 */
#include "bench/take/profile_take.h"
#include "bench/low/text.h"
#include "bench/take/launch.h"
#include "bench/take/shot.h"
#include <stdio.h>
#include <string.h>

const char *profile_command(const struct workload *w)
{
    return w->counts ? w->counts : w->command;
}

/* What a run of this mode counted that a profile shows. */
static void counts_take(struct profile *p, int side, enum mode mode, const struct launch_result *r)
{
    for (size_t i = 0; i < r->value_count; i++) {
        const char *name = r->values[i].name;
        bool fault = mode == MODE_TIME && (strcmp(name, "faults") == 0 || strcmp(name, "major_faults") == 0);
        bool call = mode == MODE_STRACE && (strncmp(name, "strace.", 7) == 0 || strcmp(name, "syscalls_all") == 0);
        if (fault || call)
            profile_count_set(p, side, name, r->values[i].value, launch_value(r, "ops"));
    }
}

bool profile_take(struct profile *p, int side, const struct variant *v, const struct workload *w, double timeout, char *why,
                  size_t size)
{
    static const enum mode modes[] = {MODE_INSTRUCTIONS, MODE_STRACE, MODE_TIME};
    static struct launch_result r;
    struct workload run = *w;
    bool good = true;
    run.command = profile_command(w);
    run.counts = NULL;
    for (size_t i = 0; good && i < sizeof modes / sizeof *modes; i++) {
        if (modes[i] == MODE_STRACE && !launch_can(MODE_STRACE))
            continue;
        struct shot shot = {.workload = &run, .variant = v, .mode = modes[i], .cpu = -1, .timeout = timeout, .side = side};
        shot.profile = modes[i] == MODE_INSTRUCTIONS ? p : NULL;
        good = shot_take(&shot, &r, why, size);
        if (good && r.failed)
            good = text_fail(why, size, "%s on %s: %s", v->d.label, w->name, r.why);
        if (good && modes[i] == MODE_INSTRUCTIONS)
            p->ops[side] = launch_value(&r, "ops");
        counts_take(p, side, modes[i], &r);
        launch_free(&r);
    }
    return good;
}
