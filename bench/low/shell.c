/* SPDX-License-Identifier: MIT */
/* shell.c - runs a command line of the shell and keeps what it says. See shell.h.
 */
#include "bench/low/shell.h"
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

int shell_run(const char *command, char *out, size_t size)
{
    size_t used = 0, got;
    char rest[256];
    FILE *pipe = popen(command, "r");
    out[0] = 0;
    if (!pipe)
        return 127;
    while (used < size - 1 && (got = fread(out + used, 1, size - 1 - used, pipe)) > 0)
        used += got;
    while (fread(rest, 1, sizeof rest, pipe) > 0)
        continue;
    out[used] = 0;
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

char *shell_last_line(char *text)
{
    size_t end = strlen(text);
    while (end && text[end - 1] == '\n')
        text[--end] = 0;
    char *newline = strrchr(text, '\n');
    return newline ? newline + 1 : text;
}
