/* SPDX-License-Identifier: MIT */
/* asked.c - reads a trace into distributions. See asked.h.
 *
 * What must hold: a number of the file is checked before it is used as an index. A trace that was cut off, by a full disk or a
 * signal, is read as far as its whole pages go; a block whose making is missing then has no life.
 */
#include "bench/data/asked.h"
#include "bench/low/ranks.h"
#include "bench/low/text.h"
#include "bench/low/trace.h"
#include "bench/low/xalloc.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct event {
    uint64_t sequence, size, object; /* object: thread << 40 | number of what it ends, or makes where it ends none */
    uint32_t thread;
    uint8_t kind, alignment;
};

struct block {
    uint64_t size, call, bytes; /* size 0: not live */
    uint32_t thread;
};

struct trace {
    const unsigned char *bytes;
    size_t size;
    uint64_t pages, threads;
    struct event *events;
    size_t count, room;
    uint64_t *made, *first; /* by thread: objects it made; its first in blocks */
    struct block *blocks;
};

/* --- Reading -------------------------------------------------------------------------------------------------------------- */

static bool number_read(const struct trace_page *page, uint32_t *at, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (*at >= page->used)
            return false;
        unsigned char byte = page->bytes[(*at)++];
        *out |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

static struct event *event_add(struct trace *t)
{
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 1 << 16;
        t->events = xalloc_need(realloc(t->events, t->room * sizeof *t->events));
    }
    return &t->events[t->count++];
}

/* An event's fields as they are stored; false: it makes no sense. */
static bool event_take(struct trace *t, uint32_t thread, uint8_t kind, const uint64_t *field, uint64_t sequence)
{
    bool near = kind == TRACE_FREE || kind == TRACE_REALLOC, far = kind == TRACE_FREE_FAR || kind == TRACE_REALLOC_FAR;
    if (kind == TRACE_SPAWN || kind == TRACE_END)
        return true;
    if ((near && (field[0] == 0 || field[0] > t->made[thread])) || (far && (field[0] >= t->threads || field[1] >> 40)))
        return false;
    struct event *e = event_add(t);
    *e = (struct event){.sequence = sequence, .thread = thread, .kind = kind};
    e->object = near ? (uint64_t)thread << 40 | (t->made[thread] - field[0]) : far ? field[0] << 40 | field[1] : 0;
    e->size = trace_makes(kind) ? field[near + 2 * far] : 0;
    e->alignment = kind == TRACE_ALIGNED && field[1] < ASKED_BINS ? (uint8_t)field[1] : 0;
    t->made[thread] += (uint64_t)trace_makes(kind);
    return true;
}

static bool page_read(struct trace *t, const struct trace_page *page, uint64_t *last)
{
    uint64_t gap, more, field[TRACE_FIELDS_MAX];
    if (page->used > sizeof page->bytes || page->thread >= t->threads)
        return false;
    for (uint32_t at = 0; at < page->used;) {
        uint8_t kind = page->bytes[at] & 15;
        gap = page->bytes[at++] >> 4;
        if (kind == TRACE_NONE || kind >= TRACE_KINDS)
            return false;
        if (gap == TRACE_GAP_MAX) {
            if (!number_read(page, &at, &more))
                return false;
            gap += more;
        }
        for (int i = 0; i < trace_fields[kind]; i++)
            if (!number_read(page, &at, &field[i]))
                return false;
        last[page->thread] += gap + 1;
        if (!event_take(t, page->thread, kind, field, last[page->thread]))
            return false;
    }
    return true;
}

static int by_sequence(const void *a, const void *b)
{
    uint64_t x = ((const struct event *)a)->sequence, y = ((const struct event *)b)->sequence;
    return x < y ? -1 : x > y;
}

