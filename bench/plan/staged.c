/* SPDX-License-Identifier: MIT */
/* staged.c - copies a plan into a folder, and finds it there again. See staged.h.
 */
#include "bench/plan/staged.h"
#include "bench/data/export.h"
#include "bench/low/binary.h"
#include "bench/low/output.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include "bench/plan/sweep.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };
#define HAKBENCH "out/bench/hakbench"

/* What is being staged. */
struct staging {
    const char *folder;
    FILE *sums;
    char *why;
    size_t size;
};

/* --- Copying -------------------------------------------------------------------------------------------------------------- */

static bool bytes_copy(FILE *in, FILE *out)
{
    char buffer[65536];
    size_t got;
    while ((got = fread(buffer, 1, sizeof buffer, in)))
        if (fwrite(buffer, 1, got, out) != got)
            return false;
    return !ferror(in);
}

/* Copies a file to a place below the folder, with its rights, and notes the sum that its source has. */
static bool file_stage(struct staging *s, const char *from, const char *place)
{
    char to[PATH_ROOM], sum[65];
    struct stat info;
    snprintf(to, sizeof to, "%s/%s", s->folder, place);
    FILE *in = fopen(from, "r"), *out = NULL;
    bool good = in && fstat(fileno(in), &info) == 0 && binary_sha256(from, sum);
    if (!good)
        text_fail(s->why, s->size, "%s: cannot be read: %s", from, strerror(errno));
    if (good && !(good = output_folder(to, true) && (out = fopen(to, "w")) && bytes_copy(in, out) &&
                         fchmod(fileno(out), info.st_mode & 0777) == 0))
        text_fail(s->why, s->size, "%s: cannot be written: %s", to, strerror(errno));
    if (in)
        fclose(in);
    if (out && fclose(out) != 0 && good)
        good = text_fail(s->why, s->size, "%s: cannot be written: %s", to, strerror(errno));
    if (good)
        fprintf(s->sums, "%s  %s\n", sum, place);
    return good;
}

/* One of the tree's own files, to the same place of the staged tree. */
static bool tree_stage(struct staging *s, const char *path)
{
    char from[PATH_ROOM], place[PATH_ROOM];
    snprintf(place, sizeof place, STAGED_TREE "/%s", path);
    return file_stage(s, tree_path(path, from, sizeof from), place);
}

static bool programs_stage(struct staging *s, const struct plan *p)
{
    char path[512], real[64] = "";
    for (size_t w = 0; w < p->workload_count; w++) {
        const char *command = p->workloads[w]->command;
        if (dataset_is_command(command))
            continue;
        snprintf(path, sizeof path, "out/work/%.*s", (int)strcspn(command, " "), command);
        if (!tree_stage(s, path))
            return false;
        snprintf(path, sizeof path, "bench/work/%.*s.c", (int)strcspn(command, " "), command); // what makes it a workload
        if (!tree_stage(s, path))
            return false;
        if (!dataset_is_program(command))
            continue;
        snprintf(path, sizeof path, "bench/program/common.sh");
        if (!tree_stage(s, path) || sscanf(command, "program %63s", real) != 1)
            return false;
        snprintf(path, sizeof path, "bench/program/%s.sh", real);
        if (!tree_stage(s, path))
            return false;
    }
    return true;
}

static void library_place(size_t v, char *out, size_t size)
{
    snprintf(out, size, STAGED_TREE "/out/lib/%zu.so", v);
}

static bool libraries_stage(struct staging *s, const struct plan *p)
{
    char place[64];
    for (size_t v = 0; v < p->variant_count; v++) {
        library_place(v, place, sizeof place);
        if (*p->variants[v].library && !file_stage(s, p->variants[v].library, place))
            return false;
    }
    return true;
}

static bool proofs_write(FILE *out, const struct plan *p)
{
    for (size_t v = 0; v < p->variant_count; v++)
        for (int i = 0; i < p->variants[v].proof_count; i++)
            fprintf(out, "%zu\t%s\t%s\n", v, p->variants[v].proof[i].phase, p->variants[v].proof[i].counters);
    return !ferror(out);
}

/* Opens a file of the folder, lets one write it, closes it. */
static FILE *text_open(const struct staging *s, const char *name, char path[PATH_ROOM])
{
    snprintf(path, PATH_ROOM, "%s/%s", s->folder, name);
    FILE *out = output_open(path);
    if (!out)
        text_fail(s->why, s->size, "%s: cannot be written: %s", path, strerror(errno));
    return out;
}

