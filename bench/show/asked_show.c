/* SPDX-License-Identifier: MIT */
/* asked_show.c - prints profiles. See asked_show.h.
 */
#include "bench/show/asked_show.h"
#include "bench/data/asked_text.h"
#include "bench/judge/near.h"
#include <math.h>
#include <string.h>

enum { NEAREST = 5, TEXT = 32 };

/* 3.2 K: a number of things, or of bytes. */
static const char *short_number(double n, char text[TEXT])
{
    static const char units[] = " KMGTPE";
    int unit = 0;
    for (; n >= 1024 && unit < 6; n /= 1024)
        unit++;
    snprintf(text, TEXT, n < 10 && unit ? "%.1f%s%c" : "%.0f%s%c", n, unit ? " " : "", unit ? units[unit] : ' ');
    if (!unit)
        text[strlen(text) - 1] = 0;
    return text;
}

static double share_of(const struct asked *a, int kind)
{
    double share[ASKED_BINS];
    asked_shares(a, ASKED_KIND, share);
    return 100 * share[kind];
}

/* Where a bin begins below which at least this part lies. NAN: nothing is there. */
static double quantile(const struct asked *a, enum asked_list list, double part)
{
    double share[ASKED_BINS], sum = 0;
    if (!asked_shares(a, list, share))
        return (double)NAN;
    for (int i = 0; i < ASKED_BINS; i++)
        if ((sum += share[i]) >= part - 1e-9)
            return asked_from(list, i);
    return asked_from(list, ASKED_BINS - 1);
}

static void quantiles_print(FILE *out, const char *what, const struct asked *a, enum asked_list list)
{
    static const double parts[] = {0.1, 0.5, 0.9, 0.99};
    char text[TEXT];
    fprintf(out, "| %s |", what);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double value = quantile(a, list, parts[i]);
        bool never = (list == ASKED_LIFE_CALLS || list == ASKED_LIFE_BYTES) && value > 1e18;
        if (isnan(value))
            fprintf(out, " - |");
        else if (list == ASKED_GROWTH)
            fprintf(out, " %.2f |", value);
        else
            fprintf(out, " %s |", never ? "never freed" : short_number(value, text));
    }
    fputc('\n', out);
}

/* --- What is near --------------------------------------------------------------------------------------------------------- */

/* The nearest of known that is none of `taken` and has another name; -1: there is no more. */
static int nearest(const struct asked *a, const struct asked *known, size_t count, const int *taken, int taken_count,
                   double *far)
{
    int best = -1;
    for (size_t i = 0; i < count; i++) {
        bool out = strcmp(known[i].name, a->name) == 0;
        for (int k = 0; k < taken_count; k++)
            out |= taken[k] == (int)i;
        double d = out ? 2 : near_distance(a, &known[i], NULL);
        if (d < 2 && (best < 0 || d < *far)) {
            best = (int)i;
            *far = d;
        }
    }
    return best;
}

static void near_print(FILE *out, const struct asked *a, const struct asked *known, size_t count)
{
    int taken[NEAREST], found = 0;
    double far = 0, part[NEAR_PARTS];
    fprintf(out, "\n## Which workload is nearest\n\n| workload | distance |");
    for (int i = 0; i < NEAR_PARTS; i++)
        fprintf(out, " %s |", asked_names[near_parts[i]]);
    fprintf(out, "\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (int at; found < NEAREST && (at = nearest(a, known, count, taken, found, &far)) >= 0; found++) {
        taken[found] = at;
        fprintf(out, "| %s | %.3f |", known[at].name, near_distance(a, &known[at], part));
        for (int i = 0; i < NEAR_PARTS; i++)
            fprintf(out, isnan(part[i]) ? " - |" : " %.2f |", part[i]);
        fputc('\n', out);
    }
    if (found)
        near_distance(a, &known[taken[0]], part), far = near_distance(a, &known[taken[0]], NULL);
    fprintf(out, "\n0 is equal, 1 as far as can be. %s\n",
            !found                ? "There is no profile of a workload to compare with."
            : far <= NEAR_COVERED ? "The first one covers this program: it is at most 0.15 away."
                                  : "No workload covers this program: the nearest is more than 0.15 away.");
}

/* --- One and many --------------------------------------------------------------------------------------------------------- */

/* What is to be known of processes: forks, and what is missing. */
static void processes_print(FILE *out, const struct asked *a)
{
    if (a->forked > 0)
        fprintf(out,
                "Of the processes, fork made %.0f without exec; each is recorded from its first call on, without the blocks "
                "that its parent had made.\n",
                a->forked);
    if (a->cut > 0)
        fprintf(out, "The recording of %.0f process%s did not end in order: what had been written by then is here.\n", a->cut,
                a->cut == 1 ? "" : "es");
    if (a->children > 0)
        fprintf(out, "Missing: at least %.0f call%s of %.0f process%s that fork made without exec.\n", a->missed,
                a->missed == 1 ? "" : "s", a->children, a->children == 1 ? "" : "es");
}

