/* SPDX-License-Identifier: MIT */
/* embed.c - the allocation interface under its hak_ names only, for embedding beside another malloc. MODE=check has
 * packaging/memcheck/embed.c. */
#include "core/api/alloc.c"
#include "core/api/api.c"
