/* SPDX-License-Identifier: MIT */
/* synth.c - draws calls from a profile and writes them as a trace. See synth.h.
 *
 * In three steps, each over all calls. plan: which call makes, ends or moves a block, on which thread; runs are drawn from the
 * profile's without putting them back, and of several draws the one is taken that leads nearest to the live blocks that the
 * program had by then. match: for each call that ends a block, which one; its age is drawn from the lives that are left to
 * give, among those that a live block has. write: sizes, by life.
 *
 * What must hold: a call ends a block that an earlier one made and none has ended.
 */
#include "bench/data/synth.h"
#include "bench/data/asked_text.h"
#include "bench/low/output.h"
#include "bench/low/ranks.h"
#include "bench/low/text.h"
#include "bench/low/trace.h"
#include "bench/low/xalloc.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAKES = 1, ENDS = 2 }; /* both: it moves a block, by realloc */
enum { NEVER = ASKED_LIVES - 1, TRIES = 16, THREAD_TRIES = 64 };

struct call {
    uint64_t size;              /* of the block that it makes */
    uint32_t victim, number;    /* the call that made what it ends; which block of its thread it makes */
    uint8_t does, life, thread; /* life: bin of what becomes of the block that it makes */
};

struct thread {
    struct trace_page page;
    uint64_t last, made, run; /* run: how many calls are left of it */
    bool frees;
};

struct synth {
    const struct asked *a;
    FILE *out;
    struct thread *threads;
    struct call *calls;
    struct ranks makers;         /* the calls that made the live blocks */
    uint64_t freed[ASKED_LIVES]; /* by bin of life: the call that made the block freed last; 0: none */
    uint32_t thread_count;
    uint64_t count, state, sequence, pages, events, live;
    double scale, live_scale;             /* calls, and live blocks, by those of the program */
    double realloc, calloc, aligned, far; /* probabilities */
    double runs[2][ASKED_BINS];           /* what is left to give: runs of blocks made, and freed */
    double lives[ASKED_LIVES];
    double pairs[ASKED_LIVES][ASKED_BINS];
};

/* --- Drawing -------------------------------------------------------------------------------------------------------------- */

