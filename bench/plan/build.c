/* SPDX-License-Identifier: MIT */
/* build.c - builds the library of a variant by make or phases/build-revision. See build.h.
 *
 * The rules of the phase table are not repeated here: make and phases/resolve answer.
 */
#include "bench/plan/build.h"
#include "bench/low/shell.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { TEXT_MAX = 1024 };

/* --- Building ------------------------------------------------------------------------------------------------------------- */

/* The line of make's output that tells what is wrong: its own error, else a compiler's, else the last. */
static void complaint(char *said, char *why, size_t size)
{
    static const char *const marks[] = {"*** ", "error:", "hakmem: "};
    char *line = NULL;
    for (size_t i = 0; i < sizeof marks / sizeof *marks && !line; i++)
        if ((line = strstr(said, marks[i])) && i == 0)
            line += strlen(marks[i]);
        else
            while (line && line > said && line[-1] != '\n')
                line--;
    if (!line)
        line = shell_last_line(said);
    line[strcspn(line, "\n")] = 0;
    char *stop = strstr(line, ".  Stop.");
    if (stop)
        *stop = 0;
    text_fail(why, size, "%s", strncmp(line, "error: ", 7) == 0 ? line + 7 : *line ? line : "make failed and said nothing");
}

static bool installed_refuse(const struct build *b, char *why, size_t size)
{
    return text_fail(why, size, "%s%s%s: hakbench was installed without the source of variants; call it in a checkout, or name a "
                     "library: /path/libhakmem.so", b->toggles, *b->revision ? "@" : "", b->revision);
}

/* An installed tree has one variant, which no words name. */
static bool installed_library(const struct build *b, char *out, size_t room, char *why, size_t size)
{
    char path[PATH_MAX];
    glob_t found = {0};
    bool good = !*b->toggles && !*b->revision && glob(tree_path("out/*/libhakmem.so", path, sizeof path), 0, NULL, &found) == 0;
    if (good)
        snprintf(out, room, "%s", found.gl_pathv[0]);
    globfree(&found);
    return good || installed_refuse(b, why, size);
}

bool build_library(const struct build *b, char *out, size_t room, char *why, size_t size)
{
    static char said[65536];
    char command[TEXT_MAX + 256], path[PATH_MAX], real[PATH_MAX];
    if (tree_is_installed())
        return installed_library(b, out, room, why, size);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[Khakbench: building %s%s%s", *b->toggles ? b->toggles : "the newest variant",
                *b->revision ? " at " : "", b->revision);
    setenv("HAKBENCH_ROOT", tree_root(), 1); // whatever the path holds, it is no part of the command
    if (*b->revision)
        snprintf(command, sizeof command, "cd \"$HAKBENCH_ROOT\" && phases/build-revision '%s' %s 2>&1 </dev/null", b->revision,
                 b->toggles);
    else
        snprintf(command, sizeof command,
                 "cd \"$HAKBENCH_ROOT\" && "
                 "env -u MAKEFLAGS -u MFLAGS -u GNUMAKEFLAGS -u MAKELEVEL make -s -j\"$(nproc)\" %s print-lib 2>&1 </dev/null",
                 b->toggles);
    tree_path("out/.make.lock", path, sizeof path);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666); // one build at a time in this tree
    if (lock >= 0)
        flock(lock, LOCK_EX);
    int status = shell_run(command, said, sizeof said);
    unsetenv("HAKBENCH_ROOT");
    if (lock >= 0)
        close(lock);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (status) {
        complaint(said, why, size);
        return false;
    }
    if (!realpath(tree_path(shell_last_line(said), path, sizeof path), real) || access(real, R_OK) != 0)
        return text_fail(why, size, "%s: this build has no library to preload", b->toggles);
    snprintf(out, room, "%s", real);
    return true;
}

void build_root(const struct build *b, const char *library, char *out, size_t room)
{
    snprintf(out, room, "%s", *b->revision ? library : tree_root());
    for (int i = 0; *b->revision && i < 3; i++) // of <root>/out/<variant>/libhakmem.so
        if (strrchr(out, '/'))
            *strrchr(out, '/') = 0;
}

bool build_ask(const struct build *b, const char *root, const char *option, char *out, size_t room, char *why, size_t size)
{
    char command[TEXT_MAX + 256];
    out[0] = 0;
    if (tree_is_installed())
        return strcmp(option, "--folders") == 0 || installed_refuse(b, why, size);
    setenv("HAKBENCH_ROOT", root, 1); // whatever the path holds, it is no part of the command
    snprintf(command, sizeof command,
             "cd \"$HAKBENCH_ROOT\" && set -- %s && "
             "set -- $(for w; do case $w in MODE=* | CC=* | CPPFLAGS=* | CFLAGS=* | LDFLAGS=*) ;; "
             "*) echo \"$w\" ;; esac; done) && phases/resolve %s \"$@\"",
             b->toggles, option);
    int status = shell_run(command, out, room);
    unsetenv("HAKBENCH_ROOT");
    if (!status)
        return true;
    if (!*out)
        snprintf(out, room, "phases/resolve does not run here; want the root of the tree");
    complaint(out, why, size);
    return false;
}
