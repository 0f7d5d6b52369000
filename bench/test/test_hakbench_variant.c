/* SPDX-License-Identifier: MIT */
/* test_hakbench_variant.c - what the user wrote becomes a variant or one line that says why not; a library that is not what it
 * is taken for is refused.
 *
 * Builds nothing new: the newest variant is there.
 */
#include "bench/low/binary.h"
#include "bench/take/identity.h"
#include "bench/take/launch.h"
#include "bench/data/rival.h"
#include "bench/plan/variant.h"
#include "core/test/test.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct variant v;
static char why[1024];

static void good(const char *label, const char *text)
{
    ck_assert_msg(variant_resolve(label, text, &v, why, sizeof why), "'%s': %s", text, why);
}

static void bad(const char *text, const char *words)
{
    ck_assert_msg(!variant_resolve("", text, &v, why, sizeof why), "'%s' was taken", text);
    ck_assert_msg(strstr(why, words) && !strchr(why, '\n'), "'%s': %s", text, why);
}

static void refused(const char *words)
{
    launch_program = "out/bench/hakbench";
    ck_assert_msg(!variant_identify(&v, why, sizeof why), "%s was taken for %s", v.library, v.d.label);
    ck_assert_msg(strstr(why, words) && !strchr(why, '\n'), "%s: %s", v.library, why);
}

static void taken(void)
{
    launch_program = "out/bench/hakbench";
    ck_assert_msg(variant_identify(&v, why, sizeof why), "%s", why);
}

START_TEST(the_newest)
{
    good("", "");
    ck_assert_str_eq(v.d.kind, "hakmem");
    ck_assert_str_eq(v.d.variant, getenv("HAK_VARIANT"));
    ck_assert_str_eq(v.d.label, v.d.variant);
    ck_assert_uint_eq(strlen(v.d.sha256), 64);
    ck_assert_int_eq(v.d.twin_of, -1);
    ck_assert_int_gt(v.proof_count, 8);
    ck_assert_str_eq(v.proof[0].phase, "09-lazy-dealloc");
    ck_assert_ptr_nonnull(strstr(v.proof[0].counters, "lazy.hits"));
    taken();
}
END_TEST

START_TEST(settings_are_part_of_it)
{
    const char *environment[BUILD_SETTINGS_MAX + 1];
    good("", "HAKMEM_SS_LRU_MB=8 HAKMEM_FC_CAP=64");
    ck_assert_str_eq(v.d.toggles, "HAKMEM_SS_LRU_MB=8 HAKMEM_FC_CAP=64");
    ck_assert(strstr(v.d.label, " HAKMEM_SS_LRU_MB=8 HAKMEM_FC_CAP=64"));
    variant_environment(&v, environment);
    ck_assert_str_eq(environment[0], "HAKMEM_SS_LRU_MB=8");
    ck_assert_str_eq(environment[1], "HAKMEM_FC_CAP=64");
    ck_assert_ptr_null(environment[2]);
    taken();
    good("B", "HAKMEM_SS_LRU_MG=8");
    ck_assert_str_eq(v.d.label, "B");
    refused("no such variable");
    good("B", "HAKMEM_SS_LRU_MB=lots");
    refused("not a number");
}
END_TEST

START_TEST(words_that_are_none)
{
    bad("FRNT=0", "no variable FRNT; toggles: PHASE");
    bad("PHASE=newest", "PHASE=newest: want any number");
    bad("MINCORE=maybe", "MINCORE=maybe: valid values: registry");
    bad("clean", "'clean' is no variant");
    bad("PHASE=12;id", "is no variant");
    bad("PHASE=$(id)", "is no variant");
    bad("-f", "is no variant");
    bad("hoard", "glibc, mimalloc, jemalloc");
    bad("HAKMEM_X", "is no variant");
    bad("mine=/no/such/file.so", "No such file");
    bad("MODE=asan", "no library to preload");
    bad("PHASE=12@", "'PHASE=12@': want TOGGLE=value@REVISION");
    bad("PHASE=12@-x", "want TOGGLE=value@REVISION");
    bad("PHASE=12@v0.1;id", "want TOGGLE=value@REVISION");
    bad("PHASE=12@v0.1 FRONT=0@v0.2", "two revisions, v0.1 and v0.2");
    bad("PHASE=12@nosuch", "nosuch");
}
END_TEST

START_TEST(glibc_and_rivals)
{
    good("", "glibc");
    ck_assert_str_eq(v.d.kind, "libc");
    ck_assert_uint_eq(strlen(v.library), 0);
    ck_assert_uint_eq(strlen(v.d.sha256), 64);
    ck_assert_uint_gt(strlen(v.d.version), 0);
    taken();
    for (const struct rival *r = rivals + 1; r->name; r++) {
        good("", r->name);
        ck_assert_str_eq(v.d.kind, "rival");
        ck_assert_str_eq(v.d.label, r->name);
        ck_assert_int_eq(v.d.missing, access(v.library, R_OK) != 0);
        if (!v.d.missing)
            taken();
    }
}
END_TEST

