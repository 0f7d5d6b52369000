/* SPDX-License-Identifier: MIT */
/* flips.h - the single changes that lead from one variant to another, and what is written when some of them are made.
 *
 * Which these are is found by plan/toggles.h.
 */
#ifndef BENCH_FLIPS_H
#define BENCH_FLIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLIP_REVISION "revision" /* the name of that flip; toggles are in capitals */
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

/* The variant with the flips of `set` made, as variant_resolve reads it. */
char *flips_text(const struct flips *f, uint32_t set, char *out, size_t size);

/* "MINCORE registry -> always, FRONT 0 -> 1"; "nothing". */
char *flips_name(const struct flips *f, uint32_t set, char *out, size_t size);

/* Is this the name of the flip of revisions? */
bool flip_is_revision(const char *name);

/* Appends NAME=value; nothing for what is not given, and for the revision, which comes last. */
void flip_put(char *text, size_t size, const char *name, const char *value);

#endif
