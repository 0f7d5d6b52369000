/* SPDX-License-Identifier: MIT */
/* command.h - what every command of hakbench shares: how it reads its arguments, and how it ends.
 */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

#include "bench/data/store.h"
#include <argp.h>
#include <stdbool.h>

/* argp_parse as every command calls it: the command is "hakbench <name>" in what it says, a mistake is one line and exit
 * status 2, also by argp_error. Returns when all is well. */
void command_parse(const struct argp *argp, int argc, char **argv, void *input);

/* One line "hakbench <name>: ..." on standard error, and the end with EXIT_BAD_INPUT. */
__attribute__((format(printf, 1, 2), noreturn)) void command_bad(const char *format, ...);

/* At the end of a command that printed its answer: was all of it written? EXIT_OK, or one line and EXIT_FAILED. */
int command_end(void);

#define DB_DEFAULT STORE_DEFAULT /* unless --db says otherwise */

/* db, or where it is NULL the default file, which lies in hakmem's tree; below the current folder where hakbench is installed. */
const char *command_db(const char *db);

/* The same of a file that is to be written: the default file's folder is made. */
const char *command_db_made(const char *db);

/* Exit statuses. */
enum {
    EXIT_OK,
    EXIT_FAILED,   /* also: worse, a failed gate */
    EXIT_BAD_INPUT,
    EXIT_UNDECIDED,
    EXIT_NO_DIFFERENCE = EXIT_UNDECIDED, /* of commands that search for the cause of one */
    EXIT_INTERRUPTED = 130
};

#endif
