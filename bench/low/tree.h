/* SPDX-License-Identifier: MIT */
/* tree.h - where hakmem's source tree lies: workloads and variants are built there, whatever folder hakbench is called in.
 */
#ifndef BENCH_TREE_H
#define BENCH_TREE_H

#include <stdbool.h>
#include <stddef.h>

/* "." in the root of a tree, and where there is none; else the tree that this program lies in, as <tree>/out/bench/hakbench. */
const char *tree_root(void);

/* A path below the root: the path itself in the root, and where it is absolute. */
const char *tree_path(const char *path, char *out, size_t size);

/* Is it no source tree, but what `make install-bench` put together (packaging/install)? Nothing can be built there, and nothing
 * is kept there. */
bool tree_is_installed(void);

/* As tree_path, for what hakbench makes: below the current folder where the tree is an installed one. */
const char *tree_kept(const char *path, char *out, size_t size);

#endif
