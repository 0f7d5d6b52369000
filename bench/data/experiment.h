/* SPDX-License-Identifier: MIT */
/* experiment.h - an experiment: what is asked, what is measured, and what is expected before the run.
 *
 * cmd/experiment_file.h reads one from its file.
 */
#ifndef BENCH_EXPERIMENT_H
#define BENCH_EXPERIMENT_H

#include "bench/data/dataset.h"
#include <stddef.h>

/* In `expect`, in place of a label: the rival that is best by that metric on that workload. */
#define BEST_RIVAL "best_rival"

struct experiment_variant {
    char *label, *text;
};

struct experiment {
    char name[64]; /* the file's, without .yaml */
    char path[512];
    char *question;
    struct experiment_variant *variants;
    unsigned variant_count;
    char *reference; /* a label; the first variant unless given */
    char *subject;   /* the label whose costs the report tells; the last variant unless given */
    char **rivals;
    unsigned rival_count; /* `all` stands for every rival known */
    char **workloads; /* those of `commands`, too, and each with each value of `for` */
    unsigned workload_count;
    char *prepare, *cleanup; /* command lines around each sample; NULL: none */
    int warmup;              /* samples of each cell before its first */
    unsigned modes; /* bits 1u << MODE_x; unless given: those that the metrics of `expect` and the `plots` need, and count */
    bool modes_given; /* on every workload, then */
    unsigned *workload_modes; /* [workload_count], of each, where they are not given */
    int repeat;       /* EXPERIMENT_REPEAT unless given */
    double margin;  /* RULE_MARGIN unless given */
    char **expect;
    unsigned expect_count;
    char **plots;
    unsigned plot_count;
};

void experiment_free(struct experiment *e);

/* Is this mode of it measured on this workload of it? Modes that the file gives, count, and what a plot needs: on every one;
 * what only gates need, where they do. */
bool experiment_wants(const struct experiment *e, enum mode mode, const char *workload);

/* One more rival, as the file would name it, where the file has any; or it takes the place of the one of that name. false: a
 * variant has that name. */
bool experiment_add_rival(struct experiment *e, const char *rival);

/* Appends to rivals, whatever is there. */
void experiment_append_rival(struct experiment *e, const char *rival);

/* The sha256 of gates and margin, as 64 hex digits: what a run keeps of what was expected of it. */
void experiment_gates_hash(const char *const *gates, unsigned count, double margin, char out[65]);

/* Is a run, by the gates that it keeps, judged by these? EXPERIMENT_UNKEPT: it keeps none. */
enum experiment_kept { EXPERIMENT_SAME_GATES, EXPERIMENT_OTHER_GATES, EXPERIMENT_UNKEPT };
enum experiment_kept experiment_kept(const struct experiment *e, const struct dataset *ds);

/* Keeps them, each as context "gate.<number>", and the hash as "gates". */
void experiment_keep(struct dataset *ds, const char *const *gates, unsigned count, double margin);

/* The label of a rival as it is written: "mimalloc", or "name=/path/lib.so". */
void experiment_rival_label(const char *rival, char *label, size_t size);

#endif
