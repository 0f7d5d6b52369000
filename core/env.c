/* env.c - see env.h. */
#include "env.h"
#include "core/hakmem.h"
#include "log.h"
#include "seam/front.h"
#include "seam/large.h"
#include "seam/lazy.h"
#include "seam/owner.h"
#include "seam/pool.h"
#include "seam/purge.h"
#include "seam/run.h"
#include <string.h>
#include <sys/auxv.h>

uint64_t env_stats, env_help, env_crash_log;

struct env_variable {
    const char *name; /* without HAKMEM_ */
    uint64_t *target;
    uint64_t low, high; /* inclusive */
    const char *standard, *help;
};

#define ENV_ROW(name, target, low, high, standard, help) {name, &target, low, high, standard, help},
static const struct env_variable env_table[] = {
    {"STATS", &env_stats, 0, 2, "0", "print counters at exit: 1 as text, json (or 2) as one JSON line"},
    {"HELP", &env_help, 0, 1, "0", "print this table at start"},
    {"CRASH_LOG", &env_crash_log, 0, 1, "0", "a line on SIGSEGV, SIGBUS and SIGABRT"},
    LAZY_ENV(ENV_ROW) FRONT_ENV(ENV_ROW) POOL_ENV(ENV_ROW) OWNER_ENV(ENV_ROW) LARGE_ENV(ENV_ROW) RUN_ENV(ENV_ROW)
    PURGE_ENV(ENV_ROW)
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

/* entry: what follows HAKMEM_ in the environment, for example "STATS=1". */
static void env_entry(const char *entry)
{
    const char *equals = strchr(entry, '=');
    if (!equals)
        return;
    size_t length = (size_t)(equals - entry);
    for (size_t i = 0; i < ENV_COUNT; i++) {
        const struct env_variable *v = &env_table[i];
        if (strlen(v->name) != length || strncmp(v->name, entry, length) != 0)
            continue;
        if (!env_parse(v, equals + 1))
            log_line("hakmem: HAKMEM_%s: not a number from %u to %u: ignored, %s stays", entry, v->low, v->high, v->standard);
        return;
    }
    log_line("hakmem: HAKMEM_%s: variant %s has no such variable: ignored (HAKMEM_HELP=1 lists them)", entry, hak_variant());
}

void env_read(char **environment)
{
    if (getauxval(AT_SECURE))
        return;
    for (char **e = environment; e && *e; e++) {
        if (strncmp(*e, "HAKMEM_", 7) == 0)
            env_entry(*e + 7);
    }
}

void env_print_help(void)
{
    log_line("hakmem %s reads these environment variables at start:", hak_variant());
    for (size_t i = 0; i < ENV_COUNT; i++) {
        const struct env_variable *v = &env_table[i];
        log_line("  HAKMEM_%s=%s  %s (%u..%u)", v->name, v->standard, v->help, v->low, v->high);
    }
}
