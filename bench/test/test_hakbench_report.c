/* SPDX-License-Identifier: MIT */
/* test_hakbench_report.c - a report from a dataset made by hand: its figures, its sections, its HTML.
 */
#include "bench/show/report.h"
#include "bench/test/report_data.h"
#include "core/test/test.h"
#include <sys/stat.h>

static char folder[256];

static char *content(const char *name)
{
    static char text[1 << 21];
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "r");
    size_t length = in ? fread(text, 1, sizeof text - 1, in) : 0;
    text[length] = 0;
    if (in)
        fclose(in);
    return text;
}

static char *const lines[] = {
    "superslabs_peak(B) <= 0.3 * superslabs_peak(A) on random_mixed-seed", "ops_s(B) >= 1.2 * ops_s(A) on larson-1",
    "ops_s(B) >= 1.1 * ops_s(best_rival) on random_mixed-seed", "ops_s(B) >= 1.5 * ops_s(tcmalloc) on larson-1"};
static char *const plots[] = {"throughput", "syscalls", "rss-time", "scaling", "instructions", "gates"};

static struct experiment example(void)
{
    return (struct experiment){.name = "by-hand",
                               .path = "experiments/by-hand.yaml",
                               .question = "Is B faster than A?",
                               .reference = "A",
                               .subject = "B",
                               .margin = 0.01,
                               .repeat = 10,
                               .modes = 31,
                               .expect = (char **)lines,
                               .expect_count = 4,
                               .plots = (char **)plots,
                               .plot_count = 6};
}

/* The dataset, with the gates of the example stored as before a run. */
static struct dataset *kept(void)
{
    struct dataset *ds = data_make();
    experiment_keep(ds, (const char *const *)lines, 4, 0.01);
    return ds;
}

static void write_report(const char *name, const struct dataset *ds, const struct experiment *e)
{
    char why[512] = "";
    snprintf(folder, sizeof folder, "%s/report/%s", getenv("HAK_OUT"), name);
    ck_assert_msg(report_write(ds, e, folder, why, sizeof why), "%s", why);
}

static void check_line(const char *text, const char *line)
{
    const char *at = strstr(text, line);
    ck_assert_msg(at && at[-1] == '\n' && at[strlen(line)] == '\n', "no line: %s", line);
}

START_TEST(test_markdown)
{
    struct dataset *ds = kept();
    struct experiment e = example();
    write_report("markdown", ds, &e);
    const char *md = content("report.md");
    check_line(md,
               "- **Verdict: missed.** Of 4 gates written down before the run, 2 held, 1 failed, 0 undecided, 1 not measured.");
    check_line(md, "| held | `superslabs_peak(B) <= 0.3 * superslabs_peak(A) on random_mixed-seed` | 2; bound: at most 6; 0.333 of the bound, the same in 2 pairs |");
    check_line(md, "- **A** is hakmem's variant p11, `PHASE=11`; **B** is hakmem's variant p12, `PHASE=12`. All allocators "
                   "are listed under Context.");
    check_line(md, "| not measured | `ops_s(B) >= 1.5 * ops_s(tcmalloc) on larson-1` | tcmalloc is not installed |");
    check_line(
        md, "| random_mixed-seed | A | strace | 1,534 (38 %) | 1,500 (62 %) | 0 | 0 | 0 | 3,034 | 3,060 | 200,000 | 32.00 |");
    check_line(md, "| random_mixed-seed | A | itself | 1,521 | 1,499 | 0 | 0 | 0 | 3,020 | 3,020 | 200,000 | - |");
    check_line(md, "| random_mixed-seed | B | 6,200,000 | 3,200,000 | 51.6 | 16.0 | 31.0 |");
    check_line(md, "| front hit rate, % | 99.40 | 99.50 |");
    check_line(md, "| burst_idle | B | 72.00 | 8.00 | 2.93 | 2.73 |");
    ck_assert_ptr_nonnull(strstr(md, "to the best of the others on each workload, with 95 % intervals: 1.1"));
    check_line(md, "- tcmalloc: not installed here (`make deps-rivals`).");
    check_line(md, "make experiment E=by-hand");
    ck_assert_ptr_nonnull(strstr(md, "Published for this workload: **0.563 M ops/s**"));
    ck_assert_msg(!strstr(md, "9.38"), "a figure published for another workload");
    ck_assert_ptr_nonnull(strstr(md, "not supported here"));
    ck_assert_ptr_null(strstr(md, "nan"));
    ck_assert_ptr_nonnull(strstr(content("samples.tsv"), "random_mixed-seed"));
    dataset_free(ds);
}
END_TEST