static bool text_close(const struct staging *s, FILE *out, const char *path)
{
    return output_close(out, path) || text_fail(s->why, s->size, "%s: cannot be written: %s", path, strerror(errno));
}

bool staged_write(const char *folder, const struct plan *p, const struct dataset *ds, char *why, size_t size)
{
    char plan_path[PATH_ROOM], proof_path[PATH_ROOM], sums_path[PATH_ROOM];
    struct staging s = {.folder = folder, .why = why, .size = size};
    FILE *plan = text_open(&s, "plan.tsv", plan_path), *proofs = plan ? text_open(&s, "proofs.tsv", proof_path) : NULL;
    s.sums = proofs ? text_open(&s, "sums", sums_path) : NULL;
    if (!s.sums) {
        if (proofs)
            fclose(proofs);
        if (plan)
            fclose(plan);
        return false;
    }
    export_tsv(plan, ds);
    proofs_write(proofs, p);
    char *self = realpath("/proc/self/exe", NULL);
    bool good = self ? tree_stage(&s, "phases/resolve") && file_stage(&s, self, STAGED_TREE "/" HAKBENCH) &&
                           programs_stage(&s, p) && libraries_stage(&s, p)
                     : text_fail(why, size, "/proc/self/exe: %s", strerror(errno));
    free(self);
    good = text_close(&s, plan, plan_path) && good;
    good = text_close(&s, proofs, proof_path) && good;
    return text_close(&s, s.sums, sums_path) && good;
}

/* --- Finding it again ----------------------------------------------------------------------------------------------------- */

/* variant, phase, counters */
static bool proofs_find(const char *folder, struct plan *p, char *why, size_t size)
{
    char path[PATH_ROOM], line[512];
    snprintf(path, sizeof path, "%s/proofs.tsv", folder);
    FILE *in = fopen(path, "r");
    if (!in)
        return text_fail(why, size, "%s: %s", path, strerror(errno));
    bool good = true;
    while (good && fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = 0;
        char *rest = line, *number = strsep(&rest, "\t"), *phase = strsep(&rest, "\t");
        size_t v = strtoul(number, NULL, 10);
        good = phase && rest && v < p->variant_count && p->variants[v].proof_count < PROOFS_MAX;
        if (!good)
            break;
        struct proof *proof = &p->variants[v].proof[p->variants[v].proof_count++];
        snprintf(proof->phase, sizeof proof->phase, "%s", phase);
        snprintf(proof->counters, sizeof proof->counters, "%s", rest);
    }
    fclose(in);
    return good || text_fail(why, size, "%s: a line is not variant, phase, counters", path);
}

/* The C library is that of the machine: its sum is compared with the staged one, as those of the copies are. */
static bool variant_find(const char *folder, const struct ds_variant *d, size_t v, struct variant *out, char *why, size_t size)
{
    char place[64], path[PATH_ROOM];
    struct build b;
    *out = (struct variant){.d = *d};
    if (d->missing)
        return true;
    if (strcmp(d->kind, "libc") == 0)
        return variant_resolve(d->label, "glibc", out, why, size);
    library_place(v, place, sizeof place);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, place) >= sizeof out->library)
        return text_fail(why, size, "%s: the path is too long: at most %zu characters", path, sizeof out->library - 1);
    strcpy(out->library, path);
    if (!binary_sha256(path, out->d.sha256))
        return text_fail(why, size, "%s: cannot be read", path);
    if (strcmp(d->kind, "hakmem") != 0)
        return true;
    if (!build_read(d->toggles, &b, why, size))
        return false;
    memcpy(out->settings, b.settings, sizeof out->settings);
    return true;
}

static bool plan_find(const char *folder, const struct dataset *ds, struct plan *out, char *why, size_t size)
{
    for (size_t v = 0; v < ds->variant_count; v++)
        if (ds->variants[v].twin_of < 0 &&
            !variant_find(folder, &ds->variants[v], v, &out->variants[out->variant_count++], why, size))
            return false;
    for (size_t w = 0; w < ds->workload_count; w++)
        if (!(out->workloads[out->workload_count++] = sweep_again(&ds->workloads[w], why, size)))
            return false;
    return plan_recall(ds, out, why, size) && proofs_find(folder, out, why, size) && plan_matches(out, ds, why, size);
}

bool staged_plan(const char *folder, const struct dataset *ds, struct plan *out, char *why, size_t size)
{
    plan_blank(ds, out);
    bool good = plan_find(folder, ds, out, why, size);
    if (!good)
        plan_free(out);
    return good;
}
