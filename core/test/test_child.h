/* SPDX-License-Identifier: MIT */
/* test_child.h - work in the child of a fork. */
#ifndef HAK_TEST_CHILD_H
#define HAK_TEST_CHILD_H

#include "core/test/test_api.h"

#include <sys/wait.h>

/* A child does it within a minute and ends well, or the test fails. */
static inline void in_child(void (*work)(void))
{
    pid_t pid = fork();
    must(pid >= 0);
    if (!pid) {
        alarm(60);
        work();
        _exit(0);
    }
    int status = -1;
    must(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#endif
