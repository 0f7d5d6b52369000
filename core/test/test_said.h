/* SPDX-License-Identifier: MIT */
/* test_said.h - what a child says to its standard error. Included by one file of a program. */
#ifndef HAK_TEST_SAID_H
#define HAK_TEST_SAID_H

#include "core/test/test.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char said[256 << 10];

/* Runs body() in a child whose standard error is a socket of messages. Returns the number of writes; said: all of them, as one
 * string; *status as waitpid tells it. */
static inline int said_by(void (*body)(void), int *status)
{
    int ends[2], writes = 0;
    size_t length = 0;
    ssize_t got;
    must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
    pid_t child = fork();
    must(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        body();
        _exit(0);
    }
    close(ends[1]);
    for (; (got = read(ends[0], said + length, sizeof said - 1 - length)) > 0; writes++)
        length += (size_t)got;
    said[length] = 0;
    close(ends[0]);
    must(waitpid(child, status, 0) == child);
    return writes;
}

#endif
