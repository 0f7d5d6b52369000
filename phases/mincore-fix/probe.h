/* SPDX-License-Identifier: MIT */
/* probe.h - what `always`, `cached` and `ranges` share: look at the header that an address implies, having asked mincore.
 *
 *   p starts a page?  ->  known to be there?  ->  mincore: is the page before p mapped?  ->  does the magic hold?
 *     no: not ours         yes: skip the call       no: not ours                              no: not ours
 *
 * Included once by each owner-<value>.c, which decides what "known" means. Counters are process-wide and atomic: each stands
 * beside a system call or spares one.
 */
#ifndef HAK_PROBE_H
#define HAK_PROBE_H

#include "core/heap/mapped.h"
#include "core/low/os.h"
#include "core/seam/owner.h"
#include "core/heap/sizeclass.h"
#include "core/heap/stats.h"

/* What mincore was asked for: a block of one page (sizes just above the tiny ones), of up to MID_MAX, above, or no block. */
enum probe_cause { PROBE_PAGE, PROBE_MID, PROBE_LARGE, PROBE_FOREIGN, PROBE_CAUSES };

static uint64_t probe_lookups;             /* pointers that could be blocks; atomic, relaxed, as the others */
static uint64_t probe_hits;                /* of these, looked at without asking */
static uint64_t probe_asked[PROBE_CAUSES]; /* of these, asked for */

static inline void probe_count(uint64_t *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* The header that p would have, or NULL where no block of ours can be. Nothing is read. */
static inline struct mapped *probe_candidate(const void *p)
{
    uintptr_t a = (uintptr_t)p;
    if (a % os_page != 0 || a < 2 * os_page || a >> HAK_ADDRESS_BITS)
        return NULL;
    probe_count(&probe_lookups);
    return (struct mapped *)(a - os_page);
}

/* m if it is a header. Reads m, which is fatal when its page is not there. */
static inline struct mapped *probe_look(struct mapped *m)
{
    return mapped_magic_holds(m) ? m : NULL;
}

/* The same, having asked mincore. */
static inline struct mapped *probe_ask(struct mapped *m)
{
    enum probe_cause cause = PROBE_FOREIGN;
    if (!os_is_mapped(m, OS_OWNER) || !probe_look(m))
        m = NULL;
    else
        cause = mapped_usable(m) <= os_page ? PROBE_PAGE : mapped_usable(m) <= MID_MAX ? PROBE_MID : PROBE_LARGE;
    probe_count(&probe_asked[cause]);
    return m;
}

static void probe_stats(stats_each *each, void *context)
{
    each(context, "owner.lookups", load_relaxed(&probe_lookups), "pointers that could be blocks with a mapping of their own");
    each(context, "owner.hits", load_relaxed(&probe_hits), "of these, pointers that were known without asking");
    each(context, "owner.asked_page", load_relaxed(&probe_asked[PROBE_PAGE]),
         "times that mincore was asked for a block of one page");
    each(context, "owner.asked_mid", load_relaxed(&probe_asked[PROBE_MID]),
         "times that mincore was asked for a larger block, of up to 1 MiB");
    each(context, "owner.asked_large", load_relaxed(&probe_asked[PROBE_LARGE]),
         "times that mincore was asked for a block above 1 MiB");
    each(context, "owner.asked_foreign", load_relaxed(&probe_asked[PROBE_FOREIGN]),
         "times that mincore was asked for no block");
}
STATS_PART(probe_stats);
PEEK(probe_lookups, &probe_lookups, PEEK_OBJECT("owner.lookups"));
PEEK(probe_hits, &probe_hits, PEEK_OBJECT("owner.hits"));
#define PROBE_PEEK(name, cause) PEEK_COUNT("owner." name, (cause) * sizeof probe_asked[0], 1, 0)
PEEK(probe_asked, probe_asked, PROBE_PEEK("asked_page", PROBE_PAGE), PROBE_PEEK("asked_mid", PROBE_MID),
     PROBE_PEEK("asked_large", PROBE_LARGE), PROBE_PEEK("asked_foreign", PROBE_FOREIGN));

#endif
