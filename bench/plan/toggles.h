/* SPDX-License-Identifier: MIT */
/* toggles.h - two descriptions of a variant, and the single flips that lead from one to the other.
 *
 * A flip is one toggle of phases/table, one HAKMEM_ setting, or the revision, that has another value at the other end. PHASE is
 * no flip: it only abbreviates the toggles of the numbered phases. A phase and what it replaces flip together, as one. Asks
 * phases/resolve of the tree that is the current folder, or of the revision named; a revision is built on the way.
 */
#ifndef BENCH_TOGGLES_H
#define BENCH_TOGGLES_H

#include "bench/data/flips.h"

/* false: why holds one line (a bad word, an unmet need, too many flips). No difference: count = 0. */
bool flips_between(const char *from, const char *to, struct flips *out, char *why, size_t size);

#endif