void asked_show(FILE *out, const struct asked *a, const struct asked *known, size_t count)
{
    char text[4][TEXT];
    fprintf(out, "# What %s asks of malloc\n\n", a->name);
    fprintf(out,
            "%s calls, %s blocks, in %.0f thread%s of %.0f process%s; at most %sB in %s blocks at once; %.1f %% never "
            "freed.\n",
            short_number(a->calls, text[0]), short_number(a->blocks, text[1]), a->threads, a->threads == 1 ? "" : "s",
            a->processes + a->forked, a->processes + a->forked == 1 ? "" : "es", short_number(a->peak_bytes, text[2]),
            short_number(a->peak_blocks, text[3]), a->blocks > 0 ? 100 * a->left / a->blocks : 0);
    processes_print(out, a);
    fprintf(out, "Of all calls:");
    for (int kind = 0; kind < ASKED_KINDS; kind++)
        fprintf(out, "%s %.1f %% %s", kind ? "," : "", share_of(a, kind), asked_kinds[kind]);
    fprintf(out, " (free_far: by another thread than made the block).\n\n"
                 "| at most, of | 10 %% | 50 %% | 90 %% | 99 %% |\n|---|--:|--:|--:|--:|\n");
    quantiles_print(out, "size, bytes", a, ASKED_SIZE);
    quantiles_print(out, "life, calls", a, ASKED_LIFE_CALLS);
    quantiles_print(out, "life, bytes asked for meanwhile", a, ASKED_LIFE_BYTES);
    quantiles_print(out, "blocks made in a row", a, ASKED_MAKE_RUN);
    quantiles_print(out, "blocks freed in a row", a, ASKED_FREE_RUN);
    quantiles_print(out, "realloc, bytes after to before", a, ASKED_GROWTH);
    quantiles_print(out, "alignment asked for", a, ASKED_ALIGNMENT);
    quantiles_print(out, "calls until another thread freed", a, ASKED_FAR_AFTER);
    fprintf(out, "\nFigures are the lower ends of bins: two for each power of two of sizes and growth, one of all else.\n");
    near_print(out, a, known, count);
}

void asked_table(FILE *out, const struct asked *a, size_t rows, const struct asked *known, size_t count)
{
    char text[5][TEXT];
    fprintf(out, "| program | calls | live | size | life | freed in a row | realloc | calloc | by others | nearest | distance "
                 "|\n"
                 "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|\n");
    for (size_t i = 0; i < rows; i++) {
        double far = 1, life = quantile(&a[i], ASKED_LIFE_CALLS, 0.5);
        int at = nearest(&a[i], known, count, NULL, 0, &far);
        fprintf(out, "| %s | %s | %sB | %s | %s | %s | %.1f %% | %.1f %% | %.1f %% | %s%s | %.3f |\n", a[i].name,
                short_number(a[i].calls, text[0]), short_number(a[i].peak_bytes, text[1]),
                short_number(quantile(&a[i], ASKED_SIZE, 0.5), text[2]),
                life > 1e18 ? "never freed" : short_number(life, text[3]),
                short_number(quantile(&a[i], ASKED_FREE_RUN, 0.9), text[4]), share_of(&a[i], ASKED_REALLOC),
                share_of(&a[i], ASKED_CALLOC), share_of(&a[i], ASKED_FREE_FAR), far > NEAR_COVERED ? "none; " : "",
                at >= 0 ? known[at].name : "-", far);
    }
}

void asked_plot_data(FILE *out, const struct asked *a)
{
    static const enum asked_list lists[] = {ASKED_SIZE, ASKED_LIFE_CALLS, ASKED_FREE_RUN, ASKED_MAKE_RUN};
    double share[ASKED_BINS];
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        asked_shares(a, lists[k], share);
        for (int i = 0; i < ASKED_BINS; i++)
            if (share[i] > 0)
                fprintf(out, "%g %g\n", lists[k] == ASKED_SIZE ? i / 2.0 : i ? i - 1.0 : 0, 100 * share[i]);
        fprintf(out, "\n\n");
    }
    for (int i = 0; i < ASKED_BINS; i++)
        fprintf(out, "%g %g\n", 100.0 * (i + 1) / ASKED_BINS, a->list[ASKED_LIVE][i] / (1 << 20));
    fprintf(out, "\n\n");
}
