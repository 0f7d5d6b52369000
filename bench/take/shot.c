/* SPDX-License-Identifier: MIT */
/* shot.c - prepares, runs, cleans up. See shot.h.
 */
#include "bench/take/shot.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include "bench/low/words.h"
#include "bench/take/launch.h"
#include <stdio.h>
#include <string.h>

enum { LAST_LINES = 5 };

/* The last lines of what was said, each after a line's end and two blanks. */
static void lines_add(char *out, size_t size, const char *text)
{
    size_t end = strlen(text);
    while (end && text[end - 1] == '\n')
        end--;
    size_t from = end;
    for (int lines = 0; from && lines < LAST_LINES; lines++) {
        while (from && text[from - 1] != '\n')
            from--;
        from -= from && lines + 1 < LAST_LINES;
    }
    if (from < end)
        text_add(out, size, "; its last lines:\n  ");
    for (; from < end; from++)
        text_add(out, size, text[from] == '\n' ? "\n  " : "%c", text[from]);
}

/* The part of why that tells how it ended, without the command before it and the last line behind it. */
static void end_add(char *out, size_t size, const char *command, const char *why)
{
    char begin[64];
    size_t length = (size_t)snprintf(begin, sizeof begin, "%.60s: ", command);
    why += strncmp(why, begin, length) == 0 ? length : 0;
    const char *said = strstr(why, "; it said: ");
    text_add(out, size, "%.*s", said ? (int)(said - why) : (int)strlen(why), why);
}

static const char *line_of(const struct workload *w)
{
    return dataset_is_command(w->command) ? w->command + strlen(DATASET_COMMAND) : w->command;
}

void shot_failure(const struct shot *s, const struct launch_result *r, char *out, size_t size)
{
    snprintf(out, size, "%s under %s: ", s->workload->name, s->variant->d.label);
    end_add(out, size, line_of(s->workload), r->why);
    lines_add(out, size, r->text);
}

/* A command that is not measured. */
static bool aside_run(const char *option, const char *line, double timeout, char *why, size_t size)
{
    struct launch_result r;
    char **words = line ? words_split(line, why, size) : NULL;
    if (!line || !words)
        return !line;
    struct launch_order order = {
        .command = line, .words = words, .mode = MODE_TIME, .cpu = -1, .timeout = timeout, .plain = true};
    bool good = launch_take(&order, &r);
    if (!good) {
        snprintf(why, size, "%s '%.100s': ", option, line);
        end_add(why, size, line, r.why);
        lines_add(why, size, r.text);
    }
    launch_free(&r);
    words_free(words);
    return good;
}

static bool command_take(const struct shot *s, struct launch_order *order, struct launch_result *out, char *why, size_t size)
{
    char **words = words_split(line_of(s->workload), why, size);
    if (!words)
        return false;
    order->command = line_of(s->workload);
    order->words = words;
    launch_take(order, out);
    words_free(words);
    return true;
}

bool shot_take(const struct shot *s, struct launch_result *out, char *why, size_t size)
{
    const struct workload *work = s->workload;
    const char *settings[BUILD_SETTINGS_MAX + 1];
    bool shorter = work->counts && (s->mode == MODE_STRACE || s->mode == MODE_INSTRUCTIONS), good = true;
    char command[512];
    memset(out, 0, sizeof *out);
    if (!aside_run("--prepare", s->prepare, s->timeout, why, size))
        return false;
    variant_environment(s->variant, settings);
    struct launch_order order = {.command = command, .library = s->variant->library, .environment = settings, .mode = s->mode,
                                 .cpu = work->threads == 1 ? s->cpu : -1, .timeout = s->timeout,
                                 .profile = s->profile, .side = s->side};
    if (dataset_is_command(work->command))
        good = command_take(s, &order, out, why, size);
    else {
        snprintf(command, sizeof command, "out/work/%s", shorter ? work->counts : work->command);
        order.folder = strcmp(tree_root(), ".") == 0 ? NULL : tree_root();
        launch_take(&order, out);
    }
    return aside_run("--cleanup", s->cleanup, s->timeout, why, size) && good;
}
