/* SPDX-License-Identifier: MIT */
/* report_nodes.c - see report_nodes.h. */
#include "bench/show/report_nodes.h"
#include "bench/judge/by_node.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *context_of(const struct dataset *ds, const char *begin, const char *name)
{
    char key[48];
    snprintf(key, sizeof key, "%.12s%.35s", begin, name);
    const char *value = dataset_context(ds, key);
    return *value ? value : "-";
}

/* The first of the three loads that /proc/loadavg has, the least and the most over the machine's blocks. */
static char *loads(const struct dataset *ds, const struct nodes *n, int node, size_t *blocks, char *out, size_t size)
{
    double least = INFINITY, most = -INFINITY;
    char number[24];
    *blocks = 0;
    for (size_t b = 0; b < n->blocks; b++) {
        if (n->of[b] != node)
            continue;
        snprintf(number, sizeof number, "%zu", b);
        double load = strtod(context_of(ds, DS_LOAD, number), NULL);
        least = fmin(least, load);
        most = fmax(most, load);
        ++*blocks;
    }
    snprintf(out, size, "%.1f to %.1f", least, most);
    return out;
}

/* What the machines are. */
static void nodes_describe(struct report *r, const struct nodes *n)
{
    char text[64];
    size_t blocks;
    doc_table(&r->doc, "node|processor|>cores|kernel|>blocks|load when they began");
    for (size_t i = 0; i < n->count; i++) {
        const char *load = loads(r->ds, n, (int)i, &blocks, text, sizeof text);
        doc_cell(&r->doc, "%s", n->name[i]);
        doc_cell(&r->doc, "%s", n->kind[i]);
        doc_cell(&r->doc, "%s", context_of(r->ds, DS_CORES, n->name[i]));
        doc_cell(&r->doc, "%s", context_of(r->ds, DS_KERNEL, n->name[i]));
        doc_cell(&r->doc, "%zu", blocks);
        doc_cell(&r->doc, "%s", load);
    }
}

static void tasks_tell(struct report *r)
{
    for (size_t i = 0; i < r->ds->context_count; i++)
        if (strncmp(r->ds->context[i].key, DS_TASK, strlen(DS_TASK)) == 0)
            doc_item(&r->doc, "%s.", r->ds->context[i].value);
}

/* One comparison on each machine. */
static void effects_tell(struct report *r, const struct nodes *n)
{
    doc_table(&r->doc, "workload|allocator|node|>pairs|>times the reference|95 % interval");
    for (size_t i = 0; i < r->comparison_count; i++)
        for (size_t k = 0; k < n->count; k++) {
            const struct comparison *c = &r->comparison[i];
            struct node_effect e = by_node_effect(r->ds, n, (int)k, c);
            doc_cell(&r->doc, "%s", r->ds->workloads[c->workload].name);
            doc_cell(&r->doc, "%s", r->ds->variants[c->b].label);
            doc_cell(&r->doc, "%s", n->name[k]);
            doc_cell(&r->doc, "%zu", e.pairs);
            doc_cell(&r->doc, "%s", show(e.gain.value, 3));
            doc_cell(&r->doc, "%s", show_interval(e.gain, 1));
        }
}

static void verdict_row(struct report *r, const struct comparison *c, const char *kind, size_t nodes)
{
    doc_cell(&r->doc, "%s", r->ds->workloads[c->workload].name);
    doc_cell(&r->doc, "%s", r->ds->variants[c->b].label);
    doc_cell(&r->doc, "%s", kind);
    doc_cell(&r->doc, "%zu", nodes);
    doc_cell(&r->doc, "%s", show(c->gain.value, 3));
    doc_cell(&r->doc, "%s", show_interval(c->gain, 1));
    doc_cell(&r->doc, "%s", c->nodes ? show(c->between, 3) : "-");
    doc_cell(&r->doc, "%s%s%s", verdict_rows[c->verdict].name, *c->missing ? ": " : "", c->missing);
}

static size_t nodes_of_kind(const struct nodes *n, const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < n->count; i++)
        count += strcmp(n->kind[i], kind) == 0;
    return count;
}

