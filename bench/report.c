/* report.c - prints one table per workload: medians, ratio to glibc, system calls, faults, SuperSlabs, peak RSS. */
#include "bench/bench.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int double_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts values in place. */
static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, double_order);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static double median_of_longs(const long *values, int count)
{
    double copy[ROUNDS_MAX];
    for (int i = 0; i < count; i++)
        copy[i] = (double)values[i];
    return median(copy, count);
}

static double median_mops(const struct cell *cell)
{
    double copy[ROUNDS_MAX];
    memcpy(copy, cell->mops, sizeof copy);
    return cell->samples ? median(copy, cell->samples) : 0;
}

static void calls_print(bool have, const uint64_t calls[CALLS])
{
    for (int i = 0; i < CALLS; i++)
        if (have)
            printf(" %8llu", (unsigned long long)calls[i]);
        else
            printf(" %8s", "-");
}

static void row_print(const struct allocator *allocator, const struct cell *cell, double glibc)
{
    char label[80], ratio[16] = "-", range[40], superslabs[24] = "-";
    snprintf(label, sizeof label, "%s%s", allocator->label, cell->failed ? " (failed)" : "");
    if (!cell->samples) {
        printf("  %-28s %8s\n", label, "-");
        return;
    }
    double sorted[ROUNDS_MAX];
    memcpy(sorted, cell->mops, sizeof sorted);
    double middle = median(sorted, cell->samples);
    if (glibc > 0)
        snprintf(ratio, sizeof ratio, "%.2f", middle / glibc);
    snprintf(range, sizeof range, "%.2f..%.2f", sorted[0], sorted[cell->samples - 1]);
    if (cell->counted_own)
        snprintf(superslabs, sizeof superslabs, "%llu", (unsigned long long)cell->superslabs);
    printf("  %-28s %8.2f %8s %16s", label, middle, ratio, range);
    calls_print(cell->counted, cell->calls);
    printf(" %8.0f %7s %8.1f\n", median_of_longs(cell->faults, cell->samples), superslabs,
           median_of_longs(cell->peak_kb, cell->samples) / 1024);
    if (cell->counted_own) {
        printf("  %-28s %8s %8s %16s", "  as it counts itself", "", "", "");
        calls_print(true, cell->calls_own);
        printf("\n");
    }
}

static void baselines_print(const struct bench *bench, const char *command)
{
    for (int i = 0; i < bench->baseline_count; i++)
        if (strcmp(bench->baselines[i].command, command) == 0)
            printf("  published %s (%s): %s M ops/s on this workload, %s, %s; another machine\n", bench->baselines[i].name,
                   bench->baselines[i].toggles, bench->baselines[i].mops, bench->baselines[i].date,
                   bench->baselines[i].source);
}

static void table_print(const struct bench *bench, const struct workload *workload, const struct cell *cells)
{
    printf("\n%s   (%s)\n", workload->command, workload->what);
    printf("  %-28s %8s %8s %16s", "allocator", "M ops/s", "x glibc", "min..max");
    for (int i = 0; i < CALLS; i++)
        printf(" %8s", sample_call_names[i]);
    printf(" %8s %7s %8s\n", "faults", "SuperSl", "peak MiB");
    double glibc = median_mops(&cells[bench->glibc]);
    for (int i = 0; i < bench->allocator_count; i++)
        row_print(&bench->allocators[i], &cells[i], glibc);
    baselines_print(bench, workload->command);
}

void report_print(const struct bench *bench, const struct cell *cells)
{
    int most = 0, least = ROUNDS_MAX;
    for (int i = 0; i < workload_count * bench->allocator_count; i++) {
        most = cells[i].samples > most ? cells[i].samples : most;
        least = cells[i].samples < least ? cells[i].samples : least;
    }
    for (int w = 0; w < workload_count; w++)
        table_print(bench, &workloads[w], cells + w * bench->allocator_count);
    printf("\nM ops/s, faults (minor) and peak RSS: medians of %d", least);
    if (most != least)
        printf(" to %d", most);
    printf(" interleaved rounds, same workload binary, LD_PRELOAD.\nSystem calls and SuperSlabs mapped: separate counting runs%s.\n",
           bench->strace ? "; by strace, those of loader and program included" : "; strace is not installed");
    if (bench->missing[0])
        printf("Not installed:%s (make deps-rivals).\n", bench->missing);
}
