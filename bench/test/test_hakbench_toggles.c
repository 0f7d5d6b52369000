/* SPDX-License-Identifier: MIT */
/* test_hakbench_toggles.c - the flips between two descriptions of a variant, on the tree's own phase table: which they are, the
 * text of every set of them, and what is said of a bad description.
 */
#include "bench/plan/toggles.h"
#include "core/test/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char why[512];

static struct flips between(const char *from, const char *to)
{
    struct flips f;
    ck_assert_msg(flips_between(from, to, &f, why, sizeof why), "%s", why);
    return f;
}

/* What phases/resolve calls the variant of a set. */
static const char *name_of(const struct flips *f, uint32_t set)
{
    static char name[1024];
    char text[1024], command[1100];
    snprintf(command, sizeof command, "phases/resolve %s", flips_text(f, set, text, sizeof text));
    FILE *pipe = popen(command, "r");
    ck_assert(pipe && fgets(name, sizeof name, pipe));
    ck_assert_int_eq(pclose(pipe), 0);
    name[strcspn(name, " ")] = 0;
    return name;
}

START_TEST(one_value)
{
    char text[256];
    struct flips f = between("PHASE=11 MINCORE=registry", "PHASE=11 MINCORE=always");
    ck_assert_int_eq(f.count, 1);
    ck_assert_str_eq(f.flip[0].name, "MINCORE");
    ck_assert_str_eq(flips_name(&f, 1, text, sizeof text), "MINCORE registry -> always");
    ck_assert_str_eq(flips_name(&f, 0, text, sizeof text), "nothing");
    ck_assert_str_eq(name_of(&f, 0), "p11");
    ck_assert_str_eq(name_of(&f, 1), "p11.mincore-always");
}
END_TEST

START_TEST(phases_and_settings)
{
    char text[256];
    struct flips f = between("PHASE=9 HAKMEM_A=1 HAKMEM_B=x", "PHASE=12 HAKMEM_B=x HAKMEM_C=3 FRONT=1");
    ck_assert_int_eq(f.count, 4);
    ck_assert_str_eq(flips_name(&f, 15, text, sizeof text),
                     "FRONT 0 -> 1, POOL 0 -> 1, HAKMEM_A 1 -> (not set), HAKMEM_C (not set) -> 3");
    ck_assert_ptr_nonnull(strstr(f.common, " HAKMEM_B=x"));
    ck_assert_ptr_nonnull(strstr(flips_text(&f, 0, text, sizeof text), " HAKMEM_A=1"));
    ck_assert_ptr_null(strstr(flips_text(&f, 4, text, sizeof text), "HAKMEM_A"));
    ck_assert_ptr_nonnull(strstr(flips_text(&f, 8, text, sizeof text), " HAKMEM_C=3"));
    f = between("PHASE=9", "PHASE=12");
    ck_assert_str_eq(name_of(&f, 0), "p9");
    ck_assert_str_eq(name_of(&f, 1), "p11");
    ck_assert_str_eq(name_of(&f, 2), "p12-front");
    ck_assert_str_eq(name_of(&f, 3), "p12");
}
END_TEST

/* Where both ends have it, it is shared; it is the last word, whatever flips. */
START_TEST(a_revision)
{
    struct flips f = {.common = "PHASE=0 FRONT=1", .revision = "v0.1", .count = 1, .flip = {{"POOL", "0", "1", ""}}};
    char text[256];
    ck_assert_str_eq(flips_text(&f, 1, text, sizeof text), "PHASE=0 FRONT=1 POOL=1@v0.1");
    f = (struct flips){.common = "PHASE=0", .count = 2, .flip = {{"revision", "v0.1", "", ""}, {"POOL", "0", "1", ""}}};
    ck_assert_str_eq(flips_text(&f, 2, text, sizeof text), "PHASE=0 POOL=1@v0.1");
    ck_assert_str_eq(flips_text(&f, 3, text, sizeof text), "PHASE=0 POOL=1");
    ck_assert_str_eq(flips_name(&f, 3, text, sizeof text), "revision v0.1 -> this tree, POOL 0 -> 1");
}
END_TEST

