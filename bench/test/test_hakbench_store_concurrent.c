/* SPDX-License-Identifier: MIT */
/* test_hakbench_store_concurrent.c - processes that make, append to and read one file at the same moment lose and spoil
 * nothing.
 */
#include "store_made.h"

enum { WRITERS = 4, SAMPLES = 60 };

/* One process: its own run, the file perhaps not yet there. Exit 0 when each step went well. */
static void writer(int go)
{
    char byte;
    if (read(go, &byte, 1) != 0) /* the end of the pipe is the sign to start, for all at once */
        _exit(2);
    struct store *st = store_open(made_path, STORE_WRITE);
    int64_t run = st ? made_run(st) : -1;
    for (int k = 0; k < SAMPLES && run > 0; k++)
        if (!made_add(st, run, k))
            run = -1;
    if (run < 0 || !store_run_finish(st, run, true)) {
        fprintf(stderr, "%s\n", store_error());
        _exit(1);
    }
    store_close(st);
    _exit(0);
}

/* While others write: each run, whenever looked at, holds the first so many samples, whole. */
static void reader(void)
{
    struct store *st = NULL;
    while (!st)
        st = store_open(made_path, STORE_READ);
    for (int i = 0; i < 20; i++) {
        struct store_run runs[WRITERS];
        size_t count = store_runs(st, runs, WRITERS);
        for (size_t j = 0; j < count; j++)
            ck_assert_int_ge(made_check(st, runs[j].id), (int)runs[j].samples);
    }
    store_close(st);
}

START_TEST(writers_and_a_reader)
{
    int go[2];
    made_begin();
    ck_assert_int_eq(pipe(go), 0);
    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0) {
            close(go[1]);
            writer(go[0]);
        }
    close(go[1]);
    close(go[0]);
    reader();
    for (int i = 0, status; i < WRITERS; i++) {
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    struct store *st = made_open(STORE_WRITE);
    struct store_run runs[WRITERS + 1];
    ck_assert_uint_eq(store_runs(st, runs, WRITERS + 1), WRITERS);
    for (int i = 0; i < WRITERS; i++) {
        ck_assert(runs[i].finished);
        ck_assert_int_eq(made_check(st, runs[i].id), SAMPLES);
    }
    store_close(st);
    made_end();
}
END_TEST

/* Many processes that all find no file: each either makes the tables or finds them. */
START_TEST(made_by_many_at_once)
{
    for (int round = 0; round < 5; round++) {
        int go[2];
        made_begin();
        ck_assert_int_eq(pipe(go), 0);
        for (int i = 0; i < 8; i++)
            if (fork() == 0) {
                char byte;
                close(go[1]);
                bool good = read(go[0], &byte, 1) == 0 && store_open(made_path, STORE_WRITE);
                if (!good)
                    fprintf(stderr, "%s\n", store_error());
                _exit(!good);
            }
        close(go[1]);
        close(go[0]);
        for (int i = 0, status; i < 8; i++) {
            ck_assert_int_gt(wait(&status), 0);
            ck_assert_int_eq(status, 0);
        }
        made_end();
    }
}
END_TEST

TEST_MAIN("several processes, one store", writers_and_a_reader, made_by_many_at_once)
