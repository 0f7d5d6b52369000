/* SPDX-License-Identifier: MIT */
/* test_hakbench_words.c - a command line is split into the words that a shell would make of it, where it has blanks, quotes and
 * backslashes only; nothing else is special; what is unbalanced is refused in one line.
 */
#include "bench/low/words.h"
#include "core/test/test.h"
#include <stdio.h>
#include <string.h>

static char why[256];

/* The words, each in brackets. */
static const char *split(const char *line)
{
    static char text[1024];
    char **words = words_split(line, why, sizeof why);
    *text = 0;
    ck_assert_msg(words, "%s: %s", line, why);
    for (int i = 0; words[i]; i++)
        strcat(strcat(strcat(text, "["), words[i]), "]");
    words_free(words);
    return text;
}

/* The same by a shell. */
static const char *shell(const char *line)
{
    static char text[1024];
    char command[1024];
    snprintf(command, sizeof command, "printf '[%%s]' %s", line);
    FILE *pipe = popen(command, "r");
    ck_assert(pipe);
    text[fread(text, 1, sizeof text - 1, pipe)] = 0;
    ck_assert_int_eq(pclose(pipe), 0);
    return text;
}

START_TEST(as_a_shell)
{
    static const char *const lines[] = {
        "a", "  a  b\tc ", "'a b' c", "\"a b\" 'c \"d\"' \"e 'f'\"", "a'b c'd\"e f\"g", "a\\ b \\'c \\\"d", "x '' \"\" ''",
        "'a\\b'",
        "\"a\\\\b \\\"c\\\" \\x\"", "sqlite3 :memory: \".read x.sql\"", "x=1 --y='2 3'", "'it'\\''s'",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        ck_assert_str_eq(split(lines[i]), shell(lines[i]));
}
END_TEST

START_TEST(nothing_else_is_special)
{
    ck_assert_str_eq(split("a $HOME *.c ~ `b` | c > d; e & {x} #f"),
                     "[a][$HOME][*.c][~][`b`][|][c][>][d;][e][&][{x}][#f]");
}
END_TEST

START_TEST(refused)
{
    static const struct {
        const char *line, *words;
    } bad[] = {{"", "no program"},           {" \t", "no program"},      {"'' x", "no program"},
               {"a 'b", "' has no end at 'b"}, {"a\"b", "no end at \"b"}, {"a 'b\" c", "unbalanced quotes"},
               {"a \\", "a backslash ends it"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!words_split(bad[i].line, why, sizeof why), "%s was taken", bad[i].line);
        ck_assert_msg(strstr(why, bad[i].words) && !strchr(why, '\n'), "%s: %s", bad[i].line, why);
    }
}
END_TEST

TEST_MAIN("words of a command line", as_a_shell, nothing_else_is_special, refused)