/* A tree with four phases: NEW, on trial, replaces OLD; OFF is off. */
static void tree_enter(void)
{
    char command[1024];
    const char *rows = "1 OLD 01-old - - on\\n2 MID 02-mid - - on\\n3 NEW 03-new - OLD trial\\n4 OFF 04-off - - off\\n";
    snprintf(command, sizeof command,
             "d=$HAK_OUT/test/toggles.%d && mkdir -p $d/phases $d/core/seam && cp phases/resolve phases/resolve.awk $d/phases && "
             "cd $d && touch core/seam/one.h core/seam/two.h core/seam/three.h && printf '%s' >phases/table && cd phases && "
             "mkdir 01-old 02-mid 03-new 04-off && for p in */; do echo x.y >$p/proof; done && "
             "touch 01-old/one.h 02-mid/two.h 03-new/one.h 04-off/three.h", getpid(), rows);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof command, "%s/test/toggles.%d", getenv("HAK_OUT"), getpid());
    ck_assert_int_eq(chdir(command), 0);
}

static void tree_leave(void)
{
    char command[64];
    ck_assert_int_eq(chdir("../../../.."), 0);
    snprintf(command, sizeof command, "rm -r $HAK_OUT/test/toggles.%d", getpid());
    ck_assert_int_eq(system(command), 0);
}

/* One flip, in both directions: what is replaced is never on beside it, and never off without it. */
START_TEST(a_phase_that_replaces)
{
    char text[256];
    tree_enter();
    struct flips there = between("", "NEW=1"), back = between("NEW=1", "");
    tree_leave();
    ck_assert_int_eq(there.count, 1);
    ck_assert_str_eq(flips_name(&there, 1, text, sizeof text), "NEW 0 -> 1 for OLD");
    ck_assert_str_eq(flips_text(&there, 0, text, sizeof text), "PHASE=0 MID=1 OFF=0 NEW=0 OLD=1");
    ck_assert_str_eq(flips_text(&there, 1, text, sizeof text), "PHASE=0 MID=1 OFF=0 NEW=1 OLD=0");
    ck_assert_int_eq(back.count, 1);
    ck_assert_str_eq(flips_text(&back, 1, text, sizeof text), "PHASE=0 MID=1 OFF=0 NEW=0 OLD=1");
}
END_TEST

/* What is on trial or off is no part of the way from the base to the newest. */
START_TEST(from_the_base_to_the_newest)
{
    char text[256];
    tree_enter();
    struct flips f = between("PHASE=0", "");
    tree_leave();
    ck_assert_int_eq(f.count, 2);
    ck_assert_str_eq(flips_name(&f, 3, text, sizeof text), "OLD 0 -> 1, MID 0 -> 1");
}
END_TEST

START_TEST(same)
{
    ck_assert_int_eq(between("PHASE=12", "PHASE=12 FRONT=1 MINCORE=registry").count, 0);
    ck_assert_int_eq(between("", "").count, 0);
}
END_TEST

START_TEST(bad)
{
    static const struct { const char *text, *says; } cases[] = {
        {"FRNT=0", "no toggle FRNT; toggles: "},
        {"PHASE=x", "PHASE=x: want any number"},
        {"MINCORE=maybe", "valid values: registry"},
        {"$(id)", "'$(id)'"},
        {"PHASE=1;id", "'PHASE=1;id'"},
        {"PHASE", "'PHASE'"},
        {"HAKMEM_A=1 HAKMEM_A=2", "HAKMEM_A is given twice"},
        {"FRONT=1 FRONT=0", "FRONT is given twice"},
        {"PHASE=12@v0.1 FRONT=0@v0.2", "two revisions, v0.1 and v0.2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct flips f;
        ck_assert(!flips_between("PHASE=12", cases[i].text, &f, why, sizeof why));
        ck_assert_msg(strstr(why, cases[i].says) && !strchr(why, '\n'), "%s: %s", cases[i].text, why);
        ck_assert(!flips_between(cases[i].text, "PHASE=12", &f, why, sizeof why));
    }
}
END_TEST

TEST_MAIN("flips between toggles", one_value, phases_and_settings, a_revision, a_phase_that_replaces, from_the_base_to_the_newest,
          same, bad)
