/* SPDX-License-Identifier: MIT */
/* experiment.c - questions that can be asked of an experiment. See experiment.h.
 */
#include "bench/data/experiment.h"
#include "bench/low/binary.h"
#include "bench/low/xalloc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void experiment_rival_label(const char *rival, char *label, size_t size)
{
    snprintf(label, size, "%.*s", (int)strcspn(rival, "="), rival);
}

bool experiment_wants(const struct experiment *e, enum mode mode, const char *workload)
{
    if (e->modes_given || !workload)
        return e->modes >> mode & 1;
    for (unsigned i = 0; i < e->workload_count; i++)
        if (strcmp(e->workloads[i], workload) == 0)
            return e->workload_modes[i] >> mode & 1;
    return false;
}

void experiment_append_rival(struct experiment *e, const char *rival)
{
    e->rivals = xalloc_need(reallocarray(e->rivals, e->rival_count + 2, sizeof *e->rivals));
    e->rivals[e->rival_count++] = xalloc_need(strdup(rival));
    e->rivals[e->rival_count] = NULL;
}

bool experiment_add_rival(struct experiment *e, const char *rival)
{
    char label[64], other[64];
    experiment_rival_label(rival, label, sizeof label);
    for (unsigned i = 0; i < e->variant_count; i++)
        if (strcmp(e->variants[i].label, label) == 0)
            return false;
    for (unsigned i = 0; i < e->rival_count; i++) {
        experiment_rival_label(e->rivals[i], other, sizeof other);
        if (strcmp(other, label) == 0) {
            free(e->rivals[i]);
            e->rivals[i] = xalloc_need(strdup(rival));
            return true;
        }
    }
    if (e->rival_count)
        experiment_append_rival(e, rival);
    return true;
}

static void free_list(char **list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        free(list[i]);
    free(list);
}

void experiment_free(struct experiment *e)
{
    if (!e)
        return;
    for (unsigned i = 0; i < e->variant_count; i++) {
        free(e->variants[i].label);
        free(e->variants[i].text);
    }
    free(e->variants);
    free(e->question);
    free(e->reference);
    free(e->subject);
    free(e->prepare);
    free(e->cleanup);
    free_list(e->rivals, e->rival_count);
    free_list(e->workloads, e->workload_count);
    free_list(e->expect, e->expect_count);
    free(e->workload_modes);
    free_list(e->plots, e->plot_count);
    free(e);
}

/* --- Gates that were written down before the run -------------------------------------------------------------------------- */

void experiment_gates_hash(const char *const *gates, unsigned count, double margin, char out[65])
{
    size_t size = 64, used;
    for (unsigned i = 0; i < count; i++)
        size += strlen(gates[i]) + 1;
    char *text = xalloc_zeroed(size, 1);
    used = (size_t)snprintf(text, size, "margin %g\n", margin);
    for (unsigned i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, size - used, "%s\n", gates[i]);
    if (!binary_text_sha256(text, out))
        strcpy(out, "not known");
    free(text);
}

void experiment_keep(struct dataset *ds, const char *const *gates, unsigned count, double margin)
{
    char hash[65], key[48], text[32];
    experiment_gates_hash(gates, count, margin, hash);
    dataset_set_context(ds, "gates", hash);
    snprintf(text, sizeof text, "%g", margin);
    dataset_set_context(ds, "margin", text);
    for (unsigned i = 0; i < count; i++) {
        snprintf(key, sizeof key, "gate.%02u", i + 1);
        dataset_set_context(ds, key, gates[i]);
    }
}

enum experiment_kept experiment_kept(const struct experiment *e, const struct dataset *ds)
{
    char hash[65];
    const char *was = dataset_context(ds, "gates");
    if (!*was)
        return EXPERIMENT_UNKEPT;
    experiment_gates_hash((const char *const *)e->expect, e->expect_count, e->margin, hash);
    return strcmp(was, hash) == 0 ? EXPERIMENT_SAME_GATES : EXPERIMENT_OTHER_GATES;
}
