/* SPDX-License-Identifier: MIT */
/* test_hakbench_export.c - a run as TSV reads back as the same run, whatever its texts and numbers hold; a wrong file is named
 * with its line; JSON is JSON.
 */
#include "bench/data/export.h"
#include "bench/data/export_read.h"
#include "run_made.h"
#include <unistd.h>

static char folder[] = "/tmp/hakbench-export-XXXXXX", path[64];

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run.tsv", folder);
}

static void end(void)
{
    unlink(path);
    rmdir(folder);
}

static char *text_of(const struct dataset *ds, void export(FILE *, const struct dataset *))
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    export(out, ds);
    fclose(out);
    return text;
}

static void write_file(const char *text, size_t size)
{
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(text, 1, size, out), size);
    ck_assert_int_eq(fclose(out), 0);
}

/* Numbers that are hard to write, and none at all. */
static struct dataset *run_odd(void)
{
    struct dataset *ds = run_made();
    run_made_sample(ds, (struct ds_sample){.mode = MODE_INSTRUCTIONS, .block = 3}, "instructions", 0.1 + 0.2, "ops", 1e-300,
                    "wall_s", 1.0 / 3, "major_faults", -0.0, "user_s", INFINITY, "zz.unknown", 123456789012345678.0, NULL);
    return ds;
}

START_TEST(round_trip_gives_the_same_bytes)
{
    begin();
    for (int finished = 0; finished < 2; finished++) {
        struct dataset *ds = finished ? run_odd() : run_made_frame();
        ds->finished = finished;
        ds->run = 12;
        char *first = text_of(ds, export_tsv), why[512] = "";
        write_file(first, strlen(first));
        struct dataset *back = dataset_from_tsv(path, why, sizeof why);
        ck_assert_msg(back, "%s", why);
        char *second = text_of(back, export_tsv);
        ck_assert_str_eq(first, second);
        ck_assert_uint_eq(back->seed, ds->seed);
        ck_assert_int_eq(back->finished, finished);
        ck_assert_str_eq(dataset_context(back, "cpu"), dataset_context(ds, "cpu"));
        ck_assert_str_eq(dataset_context(back, "dash"), "-");
        ck_assert_int_eq(back->variants[MADE_TWIN].twin_of, MADE_B);
        ck_assert_int_eq(back->variants[MADE_MISSING].missing, 1);
        for (size_t i = 0; i < ds->sample_count; i++)
            ck_assert_str_eq(ds->samples[i].why, back->samples[i].why);
        dataset_free(ds);
        dataset_free(back);
        free(first);
        free(second);
    }
    end();
}
END_TEST

/* Order of columns and context does not depend on the order in which they came. */
START_TEST(order_is_stable)
{
    struct dataset *a = run_made_frame(), *b = run_made_frame();
    run_made_sample(a, (struct ds_sample){0}, "strace.b", 1.0, "ops", 2.0, "strace.a", 3.0, "ops_s", 4.0, NULL);
    run_made_sample(b, (struct ds_sample){0}, "ops_s", 4.0, "strace.a", 3.0, "ops", 2.0, "strace.b", 1.0, NULL);
    dataset_set_context(a, "aa", "1");
    dataset_set_context(a, "zz", "2");
    dataset_set_context(b, "zz", "2");
    dataset_set_context(b, "aa", "1");
    char *x = text_of(a, export_tsv), *y = text_of(b, export_tsv);
    ck_assert_str_eq(x, y);
    ck_assert_ptr_nonnull(strstr(
        x, "\twhy\tops_s\tops\tstrace.a\tstrace.b\trss_series\n0\t0\ttime\tA\trandom_mixed-seed\tno\t-\t4\t2\t3\t1\t-\n"));
    free(x);
    free(y);
    dataset_free(a);
    dataset_free(b);
}
END_TEST

/* One row for every sample, as wide as the row of names. */
START_TEST(table_is_rectangular)
{
    struct dataset *ds = run_odd();
    char *text = text_of(ds, export_tsv);
    size_t rows = 0, width = 0;
    ck_assert_ptr_nonnull(strstr(text, "\t0:1000:0 0.1:1001:0.5 0.2:1002:1\n")); /* as short as it can be */
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        size_t fields = 1;
        for (const char *p = line; *p; p++)
            fields += *p == '\t';
        if (*line == '#')
            continue;
        if (!rows++)
            width = fields;
        ck_assert_uint_eq(fields, width);
    }
    ck_assert_uint_eq(rows, ds->sample_count + 1);
    free(text);
    dataset_free(ds);
}
END_TEST

/* Replaces `from` by `to` in a good file: the answer is NULL and one line that has the words. */
static void refused(const char *good, const char *from, const char *to, const char *word, const char *word2)
{
    char why[512] = "", text[16384];
    const char *at = strstr(good, from);
    ck_assert_msg(at, "no %s", from);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    write_file(text, strlen(text));
    struct dataset *ds = dataset_from_tsv(path, why, sizeof why);
    ck_assert_msg(!ds, "%s for %s was taken", to, from);
    ck_assert_msg(strncmp(why, path, strlen(path)) == 0 && !strchr(why, '\n'), "%s", why);
    ck_assert_msg(strstr(why, word) && strstr(why, word2), "%s for %s: %s", to, from, why);
}

