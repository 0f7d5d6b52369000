/* SPDX-License-Identifier: MIT */
/* collect.c - merges the files of blocks into their run. See collect.h.
 *
 * What must hold: nothing of a file is taken unless its name has its sum and it is of this run; a sample has the same position
 * whenever it is merged, so that a merge that was cut off goes on where it stopped.
 */
#include "bench/cmd/collect.h"
#include "bench/cmd/cluster_state.h"
#include "bench/data/export_read.h"
#include "bench/data/nodes.h"
#include "bench/low/binary.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, POSITIONS = 1 << 16, ATTEMPTS_MAX = 32 };

/* One task, over all its attempts. */
struct task {
    int begun;  /* attempts that began */
    bool whole; /* one of them is complete */
    size_t samples;
    char node[64]; /* of the last one that began */
};

struct collecting {
    struct store *store;
    struct dataset *ds; /* the run as it was stored when this began */
    const char *folder;
    struct task *task;
    struct collected *out;
    char *why;
    size_t size;
};

/* --- Merging -------------------------------------------------------------------------------------------------------------- */

static void refuse(const struct collecting *c, const char *file, const char *what)
{
    fprintf(stderr, "hakbench: %s/result/%s: %s; it is left out, and stays where it is\n", c->folder, file, what);
}

/* Is this a block of this run: the same seed, allocators by their sums, workloads by their commands? */
static bool same_run(const struct dataset *a, const struct dataset *b)
{
    bool same = a->seed == b->seed && a->variant_count == b->variant_count && a->workload_count == b->workload_count;
    for (size_t v = 0; same && v < a->variant_count; v++)
        same = strcmp(a->variants[v].label, b->variants[v].label) == 0 &&
               strcmp(a->variants[v].sha256, b->variants[v].sha256) == 0;
    for (size_t w = 0; same && w < a->workload_count; w++)
        same = strcmp(a->workloads[w].command, b->workloads[w].command) == 0;
    return same;
}

/* A position against a sample; those of a dataset are in order of position. */
static int by_position(const void *position, const void *sample)
{
    return *(const int *)position - ((const struct ds_sample *)sample)->position;
}

static bool sample_merge(struct collecting *c, const struct dataset *part, const struct ds_sample *from, int block)
{
    struct ds_sample s = *from;
    const char **names = xalloc_zeroed(part->metric_count, sizeof *names);
    for (size_t i = 0; i < part->metric_count; i++)
        names[i] = part->metric_names[i];
    s.block = block;
    s.position = block * POSITIONS + from->position;
    bool known = bsearch(&s.position, c->ds->samples, c->ds->sample_count, sizeof s, by_position);
    bool good = known || store_sample_add(c->store, c->ds->run, &s, names, from->values, part->metric_count);
    free(names);
    c->out->added += !known && good;
    return good || text_fail(c->why, c->size, "%s", store_error());
}

/* A context, once. */
static bool context_once(struct collecting *c, const char *key, const char *value)
{
    if (*dataset_context(c->ds, key) || !*value)
        return true;
    dataset_set_context(c->ds, key, value);
    return store_context_add(c->store, c->ds->run, key, value) || text_fail(c->why, c->size, "%s", store_error());
}

/* The machine, by its name; then what it did meanwhile; last of all the node of the block, which says that all of it is there.
 */
static bool context_merge(struct collecting *c, const struct dataset *part, int block)
{
    static const char *const machine[][2] = {{DS_CPU, "cpu"},       {DS_KERNEL, "kernel"},     {DS_CORES, "cores"},
                                             {"memory.", "memory"}, {"governor.", "governor"}, {"thp.", "thp"},
                                             {"libc.", "libc"}};
    const char *node = dataset_context(part, "node");
    char key[48];
    bool good = true;
    for (size_t i = 0; good && i < sizeof machine / sizeof *machine; i++) {
        snprintf(key, sizeof key, "%.12s%.35s", machine[i][0], node);
        good = context_once(c, key, dataset_context(part, machine[i][1]));
    }
    snprintf(key, sizeof key, DS_DURING "%d", block * POSITIONS);
    good = good && context_once(c, key, dataset_context(part, DS_DURING "0"));
    snprintf(key, sizeof key, DS_LOAD "%d", block);
    good = good && context_once(c, key, dataset_context(part, "loadavg"));
    snprintf(key, sizeof key, DS_NODE "%d", block);
    return good && context_once(c, key, node);
}