/* What judges a run was stored with it, or the first line says that it was not. */
START_TEST(test_other_gates)
{
    struct dataset *ds = kept();
    struct experiment e = example();
    write_report("gates", ds, &e);
    ck_assert_ptr_null(strstr(content("report.md"), "**Judged by"));
    e.margin = 0.02;
    write_report("gates", ds, &e);
    const char *md = content("report.md"),
               *first = strstr(md, "**Judged by other gates than those that were stored with the run**");
    ck_assert_msg(first && first < strstr(md, "## "), "the first line: %.300s", md);
    ck_assert_ptr_null(strstr(md, "written down before the run"));
    ck_assert_ptr_nonnull(strstr(md, "| gate.02 | ops_s(B) >= 1.2"));
    dataset_free(ds);
    ds = data_make();
    write_report("gates", ds, &e);
    ck_assert_ptr_nonnull(strstr(content("report.md"), "**No gates were stored with this run**"));
    dataset_free(ds);
}
END_TEST

/* How to do it again names what was given: options are no part of the file. */
START_TEST(test_reproduce)
{
    static const char *const commands[][2] = {
        {"hakbench experiment by-hand", "make experiment E=by-hand\n"},
        {"hakbench experiment --all", "make experiment E=by-hand\n"},
        {"hakbench experiment by-hand --repeat 8 --rival x=out/x-1.so",
         "# the sha256 of each file that --rival names stands under Context\n"
         "out/bench/hakbench experiment by-hand --repeat 8 --rival x=out/x-1.so\n"}};
    struct dataset *ds = data_make();
    struct experiment e = example();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(ds->command, sizeof ds->command, "%s", commands[i][0]);
        write_report("again", ds, &e);
        ck_assert_msg(strstr(content("report.md"), commands[i][1]), "%s", commands[i][0]);
    }
    dataset_free(ds);
}
END_TEST

START_TEST(test_throughput_row)
{
    struct dataset *ds = data_make();
    struct experiment e = example();
    write_report("row", ds, &e);
    const char *md = content("report.md");
    ck_assert_ptr_nonnull(strstr(md, "| allocator | M ops/s | 95 % interval | n | x A | p | Holm | U | verdict |\n"
                                     "|---|--:|--:|--:|--:|--:|--:|--:|---|\n"));
    const char *row = strstr(md, "\n| B | 50.0");
    ck_assert_ptr_nonnull(row);
    ck_assert_ptr_nonnull(strstr(row, "| \\< 0.001 | \\< 0.001 | \\< 0.001 | GO |\n"));
    dataset_free(ds);
}
END_TEST

/* Many gates that fail with one claim are one line, the farthest from its bound first; a few have a line each. */
START_TEST(test_failed_together)
{
    static char *const three[] = {"ops_s(A) >= ops_s(B) on random_mixed-seed", "ops_s(A) >= ops_s(B) on larson-1",
                                  "ops_s(A) >= ops_s(B) on larson-4"};
    struct dataset *ds = data_make();
    struct experiment e = example();
    e.expect = (char **)three;
    e.expect_count = 3;
    write_report("together", ds, &e);
    const char *md = content("report.md");
    ck_assert_ptr_nonnull(strstr(md, "- Failed on 3 workloads: `ops_s(A) >= ops_s(B)`. By which factor each misses its bound: "
                                     "random_mixed-seed 5.0"));
    const char *first = strstr(md, "random_mixed-seed 5.0"), *next = first ? strstr(first, ", larson-4 1.25") : NULL;
    ck_assert_msg(next && strstr(next, ", larson-1 1.10"), "the order: %.300s", first);
    ck_assert_ptr_null(strstr(md, "- Failed: `"));
    e.expect_count = 2;
    write_report("together", ds, &e);
    md = content("report.md");
    ck_assert_ptr_nonnull(strstr(md, "- Failed: `ops_s(A) >= ops_s(B) on random_mixed-seed`: "));
    ck_assert_ptr_nonnull(strstr(md, "- Failed: `ops_s(A) >= ops_s(B) on larson-1`: "));
    dataset_free(ds);
}
END_TEST

