/* variant.h - allocators under test: what the user wrote becomes a built library, or a rival's file, that says who it is.
 */
#ifndef BENCH_VARIANT_H
#define BENCH_VARIANT_H

#include "bench/dataset.h"

struct variant {
    struct ds_variant d;
    char library[1024];      /* absolute path for LD_PRELOAD; empty: libc's own */
    char settings[8][128];   /* HAKMEM_X=value words of the description, for the environment */
    const char *environment[9]; /* NULL-ended, points into settings */
    uint64_t proofs;         /* not stored */
    char proof[4][48];       /* counters that must be non-zero for the variant's phases to have run (front.hits ...) */
    int proof_count;
};

/* text: "PHASE=12 FRONT=0 HAKMEM_SS_LRU_MB=8", "glibc", the name of a known rival, or name=/path/lib.so. label "": chosen from
 * text (the canonical name, the rival's name). Builds what must be built (make print-lib, in the tree that is the
 * current folder). false: why holds one line. A rival that is not installed is no error: d.missing = 1. */
bool variant_resolve(const char *label, const char *text, struct variant *out, char *why, size_t size);

/* The names of rivals known: glibc mimalloc jemalloc tcmalloc tbbmalloc. NULL-ended. */
extern const char *const variant_rivals[];

/* Note of the file, name inside the process and requested variant agree; a rival's malloc resolves into its file. */
bool variant_identify(const struct variant *v, char *why, size_t size);

/* sha256 of a file as 64 hex digits; false when it cannot be read. */
bool variant_sha256(const char *path, char out[65]);

#endif
