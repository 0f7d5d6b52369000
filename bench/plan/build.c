/* build.c - reads what a user writes for a variant, and builds its library by make or phases/build-revision. See build.h.
 *
 * The rules of the phase table are not repeated here: make and phases/resolve answer.
 */
#include "bench/plan/build.h"
#include "bench/low/shell.h"
#include "bench/low/text.h"
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { TEXT_MAX = 1024 };

/* --- Reading -------------------------------------------------------------------------------------------------------------- */

static bool all_of(const char *text, const char *marks)
{
    while (isalnum((unsigned char)*text) || (*text && strchr(marks, *text)))
        text++;
    return *text == 0;
}

/* NAME=value without anything that a shell could read. */
static bool word_is_setting(const char *word)
{
    size_t name = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    return name && isupper((unsigned char)word[0]) && word[name] == '=' && all_of(word + name + 1, "_+-.,:/%");
}

static bool revision_set(struct build *out, const char *word, const char *revision, char *why, size_t size)
{
    if (!all_of(revision, "_+-./~^") || !*revision || *revision == '-' || strlen(revision) >= sizeof out->revision)
        return text_fail(why, size, "'%.100s': want TOGGLE=value@REVISION, such as PHASE=12@v0.1; REVISION is a name of "
                         "phases/releases, or a commit, tag or branch", word);
    if (*out->revision && strcmp(out->revision, revision) != 0)
        return text_fail(why, size, "'%.100s': two revisions, %s and %s; a variant is built of one", word, out->revision,
                         revision);
    strcpy(out->revision, revision);
    return true;
}

static bool setting_add(struct build *out, const char *word, char *why, size_t size)
{
    int count = 0;
    while (count < BUILD_SETTINGS_MAX && *out->settings[count])
        count++;
    if (count == BUILD_SETTINGS_MAX || strlen(word) >= sizeof out->settings[0])
        return text_fail(why, size, "%.100s: too many settings: at most %d, of at most %zu characters", word,
                         BUILD_SETTINGS_MAX, sizeof out->settings[0] - 1);
    strcpy(out->settings[count], word);
    return true;
}

bool build_read(const char *text, struct build *out, char *why, size_t size)
{
    char words[TEXT_MAX];
    *out = (struct build){.toggles = ""};
    if (strlen(text) >= sizeof out->toggles)
        return text_fail(why, size, "'%.40s...': too long: at most %zu characters", text, sizeof out->toggles - 1);
    strcpy(words, text);
    for (char *save, *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char whole[TEXT_MAX], *at = strchr(word, '@');
        strcpy(whole, word);
        if (at)
            *at = 0;
        if ((*word || !at) && !word_is_setting(word))
            return text_fail(why, size, "'%.100s' is no variant: want TOGGLE=value words (make help), HAKMEM_X=value", word);
        if (at && !revision_set(out, whole, at + 1, why, size))
            return false;
        if (strncmp(word, "HAKMEM_", strlen("HAKMEM_")) != 0)
            text_add(out->toggles, sizeof out->toggles, "%s%s", *word && *out->toggles ? " " : "", word);
        else if (!setting_add(out, word, why, size))
            return false;
    }
    return true;
}

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

bool build_library(const struct build *b, char *out, size_t room, char *why, size_t size)
{
    static char said[65536];
    char command[TEXT_MAX + 256], real[PATH_MAX];
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[Khakbench: building %s%s%s", *b->toggles ? b->toggles : "the newest variant",
                *b->revision ? " at " : "", b->revision);
    if (*b->revision)
        snprintf(command, sizeof command, "phases/build-revision '%s' %s 2>&1 </dev/null", b->revision, b->toggles);
    else
        snprintf(command, sizeof command,
                 "env -u MAKEFLAGS -u MFLAGS -u GNUMAKEFLAGS -u MAKELEVEL make -s -j\"$(nproc)\" %s print-lib 2>&1 </dev/null",
                 b->toggles);
    int lock = open("out/.make.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0666); // one build at a time in this tree
    if (lock >= 0)
        flock(lock, LOCK_EX);
    int status = shell_run(command, said, sizeof said);
    if (lock >= 0)
        close(lock);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (status) {
        complaint(said, why, size);
        return false;
    }
    if (!realpath(shell_last_line(said), real) || access(real, R_OK) != 0)
        return text_fail(why, size, "%s: this build has no library to preload", b->toggles);
    snprintf(out, room, "%s", real);
    return true;
}

void build_root(const struct build *b, const char *library, char *out, size_t room)
{
    snprintf(out, room, "%s", *b->revision ? library : ".");
    for (int i = 0; *b->revision && i < 3; i++) // of <root>/out/<variant>/libhakmem.so
        if (strrchr(out, '/'))
            *strrchr(out, '/') = 0;
}

bool build_ask(const struct build *b, const char *root, const char *option, char *out, size_t room, char *why, size_t size)
{
    char command[TEXT_MAX + 256];
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
