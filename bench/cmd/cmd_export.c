/* SPDX-License-Identifier: MIT */
/* cmd_export.c - `hakbench export`: the samples of a run as TSV or JSON.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/source.h"
#include "bench/data/export.h"
#include "bench/low/output.h"
#include <errno.h>
#include <string.h>

struct asked {
    struct source source;
    const char *output;
    void (*export)(FILE *out, const struct dataset *ds);
};

static const struct argp_option options[] = {
    {"format", 'F', "tsv|json", 0,
     "tsv: one row for every sample, reads back; json: the same for other programs (tsv)", 0},
    {"output", 'o', "FILE", 0, "write there (standard output); a file that is there is replaced when all is written",
     0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct asked *asked = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &asked->source;
        return 0;
    case 'o':
        asked->output = text;
        return 0;
    case 'F':
        if (strcmp(text, "tsv") != 0 && strcmp(text, "json") != 0)
            command_bad("no format '%s'; formats: tsv json", text);
        asked->export = strcmp(text, "json") == 0 ? export_json : export_tsv;
        return 0;
    case ARGP_KEY_ARG:
        command_bad("'%s': want options only; the run is named with --run N", text);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int failed(const char *path)
{
    fprintf(stderr, "hakbench export: %s: cannot be written: %s\n", path, strerror(errno));
    return EXIT_FAILED;
}

static int export_file(const struct asked *asked, const struct dataset *ds)
{
    FILE *out = output_open(asked->output);
    if (out)
        asked->export(out, ds);
    return out && output_close(out, asked->output) ? EXIT_OK : failed(asked->output);
}

int cmd_export(int argc, char **argv)
{
    static const struct argp_child children[] = {{&source_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Writes the samples of a run, with all that a report needs: the newest run unless another is named. A TSV that "
               "is committed where its result is cited reads back with --from.",
        .children = children,
    };
    struct asked asked = {.export = export_tsv};
    command_parse(&argp, argc, argv, &asked);
    struct dataset *ds = source_load(&asked.source);
    int status = EXIT_OK;
    if (asked.output)
        status = export_file(&asked, ds);
    else
        asked.export(stdout, ds);
    dataset_free(ds);
    return asked.output ? status : command_end();
}