static bool part_merge(struct collecting *c, const struct dataset *part, int block)
{
    char key[48];
    snprintf(key, sizeof key, DS_NODE "%d", block);
    if (*dataset_context(c->ds, key))
        return true;
    for (size_t i = 0; i < part->sample_count; i++)
        if (!sample_merge(c, part, &part->samples[i], block))
            return false;
    return context_merge(c, part, block);
}

/* Can it be used? else why not, as a clause. */
static const char *part_wrong(const struct collecting *c, const struct dataset *part, int number)
{
    if (!same_run(c->ds, part))
        return "is of another run (another seed, sha256 or command)";
    if (!*dataset_context(part, "node"))
        return "does not say which machine it is of";
    for (size_t i = 0; i < part->sample_count; i++)
        if (part->samples[i].block < number || part->samples[i].block >= number + ATTEMPTS_MAX ||
            part->samples[i].position >= POSITIONS)
            return "has samples of another block";
    return NULL;
}

/* One file of the folder, whose name was read. */
static bool file_merge(struct collecting *c, const char *file, int number, int attempt, const char *sum16)
{
    char path[PATH_ROOM], sum[65], why[512];
    snprintf(path, sizeof path, "%s/result/%s", c->folder, file);
    if (!binary_sha256(path, sum) || strncmp(sum, sum16, 16) != 0) {
        refuse(c, file, "is broken: its sha256 is not the one in its name");
        return true;
    }
    struct dataset *part = dataset_from_tsv(path, why, sizeof why);
    const char *wrong = part ? part_wrong(c, part, number) : why;
    if (wrong) {
        refuse(c, file, wrong);
        dataset_free(part);
        return true;
    }
    struct task *task = &c->task[number];
    task->whole |= part->finished;
    task->samples += part->sample_count;
    snprintf(task->node, sizeof task->node, "%.63s", dataset_context(part, "node"));
    bool good = part_merge(c, part, attempt * c->out->tasks + number);
    dataset_free(part);
    return good;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

/* Every file of result/. */
static bool files_merge(struct collecting *c)
{
    char path[PATH_ROOM], sum[17], last;
    struct dirent **list;
    int number, attempt, used;
    bool good = true;
    snprintf(path, sizeof path, "%s/result", c->folder);
    int count = scandir(path, &list, NULL, by_name);
    if (count < 0)
        return text_fail(c->why, c->size, "%s: %s; want the folder that --slurm made", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *name = list[i]->d_name;
        bool named =
            sscanf(name, "%d.%d.%16[0-9a-f].ts%c%n", &number, &attempt, sum, &last, &used) == 4 && last == 'v' && !name[used];
        if (named && number >= 0 && number < c->out->tasks && attempt >= 0 && attempt < ATTEMPTS_MAX)
            good = good && file_merge(c, name, number, attempt, sum);
        else if (*name != '.' && !strstr(name, ".part"))
            refuse(c, name, "is no file of a block: want <block>.<attempt>.<sha256>.tsv");
        free(list[i]);
    }
    free(list);
    return good;
}

/* Which tasks began, how often, and where the last time. */
static void states_read(struct collecting *c)
{
    char path[PATH_ROOM], name[64];
    for (int i = 0; i < c->out->tasks; i++)
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            snprintf(path, sizeof path, "%s/state/%d.%d", c->folder, i, attempt);
            FILE *in = fopen(path, "r");
            if (!in)
                continue;
            c->task[i].begun++;
            if (fscanf(in, "%63s", name) == 1)
                strcpy(c->task[i].node, name);
            fclose(in);
        }
}

/* --- What is wrong -------------------------------------------------------------------------------------------------------- */

/* The last line of what a task said, which is why it failed; "" where it said nothing. */
static char *last_words(const struct collecting *c, int number, char *out, size_t size)
{
    char path[PATH_ROOM], line[512];
    snprintf(path, sizeof path, "%s/log/%d.txt", c->folder, number);
    FILE *in = fopen(path, "r");
    out[0] = 0;
    while (in && fgets(line, sizeof line, in))
        if (strncmp(line, "hakbench", 8) == 0 || strncmp(line, "slurmstepd", 10) == 0)
            snprintf(out, size, "%.*s", (int)strcspn(line, "\n"), line);
    if (in)
        fclose(in);
    return out;
}

