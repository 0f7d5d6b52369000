/* SPDX-License-Identifier: MIT */
/* repository.c - asks git for commits, and phases/revision what a word names. See repository.h.
 *
 * A word may come from another machine's file: it is handed over in the environment, never as a part of a command.
 */
#include "bench/cmd/repository.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include "bench/low/xalloc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_ROOM = 4096, HASH = 40, ASKED_MAX = 256 };

/* The lines that a command prints in the root of the tree, one at a time; word: what it finds in $HAKBENCH_WORD. */
static FILE *ask(const char *command, const char *word)
{
    setenv("HAKBENCH_ROOT", tree_root(), 1);
    setenv("HAKBENCH_WORD", word, 1);
    FILE *pipe = popen(command, "r");
    unsetenv("HAKBENCH_ROOT");
    unsetenv("HAKBENCH_WORD");
    return pipe;
}

static void commit_add(struct commits *c, char *line)
{
    char *date = line + HASH + 1, *subject;
    line[strcspn(line, "\n")] = 0;
    if (strlen(line) <= HASH + 1 || line[HASH] != '\t' || !(subject = strchr(date, '\t')))
        return;
    line[HASH] = *subject++ = 0;
    if (c->count % 256 == 0)
        c->commit = xalloc_need(reallocarray(c->commit, c->count + 256, sizeof *c->commit));
    struct commit *one = &c->commit[c->count++];
    snprintf(one->hash, sizeof one->hash, "%s", line);
    snprintf(one->date, sizeof one->date, "%.15s", date);
    snprintf(one->subject, sizeof one->subject, "%.119s", subject);
}

/* A name of phases/releases stands for its commit, as elsewhere: a clone may lack tags. */
#define RANGE_LOG \
    "cd \"$HAKBENCH_ROOT\" && name() { commit=$(phases/revision \"$1\" 2>/dev/null) && echo \"$commit\" || echo \"$1\"; }; " \
    "case $HAKBENCH_WORD in " \
    "*...*) range=$(name \"${HAKBENCH_WORD%%...*}\")...$(name \"${HAKBENCH_WORD##*...}\") ;; " \
    "*..*) range=$(name \"${HAKBENCH_WORD%%..*}\")..$(name \"${HAKBENCH_WORD##*..}\") ;; " \
    "*) range=$(name \"$HAKBENCH_WORD\") ;; esac; " \
    "git log --reverse --topo-order --format='%H%x09%cs%x09%s' \"$range\" -- 2>/dev/null"

bool repository_read(const char *range, struct commits *out, char *why, size_t size)
{
    char line[LINE_ROOM];
    *out = (struct commits){0};
    FILE *pipe = *range == '-' ? NULL : ask(RANGE_LOG, range);
    while (pipe && fgets(line, sizeof line, pipe))
        commit_add(out, line);
    if (pipe && pclose(pipe) == 0 && out->count)
        return true;
    repository_free(out);
    return text_fail(why, size, "%s: no commits of that name in the repository of %s; want revisions of git, as in v1.0..HEAD",
                     range, tree_root());
}

void repository_free(struct commits *c)
{
    free(c->commit);
    *c = (struct commits){0};
}

static int find(const struct commits *c, const char *hash)
{
    size_t length = strlen(hash);
    for (size_t i = 0; length >= 7 && i < c->count; i++)
        if (strncmp(c->commit[i].hash, hash, length) == 0)
            return (int)i;
    return -1;
}

/* What is no hash: a name of phases/releases, a tag, a branch. */
static int place_name(const struct commits *c, const char *revision)
{
    char line[LINE_ROOM] = "";
    FILE *pipe = ask("cd \"$HAKBENCH_ROOT\" && phases/revision \"$HAKBENCH_WORD\" 2>/dev/null", revision);
    bool good = pipe && fgets(line, sizeof line, pipe);
    if (pipe && pclose(pipe) != 0)
        good = false;
    line[strcspn(line, "\n")] = 0;
    return good ? find(c, line) : -1;
}

int repository_place(void *context, const char *revision)
{
    static struct {
        char revision[128];
        int place;
    } asked[ASKED_MAX];
    static const struct commits *whose;
    static int count;
    const struct commits *c = context;
    int found = revision[strspn(revision, "0123456789abcdef")] ? -1 : find(c, revision);
    if (found >= 0 || *revision == '-' || strlen(revision) >= sizeof asked->revision)
        return found;
    if (whose != c)
        count = 0;
    whose = c;
    for (int i = 0; i < count; i++)
        if (strcmp(asked[i].revision, revision) == 0)
            return asked[i].place;
    found = place_name(c, revision);
    if (count < ASKED_MAX) {
        snprintf(asked[count].revision, sizeof asked->revision, "%s", revision);
        asked[count++].place = found;
    }
    return found;
}
