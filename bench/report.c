/* report.c - the performance report of one run. */
#include "bench/report.h"
#include "bench/plot.h"
#include "bench/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct expect_result *report_gates(const struct dataset *ds, const struct experiment *e)
{
    struct expect_result *gates = calloc(e->expect_count + 1, sizeof *gates);
    if (!gates)
        abort();
    for (unsigned i = 0; i < e->expect_count; i++)
        gates[i] = expect_judge(e->expect[i], ds, e->margin);
    return gates;
}

void report_gates_print(FILE *out, const struct experiment *e, const struct expect_result *gates)
{
    fprintf(out, "\n%-12s  %-84s  %s\n", "gate", "expected before the run", "measured");
    for (unsigned i = 0; i < e->expect_count; i++)
        fprintf(out, "%-12s  %-84s  %s\n", gate_names[gates[i].gate], gates[i].text, gates[i].figure);
}

bool report_write(const struct dataset *ds, const struct experiment *e, const char *folder, char *why, size_t size)
{
    char path[600];
    (void)ds;
    mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/report.md", folder);
    FILE *out = fopen(path, "w");
    if (!out)
        return text_fail(why, size, "%s: %m", path);
    fprintf(out, "# %s\n", e ? e->name : "run");
    return fclose(out) == 0 || text_fail(why, size, "%s: %m", path);
}