/* All events, in the order in which they happened. */
static bool events_read(struct trace *t, char *why, size_t size, const char *path)
{
    uint64_t *last = xalloc_zeroed(t->threads, sizeof *last), objects = 0;
    bool good = true;
    t->made = xalloc_zeroed(t->threads, sizeof *t->made);
    t->first = xalloc_zeroed(t->threads, sizeof *t->first);
    for (uint64_t i = 1; i < t->pages && good; i++) {
        good = page_read(t, (const struct trace_page *)(t->bytes + i * TRACE_PAGE), last);
        if (!good)
            text_fail(why, size, "%.200s: page %llu makes no sense: want a trace that trace_record.so wrote", path,
                      (unsigned long long)i);
    }
    free(last);
    for (uint64_t i = 0; i < t->threads; i++) {
        t->first[i] = objects;
        objects += t->made[i];
    }
    t->blocks = xalloc_zeroed(objects, sizeof *t->blocks);
    qsort(t->events, t->count, sizeof *t->events, by_sequence);
    return good;
}

/* --- From events to distributions ----------------------------------------------------------------------------------------- */

static int bin_of(double value)
{
    int bin = value < 1 ? 0 : 1 + (int)log2(value);
    return bin < ASKED_BINS ? bin : ASKED_BINS - 1;
}

int asked_size_bin(uint64_t size)
{
    int high = 63 - __builtin_clzll(size | 1), bin = 2 * high + (high ? (int)(size >> (high - 1) & 1) : 0);
    return bin < ASKED_BINS ? bin : ASKED_BINS - 1;
}

static int growth_bin(uint64_t before, uint64_t after)
{
    int bin = ASKED_BINS / 2 + (int)floor(2 * log2((double)(after + !after) / (double)(before + !before)));
    return bin < 0 ? 0 : bin < ASKED_BINS ? bin : ASKED_BINS - 1;
}

/* Where the walk over the events is. */
struct walk {
    struct asked *a;
    struct trace *t;
    uint64_t call, bytes, live, blocks;
    uint64_t *run;              /* by thread: length << 1 | 1 where blocks are freed */
    struct ranks live_makers;   /* the calls that made the live blocks */
    uint64_t last[ASKED_LIVES]; /* by bin of life: the call that made the block freed last; 0: none */
    double *sizes;              /* blocks of each size below ASKED_COMMON_SIZE */
};

static void run_end(struct walk *w, uint32_t thread)
{
    uint64_t length = w->run[thread] >> 1;
    if (length)
        w->a->list[w->run[thread] & 1 ? ASKED_FREE_RUN : ASKED_MAKE_RUN][bin_of((double)length)]++;
    w->run[thread] = 0;
}

static void run_step(struct walk *w, uint32_t thread, bool frees)
{
    if ((w->run[thread] & 1) != frees)
        run_end(w, thread);
    w->run[thread] = ((w->run[thread] >> 1) + 1) << 1 | frees;
}

/* The block that an event ends; NULL: its making is not in the trace. */
static struct block *block_find(struct trace *t, uint64_t object)
{
    uint64_t thread = object >> 40, number = object & ((UINT64_C(1) << 40) - 1);
    struct block *b = number < t->made[thread] ? &t->blocks[t->first[thread] + number] : NULL;
    return b && b->call ? b : NULL;
}

/* How the block lies to the last one of its life that was freed. */
static void step_count(struct walk *w, const struct block *b, int life)
{
    uint64_t last = w->last[life], low = b->call < last ? b->call : last, high = b->call < last ? last : b->call;
    ranks_change(&w->live_makers, b->call, UINT32_MAX);
    uint64_t between = ranks_below(&w->live_makers, high) - ranks_below(&w->live_makers, low);
    int step = last && between < ASKED_STEP_MAX ? (int)between + 1 : 0;
    w->a->steps[life][ASKED_STEP_MAX + (b->call < last ? -step : step)]++;
    w->last[life] = b->call;
}

static void block_end(struct walk *w, struct block *b, uint32_t thread)
{
    double calls = (double)(w->call - b->call);
    int life = bin_of(calls), far = life < ASKED_LIVES - 1 ? life : ASKED_LIVES - 2;
    w->a->list[ASKED_LIFE_CALLS][life]++;
    w->a->list[ASKED_LIFE_BYTES][bin_of((double)(w->bytes - b->bytes))]++;
    w->a->pairs[asked_size_bin(b->size)][far]++;
    step_count(w, b, far);
    if (b->thread != thread)
        w->a->list[ASKED_FAR_AFTER][life]++;
    w->live -= b->size;
    w->blocks--;
    b->call = 0;
}

