/* env.h - the environment variables of the allocator: read once, at start, from one table that also prints itself.
 *
 * A phase lists its own as X(name, kind, target, low, high, default text, help).
 */
#ifndef HAK_ENV_H
#define HAK_ENV_H

#include "core/low/compiler.h"

extern uint64_t env_stats;     /* HAKMEM_STATS: enum env_stats_form */
enum { ENV_PATH_MAX = 4096 };
extern char env_stats_file[ENV_PATH_MAX]; /* HAKMEM_STATS_FILE; "": standard error */
extern uint64_t env_help;      /* HAKMEM_HELP */
extern uint64_t env_crash_log; /* HAKMEM_CRASH_LOG */

enum env_stats_form { ENV_STATS_OFF, ENV_STATS_TEXT, ENV_STATS_JSON };

/* Reads every variable of the table. One line for each HAKMEM_ variable that does not parse, and for each unknown one whose
 * name is nearly a known one (with HAKMEM_HELP=1 for each unknown one): it is ignored. Others may have variables that begin so,
 * too. A process that runs with raised privileges reads nothing. */
void env_read(char **environment);

void env_print_help(void);

#endif
