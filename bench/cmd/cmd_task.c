/* SPDX-License-Identifier: MIT */
/* cmd_task.c - `hakbench task FOLDER --block K`: measures one block of a staged run (plan/staged.h) on this machine, and leaves
 * its samples in the folder as a file. What `hakbench experiment --slurm` has each task of its array do.
 *
 * Exit status 0 when the block is whole, 1 when it failed, 2 on bad input, 130 when it was told to stop; what had finished is
 * in the folder in any case.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/measure.h"
#include "bench/data/export.h"
#include "bench/data/export_read.h"
#include "bench/data/nodes.h"
#include "bench/low/binary.h"
#include "bench/low/output.h"
#include "bench/low/text.h"
#include "bench/plan/staged.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, SAMPLES_OF_BLOCK = 2, COUNTING_BLOCKS = 8 };

struct options {
    const char *folder;
    int block, attempt;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'b':
        o->block = (int)measure_number("--block", arg, 0, 1000000);
        return 0;
    case 'a':
        o->attempt = (int)measure_number("--attempt", arg, 0, 1000000);
        return 0;
    case ARGP_KEY_ARG:
        if (o->folder)
            command_bad("%s: one folder at a time", arg);
        o->folder = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {{"block", 'b', "K", 0, "which block, from 0 on", 0},
                                                 {"attempt", 'a', "N", 0, "how often this block was begun before (0)", 0},
                                                 {0}};

static const struct argp argp = {
    option_list,
    parse,
    "FOLDER",
    "Measures one block of a run that hakbench experiment --slurm or --hosts put into FOLDER, on this machine. Its samples\n"
    "become a file in FOLDER/result; hakbench experiment NAME --collect takes them from there.",
    NULL,
    NULL,
    NULL};

/* The node's name as Slurm or --hosts say it, else the machine's. */
static const char *node_name(void)
{
    static char name[64];
    const char *given = getenv("HAKBENCH_NODE") ?: getenv("SLURMD_NODENAME");
    if (given && *given)
        snprintf(name, sizeof name, "%.63s", given);
    else if (gethostname(name, sizeof name - 1) != 0)
        strcpy(name, "unknown");
    return name;
}

/* That it began is known even if it is killed. */
static void begin_note(const struct options *o)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "state/%d.%d", o->block, o->attempt);
    FILE *out = output_open(path);
    if (out)
        fprintf(out, "%s\n", node_name());
    if (!out || !output_close(out, path))
        command_bad("%s/%s: cannot be written: %s", o->folder, path, strerror(errno));
}

/* The file gets its sum into its name, so that whoever reads it sees whether all of it is there. */
static bool result_write(const struct options *o, struct dataset *ds, char *why, size_t size)
{
    char part[PATH_ROOM], path[PATH_ROOM], number[16], sum[65];
    dataset_set_context(ds, "node", node_name());
    snprintf(number, sizeof number, "%d", o->attempt);
    dataset_set_context(ds, "attempt", number);
    snprintf(part, sizeof part, "result/%d.%d.part", o->block, o->attempt);
    FILE *out = fopen(part, "w");
    if (out)
        export_tsv(out, ds);
    bool good = out && !ferror(out) && fflush(out) == 0 && fsync(fileno(out)) == 0;
    good = (!out || fclose(out) == 0) && good && binary_sha256(part, sum);
    if (good) {
        snprintf(path, sizeof path, "result/%d.%d.%.16s.tsv", o->block, o->attempt, sum);
        good = rename(part, path) == 0;
    }
    return good || text_fail(why, size, "%s/%s: cannot be written: %s", o->folder, part, strerror(errno));
}

/* What is counted and not timed hardly varies from block to block: the first blocks do. */
static void plan_of_block(const struct options *o, struct plan *p)
{
    p->first_block = o->block;
    p->repeat = SAMPLES_OF_BLOCK;
    if (o->block >= COUNTING_BLOCKS)
        p->modes &= 1u << MODE_TIME | 1u << MODE_COUNT;
}

/* Into a store of this machine's own, then from there into the folder. */
static int block_measure(const struct options *o, const struct plan *p, const char *store)
{
    char why[2048] = "";
    bool interrupted = false;
    struct store *st = measure_open(store);
    int64_t run = engine_run(st, p, &interrupted, why, sizeof why);
    int64_t stored = run > 0 ? run : store_latest(st, p->experiment, false);
    struct dataset *ds = stored > 0 ? store_load(st, stored) : NULL;
    char unwritten[512] = "";
    bool written = !ds || !ds->sample_count || result_write(o, ds, unwritten, sizeof unwritten);
    if (!interrupted && run < 0)
        fprintf(stderr, "hakbench task: block %d: %s\n", o->block, why);
    if (!written)
        fprintf(stderr, "hakbench task: block %d: %s\n", o->block, unwritten);
    if (ds && ds->sample_count && written)
        fprintf(stderr, "hakbench task: block %d on %s: %zu samples%s\n", o->block, node_name(), ds->sample_count,
                ds->finished ? "" : ", not all");
    dataset_free(ds);
    store_close(st);
    return interrupted ? EXIT_INTERRUPTED : run == ENGINE_BAD ? EXIT_BAD_INPUT : run < 0 || !written ? EXIT_FAILED : EXIT_OK;
}

static void store_remove(const char *folder, const char *store)
{
    char path[PATH_ROOM + 8];
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end; end++) {
        snprintf(path, sizeof path, "%s%s", store, *end);
        unlink(path);
    }
    rmdir(folder);
}

int cmd_task(int argc, char **argv)
{
    struct options o = {.block = -1};
    struct plan plan;
    char why[2048], store[PATH_ROOM], scratch[PATH_ROOM - 32], folder[PATH_ROOM];
    command_parse(&argp, argc, argv, &o);
    if (!o.folder || o.block < 0)
        command_bad("want the folder of a staged run, and --block K");
    if (!realpath(o.folder, folder) || chdir(folder) != 0)
        command_bad("%s: %s; want a folder that hakbench experiment --slurm made, seen by every node", o.folder,
                    strerror(errno));
    o.folder = folder;
    struct dataset *ds = dataset_from_tsv("plan.tsv", why, sizeof why);
    if (!ds || !staged_plan(folder, ds, &plan, why, sizeof why))
        command_bad("%s: %s", folder, why);
    plan_of_block(&o, &plan);
    begin_note(&o);
    snprintf(scratch, sizeof scratch, "%.3900s/hakbench-task.XXXXXX", getenv("TMPDIR") ?: "/tmp");
    if (!mkdtemp(scratch))
        command_bad("%s: %s; want TMPDIR to be a folder that can be written", scratch, strerror(errno));
    snprintf(store, sizeof store, "%s/block.db", scratch);
    int status = block_measure(&o, &plan, store);
    store_remove(scratch, store);
    plan_free(&plan);
    dataset_free(ds);
    return status;
}
