/* SPDX-License-Identifier: MIT */
/* asked_text.c - a profile as a text file, and back. See asked_text.h.
 *
 *     hakprofile 1 NAME
 *     total calls=N blocks=N ...
 *     list NAME bin=count bin=count ...       as asked_names; bins without a count are left out
 *     common size=count ...                   blocks of these sizes, the most frequent ones
 *     steps LIFE step=count ...               blocks of that bin of lives, by where the last such block lay that was freed
 *     pairs BIN life=count life=count ...     blocks of that bin of sizes, by bin of their life in calls
 *     end
 */
#include "bench/data/asked_text.h"
#include "bench/low/text.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_ROOM = 8192 };

const char *const asked_names[ASKED_LISTS + 1] = {"kind",   "size",      "life_calls", "life_bytes", "make_run",    "free_run",
                                                  "growth", "alignment", "far_after",  "live",       "live_blocks", NULL};
const char *const asked_kinds[ASKED_KINDS + 1] = {"malloc", "calloc", "aligned", "realloc", "free", "free_far", NULL};

static const struct {
    const char *name;
    size_t at;
} totals[] = {{"calls", offsetof(struct asked, calls)},
              {"blocks", offsetof(struct asked, blocks)},
              {"left", offsetof(struct asked, left)},
              {"peak_bytes", offsetof(struct asked, peak_bytes)},
              {"peak_blocks", offsetof(struct asked, peak_blocks)},
              {"threads", offsetof(struct asked, threads)},
              {"processes", offsetof(struct asked, processes)},
              {"cut", offsetof(struct asked, cut)},
              {"forked", offsetof(struct asked, forked)},
              {"children", offsetof(struct asked, children)},
              {"missed", offsetof(struct asked, missed)}};
enum { TOTALS = sizeof totals / sizeof *totals };

static double *total_of(struct asked *a, int i)
{
    return (double *)((char *)a + totals[i].at);
}

static void row_write(FILE *out, const double *value, int count)
{
    for (int i = 0; i < count; i++)
        if (value[i] > 0)
            fprintf(out, " %d=%.0f", i, value[i]);
    fputc('\n', out);
}

void asked_write(const struct asked *a, FILE *out)
{
    fprintf(out, "hakprofile 1 %s\ntotal", a->name);
    for (int i = 0; i < TOTALS; i++)
        fprintf(out, " %s=%.0f", totals[i].name, *total_of((struct asked *)a, i));
    fputc('\n', out);
    for (int list = 0; list < ASKED_LISTS; list++) {
        fprintf(out, "list %s", asked_names[list]);
        row_write(out, a->list[list], ASKED_BINS);
    }
    fprintf(out, "common");
    for (int i = 0; i < ASKED_COMMON; i++)
        if (a->common[i].count > 0)
            fprintf(out, " %u=%.0f", a->common[i].size, a->common[i].count);
    fputc('\n', out);
    for (int bin = 0; bin < ASKED_BINS; bin++) {
        double sum = 0;
        for (int life = 0; life < ASKED_LIVES; life++)
            sum += a->pairs[bin][life];
        if (sum > 0) {
            fprintf(out, "pairs %d", bin);
            row_write(out, a->pairs[bin], ASKED_LIVES);
        }
    }
    for (int life = 0; life < ASKED_LIVES; life++) {
        double sum = 0;
        for (int step = 0; step < ASKED_STEPS; step++)
            sum += a->steps[life][step];
        if (sum > 0) {
            fprintf(out, "steps %d", life);
            row_write(out, a->steps[life], ASKED_STEPS);
        }
    }
    fprintf(out, "end\n");
}

/* " bin=count bin=count": false where it is anything else. */
static bool row_read(char *text, double *value, int count)
{
    for (char *save, *word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
        char *equals, *end;
        long bin = strtol(word, &equals, 10);
        if (equals == word || *equals != '=' || bin < 0 || bin >= count)
            return false;
        value[bin] = strtod(equals + 1, &end);
        if (end == equals + 1 || *end || !(value[bin] >= 0) || value[bin] > 1e18)
            return false;
    }
    return true;
}

