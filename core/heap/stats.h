/* stats.h - how a part of the allocator tells its counters: it calls each(context, "part.name", value) for every one.
 *
 * Names are lower case words joined by '_' and '.'; they are stable, tools read them.
 */
#ifndef HAK_STATS_H
#define HAK_STATS_H

#include <stdbool.h>
#include <stdint.h>

typedef void stats_each(void *context, const char *name, uint64_t value);

void stats_print_text(void);    /* one write to standard error */
void stats_print_at_exit(void); /* what HAKMEM_STATS and HAKMEM_STATS_FILE ask for; nothing when they are not set */

#endif
