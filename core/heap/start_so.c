/* SPDX-License-Identifier: MIT */
/* start_so.c - start.c for the shared library. That is linked without the compiler's start files, which would have every
 * process look four symbols up. __dso_handle is theirs, too: pthread_atfork asks whose the handlers are. NULL: of what stays
 * loaded. */
#include "core/heap/start.c"

extern void *__dso_handle __attribute__((visibility("hidden")));
void *__dso_handle;
