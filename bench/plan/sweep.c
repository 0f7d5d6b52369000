/* SPDX-License-Identifier: MIT */
/* sweep.c - puts values in the place of an argument. See sweep.h.
 */
#include "bench/plan/sweep.h"
#include "bench/low/shell.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include "bench/plan/given.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_ROOM = sizeof((struct ds_workload *)0)->command, NAME_ROOM = sizeof((struct ds_workload *)0)->name };
#define FORM "--for '%.60s': want NAME=VALUE,VALUE..., such as threads=1,2,4,8"

/* Letters, digits and what else is no quote, comma or blank, so that a value is one part of one word. */
static bool is_plain(const char *text, const char *marks)
{
    if (!*text)
        return false;
    while (isalnum((unsigned char)*text) || (*text && strchr(marks, *text)))
        text++;
    return !*text;
}

bool sweep_read(const char *text, struct sweep *out, char *why, size_t size)
{
    char values[SWEEP_VALUES_MAX * sizeof out->value[0]];
    size_t length = strcspn(text, "=");
    memset(out, 0, sizeof *out);
    if (!text[length] || length >= sizeof out->name || strlen(text + length + 1) >= sizeof values)
        return text_fail(why, size, FORM, text);
    snprintf(out->name, sizeof out->name, "%.*s", (int)length, text);
    snprintf(values, sizeof values, "%s", text + length + 1);
    bool good = is_plain(out->name, "_") && isalpha((unsigned char)*out->name);
    for (char *next = values, *value; good && (value = strsep(&next, ",")); out->count++) {
        good = is_plain(value, "._-+/:@%") && strlen(value) < sizeof out->value[0] && out->count < SWEEP_VALUES_MAX;
        for (int i = 0; good && i < out->count; i++)
            if (strcmp(out->value[i], value) == 0)
                return text_fail(why, size, "--for '%.60s': %s stands there twice", text, value);
        if (good)
            snprintf(out->value[out->count], sizeof out->value[0], "%s", value);
    }
    return good || text_fail(why, size, FORM, text);
}

/* --- Arguments of bench/work ---------------------------------------------------------------------------------------------- */

/* The line of --help that explains an argument: "  threads  how many (default 2, 1 to 64)". */
static bool range_read(const char *help, const char *name, unsigned long long *min, unsigned long long *max)
{
    char begin[40];
    snprintf(begin, sizeof begin, "\n  %s ", name);
    const char *line = strstr(help, begin);
    const char *end = line ? strchr(line + 1, '\n') : NULL;
    while (end && end > line && *end != '(')
        end--;
    return end && sscanf(end, "(default %*u, %llu to %llu)", min, max) == 2;
}

/* Which argument of a program has this name: 1 is the first. 0: none, why holds one line. */
static int argument_find(const char *program, const char *name, const char *value, char *why, size_t size)
{
    char path[4096], command[64], help[4096], line[1024], names[512] = "", *end;
    unsigned long long min, max;
    int at = 0, count = 0;
    snprintf(command, sizeof command, "out/work/%.40s", program);
    setenv("HAKBENCH_WORK", tree_path(command, path, sizeof path), 1);
    bool ran = shell_run("\"$HAKBENCH_WORK\" --help 2>/dev/null", help, sizeof help) == 0;
    unsetenv("HAKBENCH_WORK");
    if (!ran || sscanf(help, "usage: %*s %1023[^\n]", line) != 1) {
        text_fail(why, size, "%s: not built, or it names no arguments (make all)", path);
        return 0;
    }
    for (char *save, *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        count++;
        word[strcspn(word, "]")] = 0;
        if (*word == '[' && strcmp(word + 1, name) == 0)
            at = count;
        text_add(names, sizeof names, "%s", *word == '[' ? " " : "");
        text_add(names, sizeof names, "%s", *word == '[' ? word + 1 : "");
    }
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    bool whole = isdigit((unsigned char)*value) && !*end && !errno;
    if (!at)
        text_fail(why, size, "--for %s: %s has no argument of that name; arguments:%s", name, program, names);
    else if (range_read(help, name, &min, &max) && (!whole || number < min || number > max)) {
        text_fail(why, size, "--for %s: %s wants a whole number from %llu to %llu, not %s", name, program, min, max, value);
        return 0;
    }
    return at;
}

