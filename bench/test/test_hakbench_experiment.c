/* SPDX-License-Identifier: MIT */
/* test_hakbench_experiment.c - reading an experiment file: what is in it, and one line for each thing that can be wrong with
 * it.
 */
#include "bench/cmd/experiment_file.h"
#include "bench/judge/verdict.h"
#include "bench/plan/workload.h"
#include "core/test/test.h"
#include <stdio.h>
#include <string.h>

static char path[512], why[2048];

static struct experiment *load(const char *text)
{
    snprintf(path, sizeof path, "%s/test_experiment.yaml", getenv("HAK_OUT"));
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    fclose(out);
    why[0] = 0;
    return experiment_load(path, why, sizeof why);
}

static const char good[] = "question: Is it so?\n"
                           "variants: {A: PHASE=11, B: PHASE=12 HAKMEM_SS_LRU_MB=8, now: \"\"}\n"
                           "rivals: [glibc, mine=/lib/libmine.so]\n"
                           "workloads: [random_mixed-seed, tiny_hot]\n"
                           "repeat: 7\nmargin: 2%\n"
                           "expect:\n"
                           "  - ops_s(B) >= 1.2 * ops_s(A)\n"
                           "    on tiny_hot\n"
                           "  - mincore(now) == 0 on random_mixed-seed\n"
                           "plots: [throughput, rss-time]\n";

START_TEST(test_good)
{
    struct experiment *e = load(good);
    ck_assert_msg(e != NULL, "%s", why);
    ck_assert_str_eq(e->name, "test_experiment");
    ck_assert_str_eq(e->question, "Is it so?");
    ck_assert_uint_eq(e->variant_count, 3);
    ck_assert_str_eq(e->variants[1].label, "B");
    ck_assert_str_eq(e->variants[1].text, "PHASE=12 HAKMEM_SS_LRU_MB=8");
    ck_assert_str_eq(e->variants[2].text, "");
    ck_assert_str_eq(e->reference, "A");
    ck_assert_uint_eq(e->rival_count, 2);
    ck_assert_int_eq(e->repeat, 7);
    ck_assert_double_eq(e->margin, 0.02);
    ck_assert_str_eq(e->expect[0], "ops_s(B) >= 1.2 * ops_s(A) on tiny_hot");
    ck_assert_uint_eq(e->modes, 1u << MODE_TIME | 1u << MODE_COUNT | 1u << MODE_MEMORY);
    experiment_free(e);
}
END_TEST

/* The good file's memory mode is a plot's; its others come from gates alone. */
START_TEST(test_modes_by_workload)
{
    struct experiment *e = load(good);
    ck_assert_msg(e != NULL, "%s", why);
    ck_assert(experiment_wants(e, MODE_MEMORY, "tiny_hot") && experiment_wants(e, MODE_TIME, "random_mixed-seed"));
    experiment_free(e);
    char text[1024];
    snprintf(text, sizeof text, "%.*splots: [rss-time]\n", (int)(strstr(good, "plots:") - good), good);
    e = load(text);
    ck_assert_msg(e != NULL, "%s", why);
    ck_assert(experiment_wants(e, MODE_TIME, "tiny_hot") && !experiment_wants(e, MODE_TIME, "random_mixed-seed"));
    ck_assert(experiment_wants(e, MODE_COUNT, "tiny_hot") && experiment_wants(e, MODE_MEMORY, "random_mixed-seed"));
    ck_assert(!experiment_wants(e, MODE_STRACE, "tiny_hot") && !experiment_wants(e, MODE_STRACE, NULL));
    experiment_free(e);
    e = load("question: q\nvariants: {A: x}\nworkloads: [tiny_hot, larson-2]\nmodes: [time]\nexpect:\n"
             "  - syscalls(A) > 0 on larson-2\n");
    ck_assert_msg(e != NULL, "%s", why);
    ck_assert(experiment_wants(e, MODE_TIME, "tiny_hot") && !experiment_wants(e, MODE_COUNT, "larson-2"));
    experiment_free(e);
}
END_TEST

