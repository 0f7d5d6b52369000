/* SPDX-License-Identifier: MIT */
/* embed_check.c - the same as embed.c for MODE=check, where memory checkers are told of every block. */
#include "core/api/tools.c"
#include "core/api/alloc.c"
#include "core/api/api.c"
#include "core/api/tools_end.c"
