/* SPDX-License-Identifier: MIT */
/* test.h - what every test program of this project shares: one suite, one main.
 *
 * A test program includes this, defines tests with START_TEST/END_TEST and ends with TEST_MAIN("what it shows", test_a, test_b, ...).
 * Check forks each test, so a crash in one is one failure. Time limit per test: 60 s, or TEST_SECONDS when defined before.
 */
#ifndef HAK_TEST_H
#define HAK_TEST_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifndef TEST_SECONDS
#define TEST_SECONDS 60
#endif

/* xorshift32, the generator of the workloads; never returns 0 for a non-zero state. */
static inline uint32_t test_random(uint32_t *state)
{
    uint32_t r = *state;
    r ^= r << 13;
    r ^= r >> 17;
    r ^= r << 5;
    return *state = r;
}

static inline int test_run(const char *name, const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, TEST_SECONDS);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define TEST_MAIN(name, ...)                                                       \
    int main(void)                                                                 \
    {                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                \
        return test_run(name, tests, sizeof tests / sizeof *tests);                \
    }

#endif