/* Commands are workloads by their names, which gates use; `for` makes one of each value. */
START_TEST(test_commands_and_values)
{
    struct experiment *e = load("question: q\nvariants: {A: x}\nworkloads: [larson-2]\n"
                                "commands:\n  - 'sort=sort --parallel={threads} \"a b\"'\n"
                                "for: threads=1,4\nprepare: sh -c 'true'\ncleanup: 'true'\nwarmup: 2\n"
                                "expect: [wall_s(A) < 3 on sort threads=4]\n");
    static const char *const names[] = {"larson-2 threads=1", "larson-2 threads=4", "sort threads=1", "sort threads=4"};
    ck_assert_msg(e != NULL, "%s", why);
    ck_assert_uint_eq(e->workload_count, 4);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_str_eq(e->workloads[i], names[i]);
    ck_assert_str_eq(workload_find("larson-2 threads=1", why, sizeof why)->command, "larson 1 8 1000 5000 100 4141 1");
    ck_assert_str_eq(workload_find("sort threads=4", why, sizeof why)->command, "$ sort --parallel=4 \"a b\"");
    ck_assert_str_eq(e->prepare, "sh -c 'true'");
    ck_assert_str_eq(e->cleanup, "true");
    ck_assert_int_eq(e->warmup, 2);
    experiment_free(e);
}
END_TEST

START_TEST(test_defaults)
{
    struct experiment *e = load("question: q\nvariants: {A: PHASE=0}\nworkloads: [tiny_hot]\nrivals: [all]\nmodes: [strace]\n");
    ck_assert_msg(e != NULL, "%s", why);
    ck_assert_int_eq(e->repeat, EXPERIMENT_REPEAT);
    ck_assert_double_eq(e->margin, RULE_MARGIN);
    ck_assert_uint_ge(e->rival_count, 5);
    ck_assert_uint_eq(e->modes, 1u << MODE_STRACE);
    ck_assert_uint_eq(e->expect_count + e->plot_count, 0);
    /* A rival from the command line: one more, in place of one of that name, or refused where a variant has the name. */
    unsigned count = e->rival_count;
    ck_assert(experiment_add_rival(e, "mine=/a.so") && experiment_add_rival(e, "mine=/b.so") && !experiment_add_rival(e, "A=/a.so"));
    ck_assert_uint_eq(e->rival_count, count + 1);
    ck_assert_str_eq(e->rivals[count], "mine=/b.so");
    experiment_free(e);
}
END_TEST

