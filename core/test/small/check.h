/* SPDX-License-Identifier: MIT */
/* check.h - as much of libcheck's interface as these tests use, for a C library that libcheck is not built for (musl). Each test
 * runs in a child, with an alarm as its time limit.
 */
#ifndef SMALL_CHECK_H
#define SMALL_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct TTest {
    const char *name;
    void (*run)(int);
} TTest;
typedef struct Suite {
    const char *name;
    const TTest *tests[100];
    int count, failed;
    unsigned seconds;
} Suite;
typedef Suite TCase;
typedef Suite SRunner;
enum { CK_ENV };

#define START_TEST(test)                                             \
    static void test##_run(int _i);                                  \
    static const TTest test##_ttest = {#test, test##_run};           \
    static const TTest *test = &test##_ttest;                        \
    static void test##_run(int _i)                                   \
    {                                                                \
        (void)_i;
#define END_TEST }

#define ck_abort_msg(...)                                            \
    do {                                                             \
        fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);              \
        fprintf(stderr, "" __VA_ARGS__);                             \
        fprintf(stderr, "\n");                                       \
        _exit(1);                                                    \
    } while (0)
#define ck_assert_msg(truth, ...)                                    \
    do {                                                             \
        if (!(truth))                                                \
            ck_abort_msg(__VA_ARGS__);                               \
    } while (0)
#define ck_assert(truth) ck_assert_msg(truth, "%s", "wrong: " #truth)
#define ck_assert_number(a, op, b) ck_assert_msg((intmax_t)(a)op(intmax_t)(b), "%s", "wrong: " #a " " #op " " #b)
#define ck_assert_int_eq(a, b) ck_assert_number(a, ==, b)
#define ck_assert_uint_eq(a, b) ck_assert_number(a, ==, b)
#define ck_assert_uint_ge(a, b) ck_assert_number(a, >=, b)
#define ck_assert_uint_le(a, b) ck_assert_number(a, <=, b)
#define ck_assert_str_eq(a, b) ck_assert_msg(!strcmp(a, b), "%s is not %s", a, b)
#define ck_assert_ptr_nonnull(p) ck_assert((p) != NULL)

static Suite the_suite;

static inline Suite *suite_create(const char *name)
{
    the_suite.name = name;
    return &the_suite;
}
static inline TCase *tcase_create(const char *name)
{
    return suite_create(name);
}
static inline void tcase_set_timeout(TCase *tcase, unsigned seconds)
{
    const char *times = getenv("CK_TIMEOUT_MULTIPLIER");
    tcase->seconds = seconds * (times ? (unsigned)atoi(times) : 1);
}
static inline void tcase_add_test(TCase *tcase, const TTest *test)
{
    tcase->tests[tcase->count++] = test;
}
static inline void suite_add_tcase(Suite *suite, TCase *tcase)
{
    (void)suite;
    (void)tcase;
}
static inline SRunner *srunner_create(Suite *suite)
{
    return suite;
}
static inline void srunner_run_all(SRunner *runner, int how)
{
    (void)how;
    for (int i = 0; i < runner->count; i++) {
        int status = -1;
        fflush(NULL);
        pid_t child = fork();
        if (!child) {
            alarm(runner->seconds);
            runner->tests[i]->run(0);
            exit(0);
        }
        if (child < 0 || waitpid(child, &status, 0) != child || status) {
            printf("%s: ended with status 0x%x\n", runner->tests[i]->name, (unsigned)status);
            runner->failed++;
        }
    }
    printf("Checks: %d, Failures: %d\n", runner->count, runner->failed);
}
static inline int srunner_ntests_failed(const SRunner *runner)
{
    return runner->failed;
}
static inline void srunner_free(SRunner *runner)
{
    (void)runner;
}

#endif
