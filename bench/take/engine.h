/* engine.h - takes all samples of a plan: mirrored, interleaved, shuffled between blocks; stores each as it finishes.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include "bench/data/store.h"
#include "bench/plan/variant.h"
#include "bench/plan/workload.h"

#define ENGINE_VARIANTS_MAX 64 /* the twin included */
#define ENGINE_WORKLOADS_MAX 64
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
    int counts;              /* samples per cell in each counting mode; 0 is 1 */
    double budget;           /* seconds for timing; 0: none. At least 3 blocks are taken all the same */
    double *budget_left;     /* NULL; or what is left of it, kept from run to run: 0 or less when it has ended the timing */
    double timeout;          /* seconds for one sample; 0: the launcher's default */
    uint64_t seed;
    int twin;                /* index of a variant measured twice as A/A; -1: none. The twin comes after all variants, as
                                "<label> A/A", in timing only: the same file under the same path */
    int64_t resume;          /* run to go on with, or to extend by a larger repeat; 0: a new one */
};

/* The timing order of one block: cell = workload * variant_count + variant, so many as *count says (at most 2 * variant_count *
 * workload_count * PLAN_ROUNDS_MAX). Workloads in shuffled order; for each its variants, shuffled, forwards and then backwards,
 * once or, where it takes no time, four times. Pure: depends on the plan's seed, block and shape only. */
void plan_block(const struct plan *p, size_t block, size_t *cells, size_t *count);

/* The plan of a stored run, variants built again, ready for engine_run; its sha256 sums must be those of that run. given:
 * rivals by name=path, which the store does not keep (NULL-ended, or NULL). false: why holds one line. Free with plan_free. */
bool plan_resume(struct store *st, int64_t run, const char *const *given, struct plan *out, char *why, size_t size);
void plan_free(struct plan *p);

/* Are the libraries of the variants what they are called? Then the plan is run into the store. Answers the run's id; -1, or
 * ENGINE_BAD when a library is not what it is called: why holds one line. On SIGINT, SIGTERM and SIGHUP what is finished stays,
 * *interrupted is set. A failing workload is recorded as a failed sample and shown; its cell is not tried again. */
enum { ENGINE_BAD = -2 };
int64_t engine_run(struct store *st, const struct plan *p, bool *interrupted, char *why, size_t size);

/* Context of this machine and tree into a dataset; variants and workloads must be in it. */
void context_collect(struct dataset *ds);

/* Do CPU, kernel, libc and the programs of the workloads agree with a stored run's? What it does not tell agrees. false: why
 * holds one line. */
bool context_matches(const struct dataset *ds, char *why, size_t size);

/* The mark of a measurement in this tree, to be closed at its end (-1: none can be set). *others: there is another one. */
int context_lock(bool *others);

/* A word of the user's, in splitmix64's and the clock's way: another seed for each run. */
uint64_t engine_seed(void);

#endif
