/* SPDX-License-Identifier: MIT */
/* spare.c - see spare.h. */
#include "core/heap/spare.h"
#include "core/heap/mapped.h"
#include "core/heap/stats.h"
#include "core/low/os.h"

#define SPARE_FLOOR ((uint64_t)24 << 20)
enum { SPARE_SHARE = 5, SPARE_GROWN_MOST = 8 };
enum { SPARE_SOON_MS = 1000, SPARE_PERIOD_MS = 10000 };

int64_t spare_bytes[SPARE_KINDS];

static uint64_t spare_grown, spare_turn_ms;      /* doublings; when it last changed */
static uint64_t spare_owed, spare_gave_ms;       /* given back, and not wanted again yet; when that was */
static uint64_t spare_missed;                    /* wanted again since the last doubling */
static uint64_t spare_peak, spare_last_peak;     /* live at most, in this period and the last */
static uint64_t spare_peak_ms;                   /* when this period began */
static uint64_t spare_given, spare_wanted;       /* in all: bytes given back; wanted again soon */

uint64_t spare_held(void)
{
    uint64_t sum = 0;
    for (int kind = 0; kind < SPARE_EMPTY; kind++)
        sum += spare_of((enum spare_kind)kind);
    return sum;
}

static uint64_t spare_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t spare_live(void)
{
    uint64_t all = os_bytes_of_blocks(), not = spare_held() + spare_of(SPARE_EMPTY);
    return all > not ? all - not : 0;
}

/* The recent peak of live bytes. */
static uint64_t spare_top(uint64_t live, uint64_t now)
{
    if (now - load_relaxed(&spare_peak_ms) >= SPARE_PERIOD_MS) {
        store_relaxed(&spare_peak_ms, now);
        store_relaxed(&spare_last_peak, load_relaxed(&spare_peak));
        store_relaxed(&spare_peak, live);
    }
    if (live > load_relaxed(&spare_peak))
        store_relaxed(&spare_peak, live);
    return spare_max(load_relaxed(&spare_peak), load_relaxed(&spare_last_peak));
}

static uint64_t spare_base(uint64_t live)
{
    uint64_t large = mapped_counts().large_bytes;
    large = large < live ? large : live;
    return spare_max(SPARE_FLOOR, (live - large) / SPARE_SHARE + large + large / 2);
}

uint64_t spare_allowed(void)
{
    uint64_t now = os_now_ms(), live = spare_live(), base = spare_base(live), grown = load_relaxed(&spare_grown);
    uint64_t top = spare_max(2 * SPARE_FLOOR, spare_top(live, now) / 4);
    if (grown > 0 && now - load_relaxed(&spare_turn_ms) >= SPARE_PERIOD_MS) {
        store_relaxed(&spare_grown, --grown);
        store_relaxed(&spare_turn_ms, now);
    }
    return spare_max(base, base << grown < top ? base << grown : top);
}

uint64_t spare_excess(void)
{
    uint64_t held = spare_held(), allowed;
    if (likely(held <= SPARE_FLOOR))
        return 0;
    allowed = spare_allowed();
    return held > allowed ? held - allowed : 0;
}

void spare_gave(uint64_t bytes)
{
    uint64_t now = os_now_ms();
    bool soon = now - load_relaxed(&spare_gave_ms) < SPARE_SOON_MS;
    store_relaxed(&spare_owed, (soon ? load_relaxed(&spare_owed) : 0) + bytes);
    store_relaxed(&spare_gave_ms, now);
    count_add(&spare_given, bytes);
}

void spare_fresh(uint64_t bytes)
{
    uint64_t owed = load_relaxed(&spare_owed), now, missed;
    if (likely(owed == 0))
        return;
    now = os_now_ms();
    if (now - load_relaxed(&spare_gave_ms) >= SPARE_SOON_MS) {
        store_relaxed(&spare_owed, 0);
        store_relaxed(&spare_missed, 0);
        return;
    }
    bytes = bytes < owed ? bytes : owed;
    missed = load_relaxed(&spare_missed) + bytes;
    count_add(&spare_wanted, bytes);
    store_relaxed(&spare_owed, owed - bytes);
    if (missed >= spare_allowed() / 2 && load_relaxed(&spare_grown) < SPARE_GROWN_MOST) {
        store_relaxed(&spare_grown, load_relaxed(&spare_grown) + 1);
        store_relaxed(&spare_turn_ms, now);
        store_relaxed(&spare_owed, 0);
        missed = 0;
    }
    store_relaxed(&spare_missed, missed);
}

static void spare_stats(stats_each *each, void *context)
{
    each(context, "spare.superslab_bytes", spare_of(SPARE_SUPERSLABS), "empty SuperSlabs that are kept");
    each(context, "spare.large_bytes", spare_of(SPARE_LARGE), "ranges that are kept for large blocks");
    each(context, "spare.slot_bytes", spare_of(SPARE_SLOTS), "slots that no heap has, of SuperSlabs in use");
    each(context, "spare.page_bytes", spare_of(SPARE_PAGES), "free blocks of partly used slabs, as far as somebody has looked");
    each(context, "spare.allowed_bytes", spare_allowed(), "the most that may be spare now");
    each(context, "spare.given_bytes", load_relaxed(&spare_given),
         "bytes that went back to the system since more was spare than allowed");
    each(context, "spare.wanted_bytes", load_relaxed(&spare_wanted),
         "bytes that went back to the system and were soon wanted again");
}
STATS_PART(spare_stats);

#define SPARE_PEEK(name, kind) PEEK_COUNT("spare." name, (kind) * sizeof spare_bytes[0], 1, 0)
PEEK(spare_bytes, spare_bytes, SPARE_PEEK("superslab_bytes", SPARE_SUPERSLABS), SPARE_PEEK("large_bytes", SPARE_LARGE),
     SPARE_PEEK("slot_bytes", SPARE_SLOTS), SPARE_PEEK("page_bytes", SPARE_PAGES));
PEEK(spare_given, &spare_given, PEEK_OBJECT("spare.given_bytes"));
PEEK(spare_wanted, &spare_wanted, PEEK_OBJECT("spare.wanted_bytes"));
