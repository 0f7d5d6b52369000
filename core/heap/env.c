/* env.c - see env.h. */
#include "core/heap/env.h"
#include "core/heap/background.h"
#include "core/hakmem.h"
#include "core/low/log.h"
#include "core/seam/front.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include "core/seam/owner.h"
#include "core/seam/pool.h"
#include "core/seam/purge.h"
#include <string.h>
#include <sys/auxv.h>

uint64_t env_stats, env_help, env_crash_log;
char env_stats_file[ENV_PATH_MAX];

struct env_variable {
    const char *name; /* without HAKMEM_ */
    uint64_t *target;
    uint64_t low, high; /* inclusive */
    const char *standard, *help;
    char *path; /* a variable that is a path has this of ENV_PATH_MAX bytes, and no target; "-" leaves it empty */
};

#define ENV_ROW(name, target, low, high, standard, help) {name, &target, low, high, standard, help, NULL},
static const struct env_variable env_table[] = {
    {"STATS", &env_stats, 0, 2, "0", "print counters at exit: 1 as text, json (or 2) as one JSON line", NULL},
    {"STATS_FILE", NULL, 0, 0, "-", "append them to this file; %p in its name: the process's number", env_stats_file},
    {"HELP", &env_help, 0, 1, "0", "print this table at start", NULL},
    {"CRASH_LOG", &env_crash_log, 0, 1, "0", "a line on SIGSEGV, SIGBUS and SIGABRT", NULL},
    LAZY_ENV(ENV_ROW) FRONT_ENV(ENV_ROW) POOL_ENV(ENV_ROW) OWNER_ENV(ENV_ROW) LARGE_ENV(ENV_ROW)
    PURGE_ENV(ENV_ROW) BACKGROUND_ENV(ENV_ROW)
};
enum { ENV_COUNT = sizeof env_table / sizeof *env_table };

static bool env_parse(const struct env_variable *v, const char *text)
{
    uint64_t value = 0;
    if (v->target == &env_stats && strcmp(text, "json") == 0)
        text = "2";
    if (!*text)
        return false;
    for (; *text; text++) {
        unsigned digit = (unsigned)(*text - '0');
        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value < v->low || value > v->high)
        return false;
    *v->target = value;
    return true;
}

static void env_set(const struct env_variable *v, const char *entry, const char *text)
{
    if (v->target) {
        if (!env_parse(v, text))
            log_line("hakmem: HAKMEM_%s: not a number from %u to %u: ignored, %s stays", entry, v->low, v->high, v->standard);
    } else if (strlen(text) >= ENV_PATH_MAX) {
        log_line("hakmem: HAKMEM_%s: the path is too long: ignored", v->name);
    } else {
        strcpy(v->path, strcmp(text, "-") == 0 ? "" : text);
    }
}

enum { ENV_NAME_MAX = 32 }; /* no known name is as long */

static unsigned env_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (unsigned)(c - 'a' + 'A') : (unsigned char)c;
}

/* Letters that must be put in, taken out or replaced to make the one name of the other; at least ENV_NAME_MAX when the first
 * is as long. The case of letters does not count. */
static unsigned env_distance(const char *a, size_t length, const char *b)
{
    unsigned row[ENV_NAME_MAX + 1];
    if (length > ENV_NAME_MAX)
        return ENV_NAME_MAX;
    for (unsigned i = 0; i <= length; i++)
        row[i] = i;
    for (; *b; b++) {
        unsigned corner = row[0]++;
        for (size_t i = 1; i <= length; i++) {
            unsigned change = corner + (env_upper(a[i - 1]) != env_upper(*b)), best = row[i] + 1;
            corner = row[i];
            best = row[i - 1] + 1 < best ? row[i - 1] + 1 : best;
            row[i] = change < best ? change : best;
        }
    }
    return row[length];
}

/* Is that name, which is unknown, likely to stand for v's? */
static bool env_near(const struct env_variable *v, const char *name, size_t length)
{
    size_t known = strlen(v->name), common = length < known ? length : known;
    if (common >= 3 && strncmp(v->name, name, common) == 0)
        return true;
    return env_distance(name, length, v->name) <= (common > 4 ? 2 : common > 2);
}

/* An entry HAKMEM_name=value, of whose name no variable is. */
static void env_unknown(const char *entry, size_t length)
{
    const char *near = NULL;
    for (size_t i = 0; i < ENV_COUNT && !near; i++)
        near = env_near(&env_table[i], entry, length) ? env_table[i].name : NULL;
    if (near)
        log_line("hakmem: HAKMEM_%s: variant %s has no such variable: ignored (HAKMEM_%s is one, HAKMEM_HELP=1 lists them)",
                 entry, hak_variant(), near);
    else if (env_help)
        log_line("hakmem: HAKMEM_%s: variant %s has no such variable: ignored", entry, hak_variant());
}

/* entry: what follows HAKMEM_ in the environment, for example "STATS=1". known: sets the variable, if there is one of that
 * name; otherwise: says that there is none. */
static void env_entry(const char *entry, bool known)
{
    const char *equals = strchr(entry, '=');
    if (!equals)
        return;
    size_t length = (size_t)(equals - entry);
    for (size_t i = 0; i < ENV_COUNT; i++) {
        const struct env_variable *v = &env_table[i];
        if (strlen(v->name) != length || strncmp(v->name, entry, length) != 0)
            continue;
        if (known)
            env_set(v, entry, equals + 1);
        return;
    }
    if (!known)
        env_unknown(entry, length);
}

void env_read(char **environment)
{
    if (getauxval(AT_SECURE))
        return;
    for (int pass = 0; pass < 2; pass++) { /* what is unknown comes last, when HELP is known */
        for (char **e = environment; e && *e; e++) {
            if (strncmp(*e, "HAKMEM_", 7) == 0)
                env_entry(*e + 7, pass == 0);
        }
    }
}

void env_print_help(void)
{
    log_line("hakmem %s reads these environment variables at start:", hak_variant());
    for (size_t i = 0; i < ENV_COUNT; i++) {
        const struct env_variable *v = &env_table[i];
        if (v->target)
            log_line("  HAKMEM_%s=%s  %s (%u..%u)", v->name, v->standard, v->help, v->low, v->high);
        else
            log_line("  HAKMEM_%s=%s  %s (a path)", v->name, v->standard, v->help);
    }
}
