/* variant.h - allocators under test: what the user wrote becomes a built library, or a rival's file, that says who it is.
 *
 * Nothing here is thread-safe. Everything runs in the root of the tree, which is the current folder.
 */
#ifndef BENCH_VARIANT_H
#define BENCH_VARIANT_H

#include "bench/dataset.h"

#define VARIANT_SETTINGS_MAX 8
#define VARIANT_PROOFS_MAX 8

struct variant {
    struct ds_variant d;
    char library[1024]; /* absolute path for LD_PRELOAD; empty: libc's own */
    char settings[VARIANT_SETTINGS_MAX][128]; /* HAKMEM_X=value words of the description, for the environment; "" ends them */
    /* One line for each phase that is on (phases/<folder>/proof): counters of which at least one must be above 0 on at least
     * one workload, else that phase did not run. "" ends them. */
    char proof[VARIANT_PROOFS_MAX][128];
};

/* text: "PHASE=12 FRONT=0 HAKMEM_SS_LRU_MB=8" ("" is the newest), "glibc", the name of a known rival, or name=/path/lib.so.
 * label "": chosen from text (canonical name and settings, the rival's name). Builds what must be built (make print-lib).
 * false: why holds one line. A rival that is not installed is no error: d.missing = 1. */
bool variant_resolve(const char *label, const char *text, struct variant *out, char *why, size_t size);

/* The names of rivals known: glibc mimalloc jemalloc tcmalloc tbbmalloc. NULL-ended. */
extern const char *const variant_rivals[];

/* What to put into the environment: pointers into v, ended by NULL. */
void variant_environment(const struct variant *v, const char *out[VARIANT_SETTINGS_MAX + 1]);

/* Note of the file, name inside the process and requested variant agree; a rival's malloc, calloc, realloc and free resolve
 * into its file. Starts a process. false: why holds one line. */
bool variant_identify(const struct variant *v, char *why, size_t size);

/* The variant's name in a file's ELF note; "" when there is none. */
void variant_note(const char *path, char *out, size_t size);

/* sha256 of a file as 64 hex digits; false when it cannot be read. */
bool variant_sha256(const char *path, char out[65]);

/* The `--whose-malloc` mode of hakbench: prints which file each of the four functions comes from in this process. */
int variant_whose_malloc(void);

#endif
