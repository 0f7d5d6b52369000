/* SPDX-License-Identifier: MIT */
/* api.c - the rest of the allocation interface: alignment, sizes, sized frees. Included after alloc.c, whose static
 * functions it uses, so that every function of the interface lives in one object. */

HAK_EXPORT void *hak_reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (unlikely(__builtin_mul_overflow(count, size, &bytes))) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc_any(block, bytes, "reallocarray");
}

HAK_EXPORT void hak_cfree(void *block)
{
    hak_free(block);
}

static bool is_power_of_two(size_t n)
{
    return n && !(n & (n - 1));
}

/* align: a power of two. A class serves it when the rounded size is a multiple of it (sizeclass.h). */
static void *aligned_find(size_t align, size_t size)
{
    if (align <= 16)
        return hak_malloc(size);
    if (size > PTRDIFF_MAX || align > PTRDIFF_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    size_t rounded = ((size ? size : 1) + align - 1) & ~(align - 1);
    if (rounded <= TINY_MAX || (rounded <= SLAB_MAX && align <= SLAB_SIZE)) {
        void *p = hak_malloc(rounded);
        if (align <= 4096 || likely(!((uintptr_t)p & (align - 1))))
            return p;
        hak_free(p); /* from nowhere near a slab, as malloc does in a signal handler: a mapping starts at a page */
    }
    start_once();
    void *p = mapped_alloc(size, align);
    sample_took(p, size);
    return p;
}

hot_inline void *aligned_block(size_t align, size_t size)
{
    bool outer = sample_enter();
    void *p = aligned_find(align, size);
    sample_leave(outer);
    return p;
}

HAK_EXPORT void *hak_aligned_alloc(size_t alignment, size_t size)
{
    if (!is_power_of_two(alignment)) {
        errno = EINVAL;
        return NULL;
    }
    return aligned_block(alignment, size);
}

HAK_EXPORT int hak_posix_memalign(void **out, size_t alignment, size_t size)
{
    if (!is_power_of_two(alignment) || alignment % sizeof(void *))
        return EINVAL;
    int saved = errno;
    void *p = aligned_block(alignment, size);
    errno = saved;
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

HAK_EXPORT void *hak_memalign(size_t alignment, size_t size)
{
    if (alignment > SIZE_MAX / 2 + 1) {
        errno = EINVAL;
        return NULL;
    }
    size_t power = 16;
    while (power < alignment)
        power *= 2;
    return aligned_block(power, size);
}

HAK_EXPORT void *hak_valloc(size_t size)
{
    start_once();
    return aligned_block(os_page, size);
}

HAK_EXPORT void *hak_pvalloc(size_t size)
{
    start_once();
    if (size > PTRDIFF_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    return aligned_block(os_page, (size + os_page - 1) & ~(os_page - 1));
}

/* Bytes that the program may use of a live block; aborts with a line when p is none. */
static size_t block_usable(const void *p, const char *api)
{
    struct superslab *ss = ssmap_find(p);
    if (ss) {
        struct slab *s = slab_in(ss, p);
        s -= s->back;
        if (class_mid(s->class) && likely((uintptr_t)p % 16 == 0) && likely(superslab_marked(ss, p))) {
            guard_live(p, api);
            return s->block_size;
        }
        s = block_slab(ss, p, api);
        block_live(heap_self, s, p, api);
        return s->block_size;
    }
    return mapped_usable(block_mapped(p, api));
}

HAK_EXPORT size_t hak_malloc_usable_size(void *block)
{
    return block ? block_usable(block, "malloc_usable_size") : 0;
}

/* A sized free is checked: the block must hold that size. A size that is too small passes, since realloc may have left a block
 * larger than it needs to be. */
static void free_checked(void *block, size_t size, const char *api)
{
    if (!block)
        return;
    size_t holds = block_usable(block, api);
    if (unlikely(size > holds))
        log_bad_size(api, block, size, holds);
    hak_free(block);
}

HAK_EXPORT void hak_free_sized(void *block, size_t size)
{
    free_checked(block, size, "free_sized");
}

HAK_EXPORT void hak_free_aligned_sized(void *block, size_t alignment, size_t size)
{
    if (block && unlikely(!is_power_of_two(alignment) || (uintptr_t)block % alignment))
        log_bad_pointer("free_aligned_sized", block, BAD_MISALIGNED);
    free_checked(block, size, "free_aligned_sized");
}
