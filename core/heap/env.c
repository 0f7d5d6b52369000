/* SPDX-License-Identifier: MIT */
/* env.c - see env.h. */
#include "core/heap/env.h"
#include "core/hakmem.h"
#include "core/low/log.h"
#include <string.h>
#include <sys/auxv.h>

HAK_COLD char env_stats_file[ENV_PATH_MAX];

#define ENV_KNOBS(X)                                                                                      \
    X(env_stats, "STATS", 0, 0, 2, "", "print counters at exit: 1 as text, json (or 2) as one JSON line") \
    X(env_help, "HELP", 0, 0, 2, "", "print this table at start; 2: also what each counter counts")       \
    X(env_crash_log, "CRASH_LOG", 0, 0, 1, "", "print a line on SIGSEGV, SIGBUS and SIGABRT")
static const char env_stats_file_words[] = "append the counters to this file; %p in its name stands for the process's number";
ENV_KNOBS(KNOB_VARIABLE)
static const struct knob env_knobs[] KNOB_SECTION = {
    ENV_KNOBS(KNOB_ROW) {.name = "STATS_FILE", .standard = "-", .path = env_stats_file, .words = env_stats_file_words},
};

/* All rows, as the linker has put them together. */
extern const struct knob __start_hak_knobs[] __attribute__((visibility("hidden")));
extern const struct knob __stop_hak_knobs[] __attribute__((visibility("hidden")));
#define ENV_EACH(k) (const struct knob *k = __start_hak_knobs; k < __stop_hak_knobs; k++)

static bool env_parse(const struct knob *k, const char *text)
{
    uint64_t value = 0;
    if (strcmp(text, k->standard) == 0) {
        *k->value = k->start;
        return true;
    }
    if (k->value == &env_stats && strcmp(text, "json") == 0)
        text = "2";
    if (!*text)
        return false;
    for (; *text; text++) {
        unsigned digit = (unsigned)(*text - '0');
        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value < k->low || value > k->high)
        return false;
    *k->value = value;
    return true;
}

/* entry: name=text. */
static void env_set(const struct knob *k, const char *entry, const char *text)
{
    if (k->value && !env_parse(k, text))
        log_line("hakmem: HAKMEM_%s: not a number from %u to %u: ignored, %s stays", entry, k->low, k->high, k->standard);
    else if (k->path && strlen(text) >= ENV_PATH_MAX)
        log_line("hakmem: HAKMEM_%s: the path is too long: ignored", k->name);
    else if (k->path)
        strcpy(k->path, strcmp(text, k->standard) == 0 ? "" : text);
}

enum { ENV_NAME_MAX = 32 }; /* no known name is as long */

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
            unsigned change = corner + (((a[i - 1] ^ *b) & ~0x20) != 0), best = row[i] + 1;
            corner = row[i];
            best = row[i - 1] + 1 < best ? row[i - 1] + 1 : best;
            row[i] = change < best ? change : best;
        }
    }
    return row[length];
}

/* The knob of that name, or the one for which a wrong name is likely to stand; NULL: none. */
static const struct knob *env_nearest(const char *name, size_t length)
{
    const struct knob *nearest = NULL;
    unsigned least = UINT32_MAX;
    for ENV_EACH (k) {
        size_t known = strlen(k->name), common = length < known ? length : known;
        unsigned distance = env_distance(name, length, k->name);
        bool begins = common >= 3 && strncmp(k->name, name, common) == 0;
        if (distance < least && (begins || distance <= (common > 4 ? 2 : common > 2))) {
            nearest = k;
            least = distance;
        }
    }
    return nearest;
}

/* entry: what follows HAKMEM_ in the environment, for example "STATS=1". known: sets the knob of that name, if there is one;
 * otherwise: says that there is none. */
static void env_entry(const char *entry, bool known)
{
    const char *equals = strchr(entry, '=');
    if (!equals)
        return;
    size_t length = (size_t)(equals - entry);
    const struct knob *k = env_nearest(entry, length);
    bool exact = k && strncmp(k->name, entry, length) == 0 && !k->name[length];
    if (exact && known)
        env_set(k, entry, equals + 1);
    else if (!exact && !known && k)
        log_line("hakmem: HAKMEM_%s: variant %s has no such variable: ignored (HAKMEM_%s is one, HAKMEM_HELP=1 lists them)",
                 entry, hak_variant(), k->name);
    else if (!exact && !known && env_help)
        log_line("hakmem: HAKMEM_%s: variant %s has no such variable: ignored", entry, hak_variant());
}

static bool env_ours(const char *entry)
{
    static const char prefix[] = "HAKMEM_";
    for (const char *want = prefix; *want; want++, entry++) {
        if (*entry != *want)
            return false;
    }
    return true;
}

void env_read(char **environment)
{
    size_t ours = 0;
    for (char **e = environment; e && *e; e++) /* every process does this: no call of libc's, which would have to be found */
        ours += unlikely(env_ours(*e));
    if (ours == 0 || getauxval(AT_SECURE))
        return;
    for (int pass = 0; pass < 2; pass++) { /* unknown names come last: by then HELP is known */
        for (char **e = environment; e && *e; e++) {
            if (env_ours(*e))
                env_entry(*e + strlen("HAKMEM_"), pass == 0);
        }
    }
}

void env_print_help(void)
{
    log_line("hakmem %s reads these environment variables at start:", hak_variant());
    for ENV_EACH (k) {
        if (k->path)
            log_line("  HAKMEM_%s=%s  %s (a path)", k->name, k->standard, k->words);
        else
            log_line("  HAKMEM_%s=%s  %s (%u..%u%s%s)", k->name, k->standard, k->words, k->low, k->high, *k->unit ? " " : "",
                     k->unit);
    }
}
