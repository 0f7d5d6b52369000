/* SPDX-License-Identifier: MIT */
/* tree.h - where hakmem's source tree lies: workloads and variants are built there, whatever folder hakbench is called in.
 */
#ifndef BENCH_TREE_H
#define BENCH_TREE_H

#include <stddef.h>

/* "." in the root of a tree, and where there is none; else the tree that this program lies in, as <tree>/out/bench/hakbench. */
const char *tree_root(void);

/* A path below the root: the path itself in the root, and where it is absolute. */
const char *tree_path(const char *path, char *out, size_t size);

#endif
