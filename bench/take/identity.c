/* SPDX-License-Identifier: MIT */
/* identity.c - is a library what it is taken for? Its ELF note, its answer from inside a process, where malloc comes from.
 *
 * A result is recorded only under a name that all of these agree with.
 */
#include "bench/take/identity.h"
#include "bench/low/binary.h"
#include "bench/take/launch.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int variant_whose_malloc(void)
{
    static const char *const names[] = {"malloc", "calloc", "realloc", "free"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Dl_info info = {0};
        char *real = dladdr(dlsym(RTLD_DEFAULT, names[i]), &info) && info.dli_fname ? realpath(info.dli_fname, NULL) : NULL;
        printf("%s from %s\n", names[i], real ? real : "nowhere");
        free(real);
    }
    return fflush(stdout) ? 1 : 0;
}

/* The four functions of a process with this library come from its file. */
static bool malloc_is_from(const struct variant *v, const struct launch_result *r, char *why, size_t size)
{
    char real[PATH_MAX], name[16], path[PATH_MAX];
    const char *text = strstr(r->text, "malloc from "); /* what the library says by itself may come before */
    int seen = 0, used;
    if (!realpath(v->library, real))
        real[0] = 0;
    for (; text && sscanf(text, "%15s from %4095[^\n]\n%n", name, path, &used) == 2; text += used, seen++)
        if (strcmp(path, real) != 0) {
            snprintf(why, size, "%s: its file does not serve %s: with it preloaded, %s comes from %s", v->d.label, name, name,
                     path);
            return false;
        }
    if (seen != 4)
        snprintf(why, size, "%s: cannot tell where malloc comes from: %s", v->d.label, r->why);
    return seen == 4;
}

/* What it says of a setting that it does not know or cannot read; it would go on without. */
static bool settings_are_known(const struct variant *v, const struct launch_result *r, char *why, size_t size)
{
    const char *said = strstr(r->text, "hakmem: HAKMEM_");
    if (said)
        snprintf(why, size, "%s: %.*s", v->d.label, (int)strcspn(said + 8, "\n"), said + 8);
    return !said;
}

bool variant_identify(const struct variant *v, char *why, size_t size)
{
    bool own = strcmp(v->d.kind, "hakmem") == 0;
    const char *settings[BUILD_SETTINGS_MAX + 2];
    struct launch_result result;
    char note[64];
    if (!*v->library)
        return true;
    binary_note(v->library, note, sizeof note);
    if (own && !variant_is_named(&v->d, note)) {
        snprintf(why, size, "%s: the ELF note of its file says '%s', wanted '%s'", v->d.label, note, v->d.variant);
        return false;
    }
    char command[PATH_MAX + 32];
    snprintf(command, sizeof command, "%s --whose-malloc", launch_program);
    variant_environment(v, settings);
    int count = 0;
    while (settings[count])
        count++;
    settings[count] = "HAKMEM_HELP=1"; /* then it names every setting that it does not know */
    settings[count + 1] = NULL;
    struct launch_order order = {
        .command = command, .library = v->library, .environment = settings, .mode = MODE_COUNT, .cpu = -1, .plain = true};
    bool good = launch_take(&order, &result);
    if (!good)
        snprintf(why, size, "%s: a process into which it is preloaded fails: %s; is the file whole?", v->d.label,
                 strncmp(result.why, command, strlen(command)) == 0 ? result.why + strlen(command) + 2 : result.why);
    else if (own && !variant_is_named(&v->d, result.variant)) {
        snprintf(why, size, "%s: from inside a process it says that it is '%s', wanted '%s'", v->d.label, result.variant,
                 v->d.variant);
        good = false;
    } else
        good = settings_are_known(v, &result, why, size) && malloc_is_from(v, &result, why, size);
    launch_free(&result);
    return good;
}
