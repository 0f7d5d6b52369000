/* SPDX-License-Identifier: MIT */
/* plan.h - what a run measures, how often and in which order; and how a plan is stored with its run and found again.
 */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "bench/plan/variant.h"
#include "bench/plan/workload.h"

#define PLAN_VARIANTS_MAX 64 /* the twin included */
#define PLAN_WORKLOADS_MAX 64
#define PLAN_ROUNDS_MAX 4

struct plan {
    const char *experiment;  /* "" for none */
    const char *command;     /* how the user asked, for the record */
    struct variant *variants; size_t variant_count;
    const struct workload **workloads; size_t workload_count;
    const uint64_t *skip;    /* NULL: every cell; else [variant_count], bit w: not on that workload */
    unsigned modes;          /* bits 1u << MODE_x. MODE_COUNT is always taken of our own variants: it proves that they ran */
    uint64_t except[MODES];  /* bit w: this mode is not taken on that workload */
    int repeat;              /* timing samples per cell; made even: A B .. B A; four times as many of quick workloads */
    int most;                /* timing samples of a cell at most, to a block; 0: repeat alone says */
    int counts;              /* samples per cell in each counting mode; 0 is 1 */
    int mode_counts[MODES];  /* the same of one mode; 0: counts */
    double budget;           /* seconds for timing; 0: none. At least 3 blocks are taken all the same */
    double *budget_left;     /* NULL; or what is left of it, kept from run to run: 0 or less when it has ended the timing */
    double timeout;          /* seconds for one sample; 0: the launcher's default */
    const char *prepare, *cleanup; /* command lines before and after each sample, not timed; NULL: none */
    int first_block;         /* of a part of a run that is measured elsewhere: the number of its first block */
    int warmup;              /* samples of each cell before its first, which are not kept */
    bool exits;              /* failing runs are counted, as the metric exit, and not the end of their cell */
    double more;             /* seconds for more pairs of what is undecided, kept for who resumes the run */
    uint64_t seed;
    int twin;                /* index of a variant measured twice as A/A; -1: none. The twin comes after all variants, as
                                "<label> A/A", where plan_twins: the same file under the same path */
    const char *const *gates; unsigned gate_count; /* stored with the run before its first sample, with the margin */
    double margin;           /* 0: not stored */
    int64_t resume;          /* run to go on with, or to extend by a larger repeat; 0: a new one */
};

/* Samples of each cell in a counting mode. */
int plan_counts(const struct plan *p, enum mode mode);

/* The timing order of one block: cell = workload * variant_count + variant, so many as *count says (at most 2 * variant_count *
 * workload_count * PLAN_ROUNDS_MAX). Workloads in shuffled order; for each its variants, shuffled, forwards and then backwards,
 * once or, where it takes no time, four times. Pure: depends on the plan's seed, block and shape only. */
void plan_block(const struct plan *p, size_t block, size_t *cells, size_t *count);

/* The plan of a stored run, variants built again, ready to be run; its sha256 sums must be those of that run. given: rivals by
 * name=path, which the store does not keep (NULL-ended, or NULL). false: why holds one line. Free with plan_free. */
bool plan_resume(const struct dataset *ds, const char *const *given, struct plan *out, char *why, size_t size);
void plan_free(struct plan *p);

/* Its parts, for plans of runs that are found elsewhere: a plan with room for the run's variants and workloads, and nothing in
 * it; then, once they are in it, how often and in which modes it measures. */
void plan_blank(const struct dataset *ds, struct plan *out);
bool plan_recall(const struct dataset *ds, struct plan *out, char *why, size_t size);

/* The context of a run that other machines measure: the name of its folder. */
#define PLAN_FOLDER "cluster.folder"

/* A word of the user's, in splitmix64's and the clock's way: another seed for each run. */
uint64_t plan_seed(void);

/* How often a block goes over a workload: a process of some milliseconds is noisy and costs little, so it is run more often. */
int plan_rounds(const struct plan *p, size_t workload);

/* Is this cell measured at all? */
bool plan_has(const struct plan *p, size_t variant, size_t workload);

/* Is this mode, where the plan has it, taken on this workload? */
bool plan_takes(const struct plan *p, enum mode mode, size_t workload);

/* Are a stored run's variants and workloads those of the plan, file for file? false: why holds one line. */
bool plan_matches(const struct plan *p, const struct dataset *ds, char *why, size_t size);

/* Is the twin measured so? What is judged by statistics needs to know how far identical binaries lie apart: times, and, where
 * there are several samples, memory and counts of several threads. Counts of one thread are judged by their range. */
bool plan_twins(const struct plan *p, enum mode mode, size_t workload);

/* Has any of its modes, on any of its workloads, a use for a twin, if samples are repeated? */
bool plan_wants_twin(const struct plan *p);

/* Stores it as contexts of the run, so that it can be resumed. */
void plan_keep(const struct plan *p, struct dataset *ds);

/* The one of them that is called "plan". */
void plan_describe(const struct plan *p, char *out, size_t size);

/* The other way; skip: p->variant_count zeroed words, p's from now on. false: it is no such text. */
bool plan_undescribe(const char *text, struct plan *p, uint64_t *skip);

#endif
