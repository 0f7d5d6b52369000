/* SPDX-License-Identifier: MIT */
/* test_hakbench_store_killed.c - a process that is killed while it appends leaves every sample it was told is stored, each
 * whole, and the run can be gone on with.
 */
#include "store_made.h"
#include <poll.h>
#include <signal.h>

/* Appends until killed; says the number of each sample that is stored. */
static void appender(int64_t run, int from, int told)
{
    struct store *st = store_open(made_path, STORE_WRITE);
    for (int k = from; st && made_add(st, run, k); k++)
        if (write(told, &k, sizeof k) != sizeof k)
            break;
    _exit(1);
}

/* Kills the appender `micros` after its first sample; answers how many samples it said were stored. */
static int append_and_kill(int64_t run, int from, int micros)
{
    int told[2], k, count = from;
    ck_assert_int_eq(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        close(told[0]);
        appender(run, from, told[1]);
    }
    close(told[1]);
    struct pollfd first = {.fd = told[0], .events = POLLIN};
    ck_assert_int_eq(poll(&first, 1, 20000), 1);
    usleep((useconds_t)micros);
    kill(child, SIGKILL);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status), "it ended by itself");
    while (read(told[0], &k, sizeof k) == sizeof k)
        count = k + 1;
    close(told[0]);
    return count;
}

START_TEST(killed_again_and_again)
{
    made_begin();
    struct store *st = made_open(STORE_WRITE);
    int64_t run = made_run(st);
    store_close(st);
    int stored = 0;
    for (int round = 0; round < 12; round++) {
        int said = append_and_kill(run, stored, 700 * round);
        st = made_open(round & 1 ? STORE_READ : STORE_WRITE);
        stored = made_check(st, run);
        ck_assert_msg(stored == said || stored == said + 1, "%d samples of %d that it said are stored", stored, said);
        ck_assert_int_eq(store_latest(st, "12-shared-pool", true), run);
        store_close(st);
    }
    made_end();
}
END_TEST

TEST_MAIN("killed while storing", killed_again_and_again)
