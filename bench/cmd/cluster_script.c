/* SPDX-License-Identifier: MIT */
/* cluster_script.c - writes the script of a job: is the folder here, is this the architecture, is everything as it was staged?
 * Then one block. See cluster_script.h.
 */
#include "bench/cmd/cluster_script.h"
#include <sys/utsname.h>

static void directive(FILE *out, const char *option, const char *value)
{
    if (value)
        fprintf(out, "#SBATCH --%s=%s\n", option, value);
}

void script_write(FILE *out, const struct script *s)
{
    struct utsname machine;
    uname(&machine);
    fprintf(out, "#!/bin/sh\n#SBATCH --job-name=hakbench-%s\n#SBATCH --array=0-%d%%%d\n", s->name, s->tasks - 1, s->at_once);
    fprintf(out, "#SBATCH --nodes=1 --exclusive\n#SBATCH --output=\"%s/log/%%a.txt\" --open-mode=append\n", s->folder);
    directive(out, "partition", s->partition);
    directive(out, "constraint", s->constraint);
    directive(out, "time", s->time);
    fprintf(
        out,
        "\n# One block of interleaved samples on this node; ssh gives its number as $1.\n"
        "folder='%s'\n"
        "fail() { echo \"hakbench task: $*\" >&2; exit 2; }\n"
        "[ -d \"$folder/"
        "tree\" ] || fail \"$folder is not seen on $(uname -n): want a shared folder that all nodes see\"\n"
        "[ \"$(uname -m)\" = %s ] || fail \"$(uname -n) is $(uname -m), and what was staged is for %s: want --constraint, or "
        "a\" \\\n"
        "    \"submission from such a machine\"\n"
        "wrong=$(cd \"$folder\" && sha256sum -c sums 2>/dev/null | sed -n 's/: FAILED.*//p' | tr '\\n' ' ')\n"
        "[ -z \"$wrong\" ] || fail \"$folder on $(uname -n): not what was staged, by sha256: ${wrong%%%% }; submit again\"\n"
        "exec \"$folder/tree/out/bench/hakbench\" task \"$folder\" --block \"${SLURM_ARRAY_TASK_ID:-$1}\" \\\n"
        "    --attempt \"${SLURM_RESTART_COUNT:-0}\"\n",
        s->folder, machine.machine, machine.machine);
}
