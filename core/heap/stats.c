/* stats.c - hak_stats and its two printed forms. Sums what heaps count without atomics: a number read while its owner works
 * was true a moment ago. */
#define _GNU_SOURCE
#include "core/hakmem.h"
#include "core/heap/background.h"
#include "core/heap/spare.h"
#include "core/heap/stats.h"
#include "core/heap/env.h"
#include "core/heap/mapped.h"
#include "core/low/os.h"
#include "core/low/report.h"
#include "core/seam/large.h"
#include "core/seam/lazy.h"
#include "core/seam/owner.h"
#include "core/seam/purge.h"
#include "core/heap/thread.h"
#include <errno.h> /* program_invocation_short_name */
#include <stddef.h>
#include <string.h>

struct stats_sum {
    struct hak_stats *out;
    uint64_t used_blocks, used_bytes;                            /* of slabs: live + cached + remote */
    uint64_t sent_blocks, sent_bytes, received_blocks, received_bytes; /* their difference is remote */
};

static void stats_slab(void *context, struct slab *s)
{
    struct stats_sum *sum = context;
    uint32_t used = slab_used_seen(s);
    sum->used_blocks += used;
    sum->used_bytes += (uint64_t)used * load_relaxed(&s->block_size);
    sum->out->slabs++;
}

static void stats_heap(void *context, struct heap *h)
{
    struct stats_sum *sum = context;
    uint64_t bytes;
    sum->out->heaps++;
    sum->out->heaps_parked += load_relaxed(&h->state) == HEAP_PARKED;
    sum->out->heaps_adopted += load_relaxed(&h->adopted);
    sum->out->cached_blocks += front_cached_total(h, &bytes);
    sum->out->cached_bytes += bytes;
    sum->out->cached_blocks += pool_cached(h, NULL);
    sum->out->cached_bytes += pool_cached_bytes(h);
    sum->out->calloc_known_zero += load_relaxed(&h->calloc_known_zero);
    sum->out->calloc_cleared += load_relaxed(&h->calloc_cleared);
    sum->sent_blocks += load_relaxed(&h->remote_sent_blocks);
    sum->sent_bytes += load_relaxed(&h->remote_sent_bytes);
    sum->received_blocks += load_relaxed(&h->remote_received_blocks);
    sum->received_bytes += load_relaxed(&h->remote_received_bytes);
}

/* a - b, or 0 where the moments of reading make it negative. */
static uint64_t stats_minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

HAK_EXPORT void hak_stats(struct hak_stats *out)
{
    memset(out, 0, sizeof *out);
    struct stats_sum sum = {.out = out,
                            .sent_blocks = load_relaxed(&heap_none.remote_sent_blocks),
                            .sent_bytes = load_relaxed(&heap_none.remote_sent_bytes)};
    thread_each_heap(stats_heap, &sum);
    superslab_each_slab(stats_slab, &sum);
    struct mapped_counts mapped = mapped_counts();
    out->mid_blocks = mapped.mid_blocks;
    out->mid_bytes = mapped.mid_bytes;
    out->large_blocks = mapped.large_blocks;
    out->large_bytes = mapped.large_bytes;
    uint64_t not_live_blocks = out->cached_blocks + stats_minus(sum.sent_blocks, sum.received_blocks);
    uint64_t not_live_bytes = out->cached_bytes + stats_minus(sum.sent_bytes, sum.received_bytes);
    out->live_blocks = stats_minus(sum.used_blocks, not_live_blocks) + out->mid_blocks + out->large_blocks;
    out->live_bytes = stats_minus(sum.used_bytes, not_live_bytes) + out->mid_bytes + out->large_bytes;
    out->remote_frees = sum.sent_blocks;
    struct superslab_counts superslabs = superslab_counts();
    out->superslabs = superslabs.now;
    out->superslabs_peak = superslabs.peak;
    out->superslabs_mapped = superslabs.mapped;
    out->superslabs_unmapped = superslabs.unmapped;
    out->mapped_bytes_peak = os_bytes_peak();
    for (int user = 0; user < OS_USERS; user++) {
        out->mapped_bytes += os_bytes(user);
        for (int call = 0; call < OS_CALLS; call++)
            out->syscalls += os_count(user, call);
    }
}

