/* SPDX-License-Identifier: MIT */
/* progress.c - done/total, time left, current variant and workload. */
#include "bench/take/progress.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { PLAIN_EVERY_S = 10 };

static struct {
    int done, total;
    double weight_done, weight_total, started, said;
    bool terminal;
} progress;

double progress_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void progress_start(int total, double weight)
{
    progress.done = 0;
    progress.total = total;
    progress.weight_done = 0;
    progress.weight_total = weight;
    progress.started = progress_now();
    progress.said = progress.started - PLAIN_EVERY_S;
    progress.terminal = isatty(STDERR_FILENO);
}

void progress_clear(void)
{
    if (progress.terminal)
        fputs("\r\033[K", stderr);
}

void progress_step(const char *stage, const char *variant, const char *workload)
{
    double now = progress_now(), spent = now - progress.started;
    if (!progress.terminal && now - progress.said < PLAIN_EVERY_S)
        return;
    progress.said = now;
    progress_clear();
    fprintf(stderr, "hakbench: %d/%d", progress.done, progress.total);
    if (spent > 1 && progress.weight_done > 0) {
        double left = spent / progress.weight_done * (progress.weight_total - progress.weight_done);
        fprintf(stderr, ", about %.0f s left", left > 0 ? left : 0);
    }
    fprintf(stderr, ", %s: %s on %s%s", stage, variant, workload, progress.terminal ? "" : "\n");
    fflush(stderr);
}

void progress_done(double weight)
{
    progress.done++;
    progress.weight_done += weight;
}
