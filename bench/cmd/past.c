/* SPDX-License-Identifier: MIT */
/* past.c - loads runs and puts histories together. See past.h.
 */
#include "bench/cmd/past.h"
#include "bench/cmd/command.h"
#include "bench/cmd/repository.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 10000 };

struct past past_load(struct store *st, const char *workload)
{
    struct past p = {0};
    struct store_run *list = xalloc_zeroed(RUNS_MAX, sizeof *list);
    size_t count = store_runs(st, list, RUNS_MAX);
    if (*store_error())
        command_bad("%s", store_error());
    p.run = xalloc_zeroed(count, sizeof(struct dataset *));
    for (size_t i = count; i-- > 0;) {
        struct dataset *ds = list[i].samples ? store_load(st, list[i].id) : NULL;
        if (list[i].samples && !ds)
            command_bad("%s", store_error());
        if (ds && (!workload || dataset_workload(ds, workload) >= 0))
            p.run[p.count++] = ds;
        else
            dataset_free(ds);
    }
    free(list);
    return p;
}

void past_free(struct past *p)
{
    for (size_t i = 0; i < p->count; i++)
        dataset_free(p->run[i]);
    free(p->run);
}

struct history *past_history(const struct past *p, const char *workload, const char *metric, const char *machine,
                             struct commits *c)
{
    struct history *h = history_new(workload, metric, machine);
    for (size_t i = 0; i < p->count; i++)
        history_add(h, p->run[i], repository_place, c);
    return h;
}

const char *past_machines(const struct past *p, const char *machine, bool *among)
{
    static char text[1024];
    char name[64], before[64];
    text[0] = 0;
    *among = false;
    for (size_t i = 0; i < p->count; i++) {
        bool met = false;
        history_machine(p->run[i], name, sizeof name);
        for (size_t k = 0; k < i && !met; k++) {
            history_machine(p->run[k], before, sizeof before);
            met = strcmp(before, name) == 0;
        }
        if (!met)
            text_add(text, sizeof text, " '%s'", name);
        *among |= strcmp(name, machine) == 0;
    }
    return text;
}
