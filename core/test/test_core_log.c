/* SPDX-License-Identifier: MIT */
/* test_core_log.c - the one voice: formats, cutting, errno, a closed standard error, and the lines that end the process. */
#include "core/low/log.h"
#include "core/test/test_core.h"
#include "core/test/test_said.h"
#include <limits.h>
#include <signal.h>

static void expect_said(void (*body)(void), const char *text)
{
    int status;
    said_by(body, &status);
    ck_assert_str_eq(said, text);
    must(status == 0);
}

static void say_formats(void)
{
    log_line("%s|%s|%%|%u|%u|%d|%d|%d|%p|%p", "text", "", (uint64_t)0, UINT64_MAX, 0, INT_MIN, INT_MAX, NULL,
             (void *)0xdeadbeef);
    log_line("%s", "");
    log_line("plain");
}

START_TEST(test_formats)
{
    expect_said(say_formats, "text||%|0|18446744073709551615|0|-2147483648|2147483647|0x0|0xdeadbeef\n\nplain\n");
}
END_TEST

static char text[3000];

static void say_long(void)
{
    log_line("%s%u", text, (uint64_t)7);
    log_line("%s", text + sizeof text - 1 - 1023); /* fits exactly */
}

START_TEST(test_cut)
{
    memset(text, 'x', sizeof text - 1);
    int status;
    said_by(say_long, &status);
    must(status == 0 && strlen(said) == 2048 && said[1023] == '\n' && said[2047] == '\n');
    must(strspn(said, "x") == 1023 && strspn(said + 1024, "x") == 1023);
}
END_TEST

static void say_with_errno(void)
{
    errno = 4711;
    log_line("a");
    must(errno == 4711);
    close(STDERR_FILENO);
    log_line("b");
    must(errno == 4711);
}

START_TEST(test_errno_and_closed)
{
    expect_said(say_with_errno, "a\n");
}
END_TEST

static void say_in_threads_body(void)
{
    for (int i = 0; i < 100; i++)
        log_line("a line that %s whole %u", "arrives", (uint64_t)i);
}

static void *say_in_threads_thread(void *context)
{
    say_in_threads_body();
    return context;
}

static void say_in_threads(void)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        must(pthread_create(&threads[i], NULL, say_in_threads_thread, NULL) == 0);
    for (int i = 0; i < 2; i++)
        must(pthread_join(threads[i], NULL) == 0);
}

START_TEST(test_lines_whole)
{
    int status, lines = 0;
    said_by(say_in_threads, &status);
    must(status == 0);
    for (char *line = said, *end; (end = strchr(line, '\n')); line = end + 1, lines++)
        must(strncmp(line, "a line that arrives whole ", 26) == 0 && end - line <= 28);
    ck_assert_int_eq(lines, 200);
}
END_TEST

static void expect_death(void (*body)(void), const char *format)
{
    int status;
    char line[512];
    said_by(body, &status);
    snprintf(line, sizeof line, format, hak_variant());
    if (strstr(hak_variant(), ".arm64")) /* the emulator adds a line of its own */
        said[strnlen(said, strlen(line))] = '\0';
    ck_assert_str_eq(said, line);
    must(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void bad_pointer(void)
{
    log_bad_pointer("free", (void *)0x1230, BAD_FREED);
}

static void bad_size(void)
{
    log_bad_size("free_sized", (void *)0x1230, 48, 32);
}

static void bad_invariant(void)
{
    hak_assert_failed("a == b", "core/x.c", 12);
}

START_TEST(test_last_words)
{
    expect_death(bad_pointer, "hakmem: free(0x1230): already freed [variant %s]\n");
    expect_death(bad_size, "hakmem: free_sized(0x1230): size 48 given, block holds 32 [variant %s]\n");
    expect_death(bad_invariant, "hakmem: core/x.c:12: invariant broken: a == b [variant %s]\n");
}
END_TEST

TEST_MAIN("log", test_formats, test_cut, test_errno_and_closed, test_lines_whole, test_last_words)