/* Every tag that opens closes, in order; void elements close themselves here, so that XML tools read the page, too. */
static void check_tags(const char *html)
{
    char open[256][32];
    int depth = 0;
    for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
        char name[32] = "";
        const char *end = strchr(at, '>');
        ck_assert_ptr_nonnull(end);
        if (at[1] == '!' || end[-1] == '/')
            continue;
        sscanf(at + 1 + (at[1] == '/'), "%31[a-zA-Z0-9]", name);
        if (at[1] != '/') {
            ck_assert_int_lt(depth, 256);
            strcpy(open[depth++], name);
        } else {
            ck_assert_msg(depth > 0 && strcmp(open[depth - 1], name) == 0, "</%s> closes <%s>", name,
                          depth ? open[depth - 1] : "nothing");
            depth--;
        }
    }
    ck_assert_int_eq(depth, 0);
}

START_TEST(test_html)
{
    struct dataset *ds = data_make();
    struct experiment e = example();
    write_report("html", ds, &e);
    const char *html = content("report.html");
    check_tags(html);
    ck_assert_ptr_nonnull(strstr(html, "prefers-color-scheme:dark"));
    ck_assert_ptr_nonnull(strstr(html, "<td class=\"bad\">FAILED</td>"));
    ck_assert_ptr_nonnull(strstr(html, "superslabs_peak(B) &lt;= 0.3"));
    int drawings = 0;
    for (const char *at = html; (at = strstr(at, "<svg")); at++)
        drawings++;
    ck_assert_int_eq(drawings, 6);
    static const char *const outside[] = {"src=", "url(", "@import", "<link", "<script", "<iframe", "href=\"http"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        ck_assert_msg(!strstr(html, outside[i]), "%s", outside[i]);
    dataset_free(ds);
}
END_TEST

/* The same dataset gives the same report. */
START_TEST(test_again)
{
    struct dataset *ds = data_make();
    struct experiment e = example();
    write_report("again", ds, &e);
    char *first = strdup(content("report.md"));
    write_report("again", ds, &e);
    ck_assert_str_eq(first, content("report.md"));
    free(first);
    dataset_free(ds);
}
END_TEST

/* Little was measured, and nothing of it went well: still a report, which says so. */
START_TEST(test_little)
{
    struct dataset *ds = dataset_new();
    struct ds_variant v = {.label = "p12", .kind = "hakmem", .variant = "p12", .toggles = "PHASE=12", .twin_of = -1};
    struct ds_workload w = {.name = "tiny_hot", .command = "tiny_hot", .what = "x", .threads = 1};
    dataset_add_variant(ds, &v);
    dataset_add_workload(ds, &w);
    struct ds_sample s = {.mode = MODE_TIME, .failed = true, .why = "exit status 1: out of memory"};
    dataset_add_sample(ds, &s);
    write_report("little", ds, NULL);
    const char *md = content("report.md");
    check_line(md, "- p12 on tiny_hot (mode time): failed: exit status 1: out of memory.");
    ck_assert_ptr_nonnull(strstr(md, "This run is not finished"));
    check_tags(content("report.html"));
    dataset_free(ds);
}
END_TEST

START_TEST(test_no_folder)
{
    struct dataset *ds = data_make();
    char why[512] = "";
    ck_assert(!report_write(ds, NULL, "/proc/nowhere", why, sizeof why));
    ck_assert_str_eq(why, "/proc/nowhere/report.md: No such file or directory");
    dataset_free(ds);
}
END_TEST

/* Without gnuplot the rest is written all the same, and says what is missing. */
START_TEST(test_no_gnuplot)
{
    struct dataset *ds = data_make();
    struct experiment e = example();
    setenv("PATH", "/nowhere", 1);
    write_report("no-gnuplot", ds, &e);
    ck_assert_ptr_nonnull(strstr(content("report.md"), "- plot throughput: gnuplot cannot be run"));
    check_tags(content("report.html"));
    dataset_free(ds);
}
END_TEST

TEST_MAIN("hakbench_report: a report from a dataset made by hand", test_markdown, test_other_gates, test_reproduce,
          test_throughput_row, test_failed_together, test_html, test_again, test_little, test_no_folder, test_no_gnuplot)