/* A file, the line of it that is wrong (0: not told) and what is said of it. */
static const struct {
    const char *text;
    int line;
    const char *said;
} bad[] = {
    {"", 0, "it is empty; wants keys: question variants"},
    {"question: [\n", 2, "did not find expected node content"},
    {"question: Is it: so?\n", 1, "a text that holds ': ' stands in quotes"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nsamples: 3\n", 4,
     "unknown key 'samples'; keys: question variants reference"},
    {"question: q\nvariants: {A: x, A: y}\nworkloads: [tiny_hot]\n", 2, "Mapping field already seen: A"},
    {"question: q\nworkloads: [tiny_hot]\n", 2, "the key 'variants' is missing"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nrepeat: many\n", 4, "repeat: 'many': want a whole number"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nrepeat: -3\n", 4, "repeat: '-3': want a whole number"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nfor: {threads: [1, 2]}\n", 4, "for: want one text"},
    {"question: q\nvariants: A\nworkloads: [tiny_hot]\n", 2, "variants: want names with values, as in {A: PHASE=11"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nmargin: 0.02\n", 4,
     "margin: 0.02: want percent with the sign, above 0%, at most 50%: 1%"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nmargin: 60%\n", 4, "margin: 60%: want percent"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nrepeat: 15\nmodes: [count]\n", 4,
     "repeat is for times, but no gate, plot or mode of this file asks for times"},
    {"question: q\nvariants: {best_rival: x}\nworkloads: [tiny_hot]\n", 2, "'best_rival' means the best rival in gates"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot, tiny_hot]\n", 3, "'tiny_hot' stands there twice"},
    {"question: q\nvariants: {A: x}\nworkloads: tiny_hot\n", 3, "workloads: want a list, as in [a, b]"},
    {"question: q\nvariants: {A: x}\n", 0, "no workloads; add: workloads: [random_mixed-seed]"},
    {"question: q\nvariants: {A: x}\nworkloads:\n  - tiny_hot\n  - tiny_cold\n", 5,
     "no workload 'tiny_cold'; workloads: random_mixed-seed"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nreference: B\n", 4, "no label 'B'; labels: A"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nsubject: glibc\nrivals: [glibc]\n", 4,
     "no label 'glibc'; labels: A"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nrivals: [libc5]\n", 4, "no rival 'libc5'; rivals: glibc"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nrivals: [mimalloc, mimalloc=/x.so]\n", 4, "rival 'mimalloc' twice"},
    {"question: q\nvariants: {glibc: x}\nworkloads: [tiny_hot]\nrivals: [glibc]\n", 4, "'glibc' is a variant's label, too"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nplots: [pie]\n", 4, "no plot 'pie'; plots: throughput"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nmodes: [tiem]\n", 4, "no mode 'tiem'; modes: time count"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nexpect:\n  - ops_s(A) > 0\n  - opss(A) > 0\n", 6,
     "no metric 'opss' (ops_s, ops?); metrics: ops_s"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nexpect:\n  - ops_s(B) > 0\n", 5, "no label 'B'; labels: A"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nexpect:\n  - ops_s(A) > 0 on larson-2\n", 5,
     "no workload 'larson-2' in this experiment; it has: tiny_hot"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot, larson-2]\nexpect:\n  - ops_s(A) > 0\n", 5,
     "on which workload? add 'on' and one of: tiny_hot larson-2"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nexpect:\n  - ops_s(A) = 0\n", 5,
     "one of <= >= < > == is wanted at '= 0'"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\ncommands:\n  - a=true\n  - true\n", 6,
     "want NAME=program arguments"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\ncommands:\n  - b='x\n", 5, "unbalanced quotes"},
    {"question: q\nvariants: {A: x}\ncommands:\n  - c=true\n  - c=true\n", 5, "'c' stands there twice"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nprepare: x '\n", 4, "prepare: unbalanced quotes"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nfor: threads\n", 4, "want NAME=VALUE,VALUE"},
    {"question: q\nvariants: {A: x}\nworkloads: [tiny_hot]\nfor: threads=1\n", 4, "tiny_hot has no argument of that name"},
    {"question: q\nvariants: {A: x}\ncommands: [d=true]\nfor: n=1\n", 4, "the command d has no {n} in it: true"},
};

START_TEST(test_bad)
{
    char where[600];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(load(bad[i].text) == NULL, "accepted: %s", bad[i].text);
        snprintf(where, sizeof where, "%s:%d: ", path, bad[i].line);
        ck_assert_msg(strncmp(why, where, bad[i].line ? strlen(where) : strlen(path)) == 0, "want %s, said: %s", where, why);
        ck_assert_msg(strstr(why, bad[i].said), "want %s, said: %s", bad[i].said, why);
        ck_assert_ptr_null(strchr(why, '\n'));
    }
}
END_TEST

START_TEST(test_find)
{
    ck_assert_ptr_null(experiment_find("no-such", why, sizeof why));
    ck_assert_msg(strncmp(why, "no experiment 'no-such'; experiments: 00-core 09-lazy-dealloc", 61) == 0, "%s", why);
    ck_assert_ptr_null(experiment_find("out/no-such.yaml", why, sizeof why));
    ck_assert_str_eq(why, "out/no-such.yaml: No such file or directory");
}
END_TEST

/* Every file of the folder loads: names that it uses exist. */
START_TEST(test_all)
{
    char **names = experiment_names();
    int count = 0;
    for (; names[count]; count++) {
        struct experiment *e = experiment_find(names[count], why, sizeof why);
        ck_assert_msg(e != NULL, "%s", why);
        ck_assert_msg(e->expect_count > 0, "%s expects nothing", names[count]);
        experiment_free(e);
    }
    ck_assert_int_ge(count, 10);
    experiment_names_free(names);
}
END_TEST

TEST_MAIN("hakbench_experiment: reading an experiment file", test_good, test_modes_by_workload, test_commands_and_values,
          test_defaults, test_bad, test_find, test_all)
