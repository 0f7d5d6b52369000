/* SPDX-License-Identifier: MIT */
/* proof.c - which phases did something. See proof.h.
 */
#include "bench/data/proof.h"
#include "bench/low/text.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All words of the file. A line `none: why` has none; no more has a file that is not there. */
static bool proof_read(const char *path, struct proof *out, char *why, size_t size)
{
    char line[512];
    FILE *file = fopen(path, "r");
    if (!file && errno != ENOENT)
        return text_fail(why, size, "%s: %s", path, strerror(errno));
    bool good = true;
    while (good && file && fgets(line, sizeof line, file)) {
        line[strncmp(line, "none:", 5) == 0 ? 0 : strcspn(line, "\n")] = 0;
        for (char *save, *word = strtok_r(line, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
            good = good && strlen(out->counters) + strlen(word) + 2 < sizeof out->counters;
            text_add(out->counters, sizeof out->counters, "%s%s", *out->counters ? " " : "", word);
        }
    }
    if (file)
        fclose(file);
    return good || text_fail(why, size, "%s: too long: at most %zu characters", path, sizeof out->counters - 2);
}

int proofs_read(const char *root, const char *folders, struct proof out[PROOFS_MAX], char *why, size_t size)
{
    char copy[4096], path[2048];
    int count = 0;
    snprintf(copy, sizeof copy, "%s", folders);
    for (char *save, *folder = strtok_r(copy, " \n", &save); folder; folder = strtok_r(NULL, " \n", &save)) {
        const char *name = strrchr(folder, '/') ? strrchr(folder, '/') + 1 : folder;
        if (!isdigit((unsigned char)*name)) // a value toggle: it always has a value, and is no phase
            continue;
        if (count == PROOFS_MAX || strlen(name) >= sizeof out->phase) {
            text_fail(why, size, "%s: more than %d phases, or a name of more than %zu characters: raise PROOFS_MAX in "
                      "bench/data/proof.h", folder, PROOFS_MAX, sizeof out->phase - 1);
            return -1;
        }
        out[count] = (struct proof){.counters = ""};
        strcpy(out[count].phase, name);
        snprintf(path, sizeof path, "%s/%s/proof", root, folder);
        if (!proof_read(path, &out[count++], why, size))
            return -1;
    }
    return count;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *proof_idle(const struct dataset *ds, int variant, int workload, char *out, size_t size)
{
    const char **idle = calloc(ds->metric_count + 1, sizeof *idle);
    size_t count = 0;
    out[0] = 0;
    for (size_t i = 0; idle && i < ds->metric_count; i++)
        if (strncmp(ds->metric_names[i], PROOF_METRIC, strlen(PROOF_METRIC)) == 0 &&
            dataset_median(ds, variant, workload, ds->metric_names[i]) == 0)
            idle[count++] = ds->metric_names[i] + strlen(PROOF_METRIC);
    if (count)
        qsort(idle, count, sizeof *idle, by_name);
    for (size_t i = 0; i < count; i++)
        text_add(out, size, "%s%s", i ? ", " : "", idle[i]);
    free(idle);
    return out;
}
