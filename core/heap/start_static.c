/* SPDX-License-Identifier: MIT */
/* start_static.c - start.c for the static library: in an executable its constructor runs before those of shared libraries. */
#include "core/heap/start.c"

typedef void start_entry(int count, char **arguments, char **environment);
static start_entry *const start_early __attribute__((section(".preinit_array"), used)) = start_library;
