/* info.c - the parts of the interface that tell about memory or give it back: mallinfo, malloc_info, malloc_trim, mallopt,
 * hak_stats, hak_check. Cold: the only file with stdio, because malloc_info writes to a FILE. */
#include "hakmem.h"
#include "mapped.h"
#include "os.h"
#include "seam/lazy.h"
#include "stats.h"
#include "thread.h"
#include <errno.h>
#include <limits.h>

HAK_EXPORT int hak_malloc_trim(size_t pad)
{
    (void)pad; /* whole SuperSlabs and mappings go back; there is no top to keep a pad on */
    return thread_trim();
}

HAK_EXPORT struct mallinfo2 hak_mallinfo2(void)
{
    struct hak_stats s;
    hak_stats(&s);
    uint64_t mapped = s.mid_bytes + s.large_bytes;
    return (struct mallinfo2){
        .arena = os_bytes(OS_SUPERSLAB),
        .ordblks = s.cached_blocks,
        .hblks = s.mid_blocks + s.large_blocks,
        .hblkhd = mapped,
        .uordblks = s.live_bytes - mapped,
        .fordblks = os_bytes(OS_SUPERSLAB) - (s.live_bytes - mapped),
        .fsmblks = s.cached_bytes,
        .keepcost = 0,
    };
}

static int saturate(size_t n)
{
    return n > INT_MAX ? INT_MAX : (int)n;
}

HAK_EXPORT struct mallinfo hak_mallinfo(void)
{
    struct mallinfo2 m = hak_mallinfo2();
    return (struct mallinfo){
        saturate(m.arena),   saturate(m.ordblks),  saturate(m.smblks),   saturate(m.hblks),   saturate(m.hblkhd),
        saturate(m.usmblks), saturate(m.fsmblks), saturate(m.uordblks), saturate(m.fordblks), saturate(m.keepcost),
    };
}

HAK_EXPORT int hak_mallopt(int option, int value)
{
    (void)value;
    switch (option) {
    case M_MXFAST:
    case M_TRIM_THRESHOLD:
    case M_TOP_PAD:
    case M_MMAP_THRESHOLD:
    case M_MMAP_MAX:
    case M_CHECK_ACTION:
    case M_PERTURB:
    case M_ARENA_TEST:
    case M_ARENA_MAX:
        return 1;
    default:
        return 0;
    }
}

HAK_EXPORT void hak_malloc_stats(void)
{
    stats_print_text();
}

static void info_counter(void *context, const char *name, uint64_t value)
{
    fprintf(context, "<counter name=\"%s\" value=\"%llu\"/>\n", name, (unsigned long long)value);
}

HAK_EXPORT int hak_malloc_info(int options, FILE *out)
{
    if (options != 0) {
        errno = EINVAL;
        return -1;
    }
    fprintf(out, "<malloc version=\"hakmem\" variant=\"%s\">\n", hak_variant());
    hak_stats_each(info_counter, out);
    fputs("</malloc>\n", out);
    return 0;
}

HAK_EXPORT bool hak_check(void)
{
    struct heap *h = heap_self;
    if (h == &heap_none || (LOCK_SHARES && !heap_enter(h)))
        return true;
    heap_valid(h);
    if (LOCK_SHARES)
        heap_leave(h);
    return true;
}