static void block_make(struct walk *w, const struct event *e, uint64_t *next)
{
    struct block *b = &w->t->blocks[w->t->first[e->thread] + next[e->thread]++];
    *b = (struct block){.size = e->size, .call = w->call, .bytes = w->bytes, .thread = e->thread};
    ranks_change(&w->live_makers, w->call, 1);
    w->bytes += e->size;
    w->live += e->size;
    w->blocks++;
    w->a->blocks++;
    w->a->list[ASKED_SIZE][asked_size_bin(e->size)]++;
    if (e->size < ASKED_COMMON_SIZE)
        w->sizes[e->size]++;
    w->a->peak_bytes = (double)w->live > w->a->peak_bytes ? (double)w->live : w->a->peak_bytes;
    w->a->peak_blocks = (double)w->blocks > w->a->peak_blocks ? (double)w->blocks : w->a->peak_blocks;
}

static void event_count(struct walk *w, const struct event *e, uint64_t *next)
{
    static const uint8_t kinds[TRACE_KINDS] = {
        [TRACE_MALLOC] = ASKED_MALLOC,    [TRACE_CALLOC] = ASKED_CALLOC,       [TRACE_ALIGNED] = ASKED_ALIGNED,
        [TRACE_REALLOC] = ASKED_REALLOC,  [TRACE_REALLOC_FAR] = ASKED_REALLOC, [TRACE_FREE] = ASKED_FREE,
        [TRACE_FREE_FAR] = ASKED_FREE_FAR};
    bool ends = e->kind >= TRACE_REALLOC, makes = trace_makes(e->kind);
    struct block *b = ends ? block_find(w->t, e->object) : NULL;
    w->call++;
    w->a->list[ASKED_KIND][kinds[e->kind]]++;
    if (e->kind == TRACE_ALIGNED)
        w->a->list[ASKED_ALIGNMENT][e->alignment]++;
    if (b && makes)
        w->a->list[ASKED_GROWTH][growth_bin(b->size, e->size)]++;
    if (b)
        block_end(w, b, e->thread);
    if (makes)
        block_make(w, e, next);
    if (!makes || !ends)
        run_step(w, e->thread, ends);
}

static int by_size(const void *a, const void *b)
{
    return (int)((const struct asked_size *)a)->size - (int)((const struct asked_size *)b)->size;
}

/* Keeps the sizes that most blocks have, with those of other traces in `sizes` already. */
static void sizes_keep(struct asked *a, const double *sizes)
{
    memset(a->common, 0, sizeof a->common);
    for (uint32_t size = 0; size < ASKED_COMMON_SIZE; size++) {
        struct asked_size *least = a->common;
        for (struct asked_size *c = a->common; sizes[size] > 0 && c < a->common + ASKED_COMMON; c++)
            least = c->count < least->count ? c : least;
        if (sizes[size] > least->count)
            *least = (struct asked_size){size, sizes[size]};
    }
    qsort(a->common, ASKED_COMMON, sizeof *a->common, by_size);
}