/* Told, and kept with the run. */
static bool tell(struct collecting *c, const char *key, const char *text)
{
    fprintf(stderr, "hakbench: %s\n", text);
    return context_once(c, key, text);
}

static bool task_tell(struct collecting *c, int number, const struct task_state *state)
{
    const struct task *task = &c->task[number];
    char text[512] = "", key[48], said[256];
    const char *node = *task->node ? task->node : state->node;
    if (!task->whole) {
        text_add(text, sizeof text, "task %d is not whole: %s%s%s, ", number, *state->name ? state->name : "ended",
                 *node ? " on " : "", node);
        text_add(text, sizeof text, task->samples ? "%zu samples of it are kept" : "nothing of it is there", task->samples);
        if (*last_words(c, number, said, sizeof said))
            text_add(text, sizeof text, " (%s)", said);
    } else if (task->begun > 1)
        text_add(text, sizeof text, "task %d was requeued: it began %d times, at last on %s", number, task->begun, node);
    snprintf(key, sizeof key, DS_TASK "%d", number);
    return !*text || tell(c, key, text);
}

/* Nodes whose processor is not that of the most. */
static bool kinds_tell(struct collecting *c)
{
    struct dataset *now = store_load(c->store, c->ds->run);
    if (!now)
        return text_fail(c->why, c->size, "%s", store_error());
    struct nodes *n = nodes_of(now);
    size_t most = 0, most_count = 0;
    bool good = true;
    for (size_t i = 0; i < n->count; i++) {
        size_t count = 0;
        for (size_t k = 0; k < n->count; k++)
            count += strcmp(n->kind[i], n->kind[k]) == 0;
        if (count > most_count) {
            most = i;
            most_count = count;
        }
    }
    for (size_t i = 0; good && i < n->count; i++) {
        char text[512], key[48];
        if (strcmp(n->kind[i], n->kind[most]) == 0)
            continue;
        snprintf(key, sizeof key, DS_TASK "kind.%.36s", n->name[i]);
        snprintf(text, sizeof text, "node %s has another processor, '%s', where most have '%s': judged as a kind of its own",
                 n->name[i], n->kind[i], n->kind[most]);
        good = tell(c, key, text);
    }
    nodes_free(n);
    dataset_free(now);
    return good;
}

/* --- All of it ------------------------------------------------------------------------------------------------------------ */

static bool merge_all(struct collecting *c)
{
    struct task_state *state = xalloc_zeroed((size_t)c->out->tasks, sizeof *state);
    const char *job = dataset_context(c->ds, CLUSTER_JOB);
    char silent[256] = "";
    enum array_state array = *job ? cluster_states(job, state, (size_t)c->out->tasks, silent, sizeof silent) : ARRAY_ENDED;
    states_read(c); // asked first, so that what ends meanwhile is not taken for missing
    bool good = files_merge(c);
    for (int i = 0; i < c->out->tasks; i++)
        c->out->whole += c->task[i].whole;
    c->out->ended = array == ARRAY_ENDED || c->out->whole == c->out->tasks;
    if (good && array == ARRAY_UNKNOWN && !c->out->ended)
        good = text_fail(c->why, c->size, "%s", silent);
    for (int i = 0; good && c->out->ended && i < c->out->tasks; i++)
        good = task_tell(c, i, &state[i]);
    good = good && (!c->out->ended || kinds_tell(c));
    if (good && c->out->ended && !c->ds->finished && !store_run_finish(c->store, c->ds->run, true))
        good = text_fail(c->why, c->size, "%s", store_error());
    free(state);
    return good;
}

bool collect(struct store *st, int64_t run, const char *folder, struct collected *out, char *why, size_t size)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/collect.lock", folder);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0)
        return text_fail(why, size, "%s: %s; want the folder that --slurm made: name the shared one with --shared", folder,
                         strerror(errno));
    flock(lock, LOCK_EX); // two that collect the same run would both add it
    struct collecting c = {.store = st, .ds = store_load(st, run), .folder = folder, .out = out, .why = why, .size = size};
    *out = (struct collected){0};
    bool good = c.ds || text_fail(why, size, "%s", store_error());
    if (good) {
        out->tasks = atoi(dataset_context(c.ds, CLUSTER_TASKS));
        c.task = xalloc_zeroed((size_t)out->tasks, sizeof *c.task);
        good = merge_all(&c);
    }
    dataset_free(c.ds);
    free(c.task);
    close(lock);
    return good;
}
