/* SPDX-License-Identifier: MIT */
/* test_hakbench_proof.c - what phases did on a workload is counted and told; a run is refused when what runs is not what was
 * asked for.
 *
 * Needs out/bench/hakbench and out/work.
 */
#include "bench/take/engine.h"
#include "bench/take/launch.h"
#include "core/test/test.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct variant v;
static char why[1024], path[256];

/* The newest variant on one small workload, as it was made or as the test has changed it. The run's id. */
static int64_t run(struct store *st)
{
    bool interrupted = false;
    const struct workload *w = workload_find("random_mixed 1000 16 1", why, sizeof why);
    struct plan plan = {.experiment = "", .command = "test", .variants = &v, .variant_count = 1, .workloads = &w,
                        .workload_count = 1, .modes = 1u << MODE_TIME, .repeat = 2, .seed = 1, .twin = -1};
    return engine_run(st, &plan, &interrupted, why, sizeof why);
}

static struct store *begin(void)
{
    launch_program = "out/bench/hakbench";
    snprintf(path, sizeof path, "%s/test/proof.%d.db", getenv("HAK_OUT"), getpid());
    struct store *st = store_open(path, STORE_WRITE);
    ck_assert_msg(st, "%s", store_error());
    ck_assert_msg(variant_resolve("", "", &v, why, sizeof why), "%s", why);
    return st;
}

static void end(struct store *st)
{
    static const char *const more[] = {"", "-wal", "-shm"};
    char file[300];
    store_close(st);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        snprintf(file, sizeof file, "%s%s", path, more[i]);
        unlink(file);
    }
}

static void refused(struct store *st, int64_t answer, const char *words)
{
    ck_assert_int_eq(run(st), answer);
    ck_assert_msg(strstr(why, words) && !strchr(why, '\n'), "%s", why);
}

static struct dataset *counted(struct store *st)
{
    int64_t id = run(st);
    ck_assert_msg(id > 0, "%s", why);
    struct dataset *ds = store_load(st, id);
    ck_assert_ptr_nonnull(ds);
    return ds;
}

/* 16 slots: the front serves, no other thread frees. */
START_TEST(what_phases_did)
{
    struct store *st = begin();
    char idle[1024];
    struct dataset *ds = counted(st);
    ck_assert_double_gt(dataset_median(ds, 0, 0, "phase.11-front"), 0);
    ck_assert_double_eq(dataset_median(ds, 0, 0, "phase.14-batch"), 0);
    ck_assert_ptr_nonnull(strstr(proof_idle(ds, 0, 0, idle, sizeof idle), "14-batch"));
    ck_assert_ptr_null(strstr(idle, "11-front"));
    dataset_free(ds);
    end(st);
}
END_TEST

/* The sum of its counters, in the ninth place and beyond, too; nothing of a phase without counters but its name. */
START_TEST(every_proof)
{
    struct store *st = begin();
    char idle[1024];
    v.proof_count = PROOFS_MAX;
    for (int i = 0; i < PROOFS_MAX; i++) {
        snprintf(v.proof[i].phase, sizeof v.proof[i].phase, "%d-made", 10 + i);
        strcpy(v.proof[i].counters, i == PROOFS_MAX - 1 ? "superslabs_mapped heaps" : i ? "lazy.evictions_age" : "");
    }
    struct dataset *ds = counted(st);
    char last[64];
    snprintf(last, sizeof last, "phase.%d-made", 10 + PROOFS_MAX - 1);
    ck_assert_double_eq(dataset_median(ds, 0, 0, last),
                        dataset_median(ds, 0, 0, "stat.superslabs_mapped") + dataset_median(ds, 0, 0, "stat.heaps"));
    proof_idle(ds, 0, 0, idle, sizeof idle);
    ck_assert_ptr_nonnull(strstr(idle, "11-made, 12-made"));
    ck_assert_ptr_null(strstr(idle, "10-made"));
    ck_assert_str_eq(dataset_context(ds, PROOF_UNCOUNTED), "10-made");
    dataset_free(ds);
    end(st);
}
END_TEST

START_TEST(a_counter_that_there_is_not)
{
    struct store *st = begin();
    strcpy(v.proof[0].counters, "lazy.hits no.such");
    struct dataset *ds = counted(st);
    ck_assert(ds->samples[0].failed);
    ck_assert_ptr_nonnull(strstr(ds->samples[0].why, "phases/09-lazy-dealloc/proof names the counter no.such"));
    dataset_free(ds);
    end(st);
}
END_TEST

/* Every phase of the tree has a file; comments are no counters, and value toggles no phases. */
START_TEST(files)
{
    static struct proof proofs[PROOFS_MAX];
    ck_assert_int_eq(proofs_read(".", "phases/11-front phases/19-fine phases/mincore-fix\n", proofs, why, sizeof why), 2);
    ck_assert_str_eq(proofs[0].phase, "11-front");
    ck_assert_str_eq(proofs[0].counters, "front.hits front.refills front.drains");
    ck_assert_str_eq(proofs[1].phase, "19-fine");
    ck_assert_str_eq(proofs[1].counters, "");
}
END_TEST

/* More than there is room for is an error, not a list that ends early. */
START_TEST(too_many_phases)
{
    static struct proof proofs[PROOFS_MAX];
    char folders[2048] = "";
    for (int i = 0; i <= PROOFS_MAX; i++)
        snprintf(folders + strlen(folders), sizeof folders - strlen(folders), " phases/%d-none", i);
    ck_assert_int_eq(proofs_read(".", folders, proofs, why, sizeof why), -1);
    ck_assert_msg(strstr(why, "raise PROOFS_MAX") && !strchr(why, '\n'), "%s", why);
}
END_TEST

START_TEST(another_variant)
{
    struct store *st = begin();
    strcpy(v.d.variant, "p7");
    refused(st, ENGINE_BAD, "wanted 'p7'");
    ck_assert_int_eq(store_latest(st, NULL, false), -1);
    end(st);
}
END_TEST

TEST_MAIN("what phases did", what_phases_did, every_proof, a_counter_that_there_is_not, files, too_many_phases, another_variant)
