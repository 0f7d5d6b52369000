/* SPDX-License-Identifier: MIT */
/* section.c - see section.h: who takes a front, and the counters of phase 23.
 *
 * Why a block comes into one hand only. A section reads top, and its last instruction stores top. A section is under way only
 * while its thread runs: the kernel restarts a section that it interrupts. After the barrier no section is under way that began
 * before the exchange, and a section that began later finds the gate. So if top is the gate after the barrier, nothing has been
 * stored there since the exchange, which told what top was. If top is not the gate, a section that had read the old top has
 * stored the next one: the bin is its thread's, as it was.
 */
#include "core/heap/heap.h"
#include "core/heap/stats.h"
#include "core/heap/thread.h"
#include "core/low/os.h"

uint64_t section_nowhere;
static uint64_t section_barriers; /* atomic, relaxed */

/* Before its first refill, which takes the heap's lock, a front is empty: nobody takes anything from it now. */
void section_open(struct section_heap *s)
{
    uint64_t *word = RESTART_KNOWN ? os_section_word() : NULL;
    store_relaxed(&s->restarts, word != NULL);
    s->word = word ? word : &s->unread;
}

bool section_takes(void)
{
    return RESTART_KNOWN && os_section_word() && os_section_ready();
}

static void **gate_of(const struct front_bin *bin)
{
    return bin->base - SECTION_SLOTS;
}

/* Each open bin has no limits, and its gate for its top; was: what top was, NULL: the bin is left alone. How many. */
static unsigned section_gate(struct front_heap *f, void **was[FRONT_CLASSES])
{
    unsigned bins = 0;
    for (unsigned c = 0; c < FRONT_CLASSES; c++) {
        struct front_bin *bin = &f->bin[c];
        was[c] = NULL;
        bool open = f->open[c / 64] >> c % 64 & 1, empty = bin->top == bin->base && bin->over_top == bin->over_base;
        if (!open || empty)
            continue;
        section_shut(bin);
        was[c] = __atomic_exchange_n(&bin->top, gate_of(bin), __ATOMIC_SEQ_CST);
        bins++;
    }
    return bins;
}

/* The bin is its thread's again, as it was, but shut. */
static void section_keep(struct front_heap *f, struct front_bin *bin, void **was)
{
    void **gate = gate_of(bin);
    __atomic_compare_exchange_n(&bin->top, &gate, was, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    count_add(&f->section.kept, 1);
}

/* Blocks of other heaps among slot[0..n) leave it for the list *others, linked through their first words. */
static void section_sort(struct heap *h, void **slot, size_t n, void **others)
{
    for (void **end = slot + n; slot < end; slot++) {
        if (!*slot || likely(!foreign_taken(h, slab_of(*slot))))
            continue;
        *(void **)*slot = *others;
        *others = *slot;
        *slot = NULL;
    }
}

/* The bin, whose top is the gate, goes to the slabs, and is shut. */
static void section_empty(struct heap *h, unsigned class, void **was, void **others)
{
    struct front_bin *bin = &h->front.bin[class];
    size_t held = (size_t)(was - bin->base), over = (size_t)(bin->over_top - bin->over_base);
    if (foreign_holds(class)) {
        section_sort(h, bin->base + 1, held, others);
        section_sort(h, bin->over_base + 1, over, others);
    }
    front_return(h, class, bin->base, was);
    front_return(h, class, bin->over_base, bin->over_top);
    store_relaxed(&bin->over_top, bin->over_base);
    __atomic_store_n(&bin->top, bin->base, __ATOMIC_RELEASE);
    count_add(&h->front.section.taken, held + over);
}

void *section_take(struct heap *h)
{
    struct front_heap *f = &h->front;
    void **was[FRONT_CLASSES], *others = NULL;
    if (!load_relaxed(&f->section.restarts) || !f->opened || !section_takes() || section_gate(f, was) == 0)
        return NULL;
    bool restarted = os_section_restart();
    __atomic_fetch_add(&section_barriers, 1, __ATOMIC_RELAXED);
    for (unsigned c = 0; c < FRONT_CLASSES; c++) {
        if (!was[c])
            continue;
        if (!restarted || load_relaxed(&f->bin[c].top) != gate_of(&f->bin[c]) || load_relaxed(&h->lock.wanted))
            section_keep(f, &f->bin[c], was[c]);
        else
            section_empty(h, c, was[c], &others);
    }
    count_add(&f->section.takes, 1);
    return others;
}

static void section_stats(stats_each *each, void *context)
{
    each(context, "take.fronts", STATS_HEAPS(front.section.takes), "times that a thread took a front that it does not have");
    each(context, "take.taken", STATS_HEAPS(front.section.taken), "blocks in those");
    each(context, "take.kept", STATS_HEAPS(front.section.kept), "bins that were left, as their thread used or waited for them");
    each(context, "take.barriers", load_relaxed(&section_barriers), "times that the kernel restarted whoever was in a section");
}
STATS_PART(section_stats);
PEEK(section, NULL, PEEK_HEAPS("take.fronts", front.section.takes), PEEK_HEAPS("take.taken", front.section.taken),
     PEEK_HEAPS("take.kept", front.section.kept));
PEEK(section_barriers, &section_barriers, PEEK_OBJECT("take.barriers"));
