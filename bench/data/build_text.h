/* SPDX-License-Identifier: MIT */
/* build_text.h - how a variant of ours is written: toggles, settings, revision.
 */
#ifndef BENCH_BUILD_TEXT_H
#define BENCH_BUILD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define BUILD_SETTINGS_MAX 8

/* What stands in "PHASE=12 FRONT=0 HAKMEM_SS_LRU_MB=8" or "PHASE=12 FRONT=0@v0.1". */
struct build {
    char toggles[512];                        /* "PHASE=12 FRONT=0", for make and phases/resolve */
    char revision[64];                        /* "v0.1", of the whole set; "": this tree */
    char settings[BUILD_SETTINGS_MAX][128]; /* HAKMEM_X=value, for the environment of the workload; "" ends them */
};

/* false: why holds one line. */
bool build_read(const char *text, struct build *out, char *why, size_t size);

#endif
