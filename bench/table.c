/* table.c - the terminal table of a dataset. See verdict.h.
 *
 * May include dataset, verdict, stats and libc.
 */
#include "bench/verdict.h"
#include <math.h>

void table_print(FILE *out, const struct dataset *ds, int reference)
{
    for (int w = 0; w < (int)ds->workload_count; w++) {
        fprintf(out, "\n%s   (%s)\n", ds->workloads[w].command, ds->workloads[w].what);
        for (int v = 0; v < (int)ds->variant_count; v++) {
            struct comparison c = {.a = reference < 0 ? 0 : reference, .b = v, .workload = w, .metric = "ops_s"};
            verdict_judge(ds, &c, 1, VERDICT_MARGIN);
            fprintf(out, "  %-28s %10.2f %s\n", ds->variants[v].label, c.median_b / 1e6, verdict_text(&c));
        }
    }
}