/* The command with value as its argument number at; one more at its end at most. */
static bool argument_put(const char *command, int at, const char *value, char out[COMMAND_ROOM])
{
    char words[COMMAND_ROOM];
    int count = 0;
    snprintf(words, sizeof words, "%s", command);
    *out = 0;
    for (char *save, *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save), count++)
        text_add(out, COMMAND_ROOM, "%s%s", count ? " " : "", count == at ? value : word);
    if (count == at)
        text_add(out, COMMAND_ROOM, " %s", value);
    return count >= at;
}

static bool work_fill(const struct workload *w, const char *name, const char *value, char out[COMMAND_ROOM],
                      char counts[COMMAND_ROOM], char *why, size_t size)
{
    char program[64];
    snprintf(program, sizeof program, "%.*s", (int)strcspn(w->command, " "), w->command);
    int at = argument_find(program, name, value, why, size);
    if (!at)
        return false;
    if (!argument_put(w->command, at, value, out) || !argument_put(w->counts ? w->counts : w->command, at, value, counts))
        return text_fail(why, size, "--for %s: '%s' gives not all arguments before it", name, w->command);
    return true;
}

/* --- Places in commands --------------------------------------------------------------------------------------------------- */

static bool line_fill(const struct workload *w, const char *name, const char *value, char out[COMMAND_ROOM], char *why,
                      size_t size)
{
    char mark[40];
    size_t length = (size_t)snprintf(mark, sizeof mark, "{%s}", name), used = 0;
    if (!strstr(w->command, mark))
        return text_fail(why, size, "--for %s: the command %s has no %s in it: %.200s", name, w->name, mark,
                         w->command + strlen(DATASET_COMMAND));
    for (const char *from = w->command; *from; from += strncmp(from, mark, length) == 0 ? length : 1) {
        bool here = strncmp(from, mark, length) == 0;
        used += (size_t)snprintf(out + used, COMMAND_ROOM - used, "%.*s", here ? (int)strlen(value) : 1, here ? value : from);
        if (used >= COMMAND_ROOM)
            return text_fail(why, size, "--for %s: the command %s is too long then: at most %d characters", name, w->name,
                             COMMAND_ROOM - 1);
    }
    return given_line(out + strlen(DATASET_COMMAND), why, size);
}

/* -------------------------------------------------------------------------------------------------------------------------- */

const struct workload *sweep_apply(const struct workload *w, const char *name, const char *value, char *why, size_t size)
{
    char full[NAME_ROOM], command[COMMAND_ROOM], counts[COMMAND_ROOM] = "";
    bool line = dataset_is_command(w->command);
    if ((size_t)snprintf(full, sizeof full, "%s %s=%s", w->name, name, value) >= sizeof full) {
        text_fail(why, size, "--for %s: '%s %s=%s' is too long a name", name, w->name, name, value);
        return NULL;
    }
    if (!(line ? line_fill(w, name, value, command, why, size) : work_fill(w, name, value, command, counts, why, size)))
        return NULL;
    char one[2048];
    const struct workload *there = workload_find(full, one, sizeof one);
    if (there && strcmp(there->command, command) == 0)
        return there;
    char what[sizeof((struct ds_workload *)0)->what];
    snprintf(what, sizeof what, "%.60s with %s=%s", w->name, name, value);
    return workload_keep(&(struct workload){full, command, what, line ? w->threads : workload_threads(command), w->seconds,
                                            w->counts ? counts : NULL});
}

/* "base name=value": the base first, then the value once more. */
const struct workload *sweep_again(const struct ds_workload *d, char *why, size_t size)
{
    if (dataset_is_command(d->command)) {
        if (!given_line(d->command + strlen(DATASET_COMMAND), why, size))
            return NULL;
        return workload_keep(&(struct workload){d->name, d->command, d->what, d->threads, 1, NULL});
    }
    struct ds_workload base = *d;
    char *last = strrchr(base.name, ' '), *equals = last ? strchr(last, '=') : NULL;
    if (!equals)
        return workload_find(d->name, why, size);
    *last = *equals = 0;
    const struct workload *w = sweep_again(&base, why, size);
    return w ? sweep_apply(w, last + 1, equals + 1, why, size) : NULL;
}
