/* SPDX-License-Identifier: MIT */
/* expect.c - checks the names of an `expect` line before the run. See expect.h.
 */
#include "bench/judge/expect.h"
#include "bench/judge/expect_parse.h"
#include "bench/low/text.h"
#include <stdio.h>
#include <string.h>

static bool label_known(const struct experiment *e, const char *label, char *labels, size_t size)
{
    char rival[64];
    bool known = e->rival_count && strcmp(label, BEST_RIVAL) == 0;
    for (unsigned i = 0; i < e->variant_count; i++) {
        known |= strcmp(label, e->variants[i].label) == 0;
        text_add(labels, size, " %s", e->variants[i].label);
    }
    for (unsigned i = 0; i < e->rival_count; i++) {
        experiment_rival_label(e->rivals[i], rival, sizeof rival);
        known |= strcmp(label, rival) == 0;
        text_add(labels, size, " %s", rival);
    }
    if (e->rival_count)
        text_add(labels, size, " %s", BEST_RIVAL);
    return known;
}

static bool workload_known(const struct experiment *e, const char *name, char *names, size_t size)
{
    bool known = false;
    for (unsigned i = 0; i < e->workload_count; i++) {
        known |= strcmp(name, e->workloads[i]) == 0;
        text_add(names, size, " %s", e->workloads[i]);
    }
    return known;
}

bool expect_check(const char *text, const struct experiment *e, char *why, size_t size)
{
    struct expect_line line;
    char names[1024] = "";
    if (!expect_parse(text, &line, why, size))
        return false;
    for (int i = 0; i < line.term_count; i++) {
        names[0] = 0;
        if (!metric_find(line.term[i].metric))
            return text_fail(why, size, "expect '%s': no metric '%s'%s; metrics: %s", text, line.term[i].metric,
                             metric_like(line.term[i].metric), metric_names());
        if (!label_known(e, line.term[i].label, names, sizeof names))
            return text_fail(why, size, "expect '%s': no label '%s'; labels:%s", text, line.term[i].label, names);
    }
    names[0] = 0;
    bool known = workload_known(e, line.workload, names, sizeof names), one = false;
    for (int i = 0; i < line.term_count; i++)
        one |= !line.term[i].mean;
    if (!one && line.workload[0])
        return text_fail(why, size, "expect '%s': " EXPECT_MEAN " is over all workloads: leave out 'on %s'", text,
                         line.workload);
    if (one && !line.workload[0] && e->workload_count != 1)
        return text_fail(why, size, "expect '%s': on which workload? add 'on' and one of:%s", text, names);
    if (line.workload[0] && !known)
        return text_fail(why, size, "expect '%s': no workload '%s' in this experiment; it has:%s", text, line.workload, names);
    return true;
}

unsigned expect_modes(const char *text, const char *workload)
{
    struct expect_line line;
    char why[256];
    unsigned modes = 0;
    if (!expect_parse(text, &line, why, sizeof why) ||
        (workload && *line.workload && strcmp(line.workload, workload) != 0))
        return 0;
    for (int i = 0; i < line.term_count; i++) {
        const struct metric *m = metric_find(line.term[i].metric);
        modes |= m ? 1u << m->mode : 0;
    }
    return modes;
}

unsigned expect_relative_modes(const char *text, const char *workload)
{
    struct expect_line line;
    char why[256];
    bool relative = false;
    if (!expect_parse(text, &line, why, sizeof why))
        return 0;
    for (int i = 1; i < line.term_count; i++)
        relative |= strcmp(line.term[i].label, line.term[0].label) != 0;
    return relative ? expect_modes(text, workload) : 0;
}
