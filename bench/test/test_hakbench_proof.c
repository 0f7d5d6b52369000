/* test_hakbench_proof.c - a run is refused when a phase under test did not run, or when what runs is not what was asked for.
 *
 * May include engine.h, launch.h, core/test/test.h and libc. Needs out/bench/hakbench and out/work.
 */
#include "bench/engine.h"
#include "bench/launch.h"
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

static size_t timed(struct store *st, int64_t id)
{
    struct dataset *ds = store_load(st, id);
    size_t count = 0;
    for (size_t i = 0; ds && i < ds->sample_count; i++)
        count += ds->samples[i].mode == MODE_TIME;
    dataset_free(ds);
    return count;
}

START_TEST(phases_that_ran)
{
    struct store *st = begin();
    ck_assert(*v.proof[0]);
    int64_t id = run(st);
    ck_assert_msg(id > 0, "%s", why);
    ck_assert_uint_eq(timed(st, id), 2);
    end(st);
}
END_TEST

/* A counter that stayed 0, one that there is not, and a list of which one suffices. */
START_TEST(a_phase_that_did_not_run)
{
    struct store *st = begin();
    strcpy(v.proof[1], "lazy.evictions_age");
    refused(st, -1, "did not run: of its counters lazy.evictions_age none is above 0");
    ck_assert_uint_eq(timed(st, store_latest(st, NULL, false)), 0);
    strcpy(v.proof[1], "no.such counter");
    refused(st, -1, "did not run: of its counters no.such counter none");
    strcpy(v.proof[1], "lazy.evictions_age superslabs_mapped no.such");
    ck_assert_msg(run(st) > 0, "%s", why);
    end(st);
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

TEST_MAIN("what proves that a phase ran", phases_that_ran, a_phase_that_did_not_run, another_variant)