/* In [0, 1): splitmix64 (Steele, Lea and Flood 2014). */
static double draw(struct synth *s)
{
    uint64_t z = s->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* A bin, as often as its count is of the sum; fallback where the list is empty. */
static int draw_bin(struct synth *s, const double *count, int bins, int fallback)
{
    double sum = 0, at;
    for (int i = 0; i < bins; i++)
        sum += count[i];
    at = draw(s) * sum;
    for (int i = 0; i < bins && sum > 0; i++)
        if (count[i] > 0 && (at -= count[i]) < 0)
            return i;
    return fallback;
}

/* Evenly from a bin of a whole power of two, as lives and runs have. */
static uint64_t draw_power(struct synth *s, int bin)
{
    double low = bin ? exp2(bin - 1) : 0;
    return (uint64_t)(low + floor(draw(s) * (low > 0 ? low : 1)));
}

static uint64_t draw_size(struct synth *s, int bin)
{
    double low = bin < 2 ? bin : exp2(bin / 2) * (bin % 2 ? 1.5 : 1);
    return (uint64_t)(low + floor(draw(s) * (bin < 4 ? 1 : exp2(bin / 2 - 1))));
}

/* One less of what is left to give, never below none. */
static void take(double *left)
{
    *left = *left > 1 ? *left - 1 : 0;
}

/* To the byte, as the program's most frequent sizes of the bin, else evenly. */
static uint64_t draw_exact(struct synth *s, int bin)
{
    double at = draw(s) * s->a->list[ASKED_SIZE][bin];
    for (int i = 0; i < ASKED_COMMON; i++)
        if (s->a->common[i].count > 0 && asked_size_bin(s->a->common[i].size) == bin && (at -= s->a->common[i].count) < 0)
            return s->a->common[i].size;
    return draw_size(s, bin);
}

/* --- Plan ----------------------------------------------------------------------------------------------------------------- */

/* How many blocks the program had when it had made that part of its calls. */
static double live_wanted(const struct synth *s, uint64_t call)
{
    const struct asked *a = s->a;
    double at = (double)call / (double)s->count * ASKED_BINS, ratio = a->peak_blocks / fmax(1, a->peak_bytes);
    const double *live = a->list[ASKED_LIVE_BLOCKS];
    bool counted = false;
    for (int i = 0; i < ASKED_BINS; i++)
        counted |= live[i] > 0;
    live = counted ? live : a->list[ASKED_LIVE];
    int bin = at < ASKED_BINS - 1 ? (int)at : ASKED_BINS - 1;
    double before = bin ? live[bin - 1] : 0;
    return (before + (live[bin] - before) * fmin(1, at - bin)) * (counted ? 1 : ratio) * s->live_scale;
}

/* A bin of runs by their number, or by the calls in them, which finds the few that are long. */
static int run_bin(struct synth *s, bool frees, bool by_calls)
{
    double weight[ASKED_BINS];
    for (int i = 0; i < ASKED_BINS; i++)
        weight[i] = s->runs[frees][i] * (by_calls && i ? exp2(i) : 1);
    return draw_bin(s, weight, ASKED_BINS, -1);
}

static void run_draw(struct synth *s, struct thread *t, uint64_t now)
{
    double best = INFINITY;
    int taken = -1;
    t->frees = !t->frees && s->live;
    for (int i = 0; i < TRIES; i++) {
        int bin = run_bin(s, t->frees, i >= TRIES / 2);
        if (bin < 0) { /* all are given: once more from the beginning */
            memcpy(s->runs[t->frees], s->a->list[t->frees ? ASKED_FREE_RUN : ASKED_MAKE_RUN], sizeof s->runs[0]);
            bin = run_bin(s, t->frees, false);
        }
        double length = fmax(1, (double)draw_power(s, bin < 0 ? 1 : bin)), after = (double)s->live;
        length = t->frees ? fmin(length, after) : length;
        after += t->frees ? -length : length;
        double wanted = live_wanted(s, now + (uint64_t)length), error = fabs(after - wanted);
        if (error >= best)
            continue;
        best = error;
        taken = bin;
        t->run = (uint64_t)length;
        if (error <= 4 + wanted / 64)
            break;
    }
    if (taken >= 0)
        take(&s->runs[t->frees][taken]);
}

static void plan(struct synth *s)
{
    uint32_t at = 0;
    for (uint64_t i = 0; i < s->count; i++) {
        struct call *c = &s->calls[i];
        if (s->thread_count > 1 && !(s->threads[at].frees && s->threads[at].run) && draw(s) < 1.0 / 16)
            at = (uint32_t)(draw(s) * s->thread_count);
        struct thread *t = &s->threads[at];
        c->thread = (uint8_t)at;
        c->life = NEVER;
        if (s->live && draw(s) < s->realloc) {
            c->does = MAKES | ENDS;
            continue;
        }
        if (!t->run || (t->frees && !s->live))
            run_draw(s, t, i);
        t->run--;
        c->does = t->frees ? ENDS : MAKES;
        s->live = t->frees ? s->live - 1 : s->live + 1;
    }
}

/* --- Match ---------------------------------------------------------------------------------------------------------------- */

/* Of the live blocks from one rank on and below another, in the order of making: beside the last one of this life that was
 * freed, as often as the program did so, else anywhere. */
static uint64_t victim_near(struct synth *s, int life, uint64_t from, uint64_t to)
{
    const double *steps = s->a->steps[life];
    int step = draw_bin(s, steps, ASKED_STEPS, ASKED_STEP_MAX) - ASKED_STEP_MAX;
    uint64_t last = ranks_below(&s->makers, s->freed[life]);
    if (step > 0 && s->freed[life] && last + (uint64_t)step - 1 >= from && last + (uint64_t)step - 1 < to)
        return last + (uint64_t)step - 1;
    if (step < 0 && s->freed[life] && last >= from + (uint64_t)-step && last - (uint64_t)-step < to)
        return last - (uint64_t)-step;
    return from + (uint64_t)(draw(s) * (double)(to - from));
}

/* Which live block call `now` ends: first its age, by what is left to give, then one of that age; of its own thread, or of
 * another. */
static uint64_t victim_draw(struct synth *s, uint64_t now)
{
    double weight[ASKED_LIVES] = {0};
    uint64_t from[ASKED_LIVES] = {0}, to[ASKED_LIVES] = {0}, maker = 0;
    int oldest = 1;
    for (int bin = 1; bin < NEVER && now >> (bin - 1); bin++) {
        to[bin] = bin == 1 ? ranks_below(&s->makers, now) : from[bin - 1];
        from[bin] = now >> bin ? ranks_below(&s->makers, now - (UINT64_C(1) << bin) + 1) : 0;
        oldest = to[bin] > from[bin] ? bin : oldest;
        weight[bin] = to[bin] > from[bin] ? s->lives[bin] : 0;
    }
    int bin = draw_bin(s, weight, ASKED_LIVES, oldest);
    bool far = s->thread_count > 1 && draw(s) < s->far;
    for (int i = 0; i < THREAD_TRIES; i++) {
        maker = ranks_at(&s->makers, victim_near(s, bin, from[bin], to[bin]));
        if (s->thread_count == 1 || (s->calls[maker].thread != s->calls[now].thread) == far)
            break;
    }
    take(&s->lives[bin]);
    s->calls[maker].life = (uint8_t)bin;
    s->freed[bin] = maker;
    return maker;
}

static void match(struct synth *s)
{
    for (uint64_t i = 0; i < s->count; i++) {
        struct call *c = &s->calls[i];
        if (c->does & ENDS) {
            c->victim = (uint32_t)victim_draw(s, i);
            ranks_change(&s->makers, c->victim, UINT32_MAX);
        }
        if (c->does & MAKES)
            ranks_change(&s->makers, i, 1);
    }
}

/* --- Writing -------------------------------------------------------------------------------------------------------------- */

static void page_flush(struct synth *s, struct thread *t)
{
    fwrite(&t->page, sizeof t->page, 1, s->out);
    memset(t->page.bytes, 0, sizeof t->page.bytes);
    t->page.used = 0;
    s->pages++;
}

static void number_put(struct trace_page *page, uint64_t number)
{
    for (; number > 127; number >>= 7)
        page->bytes[page->used++] = (unsigned char)(number | 128);
    page->bytes[page->used++] = (unsigned char)number;
}

static void event_put(struct synth *s, struct thread *t, enum trace_kind kind, const uint64_t *field)
{
    if (t->page.used + TRACE_EVENT_MAX > sizeof t->page.bytes)
        page_flush(s, t);
    uint64_t gap = ++s->sequence - t->last - 1, begin = gap < TRACE_GAP_MAX ? gap : TRACE_GAP_MAX;
    t->page.bytes[t->page.used++] = (unsigned char)(kind | begin << 4);
    if (begin == TRACE_GAP_MAX)
        number_put(&t->page, gap - TRACE_GAP_MAX);
    for (int i = 0; i < trace_fields[kind]; i++)
        number_put(&t->page, field[i]);
    t->last = s->sequence;
    t->made += (uint64_t)trace_makes(kind);
    s->events++;
}

/* --- The calls ------------------------------------------------------------------------------------------------------------ */

/* What a block has that grew out of one of `before` bytes. */
static uint64_t size_grown(struct synth *s, uint64_t before, int life)
{
    int bin = draw_bin(s, s->a->list[ASKED_GROWTH], ASKED_BINS, ASKED_BINS / 2);
    double size = (double)(before + !before) * exp2((bin - ASKED_BINS / 2 + draw(s)) / 2);
    uint64_t even = (uint64_t)fmin(size, 0x1p36), exact = draw_exact(s, asked_size_bin(even));
    take(&s->pairs[life][asked_size_bin(even)]);
    return bin >= ASKED_BINS / 2 && exact < before ? even : exact;
}

/* By life; where all of those are given, by the life next to it of which some are left. */
static uint64_t size_fresh(struct synth *s, int life)
{
    int bin = -1, column = life;
    for (int i = 0; bin < 0 && i < 2 * ASKED_LIVES; i++) {
        column = life + (i % 2 ? -(i + 1) / 2 : i / 2);
        if (column >= 0 && column < ASKED_LIVES)
            bin = draw_bin(s, s->pairs[column], ASKED_BINS, -1);
    }
    if (bin < 0)
        return draw_exact(s, draw_bin(s, s->a->list[ASKED_SIZE], ASKED_BINS, 0));
    take(&s->pairs[column][bin]);
    return draw_exact(s, bin);
}

static void call_write(struct synth *s, struct call *c)
{
    struct thread *t = &s->threads[c->thread];
    const struct call *old = &s->calls[c->victim];
    bool near = c->does & ENDS && old->thread == c->thread;
    if (c->does & MAKES)
        c->size = c->does & ENDS ? size_grown(s, old->size, c->life) : size_fresh(s, c->life);
    c->number = (uint32_t)t->made;
    if (c->does & ENDS && near)
        event_put(s, t, c->does & MAKES ? TRACE_REALLOC : TRACE_FREE, (uint64_t[]){t->made - old->number, c->size});
    else if (c->does & ENDS)
        event_put(s, t, c->does & MAKES ? TRACE_REALLOC_FAR : TRACE_FREE_FAR, (uint64_t[]){old->thread, old->number, c->size});
    else {
        double kind = draw(s);
        if (kind < s->aligned)
            event_put(s, t, TRACE_ALIGNED, (uint64_t[]){c->size, (uint64_t)draw_bin(s, s->a->list[ASKED_ALIGNMENT], 31, 4)});
        else
            event_put(s, t, kind < s->aligned + s->calloc ? TRACE_CALLOC : TRACE_MALLOC, (uint64_t[]){c->size});
    }
}

/* Of blocks that live at most so long, how many are live at a time, by Little's law. */
static double live_mean(const struct asked *a, double calls)
{
    double sum = 0;
    for (int i = 0; i < ASKED_BINS; i++)
        sum += a->list[ASKED_LIFE_CALLS][i] *
               fmin(i < ASKED_BINS - 1 ? 1.5 * asked_from(ASKED_LIFE_CALLS, i) : INFINITY, calls / 2);
    return sum;
}

static void chances_set(struct synth *s)
{
    const struct asked *a = s->a;
    const double *kind = a->list[ASKED_KIND];
    double fresh = kind[ASKED_MALLOC] + kind[ASKED_CALLOC] + kind[ASKED_ALIGNED],
           freed = kind[ASKED_FREE] + kind[ASKED_FREE_FAR];
    s->scale = (double)s->count / a->calls;
    s->live_scale = fmin(1, live_mean(a, (double)s->count) / fmax(1, live_mean(a, a->calls)));
    s->realloc = kind[ASKED_REALLOC] / fmax(1, fresh + freed + kind[ASKED_REALLOC]);
    s->calloc = kind[ASKED_CALLOC] / fmax(1, fresh);
    s->aligned = kind[ASKED_ALIGNED] / fmax(1, fresh);
    s->far = kind[ASKED_FREE_FAR] / fmax(1, freed);
    for (int i = 0; i < ASKED_BINS * ASKED_LIVES; i++) {
        int size = i / ASKED_LIVES, life = i % ASKED_LIVES;
        s->pairs[life][size] = a->pairs[size][life] * s->scale;
        s->lives[life] += s->pairs[life][size];
    }
    for (int i = 0; i < ASKED_BINS; i++) {
        s->runs[0][i] = a->list[ASKED_MAKE_RUN][i] * s->scale;
        s->runs[1][i] = a->list[ASKED_FREE_RUN][i] * s->scale;
    }
}

static void header_write(struct synth *s)
{
    struct trace_header header = {
        .version = TRACE_VERSION, .closed = 1, .pages = s->pages, .threads = s->thread_count, .events = s->events};
    unsigned char page[TRACE_PAGE] = {0};
    memcpy(header.magic, TRACE_MAGIC, sizeof header.magic);
    for (uint32_t i = 0; i < s->thread_count; i++)
        header.objects += s->threads[i].made;
    memcpy(page, &header, sizeof header);
    rewind(s->out);
    fwrite(page, sizeof page, 1, s->out);
}

bool synth_write(const struct asked *a, const struct synth_order *order, const char *path, char *why, size_t size)
{
    static struct synth s;
    s = (struct synth){.a = a, .state = order->seed, .thread_count = order->threads, .count = order->calls};
    if (!(s.out = output_open(path)))
        return text_fail(why, size, "'%.200s': cannot be written: %s", path, strerror(errno));
    s.threads = xalloc_zeroed(s.thread_count, sizeof *s.threads);
    s.calls = xalloc_zeroed(s.count, sizeof *s.calls);
    s.makers = (struct ranks){xalloc_zeroed(s.count + 1, sizeof *s.makers.sums), s.count};
    for (uint32_t i = 0; i < s.thread_count; i++)
        s.threads[i] = (struct thread){.page.thread = i, .frees = true};
    chances_set(&s);
    plan(&s);
    match(&s);
    s.pages = 1;
    fseek(s.out, TRACE_PAGE, SEEK_SET);
    for (uint32_t i = 1; i < s.thread_count; i++)
        event_put(&s, &s.threads[0], TRACE_SPAWN, (uint64_t[]){i});
    for (uint64_t i = 0; i < s.count; i++)
        call_write(&s, &s.calls[i]);
    for (uint32_t i = 0; i < s.thread_count; i++)
        page_flush(&s, &s.threads[i]);
    header_write(&s);
    free(s.threads);
    free(s.calls);
    free(s.makers.sums);
    return output_close(s.out, path) || text_fail(why, size, "'%.200s': cannot be written: %s", path, strerror(errno));
}
