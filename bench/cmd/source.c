/* SPDX-License-Identifier: MIT */
/* source.c - which run a command works on: of a database, by number or as the newest, or from a TSV file.
 */
#include "bench/cmd/source.h"
#include "bench/cmd/command.h"
#include "bench/data/export_read.h"
#include "bench/data/store.h"
#include <errno.h>
#include <stdlib.h>

static const struct argp_option options[] = {
    {"db", 'd', "FILE", 0, "where samples are kept (" DB_DEFAULT ")", 0},
    {"from", 'f', "FILE.tsv", 0, "read this file, as `hakbench export` wrote it, instead", 0},
    {"run", 'n', "N", 0, "the run (the newest)", 0},
    {"experiment", 'e', "NAME", 0, "the newest run of this experiment", 0},
    {0},
};

int64_t source_run(const char *text)
{
    char *end;
    errno = 0;
    long long run = strtoll(text, &end, 10);
    if (end == text || *end || errno || run < 1)
        command_bad("'%s' is not the number of a run; see: hakbench list runs", text);
    return run;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct source *s = state->input;
    switch (key) {
    case 'd':
        s->db = text;
        return 0;
    case 'f':
        s->from = text;
        return 0;
    case 'n':
        s->run = source_run(text);
        return 0;
    case 'e':
        s->experiment = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp source_argp = {.options = options, .parser = parse};

static struct dataset *load_tsv(const char *path)
{
    char why[1024];
    struct dataset *ds = dataset_from_tsv(path, why, sizeof why);
    if (!ds)
        command_bad("%s", why);
    return ds;
}

struct dataset *source_load(const struct source *s)
{
    if (s->from && (s->db || s->run || s->experiment))
        command_bad("--from FILE.tsv is one run: --db, --run and --experiment do not go with it");
    if (s->run && s->experiment)
        command_bad("--run names one run, --experiment the newest of its kind: want one of them");
    if (s->from)
        return load_tsv(s->from);
    struct store *st = store_open(command_db(s->db), STORE_READ);
    int64_t run = !st || s->run ? s->run : store_latest(st, s->experiment, false);
    struct dataset *ds = st && run > 0 ? store_load(st, run) : NULL;
    if (!ds)
        command_bad("%s", store_error());
    store_close(st);
    return ds;
}
