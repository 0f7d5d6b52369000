/* env.h - the environment variables of the allocator: read once, at start, from one table that also prints itself.
 *
 * May include the seams that have variables. A phase lists its own as X(name, kind, target, low, high, default text, help).
 */
#ifndef HAK_ENV_H
#define HAK_ENV_H

#include "compiler.h"

extern uint64_t env_stats;     /* HAKMEM_STATS: enum env_stats_form */
extern uint64_t env_help;      /* HAKMEM_HELP */
extern uint64_t env_crash_log; /* HAKMEM_CRASH_LOG */

enum env_stats_form { ENV_STATS_OFF, ENV_STATS_TEXT, ENV_STATS_JSON };

/* Reads every variable of the table; one line for each HAKMEM_ variable that is unknown or does not parse, which is then
 * ignored. A process that runs with raised privileges reads nothing. */
void env_read(char **environment);

void env_print_help(void);

#endif
