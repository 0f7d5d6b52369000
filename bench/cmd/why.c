/* SPDX-License-Identifier: MIT */
/* why.c - profiles both sides of a difference. See why.h.
 */
#include "bench/cmd/why.h"
#include "bench/cmd/command.h"
#include "bench/low/output.h"
#include "bench/low/text.h"
#include "bench/show/flame.h"
#include "bench/show/why_table.h"
#include "bench/take/launch.h"
#include "bench/take/profile_take.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

void why_check(void)
{
    if (!launch_can(MODE_INSTRUCTIONS))
        command_bad("where they differ is counted by callgrind, which is not installed (make deps)");
}

/* FOLDER/RUN-WORKLOAD.svg; what cannot stand in a name becomes '-'. */
static void path_of(const struct why *w, char *out, size_t size)
{
    char name[64];
    snprintf(name, sizeof name, "%s", w->workload->name);
    for (char *at = name; (at = strpbrk(at, " /"));)
        *at = '-';
    snprintf(out, size, "%s/%lld-%s.svg", w->folder, (long long)w->run, name);
}

static bool draw(const struct why *w, const struct profile *p, char *why, size_t size)
{
    const char *const label[] = {w->side[0]->d.label, w->side[1]->d.label};
    char path[640], title[640];
    path_of(w, path, sizeof path);
    snprintf(title, sizeof title, "%s: instructions per operation, %s", w->workload->name, profile_command(w->workload));
    FILE *out = output_folder(w->folder, false) ? output_open(path) : NULL;
    if (out)
        flame_write(out, p, title, label);
    if (!out || !output_close(out, path))
        return text_fail(why, size, "%s: cannot be written: %s", path, strerror(errno));
    printf("  flame graph: %s\n", path);
    return true;
}

bool why_show(const struct why *w)
{
    char why[512];
    bool good = true;
    struct profile *p = profile_new();
    for (int side = 0; side < PROFILE_SIDES && good; side++)
        good = profile_take(p, side, w->side[side], w->workload, w->timeout, why, sizeof why);
    if (good) {
        printf("%s, why: B %s against A %s, each counted once in %s\n", w->workload->name, w->side[1]->d.label,
               w->side[0]->d.label, profile_command(w->workload));
        if (dataset_is_program(w->workload->command))
            printf("  callgrind does not follow the program that is started: instructions are of the process that starts it\n");
        why_table_print(stdout, p);
        good = draw(w, p, why, sizeof why);
    }
    if (!good)
        fprintf(stderr, "hakbench: %s\n", why);
    profile_free(p);
    return good;
}
