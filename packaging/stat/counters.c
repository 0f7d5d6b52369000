/* SPDX-License-Identifier: MIT */
/* counters.c - see counters.h. What core/heap/stats.c does inside a process is done here from outside, without its locks: the
 * list of SuperSlabs may change meanwhile, so that it is read again when the counters of SuperSlabs say that it has. The
 * allocator never unmaps what is read here (heaps, the metadata of SuperSlabs), so that no address goes away but with the
 * process. */
#include "packaging/stat/counters.h"
#include "core/hakmem.h"
#include "core/low/peek.h"
#include <stdlib.h>
#include <string.h>

enum { PARTS_MOST = 256, ROWS_MOST = 128, TRIES = 5 };

struct place {
    uint64_t base;
    struct peek_row row;
};

/* Everything that the library has said. */
struct book {
    const struct target *t;
    struct counters *out;
    size_t count;
    struct place at[COUNTERS_MOST];
    uint64_t class_size[256];
    size_t classes;
    uint64_t parked, heaps, held, held_bytes, last, last_bytes; /* found in heaps; held: in bins; last: beside them */
    uint64_t used, used_bytes, slabs;                           /* found in slabs */
};

static uint64_t *counter(struct counters *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->at[i].name, name) == 0)
            return &c->at[i].value;
    }
    if (c->count == COUNTERS_MOST)
        fail(1, "more than %d counters", COUNTERS_MOST);
    struct counter *new = &c->at[c->count++];
    strncpy(new->name, name, COUNTER_NAME - 1);
    new->name[COUNTER_NAME - 1] = '\0';
    new->value = 0;
    return &new->value;
}

/* NULL: the variant in the process has no such thing. */
static const struct place *fact_maybe(const struct book *b, const char *name)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->at[i].row.kind == PEEK_IS_FACT && strcmp(b->at[i].row.name, name) == 0)
            return &b->at[i];
    }
    return NULL;
}

static const struct place *fact(const struct book *b, const char *name)
{
    const struct place *found = fact_maybe(b, name);
    if (!found)
        fail(1, "%d (%s): hakmem there is another version: %s, which does not say %s", b->t->pid, b->t->program, b->t->variant,
             name);
    return found;
}

static void book_part(struct book *b, const struct peek_part *part)
{
    struct peek_row row[ROWS_MOST];
    if (part->row_size != sizeof *row || part->count > ROWS_MOST || b->count + part->count > COUNTERS_MOST)
        fail(1, "%d (%s): hakmem there is another version: %s", b->t->pid, b->t->program, b->t->variant);
    target_read(b->t, (uint64_t)(uintptr_t)part->rows, row, part->count * sizeof *row);
    for (size_t i = 0; i < part->count; i++) {
        row[i].name[sizeof row[i].name - 1] = '\0';
        b->at[b->count++] = (struct place){(uint64_t)(uintptr_t)part->base, row[i]};
    }
}

static void book_open(struct book *b)
{
    struct peek_part part[PARTS_MOST];
    uint64_t count = (b->t->parts_end - b->t->parts) / sizeof *part, inverse[256];
    if (count > PARTS_MOST)
        fail(1, "%d (%s): hakmem there is another version: %s", b->t->pid, b->t->program, b->t->variant);
    target_read(b->t, b->t->parts, part, count * sizeof *part);
    for (size_t i = 0; i < count; i++)
        book_part(b, &part[i]);
    const struct place *class = fact(b, "class.inverse");
    b->classes = class->row.count < 256 ? class->row.count : 256;
    target_read(b->t, class->base, inverse, b->classes * sizeof *inverse);
    for (size_t i = 0; i < b->classes && inverse[i] > 1; i++) /* 2^64 / size, rounded up */
        b->class_size[i] = UINT64_MAX / (inverse[i] - 1);
}

/* --- Heaps ------------------------------------------------------------------------------------------------------------ */

static uint64_t heap_word(const char *heap, const struct place *p, size_t i)
{
    uint64_t word;
    memcpy(&word, heap + p->row.offset + i * p->row.stride, sizeof word);
    return word;
}

/* Blocks between two pointers of a bin; 0 where they were read in the middle of a change. */
static uint64_t bin_blocks(uint64_t base, uint64_t top)
{
    uint64_t blocks = (top - base) / sizeof(void *);
    return blocks < 65536 ? blocks : 0;
}

static void heap_cached(struct book *b, const char *heap)
{
    const struct place *top = fact_maybe(b, "bin.top"), *last = fact_maybe(b, "cached.last");
    if (top) {
        const struct place *base = fact(b, "bin.base"), *over = fact(b, "bin.over_top"), *over_base = fact(b, "bin.over_base");
        for (size_t i = 0; i < top->row.count && i < b->classes; i++) {
            uint64_t held = bin_blocks(heap_word(heap, base, i), heap_word(heap, top, i)) +
                            bin_blocks(heap_word(heap, over_base, i), heap_word(heap, over, i));
            b->held += held;
            b->held_bytes += held * b->class_size[i];
        }
    }
    if (last && heap_word(heap, last, 0)) {
        uint64_t class = heap_word(heap, fact(b, "cached.last_class"), 0);
        b->last++;
        b->last_bytes += class < b->classes ? b->class_size[class] : 0;
    }
}

