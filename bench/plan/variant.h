/* SPDX-License-Identifier: MIT */
/* variant.h - allocators under test: what the user wrote becomes a built library, or a rival's file, that says who it is.
 *
 * Nothing here is thread-safe. Everything runs in the root of the tree (tree.h).
 */
#ifndef BENCH_VARIANT_H
#define BENCH_VARIANT_H

#include "bench/data/build_text.h"
#include "bench/data/dataset.h"
#include "bench/data/proof.h"

struct variant {
    struct ds_variant d;
    char library[1024]; /* absolute path for LD_PRELOAD; empty: libc's own */
    char settings[BUILD_SETTINGS_MAX][128]; /* HAKMEM_X=value words of the description, for the environment; "" ends them */
    struct proof proof[PROOFS_MAX]; /* of each phase that is on */
    int proof_count;
};

/* text: "PHASE=12 FRONT=0 HAKMEM_SS_LRU_MB=8" ("" is the newest), "PHASE=12 FRONT=0@v0.1" (the set, built of that revision),
 * "glibc", the name of a known rival, name=/path/lib.so, or the path alone. label "": chosen from text (canonical name and
 * settings, the rival's name). Builds what is not built yet. false: why holds one line. A rival that is not installed is no
 * error: d.missing = 1. */
bool variant_resolve(const char *label, const char *text, struct variant *out, char *why, size_t size);

/* Is this the path of a library: does it begin as one, or has it a slash or ".so" in it, and no toggle? */
bool variant_is_path(const char *text);

/* Is `said` what a library of this variant calls itself? The revision is no part of that: p12 for p12@v0.1. */
bool variant_is_named(const struct ds_variant *d, const char *said);

/* Do both resolve to the same file under the same settings? */
bool variant_same(const struct variant *a, const struct variant *b);

/* What to put into the environment: pointers into v, ended by NULL. */
void variant_environment(const struct variant *v, const char *out[BUILD_SETTINGS_MAX + 1]);


#endif
