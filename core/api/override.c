/* SPDX-License-Identifier: MIT */
/* override.c - the allocation interface under its hak_ names and, as aliases of the same code, under libc's. */
#include "core/api/alloc.c"
#include "core/api/api.c"

HAK_ALIAS(void *, malloc, (size_t), hak_malloc);
HAK_ALIAS(void *, calloc, (size_t, size_t), hak_calloc);
HAK_ALIAS(void *, realloc, (void *, size_t), hak_realloc);
HAK_ALIAS(void, free, (void *), hak_free);
HAK_ALIAS(void, cfree, (void *), hak_cfree);
HAK_ALIAS(void *, reallocarray, (void *, size_t, size_t), hak_reallocarray);
HAK_ALIAS(void *, aligned_alloc, (size_t, size_t), hak_aligned_alloc);
HAK_ALIAS(int, posix_memalign, (void **, size_t, size_t), hak_posix_memalign);
HAK_ALIAS(void *, memalign, (size_t, size_t), hak_memalign);
HAK_ALIAS(void *, valloc, (size_t), hak_valloc);
HAK_ALIAS(void *, pvalloc, (size_t), hak_pvalloc);
HAK_ALIAS(size_t, malloc_usable_size, (void *), hak_malloc_usable_size);
void free_sized(void *, size_t);
void free_aligned_sized(void *, size_t, size_t);
HAK_ALIAS(void, free_sized, (void *, size_t), hak_free_sized);
HAK_ALIAS(void, free_aligned_sized, (void *, size_t, size_t), hak_free_aligned_sized);

/* The names under which glibc's own parts and old binaries reach the same functions. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);
HAK_ALIAS(void *, __libc_malloc, (size_t), hak_malloc);
HAK_ALIAS(void *, __libc_calloc, (size_t, size_t), hak_calloc);
HAK_ALIAS(void *, __libc_realloc, (void *, size_t), hak_realloc);
HAK_ALIAS(void *, __libc_memalign, (size_t, size_t), hak_memalign);
HAK_ALIAS(void, __libc_free, (void *), hak_free);
