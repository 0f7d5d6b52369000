/* SPDX-License-Identifier: MIT */
/* identity.h - is a library what it is taken for? Its ELF note, its answer from inside a process, where malloc comes from.
 */
#ifndef BENCH_IDENTITY_H
#define BENCH_IDENTITY_H

#include "bench/plan/variant.h"

/* Note of the file, name inside the process and requested variant agree; a rival's malloc, calloc, realloc and free resolve
 * into its file. Starts a process. false: why holds one line. */
bool variant_identify(const struct variant *v, char *why, size_t size);

/* The `--whose-malloc` mode of hakbench: prints which file each of the four functions comes from in this process. */
int variant_whose_malloc(void);

#endif