START_TEST(wrong_lines_are_named)
{
    begin();
    struct dataset *ds = run_made();
    char *good = text_of(ds, export_tsv);
    refused(good, "# hakbench samples 1", "# hakbench samples 2", ":1: ", "samples 1");
    refused(good, "# seed\t", "# seed\tx", ":6: ", "seed");
    refused(good, "# run", "# ran", ":2: ", "'# ran'");
    refused(good, "# finished\tno", "# finished\tmaybe", "maybe", "yes or no");
    refused(good, "# experiment\t", "# experiment\ta\t", "3 fields", "want 2");
    refused(good, "# variant\tB twin", "# variant\tA", "'A'", "label");
    refused(good, "bb\t-\tB\t-", "bb\t-\tC\t-", "'C'", "twin");
    refused(good, "missing\n", "gone\n", "gone", "want missing");
    refused(good, "\tlarson 1 8 1000\tthreads\t2", "\tlarson\tthreads\t-2", "'-2'", "whole number");
    refused(good, "position\tblock", "position\tblocks", "'blocks'", "block");
    refused(good, "rss_series", "series", "'series'", "rss_series");
    refused(good, "\tops_s\tops\t", "\tops_s\tops_s\t", "'ops_s'", "no other column");
    refused(good, "\n0\t0\ttime", "\n0\t0\ttimes", "'times'", "mode");
    refused(good, "\n0\t0\ttime\tA", "\n0\t0\ttime\tX", "'X'", "head");
    refused(good, "\n0\t0\ttime\tA", "\n0\t0\ttime\tA\tA", "fields", "want");
    refused(good, "\t1000000\t", "\t1e6x\t", "'1e6x'", "number");
    refused(good, "0:1000:0 ", "0:1000 ", "number", "1000 ");
    refused(good, "\n1\t0\ttime", "\n\n1\t0\ttime", "fields", "want");
    char cut[16384], why[512] = "";
    snprintf(cut, sizeof cut, "%.*s", (int)strlen(good) - 3, good);
    refused(cut, "# hakbench", "# hakbench", "cut off", ":");
    write_file("# hakbench samples 1\n", 21);
    ck_assert_ptr_null(dataset_from_tsv(path, why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "ends before"));
    ck_assert_ptr_null(dataset_from_tsv(folder, why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "directory"));
    unlink(path);
    ck_assert_ptr_null(dataset_from_tsv(path, why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "No such file"));
    free(good);
    dataset_free(ds);
    end();
}
END_TEST

/* Any beginning of a file, and any byte of it changed, is read or refused, never a crash. */
START_TEST(damaged_files_do_no_harm)
{
    begin();
    struct dataset *ds = run_made();
    char *good = text_of(ds, export_tsv), why[64];
    size_t length = strlen(good);
    uint32_t state = 2463534242u;
    for (int i = 0; i < 600; i++) {
        size_t at = test_random(&state) % length;
        char kept = good[at];
        good[at] = (char)test_random(&state);
        write_file(good, i & 1 ? length : at + 1);
        dataset_free(dataset_from_tsv(path, why, sizeof why));
        good[at] = kept;
    }
    free(good);
    dataset_free(ds);
    end();
}
END_TEST

/* Read by Python's own reader: every value is where it was. */
START_TEST(json_is_json)
{
    static const char check[] =
        "import json, sys\n"
        "r = json.load(open(sys.argv[1], encoding='utf-8'))\n"
        "assert r['run'] == 0 and r['experiment'] == '12-shared-pool' and int(r['seed']) == 0xfedcba9876543210, r\n"
        "assert r['context']['cpu'] == 'A CPU\\twith a tab\\nand a line' and r['context']['kernel'] == 'Linux 6.1 \"odd\" \\\\ "
        "text'\n"
        "assert [v['label'] for v in r['variants']] == ['A', 'B', 'B twin', 'jemalloc'] and r['variants'][2]['twin_of'] == "
        "'B'\n"
        "assert r['variants'][3]['missing'] is True and r['workloads'][1]['threads'] == 2\n"
        "s = r['samples']\n"
        "assert len(s) == 13 and s[0]['values'] == {'ops_s': 1e6, 'ops': 200000, 'faults': 100}, s[0]\n"
        "assert s[8]['failed'] is True and s[8]['why'] == 'died\\tof \"it\"\\n\\ufffd', s[8]\n"
        "assert s[11]['rss_series'][2] == [0.2, 1002, 1] and s[12]['values']['user_s'] is None\n"
        "assert s[12]['values']['instructions'] == 0.1 + 0.2 and s[12]['values']['wall_s'] == 1 / 3\n";
    begin();
    struct dataset *ds = run_odd();
    char *text = text_of(ds, export_json), script[64], command[256];
    write_file(text, strlen(text));
    snprintf(script, sizeof script, "%s/check.py", folder);
    FILE *out = fopen(script, "w");
    fputs(check, out);
    fclose(out);
    snprintf(command, sizeof command, "python3 %s %s", script, path);
    ck_assert_int_eq(system(command), 0);
    unlink(script);
    free(text);
    dataset_free(ds);
    end();
}
END_TEST

TEST_MAIN("runs as text", round_trip_gives_the_same_bytes, order_is_stable, table_is_rectangular, wrong_lines_are_named,
          damaged_files_do_no_harm, json_is_json)
