/* SPDX-License-Identifier: MIT */
/* callgrind_names.h - names in a callgrind file: a name stands there once, as "(7) name", and is "(7)" from then on.
 */
#ifndef BENCH_CALLGRIND_NAMES_H
#define BENCH_CALLGRIND_NAMES_H

#include <stddef.h>

/* Of one kind: objects, or functions. Zero-initialised it is empty. */
struct callgrind_names { char **name; size_t count; };

/* The name that text stands for, or gives: "" when it is not known. Until the same number is given another name. */
const char *callgrind_name(struct callgrind_names *names, const char *text);

void callgrind_names_free(struct callgrind_names *names);

#endif