static void heap_add(struct book *b, const char *heap)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct place *p = &b->at[i];
        if (p->row.kind != PEEK_IS_HEAPS)
            continue;
        uint64_t *sum = counter(b->out, p->row.name);
        for (size_t k = 0; k < p->row.count; k++)
            *sum += heap_word(heap, p, k);
    }
    const struct place *state = fact(b, "heap.state");
    b->heaps++;
    b->parked += (uint32_t)heap_word(heap, state, 0) == state->row.count;
    heap_cached(b, heap);
}

static void heaps_read(struct book *b)
{
    const struct place *next = fact(b, "heap.next");
    char *heap = calloc(1, next->row.stride + sizeof(uint64_t));
    if (!heap)
        fail(1, "no memory");
    for (uint64_t at = target_word(b->t, fact(b, "heap.list")->base); at; at = heap_word(heap, next, 0)) {
        target_read(b->t, at, heap, next->row.stride);
        heap_add(b, heap);
    }
    free(heap);
}

/* --- Slabs ------------------------------------------------------------------------------------------------------------ */

static uint64_t slab_number(const char *slabs, const struct place *p, size_t i, size_t bytes)
{
    uint64_t number = 0; /* the machines that hakmem runs on have the lowest byte first */
    memcpy(&number, slabs + p->row.offset + i * p->row.stride, bytes);
    return number;
}

/* The slabs of one SuperSlab, as slab_used_seen counts them. */
static void slabs_add(struct book *b, uint64_t at)
{
    const struct place *heap = fact(b, "slab.heap"), *size = fact(b, "slab.block_size"), *full = fact(b, "slab.full");
    const struct place *capacity = fact(b, "slab.capacity"), *frees = fact(b, "slab.frees_to_event");
    char slabs[16384];
    size_t bytes = (size_t)heap->row.count * heap->row.stride;
    if (bytes > sizeof slabs)
        fail(1, "%d (%s): hakmem there is another version: %s", b->t->pid, b->t->program, b->t->variant);
    target_read(b->t, at, slabs, bytes);
    for (size_t i = 0; i < heap->row.count; i++) {
        if (!slab_number(slabs, heap, i, 8))
            continue;
        uint64_t most = slab_number(slabs, capacity, i, 4), used = slab_number(slabs, frees, i, 4);
        used += slab_number(slabs, full, i, 1) ? most - 1 : 0;
        used = used < most ? used : most;
        b->slabs++;
        b->used += used;
        b->used_bytes += used * slab_number(slabs, size, i, 4);
    }
}

static uint64_t superslab_changes(struct book *b)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < b->count; i++) {
        const struct place *p = &b->at[i];
        if (strcmp(p->row.name, "superslabs_mapped") == 0 || strcmp(p->row.name, "superslabs_unmapped") == 0)
            sum += target_word(b->t, p->base + p->row.offset);
    }
    return sum;
}

static void slabs_read(struct book *b)
{
    uint64_t head = fact(b, "superslab.list")->base, next = fact(b, "superslab.next")->row.offset, before, steps;
    for (int i = 0; i < TRIES; i++) {
        b->used = b->used_bytes = b->slabs = 0;
        before = superslab_changes(b);
        steps = 0;
        for (uint64_t at = target_word(b->t, head); at && steps++ < 1U << 26; at = target_word(b->t, at + next))
            slabs_add(b, at);
        if (superslab_changes(b) == before)
            return;
    }
}

/* --- All -------------------------------------------------------------------------------------------------------------- */

static void counts_read(struct book *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct place *p = &b->at[i];
        if (p->row.kind != PEEK_IS_COUNT)
            continue;
        uint64_t *sum = counter(b->out, p->row.name);
        for (size_t k = 0; k < p->row.count; k++)
            *sum += target_word(b->t, p->base + p->row.offset + k * p->row.stride);
    }
}

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* What hak_stats computes. */
static void counters_compute(struct book *b)
{
    struct counters *c = b->out;
    uint64_t remote = minus(*counter(c, "remote_frees"), *counter(c, "_received_blocks"));
    uint64_t remote_bytes = minus(*counter(c, "_sent_bytes"), *counter(c, "_received_bytes"));
    *counter(c, "cached_blocks") = b->held + b->last;
    *counter(c, "cached_bytes") = b->held_bytes + b->last_bytes;
    *counter(c, "live_blocks") =
        minus(b->used, b->held + b->last + remote) + *counter(c, "mid_blocks") + *counter(c, "large_blocks");
    *counter(c, "live_bytes") = minus(b->used_bytes, b->held_bytes + b->last_bytes + remote_bytes);
    *counter(c, "live_bytes") += *counter(c, "mid_bytes") + *counter(c, "large_bytes");
    *counter(c, "slabs") = b->slabs;
    *counter(c, "heaps") = b->heaps;
    *counter(c, "heaps_parked") = b->parked;
    if (fact_maybe(b, "bin.top")) {
        *counter(c, "front.held") = b->held;
        *counter(c, "front.held_bytes") = b->held_bytes;
    }
    if (fact_maybe(b, "cached.last"))
        *counter(c, "run.kept") += b->last;
    for (size_t i = 0; i < c->count; i++) {
        if (c->at[i].value > INT64_MAX) /* one that is about right, and below 0 */
            c->at[i].value = 0;
    }
}

#define COUNTERS_ROW(field, words) counter(c, #field);

void counters_read(const struct target *t, struct counters *c)
{
    static struct book b;
    b = (struct book){.t = t, .out = c};
    c->count = 0;
    HAK_STATS_ROWS(COUNTERS_ROW) /* first, in the order of hak_stats */
    book_open(&b);
    heaps_read(&b);
    slabs_read(&b);
    counts_read(&b);
    counters_compute(&b);
}
