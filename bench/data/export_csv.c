/* SPDX-License-Identifier: MIT */
/* export_csv.c - writes samples as CSV. See export_csv.h.
 */
#include "bench/data/export_csv.h"
#include <math.h>
#include <string.h>

void export_csv_head(FILE *out)
{
    fprintf(out, "variant,workload,metric,value,run,mode,block,position\n");
}

/* Between quotes where it has a character that means something here. */
static void field(FILE *out, const char *text)
{
    const char *quote = text[strcspn(text, ",\"\r\n")] ? "\"" : "";
    fputs(quote, out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputs(quote, out);
    fputc(',', out);
}

static void row(FILE *out, const struct dataset *ds, const struct ds_sample *s, const char *metric, double value)
{
    field(out, ds->variants[s->variant].label);
    field(out, ds->workloads[s->workload].name);
    field(out, metric);
    fprintf(out, "%.15g,%lld,%s,%d,%d\n", value, (long long)ds->run, mode_rows[s->mode].name, s->block, s->position);
}

void export_csv(FILE *out, const struct dataset *ds)
{
    for (size_t i = 0; i < ds->sample_count; i++) {
        const struct ds_sample *s = &ds->samples[i];
        if (s->failed)
            row(out, ds, s, "failed", 1);
        for (size_t m = 0; m < ds->metric_count; m++)
            if (!isnan(s->values[m]))
                row(out, ds, s, ds->metric_names[m], s->values[m]);
    }
}