static void events_count(struct asked *a, struct trace *t)
{
    struct walk w = {.a = a, .t = t, .run = xalloc_zeroed(t->threads, sizeof *w.run)};
    uint64_t *next = xalloc_zeroed(t->threads, sizeof *next);
    double live[2][ASKED_BINS] = {{0}};
    w.live_makers = (struct ranks){xalloc_zeroed(t->count + 2, sizeof *w.live_makers.sums), t->count + 1};
    w.sizes = xalloc_zeroed(ASKED_COMMON_SIZE, sizeof *w.sizes);
    for (int i = 0; i < ASKED_COMMON; i++)
        w.sizes[a->common[i].size] += a->common[i].count;
    for (size_t i = 0; i < t->count; i++) {
        event_count(&w, &t->events[i], next);
        live[0][i * ASKED_BINS / t->count] = (double)w.live;
        live[1][i * ASKED_BINS / t->count] = (double)w.blocks;
    }
    for (uint32_t i = 0; i < t->threads; i++)
        run_end(&w, i);
    for (uint64_t i = 0; i < t->threads; i++)
        for (uint64_t k = 0; k < t->made[i]; k++)
            if (t->blocks[t->first[i] + k].call)
                a->pairs[asked_size_bin(t->blocks[t->first[i] + k].size)][ASKED_LIVES - 1]++;
    if (t->count > a->most) {
        memcpy(a->list[ASKED_LIVE], live[0], sizeof live[0]);
        memcpy(a->list[ASKED_LIVE_BLOCKS], live[1], sizeof live[1]);
        a->most = t->count;
    }
    sizes_keep(a, w.sizes);
    a->list[ASKED_LIFE_CALLS][ASKED_BINS - 1] += (double)w.blocks;
    a->list[ASKED_LIFE_BYTES][ASKED_BINS - 1] += (double)w.blocks;
    a->left += (double)w.blocks;
    a->calls += (double)t->count;
    a->threads += (double)t->threads;
    free(w.run);
    free(w.sizes);
    free(w.live_makers.sums);
    free(next);
}

/* --- The file ------------------------------------------------------------------------------------------------------------- */

static bool trace_open(struct trace *t, const char *path, char *why, size_t size)
{
    struct stat info;
    struct trace_header header;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &info)) {
        text_fail(why, size, "%.200s: cannot be opened: %s", path, strerror(errno));
        if (file >= 0)
            close(file);
        return false;
    }
    t->size = (size_t)info.st_size;
    if (S_ISREG(info.st_mode) && t->size >= TRACE_PAGE)
        t->bytes = mmap(NULL, t->size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (t->bytes == MAP_FAILED || memcmp(t->bytes, TRACE_MAGIC, sizeof header.magic))
        return text_fail(why, size, "%.200s: not a trace: want a file that make trace or hakbench profile wrote", path);
    memcpy(&header, t->bytes, sizeof header);
    if (header.version != TRACE_VERSION)
        return text_fail(why, size, "%.200s: a trace of version %u: want version %d", path, header.version, TRACE_VERSION);
    if (header.threads == 0 || header.threads > 1u << 20)
        return text_fail(why, size, "%.200s: a trace of %llu threads: want from 1 to %u", path,
                         (unsigned long long)header.threads, 1u << 20);
    t->threads = header.threads;
    t->pages = header.pages < t->size / TRACE_PAGE ? header.pages : t->size / TRACE_PAGE;
    return true;
}

/* What the header says of the process. A fork's child that execs or calls _exit has ended in order. */
static void header_count(struct asked *a, const struct trace *t)
{
    struct trace_header header;
    memcpy(&header, t->bytes, sizeof header);
    a->forked += header.forked == 1;
    a->processes += header.forked != 1;
    a->cut += (!header.closed && header.forked != 1) || header.pages > t->pages;
    a->children += (double)header.children;
    a->missed += (double)header.missed;
}

bool asked_read_trace(struct asked *a, const char *path, char *why, size_t size)
{
    struct trace t = {.bytes = MAP_FAILED};
    bool good = trace_open(&t, path, why, size) && events_read(&t, why, size, path);
    if (good) {
        events_count(a, &t);
        header_count(a, &t);
    }
    if (t.bytes != MAP_FAILED)
        munmap((void *)t.bytes, t.size);
    free(t.events);
    free(t.made);
    free(t.first);
    free(t.blocks);
    return good;
}

bool asked_shares(const struct asked *a, enum asked_list list, double share[ASKED_BINS])
{
    double sum = 0;
    for (int i = 0; i < ASKED_BINS; i++)
        sum += a->list[list][i];
    for (int i = 0; i < ASKED_BINS; i++)
        share[i] = sum > 0 ? a->list[list][i] / sum : 0;
    return sum > 0;
}
