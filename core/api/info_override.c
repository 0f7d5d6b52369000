/* SPDX-License-Identifier: MIT */
/* info_override.c - info_glibc.c, and glibc's names for it. */
#include "core/api/info_glibc.c"

HAK_ALIAS(int, malloc_trim, (size_t), hak_malloc_trim);
HAK_ALIAS(struct mallinfo, mallinfo, (void), hak_mallinfo);
HAK_ALIAS(struct mallinfo2, mallinfo2, (void), hak_mallinfo2);
HAK_ALIAS(int, mallopt, (int, int), hak_mallopt);
HAK_ALIAS(void, malloc_stats, (void), hak_malloc_stats);
HAK_ALIAS(int, malloc_info, (int, FILE *), hak_malloc_info);
