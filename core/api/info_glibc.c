/* SPDX-License-Identifier: MIT */
/* info_glibc.c - info.c, and mallinfo, whose structs glibc's malloc.h defines. Another libc has none. */
#include "core/api/info.c"
#include <limits.h>

HAK_EXPORT struct mallinfo2 hak_mallinfo2(void)
{
    struct info_sum free;
    info_sum(&free, NULL);
    struct info_totals t = info_totals(&free);
    return (struct mallinfo2){
        .arena = t.held,
        .ordblks = t.free_blocks,
        .smblks = t.cached_blocks,
        .hblks = t.mapped_blocks,
        .hblkhd = t.mapped_bytes,
        .fsmblks = t.cached_bytes,
        .uordblks = t.used,
        .fordblks = t.free,
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
