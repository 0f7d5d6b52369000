/* SPDX-License-Identifier: MIT */
/* cmd_push.c - `hakbench push FILE` and `hakbench pull FILE...`: the samples of several machines and people in one file.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/data/store_merge.h"
#include "bench/low/xalloc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shared {
    const char *db;
    char **names;
    int count;
    bool push;
};

static const struct argp_option options[] = {
    {"db", 'd', "FILE", 0, "the file of samples here (" DB_DEFAULT ")", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct shared *s = state->input;
    switch (key) {
    case 'd':
        s->db = text;
        return 0;
    case ARGP_KEY_ARG:
        if (s->push && s->count)
            command_bad("'%s': one file at a time", text);
        s->names[s->count++] = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        command_bad("want the name of the shared file%s", s->push ? "; it is made where there is none" : ", or of several");
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Adds what `from` has and `to` has not, and says what that was. */
static void merge(const char *to, const char *from)
{
    struct store_merged got;
    struct store *st = store_open(to, STORE_WRITE);
    if (!st || !store_merge(st, from, &got)) {
        const char *why = store_error(), *advice = strstr(why, "--db FILE") ? strrchr(why, ';') : NULL; // one is no option here
        command_bad("%.*s", (int)(advice ? advice - why : (long)strlen(why)), why);
    }
    store_close(st);
    printf("%s: %zu runs added, %zu continued, %zu already there; %zu samples added from %s\n", to, got.runs, got.grown,
           got.same, got.samples, from);
}

static int shared(int argc, char **argv, bool push, const char *args, const char *doc)
{
    struct shared s = {.push = push, .names = xalloc_zeroed((size_t)argc, sizeof *s.names)};
    const struct argp argp = {options, parse, args, doc, NULL, NULL, NULL};
    command_parse(&argp, argc, argv, &s);
    for (int i = 0; i < s.count; i++)
        merge(push ? s.names[i] : command_db_made(s.db), push ? command_db(s.db) : s.names[i]);
    free(s.names);
    return command_end();
}

int cmd_push(int argc, char **argv)
{
    return shared(
        argc, argv, true, "FILE",
        "Adds the runs of this file of samples to a shared one, which is made where there is none.\vWhat FILE already has "
        "is not added again, so that a push may be repeated. All of it is added, or on a failure nothing.");
}

int cmd_pull(int argc, char **argv)
{
    return shared(
        argc, argv, false, "FILE...",
        "Adds the runs of other files of samples to this one: a shared file, another machine's, or FILE.tsv as hakbench "
        "export writes it.\vWhat is already here is not added again. All of a FILE is added, or on a failure nothing.");
}
