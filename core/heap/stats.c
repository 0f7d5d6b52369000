/* SPDX-License-Identifier: MIT */
/* stats.c - hak_stats and its two printed forms. Sums what heaps count without atomics: a number read while its owner works
 * was true a moment ago. */
#define _GNU_SOURCE
#include "core/hakmem.h"
#include "core/heap/stats.h"
#include "core/heap/env.h"
#include "core/heap/mapped.h"
#include "core/low/log.h"
#include "core/low/os.h"
#include "core/low/report.h"
#include "core/heap/thread.h"
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
    uint64_t bytes, held_bytes = 0, held = remote_held(h, &held_bytes);
    sum->out->heaps++;
    sum->out->heaps_parked += load_relaxed(&h->state) == HEAP_PARKED;
    sum->out->heaps_adopted += load_relaxed(&h->adopted);
    sum->out->cached_blocks += front_cached_total(h, &bytes);
    sum->out->cached_bytes += bytes;
    sum->out->cached_blocks += pool_cached(h, NULL);
    sum->out->cached_bytes += pool_cached_bytes(h);
    sum->out->calloc_known_zero += load_relaxed(&h->calloc_known_zero);
    sum->out->calloc_cleared += load_relaxed(&h->calloc_cleared);
    sum->sent_blocks += load_relaxed(&h->remote_sent_blocks) + held;
    sum->sent_bytes += load_relaxed(&h->remote_sent_bytes) + held_bytes;
    sum->received_blocks += load_relaxed(&h->remote_received_blocks);
    sum->received_bytes += load_relaxed(&h->remote_received_bytes);
}

/* a - b, or 0 where the moments of reading make it negative. */
static uint64_t stats_minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static void stats_read(struct hak_stats *out)
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

HAK_EXPORT size_t hak_stats(struct hak_stats *out, size_t size)
{
    struct hak_stats all;
    stats_read(&all);
    size_t known = size < sizeof all ? size : sizeof all;
    memcpy(out, &all, known);
    memset((char *)out + known, 0, size - known);
    return sizeof all;
}

struct stats_field {
    size_t offset;
    uint64_t sum;
};

static void stats_add_field(void *context, struct heap *h)
{
    struct stats_field *field = context;
    field->sum += load_relaxed((uint64_t *)((char *)h + field->offset));
}

uint64_t stats_heaps(size_t offset)
{
    struct stats_field field = {.offset = offset};
    thread_each_heap(stats_add_field, &field);
    return field.sum;
}

static void stats_os(stats_each *each, void *context)
{
    for (int call = 0; call < OS_CALLS; call++) {
        for (int user = 0; user < OS_USERS; user++) {
            char name[40] = "os.";
            strcat(strcat(strcat(name, os_call_names[call]), "."), os_user_names[user]);
            each(context, name, os_count(user, call), "system calls of that name, by what they were made for");
        }
    }
}

/* The functions of all parts, as the linker has put them together. */
extern stats_part *const __start_hak_counters[] __attribute__((visibility("hidden")));
extern stats_part *const __stop_hak_counters[] __attribute__((visibility("hidden")));

#define STATS_ROW(field, words) each(context, #field, s.field, words);

static void stats_all(stats_each *each, void *context)
{
    struct hak_stats s;
    stats_read(&s);
    HAK_STATS_ROWS(STATS_ROW)
    stats_os(each, context);
    for (stats_part *const *part = __start_hak_counters; part < __stop_hak_counters; part++)
        (*part)(each, context);
}

struct stats_caller {
    void (*each)(void *context, const char *name, uint64_t value);
    void *context;
};

static void stats_to_caller(void *context, const char *name, uint64_t value, const char *words)
{
    struct stats_caller *caller = context;
    (void)words;
    caller->each(caller->context, name, value);
}

HAK_EXPORT void hak_stats_each(void (*each)(void *context, const char *name, uint64_t value), void *context)
{
    stats_all(stats_to_caller, &(struct stats_caller){each, context});
}

static void stats_help(void *context, const char *name, uint64_t value, const char *words)
{
    (void)context, (void)value;
    log_line("  %s  %s", name, words);
}

void stats_print_help(void)
{
    log_line("hakmem %s has these counters:", hak_variant());
    stats_all(stats_help, NULL);
}

/* A report: lines "name value", or one JSON object. */
struct stats_report {
    struct report to;
    bool json;
    const char *before; /* what stands before the next name */
};

static void stats_name(struct stats_report *r, const char *name)
{
    report_add(&r->to, r->json ? "%s%s\":" : "%s%s ", r->before, name);
    r->before = r->json ? ",\"" : "\n";
}

static void stats_string(struct stats_report *r, const char *name, const char *value)
{
    stats_name(r, name);
    report_add(&r->to, r->json ? "\"%j\"" : "%s", value);
}

static void stats_number(void *context, const char *name, uint64_t value, const char *words)
{
    struct stats_report *r = context;
    (void)words;
    stats_name(r, name);
    report_add(&r->to, "%u", value);
}

static void stats_print(const char *path, bool json)
{
    struct stats_report r = {.json = json, .before = json ? "{\"" : ""};
    report_open(&r.to, path);
    stats_string(&r, "variant", hak_variant());
    stats_string(&r, "program", os_program());
    stats_number(&r, "pid", os_pid(), "");
    stats_all(stats_number, &r);
    report_add(&r.to, json ? "}\n" : "\n");
    report_close(&r.to);
}

void stats_print_text(void)
{
    stats_print(NULL, false);
}

/* %p in a name is the process's number, %% is %. False when the name does not fit. */
static bool stats_file_name(char *out, size_t size, const char *name)
{
    struct report to = {.text = out, .size = size, .cut = true};
    for (; *name; name++) {
        if (*name == '%' && name[1] == 'p')
            report_add(&to, "%u", os_pid());
        else
            report_char(&to, *name);
        name += *name == '%' && (name[1] == 'p' || name[1] == '%');
    }
    report_char(&to, '\0');
    return to.text[to.used - 1] == '\0';
}

void stats_print_at_exit(void)
{
    char name[ENV_PATH_MAX];
    const char *path = *env_stats_file && stats_file_name(name, sizeof name, env_stats_file) ? name : NULL;
    if (env_stats != ENV_STATS_OFF || *env_stats_file)
        stats_print(path, env_stats == ENV_STATS_JSON);
}