/* The linker's cache also names files for other machines. */
START_TEST(a_rival_for_this_machine)
{
    const char *out = getenv("HAK_OUT"), *library = getenv("HAK_LIB"), *path = getenv("PATH");
    char folder[256], command[2048], search[4096];
    snprintf(folder, sizeof folder, "%s/test/ldconfig.%d", out, getpid());
    snprintf(command, sizeof command,
             "mkdir %s && cp '%s' %s/foreign.so && printf '\\377' | dd of=%s/foreign.so bs=1 seek=18 conv=notrunc 2>/dev/null && "
             "printf '#!/bin/sh\\necho \"libmimalloc.so.2 (libc6,AArch64) => %s/foreign.so\"\\n"
             "echo \"libmimalloc.so.2 (libc6) => %s\"\\n' >%s/ldconfig && chmod +x %s/ldconfig",
             folder, library, folder, folder, folder, library, folder, folder);
    ck_assert_int_eq(system(command), 0);
    snprintf(search, sizeof search, "%s:%s", folder, path);
    setenv("PATH", search, 1);
    good("", "mimalloc");
    setenv("PATH", search + strlen(folder) + 1, 1);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
    ck_assert_str_eq(v.library, library);
}
END_TEST

START_TEST(a_rival_from_a_file)
{
    good("", "broken=out/work/broken_malloc.so");
    ck_assert_str_eq(v.d.label, "broken");
    ck_assert_int_eq(v.library[0], '/');
    taken();
    good("", "banner=out/work/broken_banner.so");
    taken();
    bad("mine=README.md", "is no shared library of this machine");
}
END_TEST

/* A version is what the name of the file says, and never the label. */
START_TEST(a_version_in_the_name)
{
    static const char *const names[][2] = {{"mi-v2.4.1.so", "2.4.1"}, {"gp-tools-2.18.1.so", "2.18.1"}, {"x.so.2.0", "2.0"},
                                           {"sn-main.so", ""},        {"7.so", ""},                     {"a-2.so.5", "5"}};
    char text[512], path[400];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/test/%s", getenv("HAK_OUT"), names[i][0]);
        snprintf(text, sizeof text, "cp out/work/broken_malloc.so '%s'", path);
        ck_assert_int_eq(system(text), 0);
        snprintf(text, sizeof text, "one-9=%s", path);
        good("", text);
        unlink(path);
        ck_assert_str_eq(v.d.version, names[i][1]);
    }
}
END_TEST

/* libm defines no malloc: what it is preloaded under is libc's own. */
START_TEST(a_rival_without_malloc)
{
    FILE *list = popen("PATH=$PATH:/sbin:/usr/sbin ldconfig -p | sed -n 's/.*libm\\.so\\.6 .*x86-64.*=> //p' | head -n 1", "r");
    char path[512], text[600];
    bool found = list && fscanf(list, "%511s", path) == 1;
    pclose(list);
    if (!found)
        return;
    snprintf(text, sizeof text, "maths=%s", path);
    good("", text);
    refused("its file does not serve malloc");
}
END_TEST

/* The same file under the same settings, in any order. */
START_TEST(the_same)
{
    struct variant a = {.library = "/x.so", .settings = {"HAKMEM_A=1", "HAKMEM_B=2"}};
    struct variant b = {.library = "/x.so", .settings = {"HAKMEM_B=2", "HAKMEM_A=1"}};
    ck_assert(variant_same(&a, &b));
    b.settings[1][0] = 0;
    ck_assert(!variant_same(&a, &b) && !variant_same(&b, &a));
    b = a;
    strcpy(b.library, "/y.so");
    ck_assert(!variant_same(&a, &b));
    b = a;
    b.d.missing = 1;
    ck_assert(!variant_same(&a, &b));
}
END_TEST

/* The revision is part of the name, and no part of what the library calls itself. */
START_TEST(names_with_a_revision)
{
    strcpy(v.d.variant, "p12@v0.1");
    ck_assert(variant_is_named(&v.d, "p12"));
    ck_assert(!variant_is_named(&v.d, "p1"));
    ck_assert(!variant_is_named(&v.d, "p12-front"));
    ck_assert(!variant_is_named(&v.d, ""));
}
END_TEST

/* The file of one variant under the name of another, and a file that names none. */
START_TEST(the_note_must_agree)
{
    good("", "");
    strcpy(v.d.variant, "p9");
    refused("says '");
    ck_assert(strstr(why, "wanted 'p9'"));
    good("", "broken=out/work/broken_malloc.so");
    strcpy(v.d.kind, "hakmem");
    strcpy(v.d.variant, "p9");
    refused("says ''");
}
END_TEST

START_TEST(sums_of_files)
{
    char path[256], sum[65];
    snprintf(path, sizeof path, "%s/test/variant.%d", getenv("HAK_OUT"), getpid());
    FILE *file = fopen(path, "w");
    ck_assert(file && fputs("abc", file) >= 0 && fclose(file) == 0);
    ck_assert(binary_sha256(path, sum));
    ck_assert_str_eq(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); /* FIPS 180-2, B.1 */
    unlink(path);
    ck_assert(!binary_sha256(path, sum));
}
END_TEST

TEST_MAIN("variants", the_newest, settings_are_part_of_it, words_that_are_none, glibc_and_rivals, a_rival_for_this_machine, a_rival_from_a_file,
          a_version_in_the_name, a_rival_without_malloc, the_same, names_with_a_revision, the_note_must_agree, sums_of_files)