/* As row_read; sizes grow, and there are no more than fit. */
static bool common_read(struct asked *a, char *text)
{
    int at = 0;
    for (char *save, *word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
        char *equals, *end;
        long size = strtol(word, &equals, 10);
        if (equals == word || *equals != '=' || size < (at ? (long)a->common[at - 1].size + 1 : 0) ||
            size >= ASKED_COMMON_SIZE || at == ASKED_COMMON)
            return false;
        double count = strtod(equals + 1, &end);
        if (end == equals + 1 || *end || !(count > 0) || count > 1e18)
            return false;
        a->common[at++] = (struct asked_size){(uint32_t)size, count};
    }
    return true;
}

static bool total_read(struct asked *a, char *text)
{
    for (char *save, *word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
        char *equals = strchr(word, '='), *end = NULL;
        int i = 0;
        if (!equals)
            return false;
        *equals = 0;
        while (i < TOTALS && strcmp(totals[i].name, word) != 0)
            i++;
        if (i == TOTALS)
            return false;
        *total_of(a, i) = strtod(equals + 1, &end);
        if (end == equals + 1 || *end || !(*total_of(a, i) >= 0))
            return false;
    }
    return true;
}

static bool line_read(struct asked *a, char *line)
{
    char *save, *word = strtok_r(line, " \n", &save), *name;
    if (word && strcmp(word, "total") == 0)
        return total_read(a, save);
    if (word && strcmp(word, "common") == 0)
        return common_read(a, save);
    name = word ? strtok_r(NULL, " \n", &save) : NULL;
    if (name && strcmp(word, "list") == 0) {
        int list = text_index(asked_names, name);
        return list >= 0 && row_read(save, a->list[list], ASKED_BINS);
    }
    if (name && strcmp(word, "pairs") == 0) {
        char *end;
        long bin = strtol(name, &end, 10);
        return !*end && bin >= 0 && bin < ASKED_BINS && row_read(save, a->pairs[bin], ASKED_LIVES);
    }
    if (name && strcmp(word, "steps") == 0) {
        char *end;
        long life = strtol(name, &end, 10);
        return !*end && life >= 0 && life < ASKED_LIVES && row_read(save, a->steps[life], ASKED_STEPS);
    }
    return false;
}

bool asked_read(struct asked *a, const char *path, char *why, size_t size)
{
    char line[LINE_ROOM];
    int number = 1;
    bool good, ended = false;
    FILE *file = fopen(path, "r");
    memset(a, 0, sizeof *a);
    if (!file)
        return text_fail(why, size, "%.200s: cannot be opened: %s", path, strerror(errno));
    good = fgets(line, sizeof line, file) && sscanf(line, "hakprofile 1 %63s", a->name) == 1;
    if (!good)
        text_fail(why, size, "%.200s: not a profile: want a file that hakbench profile --write wrote", path);
    while (good && !ended && fgets(line, sizeof line, file)) {
        number++;
        ended = strcmp(line, "end\n") == 0;
        good = ended || line_read(a, line);
        if (!good)
            text_fail(why, size,
                      "%.200s:%d: not a line of a profile: want total, list, common, pairs, steps or end, and bin=count", path,
                      number);
    }
    fclose(file);
    if (good && !ended)
        good = text_fail(why, size, "%.200s: cut off after line %d: want a last line that says end", path, number);
    if (good && !(a->calls >= 1 && a->threads >= 1))
        good = text_fail(why, size, "%.200s: a profile of no call: nothing can be compared with it", path);
    return good;
}

double asked_from(enum asked_list list, int bin)
{
    if (list == ASKED_SIZE)
        return bin < 2 ? bin : exp2(bin / 2) * (bin % 2 ? 1.5 : 1);
    if (list == ASKED_GROWTH)
        return exp2((bin - ASKED_BINS / 2) / 2.0);
    if (list == ASKED_ALIGNMENT)
        return exp2(bin);
    return bin ? exp2(bin - 1) : 0;
}
