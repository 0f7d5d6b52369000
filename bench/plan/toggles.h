/* toggles.h - two descriptions of a variant, and the single flips that lead from one to the other.
 *
 * A flip is one toggle of phases/table, one HAKMEM_ setting, or the revision, that has another value at the other end. PHASE is
 * no flip: it only abbreviates the toggles of the numbered phases. A phase and what it replaces flip together, as one. Asks
 * phases/resolve of the tree that is the current folder, or of the revision named; a revision is built on the way.
 */
#ifndef BENCH_TOGGLES_H
#define BENCH_TOGGLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLIPS_MAX 20

struct flip {
    char name[48];           /* of a toggle or setting; "revision": the revision */
    char from[128], to[128]; /* values; "": a setting that is not given, this tree's revision */
    char replaced[128];      /* toggles that this one replaces and that are on where it is off: " OLD OLDER" */
};

struct flips {
    struct flip flip[FLIPS_MAX]; /* the revision, then in the order of phases/table, then settings */
    int count;
    char common[2048];           /* the words that both ends share: "PHASE=0 FRONT=1 MINCORE=registry" */
    char revision[64];           /* that both ends share; "": this tree, or it is a flip */
};

/* false: why holds one line (a bad word, an unmet need, too many flips). No difference: count = 0. */
bool flips_between(const char *from, const char *to, struct flips *out, char *why, size_t size);

/* The variant with the flips of `set` made, as variant_resolve reads it. */
char *flips_text(const struct flips *f, uint32_t set, char *out, size_t size);

/* "MINCORE registry -> always, FRONT 0 -> 1"; "nothing". */
char *flips_name(const struct flips *f, uint32_t set, char *out, size_t size);

#endif
