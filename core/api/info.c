/* SPDX-License-Identifier: MIT */
/* info.c - the parts of the interface that tell about memory or give it back: malloc_info, malloc_trim, malloc_stats, mallopt,
 * hak_check; info_glibc.c adds mallinfo. Cold: the only file with stdio, because malloc_info writes to a FILE. */
#include "core/hakmem.h"
#include "core/low/os.h"
#include "core/seam/large.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"
#include <errno.h>

HAK_EXPORT int hak_malloc_trim(size_t pad)
{
    (void)pad; /* whole SuperSlabs and mappings go back; there is no top to keep a pad on */
    return thread_trim();
}

/* What is free in slabs: those of one heap, or of all. */
struct info_sum {
    const struct heap *heap;     /* NULL: all */
    uint64_t blocks[CLASS_ALL];  /* neither live, nor on the way, nor cached; by class */
    uint64_t count, bytes;       /* of them all */
    uint64_t slab_bytes;         /* what the slabs take */
    uint64_t fast_count, fast_bytes; /* freed, and cached for the heap's thread */
};

static void info_slab(void *context, struct slab *s)
{
    struct info_sum *sum = context;
    if (sum->heap && slab_heap(s) != sum->heap)
        return;
    uint32_t used = slab_used_seen(s), capacity = load_relaxed(&s->capacity);
    uint64_t free = capacity > used ? capacity - used : 0;
    sum->blocks[load_relaxed(&s->class)] += free;
    sum->count += free;
    sum->bytes += free * load_relaxed(&s->block_size);
    sum->slab_bytes += load_relaxed(&s->slots) * SLAB_SIZE;
}

static void info_sum(struct info_sum *sum, struct heap *h)
{
    *sum = (struct info_sum){.heap = h};
    superslab_each_slab(info_slab, sum);
    if (!h)
        return;
    sum->fast_count = front_cached_total(h, &sum->fast_bytes) + pool_cached(h, NULL);
    sum->fast_bytes += pool_cached_bytes(h);
}

struct info_totals {
    uint64_t held, used, free;             /* bytes; held = used + free */
    uint64_t free_blocks;                  /* those that no thread has cached */
    uint64_t cached_blocks, cached_bytes;  /* part of free */
    uint64_t mapped_blocks, mapped_bytes;  /* live, with a mapping of their own */
};

/* held: for blocks of slabs, and mappings kept for the next large block. The counters are read one after another while other
 * threads work, so what is live may have grown past what was held. */
static struct info_totals info_totals(const struct info_sum *free)
{
    struct hak_stats s;
    hak_stats(&s, sizeof s);
    uint64_t mapped = s.mid_bytes + s.large_bytes, used = s.live_bytes - mapped;
    uint64_t held = os_bytes(OS_SUPERSLAB) + large_held();
    if (held < used + s.cached_bytes)
        held = used + s.cached_bytes;
    return (struct info_totals){
        .held = held,
        .used = used,
        .free = held - used,
        .free_blocks = free->count,
        .cached_blocks = s.cached_blocks,
        .cached_bytes = s.cached_bytes,
        .mapped_blocks = s.mid_blocks + s.large_blocks,
        .mapped_bytes = mapped,
    };
}

/* None of glibc's options has anything here that it could set. */
HAK_EXPORT int hak_mallopt(int option, int value)
{
    (void)option, (void)value;
    return 0;
}

HAK_EXPORT void hak_malloc_stats(void)
{
    stats_print_text();
}

static void info_total(FILE *out, const char *type, uint64_t count, uint64_t size)
{
    fprintf(out, "<total type=\"%s\" count=\"%lu\" size=\"%lu\"/>\n", type, count, size);
}

static void info_system(FILE *out, uint64_t now, uint64_t peak)
{
    uint64_t most = peak > now ? peak : now;
    fprintf(out, "<system type=\"current\" size=\"%lu\"/>\n<system type=\"max\" size=\"%lu\"/>\n", now, most);
    fprintf(out, "<aspace type=\"total\" size=\"%lu\"/>\n<aspace type=\"mprotect\" size=\"%lu\"/>\n", now, now);
}

struct info_file {
    FILE *out;
    unsigned number;
};

/* The peak of a single heap is not counted, so "max" repeats "current". */
static void info_heap(void *context, struct heap *h)
{
    struct info_file *file = context;
    struct info_sum sum;
    info_sum(&sum, h);
    fprintf(file->out, "<heap nr=\"%u\">\n<sizes>\n", file->number++);
    for (unsigned c = 0; c < CLASS_ALL; c++) {
        if (sum.blocks[c])
            fprintf(file->out, "  <size from=\"%zu\" to=\"%zu\" total=\"%lu\" count=\"%lu\"/>\n",
                    c ? class_size(c - 1) + 1 : 1, class_size(c), sum.blocks[c] * class_size(c), sum.blocks[c]);
    }
    fputs("</sizes>\n", file->out);
    info_total(file->out, "fast", sum.fast_count, sum.fast_bytes);
    info_total(file->out, "rest", sum.count, sum.bytes);
    info_system(file->out, sum.slab_bytes, sum.slab_bytes);
    fputs("</heap>\n", file->out);
}

/* In the form of glibc's: a heap for each arena; fast: what threads have cached; rest: other free blocks. At the end stands
 * what all heaps have, memory that is kept for whoever needs some, and mapped blocks. */
HAK_EXPORT int hak_malloc_info(int options, FILE *out)
{
    if (options != 0)
        return EINVAL;
    struct info_file file = {.out = out};
    fputs("<malloc version=\"1\">\n", out);
    thread_each_heap(info_heap, &file);
    struct info_sum free;
    info_sum(&free, NULL);
    struct info_totals t = info_totals(&free);
    info_total(out, "fast", t.cached_blocks, t.cached_bytes);
    info_total(out, "rest", t.free_blocks, t.free - t.cached_bytes);
    info_total(out, "mmap", t.mapped_blocks, t.mapped_bytes);
    uint64_t all = 0;
    for (int user = 0; user < OS_USERS; user++)
        all += os_bytes(user);
    info_system(out, all, os_bytes_peak());
    fputs("</malloc>\n", out);
    return 0;
}

HAK_EXPORT bool hak_check(void)
{
    struct heap *h = heap_self;
    if (h == &heap_none || !heap_enter(h))
        return true;
    heap_valid(h);
    heap_leave(h);
    return true;
}
