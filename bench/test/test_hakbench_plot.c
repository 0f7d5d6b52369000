/* SPDX-License-Identifier: MIT */
/* test_hakbench_plot.c - every plot is drawn from a small dataset: SVG and PNG are there, gnuplot has nothing to complain
 * about, the SVG takes the page's ink and shares no name with another.
 */
#include "bench/show/plot.h"
#include "bench/test/report_data.h"
#include "core/test/test.h"
#include <sys/stat.h>
#include <unistd.h>

static char folder[256];
static struct dataset *ds;

static const char *file(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *content(const char *name)
{
    static char text[1 << 20];
    FILE *in = fopen(file(name), "r");
    size_t length = in ? fread(text, 1, sizeof text - 1, in) : 0;
    text[length] = 0;
    if (in)
        fclose(in);
    return text;
}

static void setup(void)
{
    snprintf(folder, sizeof folder, "%s/plots", getenv("HAK_OUT"));
    ds = data_make();
}

static void check_drawn(const char *name, bool drawn, const char *why)
{
    char path[64];
    ck_assert_msg(drawn, "%s", why);
    snprintf(path, sizeof path, "%s.svg", name);
    const char *svg = content(path);
    ck_assert_msg(strstr(svg, "</svg>") && strlen(svg) > 4000, "%s: %zu bytes", path, strlen(svg));
    ck_assert_ptr_nonnull(strstr(svg, "currentColor"));
    ck_assert_ptr_nonnull(strstr(svg, "prefers-color-scheme"));
    ck_assert_ptr_null(strstr(svg, "112, 113"));
    ck_assert_ptr_null(strstr(svg, "id='gp"));
    ck_assert_ptr_null(strstr(svg, "data index"));
    snprintf(path, sizeof path, "%s.png", name);
    struct stat st;
    ck_assert_int_eq(stat(file(path), &st), 0);
    ck_assert_int_gt(st.st_size, 4000);
    snprintf(path, sizeof path, ".%s.dat", name);
    ck_assert_int_ne(access(file(path), F_OK), 0);
}

static const char *const lines[] = {"superslabs_peak(B) <= 0.3 * superslabs_peak(A) on random_mixed-seed",
                                    "ops_s(B) >= 1.2 * ops_s(A) on larson-1", "syscalls(B) <= 10 on random_mixed-seed",
                                    "ops_s(B) >= 1.5 * ops_s(tcmalloc) on larson-1"};

START_TEST(test_draws)
{
    char why[512] = "";
    setup();
    struct experiment e = {.expect_count = 4};
    struct gate_result gates[4];
    gates_judge_lines(ds, lines, 4, 0.01, gates);
    for (const struct plot_row *row = plot_rows; row->name; row++)
        check_drawn(row->name, plot_draw(row->name, ds, &e, gates, folder, why, sizeof why), why);
}
END_TEST

START_TEST(test_labels)
{
    char why[512] = "";
    setup();
    ck_assert_msg(plot_draw("throughput", ds, NULL, NULL, folder, why, sizeof why), "%s", why);
    const char *svg = content("throughput.svg");
    ck_assert_ptr_nonnull(strstr(svg, "mimalloc"));
    ck_assert_ptr_nonnull(strstr(svg, "published"));
    ck_assert_ptr_nonnull(strstr(svg, "0.563"));
    ck_assert_msg(!strstr(svg, "9.38"), "a figure published for another workload");
    ck_assert_msg(!strstr(svg, "A-twin"), "a twin is no allocator of its own");
    ck_assert_msg(!strstr(svg, "tcmalloc"), "tcmalloc was not measured");
}
END_TEST

START_TEST(test_waterfall)
{
    char why[512] = "";
    setup();
    const struct waterfall_step steps[] = {
        {"LAZY", 0.4, -0.1, 0.9}, {"FRONT", 22, 20, 24}, {"POOL", 15, 14, 16}, {"LAZY x POOL", -2, -3, -1}};
    const struct waterfall w = {.name = "waterfall",
                                .title = "random_mixed-seed",
                                .unit = "million operations per second",
                                .from_label = "p0",
                                .to_label = "p12",
                                .from = 9,
                                .to = 44.4,
                                .better = 1,
                                .step = steps,
                                .step_count = 4};
    check_drawn("waterfall", plot_waterfall(&w, folder, why, sizeof why), why);
    ck_assert_ptr_nonnull(strstr(content("waterfall.svg"), "LAZY x POOL"));
}
END_TEST

START_TEST(test_one_allocator)
{
    char why[512] = "";
    setup();
    struct dataset *one = dataset_new();
    snprintf(folder, sizeof folder, "%s/plots/one", getenv("HAK_OUT"));
    struct ds_variant v = {.label = "p12", .kind = "hakmem", .twin_of = -1};
    struct ds_workload w = {.name = "tiny_hot", .command = "tiny_hot", .threads = 1};
    dataset_add_variant(one, &v);
    dataset_add_workload(one, &w);
    ck_assert(!plot_draw("throughput", one, NULL, NULL, folder, why, sizeof why));
    ck_assert_str_eq(why, "plot throughput: nothing of it was measured");
    data_add(one, 0, 0, MODE_TIME, 0, (const char *[]){"ops_s", NULL}, (const double[]){5e6});
    check_drawn("throughput", plot_draw("throughput", one, NULL, NULL, folder, why, sizeof why), why);
    ck_assert(!plot_draw("gates", one, NULL, NULL, folder, why, sizeof why));
    ck_assert(!plot_draw("piechart", one, NULL, NULL, folder, why, sizeof why));
    ck_assert_str_eq(why, "no plot 'piechart'; plots: throughput syscalls rss-time scaling instructions gates");
    dataset_free(one);
}
END_TEST

START_TEST(test_no_gnuplot)
{
    char why[512] = "";
    setup();
    setenv("PATH", "/nowhere", 1);
    ck_assert(!plot_draw("throughput", ds, NULL, NULL, folder, why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "gnuplot cannot be run"));
    ck_assert_ptr_null(strchr(why, '\n'));
}
END_TEST

TEST_MAIN("hakbench_plot: every plot is drawn and can be read", test_draws, test_labels, test_waterfall, test_one_allocator,
          test_no_gnuplot)
