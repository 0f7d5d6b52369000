/* embed.c - the allocation interface under its hak_ names only, for embedding beside another malloc. */
#include "alloc.c"
#include "api.c"