/* Each kind of machine, if there are several, then all. */
static void verdicts_tell(struct report *r, const struct nodes *n)
{
    const char **kind = xalloc_zeroed(n->count, sizeof *kind);
    size_t kinds = by_node_kinds(n, kind), count = r->comparison_count;
    struct comparison *some = xalloc_zeroed(count * (kinds + 1), sizeof *some);
    for (size_t k = 0; k < kinds; k++) {
        memcpy(some + k * count, r->comparison, count * sizeof *some);
        by_node_judge_kind(r->ds, n, kind[k], some + k * count, count, r->e ? r->e->margin : RULE_MARGIN);
    }
    doc_table(&r->doc,
              "workload|allocator|kind of machine|>nodes|>times the reference|95 % interval|>spread between nodes, x|verdict");
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; kinds > 1 && k < kinds; k++)
            verdict_row(r, &some[k * count + i], kind[k], nodes_of_kind(n, kind[k]));
        verdict_row(r, &r->comparison[i], "all", n->count);
    }
    free(some);
    free(kind);
}

void report_nodes(struct report *r)
{
    struct nodes *n = nodes_of(r->ds);
    if (n->count) {
        doc_heading(&r->doc, 2, "By node");
        doc_text(
            &r->doc,
            "Measured on %zu node%s; each block of interleaved samples on one of them, so that allocators are never compared "
            "across nodes. The effect on a node is the median of its pairs. Verdicts of several nodes, and gates, rest on a "
            "random effect of nodes: the variance between nodes of DerSimonian and Laird (1986), the interval and p of Hartung "
            "and Knapp (2001), Student's t with one degree of freedom less than nodes. So few nodes decide less than as many "
            "pairs on one machine: with four nodes p is 0.0002 at 22 standard errors, with ten at 6. That is the price of "
            "speaking for machines that were not measured. The spread is the factor by which the effects of nodes differ "
            "beyond chance, one standard deviation. Context describes the machine that submitted the run.",
            n->count, n->count == 1 ? "" : "s");
        tasks_tell(r);
        nodes_describe(r, n);
        verdicts_tell(r, n);
        doc_fold(&r->doc, "Effects on each node");
        effects_tell(r, n);
        doc_unfold(&r->doc);
    }
    nodes_free(n);
}

/* --- On a terminal -------------------------------------------------------------------------------------------------------- */

static void comparison_print(FILE *out, const struct dataset *ds, const struct nodes *n, const struct comparison *c)
{
    fprintf(out, "%-22s %-10s", ds->workloads[c->workload].name, ds->variants[c->b].label);
    for (size_t k = 0; k < n->count; k++) {
        struct node_effect e = by_node_effect(ds, n, (int)k, c);
        fprintf(out, " %9.3f", e.gain.value);
    }
    fprintf(out, "  %s", verdict_text(c));
    if (c->nodes)
        fprintf(out, ", nodes differ by x %.3f", c->between);
    fprintf(out, "\n");
}

void nodes_table_print(FILE *out, const struct dataset *ds, int reference, double margin)
{
    struct nodes *n = nodes_of(ds);
    struct comparison *c = xalloc_zeroed(ds->variant_count * ds->workload_count, sizeof *c);
    size_t count = 0;
    for (int w = 0; n->count && w < (int)ds->workload_count; w++)
        for (int v = 0; v < (int)ds->variant_count; v++)
            if (v != reference && ds->variants[v].twin_of < 0 && !isnan(dataset_median(ds, v, w, "ops_s")))
                c[count++] = (struct comparison){.a = reference, .b = v, .workload = w, .metric = "ops_s"};
    verdict_judge(ds, c, count, margin);
    if (count) {
        fprintf(out, "\nthroughput against %s, by node\n%-22s %-10s", ds->variants[reference].label, "workload", "allocator");
        for (size_t k = 0; k < n->count; k++)
            fprintf(out, " %9.9s", n->name[k]);
        fprintf(out, "  all\n");
    }
    for (size_t i = 0; i < count; i++)
        comparison_print(out, ds, n, &c[i]);
    free(c);
    nodes_free(n);
}
