/* SPDX-License-Identifier: MIT */
/* owner-always.c - see owner-always.h. */
#include "probe.h"

struct mapped *owner_find(const void *p)
{
    struct mapped *m = probe_candidate(p);
    return m ? probe_ask(m) : NULL;
}
