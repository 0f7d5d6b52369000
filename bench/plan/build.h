/* SPDX-License-Identifier: MIT */
/* build.h - a variant of ours: the library that is built of it, in this tree or at a revision.
 *
 * Everything runs in the root of the tree (tree.h). Nothing here is thread-safe.
 */
#ifndef BENCH_BUILD_H
#define BENCH_BUILD_H

#include "bench/data/build_text.h"

/* Builds what is not built yet; the library's absolute path goes to out. false: why holds one line. */
bool build_library(const struct build *b, char *out, size_t room, char *why, size_t size);

/* The tree that a library of build_library belongs to: this one is "."; a clone below out/rev at a revision. */
void build_root(const struct build *b, const char *library, char *out, size_t room);

/* Runs `phases/resolve OPTION TOGGLES` in the tree `root`; what it prints goes to out. MODE, CC and
 * flags of the compiler are no toggles and are left out. false: why holds one line. */
bool build_ask(const struct build *b, const char *root, const char *option, char *out, size_t room, char *why, size_t size);

#endif
