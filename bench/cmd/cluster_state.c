/* SPDX-License-Identifier: MIT */
/* cluster_state.c - asks squeue, then sacct. See cluster_state.h.
 */
#include "bench/cmd/cluster_state.h"
#include "bench/low/shell.h"
#include "bench/low/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAID = 1 << 18 };

static bool ended(const char *state)
{
    static const char *const states[] = {"COMPLETED", "CANCELLED", "FAILED",    "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY",
                                         "BOOT_FAIL", "DEADLINE",  "PREEMPTED", "REVOKED", NULL};
    return text_index(states, state) >= 0;
}

/* "3|RUNNING|n2" of squeue, "17_3|RUNNING|n2" or "17_3|CANCELLED by 0|n2" of sacct. */
static void line_read(char *line, struct task_state *out, size_t count)
{
    char *rest = line, *number = strsep(&rest, "|"), *name = strsep(&rest, "|"), *node = strsep(&rest, "|"), *end;
    if (strchr(number, '_'))
        number = strchr(number, '_') + 1;
    unsigned long task = strtoul(number, &end, 10);
    if (!node || end == number || *end || task >= count)
        return;
    snprintf(out[task].name, sizeof out[task].name, "%.*s", (int)strcspn(name, " +"), name);
    snprintf(out[task].node, sizeof out[task].node, "%.63s", node);
}

static void lines_read(char *said, struct task_state *out, size_t count)
{
    for (char *save, *line = strtok_r(said, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        line_read(line, out, count);
}

enum array_state cluster_states(const char *job, struct task_state *out, size_t count, char *why, size_t size)
{
    static char said[SAID];
    char command[256];
    memset(out, 0, count * sizeof *out);
    snprintf(command, sizeof command, "squeue -h -a -r -t all -j '%s' -o '%%K|%%T|%%N' 2>&1 </dev/null", job);
    int status = shell_run(command, said, sizeof said);
    bool forgotten = strstr(said, "Invalid job id") != NULL;
    if (status && !forgotten) {
        char *line = shell_last_line(said);
        text_fail(why, size, "Slurm does not answer: %s", *line ? line : "squeue failed and said nothing");
        return ARRAY_UNKNOWN;
    }
    if (!forgotten)
        lines_read(said, out, count);
    enum array_state state = ARRAY_ENDED;
    for (size_t i = 0; i < count; i++)
        if (*out[i].name && !ended(out[i].name))
            state = ARRAY_RUNS;
    snprintf(command, sizeof command, "sacct -n -X -P -j '%s' --format=JobID,State,NodeList 2>/dev/null </dev/null", job);
    if (forgotten && shell_run(command, said, sizeof said) == 0)
        lines_read(said, out, count);
    return state;
}
