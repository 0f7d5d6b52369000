/* SPDX-License-Identifier: MIT */
/* env.h - knobs: the environment variables of the allocator, read once, at start.
 *
 * A knob is one row of a list in the .c file of the part that reads it; all else that is said of it comes from there. The rows
 * of all files stand in one section of the library, which the linker puts together, so that no file lists the parts.
 */
#ifndef HAK_ENV_H
#define HAK_ENV_H

#include "core/low/compiler.h"

struct knob { /* texts that are short stand here: each pointer is a relocation in every process */
    char name[20];            /* without HAKMEM_ */
    char standard[16];        /* the value when the environment names none, as text; "-": none */
    char unit[12];            /* "" for a switch and for a count */
    uint64_t *value;          /* of a knob that is a number; NULL: it is a path */
    uint64_t start, low, high; /* standard as a number; the least and the greatest that the environment may name */
    const char *words;
    char *path;               /* of a knob that is a path: ENV_PATH_MAX bytes */
};

/* A list is a macro PART_KNOBS(X) with a row X(variable, name, standard, low, high, unit, words) for each knob.
 * KNOBS(PART_KNOBS), once in a file, defines the variables and the rows. Ages are in ms. */
#define KNOBS(list) list(KNOB_VARIABLE) static const struct knob env_knobs[] KNOB_SECTION = {list(KNOB_ROW)}
#define KNOB_VARIABLE(variable, name, standard, ...) uint64_t variable = standard;
#define KNOB_ROW(variable, name, standard, low, high, unit, words) \
    {name, #standard, unit, &variable, standard, low, high, words, NULL},
#define KNOB_SECTION __attribute__((section("hak_knobs"), aligned(8), used, retain))

#define AUTO UINT64_MAX /* a standard: the part decides, as long as the environment names no number */

extern uint64_t env_stats;     /* HAKMEM_STATS: enum env_stats_form */
enum { ENV_PATH_MAX = 4096 };
extern char env_stats_file[ENV_PATH_MAX]; /* HAKMEM_STATS_FILE; "": standard error */
extern uint64_t env_help;      /* HAKMEM_HELP */
extern uint64_t env_crash_log; /* HAKMEM_CRASH_LOG */

enum env_stats_form { ENV_STATS_OFF, ENV_STATS_TEXT, ENV_STATS_JSON };

/* Sets every knob that the environment names. One line for each HAKMEM_ variable that does not parse, and for each unknown one
 * whose name is nearly a known one (with HAKMEM_HELP for each unknown one): it is ignored. Others may have variables that begin
 * so, too. A process that runs with raised privileges reads nothing. */
void env_read(char **environment);

void env_print_help(void); /* one line for each knob */

#endif