#define STATS_FIELD(name) {#name, offsetof(struct hak_stats, name)}
static const struct {
    const char *name;
    size_t offset;
} stats_fields[] = {
    STATS_FIELD(live_blocks),       STATS_FIELD(live_bytes),          STATS_FIELD(cached_blocks),
    STATS_FIELD(cached_bytes),      STATS_FIELD(mid_blocks),          STATS_FIELD(mid_bytes),
    STATS_FIELD(large_blocks),      STATS_FIELD(large_bytes),         STATS_FIELD(mapped_bytes),
    STATS_FIELD(mapped_bytes_peak), STATS_FIELD(superslabs),          STATS_FIELD(superslabs_peak),
    STATS_FIELD(superslabs_mapped), STATS_FIELD(superslabs_unmapped), STATS_FIELD(slabs),
    STATS_FIELD(heaps),             STATS_FIELD(heaps_parked),        STATS_FIELD(heaps_adopted),
    STATS_FIELD(remote_frees),      STATS_FIELD(calloc_known_zero),   STATS_FIELD(calloc_cleared),
    STATS_FIELD(syscalls),
};
static_assert(sizeof(struct hak_stats) == sizeof stats_fields / sizeof *stats_fields * sizeof(uint64_t),
              "every counter of hak_stats has a row");

static void stats_os(stats_each *each, void *context)
{
    for (int call = 0; call < OS_CALLS; call++) {
        for (int user = 0; user < OS_USERS; user++) {
            char name[40] = "os.";
            strcat(strcat(strcat(name, os_call_names[call]), "."), os_user_names[user]);
            each(context, name, os_count(user, call));
        }
    }
}

HAK_EXPORT void hak_stats_each(void (*each)(void *context, const char *name, uint64_t value), void *context)
{
    struct hak_stats s;
    hak_stats(&s);
    for (size_t i = 0; i < sizeof stats_fields / sizeof *stats_fields; i++)
        each(context, stats_fields[i].name, *(uint64_t *)((char *)&s + stats_fields[i].offset));
    stats_os(each, context);
    lazy_stats(each, context);
    front_stats(each, context);
    remote_stats(each, context);
    pool_stats(each, context);
    owner_stats(each, context);
    large_stats(each, context);
    purge_stats(each, context);
    spare_stats(each, context);
    background_stats(each, context);
}

/* Where a report of stats goes: a line for each counter, or a pair of one JSON object. */
static void stats_text_line(void *context, const char *name, uint64_t value)
{
    report_string(context, name);
    report_string(context, " ");
    report_number(context, value);
    report_string(context, "\n");
}

static void stats_json_pair(void *context, const char *name, uint64_t value)
{
    report_string(context, ",\"");
    report_string(context, name);
    report_string(context, "\":");
    report_number(context, value);
}

static void stats_print_text_to(const char *path)
{
    struct report r;
    report_open(&r, path);
    report_string(&r, "variant ");
    report_string(&r, hak_variant());
    report_string(&r, "\nprogram ");
    report_string(&r, program_invocation_short_name);
    report_string(&r, "\n");
    stats_text_line(&r, "pid", os_pid());
    hak_stats_each(stats_text_line, &r);
    report_close(&r);
}

static void stats_print_json_to(const char *path)
{
    struct report r;
    report_open(&r, path);
    report_string(&r, "{\"variant\":\"");
    report_json_string(&r, hak_variant());
    report_string(&r, "\"");
    hak_stats_each(stats_json_pair, &r);
    report_string(&r, ",\"program\":\"");
    report_json_string(&r, program_invocation_short_name);
    report_string(&r, "\"");
    stats_json_pair(&r, "pid", os_pid());
    report_string(&r, "}\n");
    report_close(&r);
}

void stats_print_text(void)
{
    stats_print_text_to(NULL);
}

/* %p in a name is the process's number, %% is %. False when the name does not fit. */
static bool stats_file_name(char *out, size_t size, const char *name)
{
    char digits[24];
    size_t n = 0;
    for (; *name && n < size; name++) {
        out[n++] = *name;
        if (*name != '%' || (name[1] != 'p' && name[1] != '%'))
            continue;
        if (*++name == '%')
            continue;
        size_t count = 0;
        uint64_t pid = os_pid();
        do
            digits[count++] = (char)('0' + pid % 10);
        while (pid /= 10);
        for (n--; count && n < size;)
            out[n++] = digits[--count];
    }
    if (n == size)
        return false;
    out[n] = '\0';
    return true;
}

void stats_print_at_exit(void)
{
    char name[ENV_PATH_MAX];
    const char *path = *env_stats_file && stats_file_name(name, sizeof name, env_stats_file) ? name : NULL;
    if (env_stats == ENV_STATS_JSON)
        stats_print_json_to(path);
    else if (env_stats == ENV_STATS_TEXT || *env_stats_file)
        stats_print_text_to(path);
}
