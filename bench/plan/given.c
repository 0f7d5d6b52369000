/* SPDX-License-Identifier: MIT */
/* given.c - from a command line to a workload. See given.h.
 */
#include "bench/plan/given.h"
#include "bench/low/program.h"
#include "bench/low/text.h"
#include "bench/low/words.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 40 };
#define FORM "NAME=program arguments, NAME of at most 40 letters, digits, . _ -, that begins with a letter"

bool given_line(const char *line, char *why, size_t size)
{
    char path[4096];
    char **words = words_split(line, why, size);
    bool good = words && program_find(words[0], path, sizeof path, why, size);
    words_free(words);
    return good;
}

/* What can be preloaded into is the program of the line; what a shell or env starts in turn is not looked at, and nothing where
 * the program is the place of a value. */
static bool line_preloads(const char *line, char *why, size_t size)
{
    char path[4096];
    char **words = words_split(line, why, size);
    bool good = words && (strchr(words[0], '{') || (program_find(words[0], path, sizeof path, why, size) &&
                                                    program_preloads(path, why, size)));
    words_free(words);
    return good;
}

/* The name before the equals sign; false: why holds one line. */
static bool name_read(const char *text, char name[64], char *why, size_t size)
{
    size_t length = strcspn(text, "=");
    bool good = text[length] && length && length <= NAME_MAX_LENGTH && isalpha((unsigned char)*text);
    for (size_t i = 0; good && i < length; i++)
        good = isalnum((unsigned char)text[i]) || strchr("._-", text[i]);
    if (!good)
        return text_fail(why, size, "--command '%.60s': want " FORM, text);
    snprintf(name, 64, "%.*s", (int)length, text);
    return true;
}

const struct workload *given_named(const char *text, char *why, size_t size)
{
    char name[64], one[512], command[sizeof((struct ds_workload *)0)->command];
    size_t room = sizeof command - sizeof DATASET_COMMAND;
    if (!name_read(text, name, why, size))
        return NULL;
    const char *line = text + strlen(name) + 1;
    snprintf(command, sizeof command, DATASET_COMMAND "%.*s", (int)room, line);
    const struct workload *taken = workload_find(name, one, sizeof one);
    if (taken && strcmp(taken->command, command) == 0)
        return taken;
    if (taken)
        text_fail(why, size, "--command %s: the name is taken by a workload, '%.200s'; want another", name, taken->command);
    else if (strlen(line) > room)
        text_fail(why, size, "--command %s: too long: at most %zu characters", name, room);
    char **words = taken || strlen(line) > room ? NULL : words_split(line, one, sizeof one);
    if (!taken && strlen(line) <= room && !words)
        text_fail(why, size, "--command %s: %s", name, one);
    words_free(words);
    return words ? workload_keep(&(struct workload){name, command, "a command, as given", 2, 1, NULL}) : NULL;
}

const struct workload *given_command(const char *text, char *why, size_t size)
{
    char one[512];
    const struct workload *w = given_named(text, why, size);
    if (!w || line_preloads(w->command + strlen(DATASET_COMMAND), one, sizeof one))
        return w;
    text_fail(why, size, "--command %s: %s", w->name, one);
    return NULL;
}
