/* SPDX-License-Identifier: MIT */
/* flame.c - draws a profile of two sides. See flame.h.
 *
 * A frame is as wide as the instructions per operation of the function and all that it calls; what it calls stands above it, in
 * the order of the alphabet, on both sides alike. Its colour says how the instructions of the function itself differ.
 */
#include "bench/show/flame.h"
#include "bench/judge/profile_rank.h"
#include "bench/low/xalloc.h"
#include "bench/show/xml.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1200, EDGE = 10, ROW = 18, HEAD = 70, CAPTION = 26, LETTER = 7 };
#define NARROWEST 0.4 /* pixels: what is narrower is not drawn */

/* Without variables, which only browsers know: other readers take the light half. */
static const char style[] =
    "text{font:12px ui-monospace,monospace;fill:#1c1c1c}.title{font-size:15px;font-weight:600}.page{fill:#fff}\n"
    "rect{stroke:#fff;stroke-width:.6}.same{fill:#e7e7e7}"
    ".more1{fill:#fbe0c6}.more2{fill:#f6b47c}.more3{fill:#ea8438}"
    ".less1{fill:#d5e6f5}.less2{fill:#9cc7ea}.less3{fill:#5aa3dc}\n"
    "@media(prefers-color-scheme:dark){text{fill:#ececec}.page{fill:#16181a}rect{stroke:#16181a}.same{fill:#34383c}"
    ".more1{fill:#4d3422}.more2{fill:#7d4818}.more3{fill:#a5520a}"
    ".less1{fill:#22384a}.less2{fill:#26557d}.less3{fill:#2770ad}}\n";

struct drawing {
    FILE *out;
    const struct profile *p;
    double scale;  /* pixels for an instruction per operation */
    double most;   /* largest difference of a frame */
    double base;   /* bottom of the panel */
    int side;
};

static double total_of(const struct drawing *d, int frame, int side)
{
    return profile_per_op(d->p, side, d->p->frames[frame].total[side]);
}

static double difference_of(const struct profile *p, int frame)
{
    return profile_per_op(p, 1, p->frames[frame].self[1]) - profile_per_op(p, 0, p->frames[frame].self[0]);
}

static const char *colour_of(const struct drawing *d, int frame)
{
    static const char *const more[] = {"same", "more1", "more2", "more3"}, *const less[] = {"same", "less1", "less2", "less3"};
    double difference = difference_of(d->p, frame), part = d->most > 0 ? fabs(difference) / d->most : 0;
    int level = part > 0.5 ? 3 : part > 0.15 ? 2 : part > 0.02 ? 1 : 0;
    return difference > 0 ? more[level] : less[level];
}

/* How many rows stand on this frame, itself counted, on this side. */
static int height_of(const struct drawing *d, int frame)
{
    int highest = 0;
    if (total_of(d, frame, d->side) * d->scale < NARROWEST)
        return 0;
    for (int i = d->p->frames[frame].child; i >= 0; i = d->p->frames[i].next) {
        int height = height_of(d, i);
        highest = height > highest ? height : highest;
    }
    return highest + 1;
}

static void frame_put(const struct drawing *d, int frame, int row, double x, double width)
{
    const struct profile_frame *f = &d->p->frames[frame];
    double y = d->base - (row + 1) * ROW;
    int letters = (int)((width - 6) / LETTER), length = (int)strlen(f->name);
    fprintf(d->out, "<g><title>");
    xml_text(d->out, f->name);
    fprintf(d->out, ": A %.2f, B %.2f instructions per operation; of its own A %.2f, B %.2f</title>", total_of(d, frame, 0),
            total_of(d, frame, 1), profile_per_op(d->p, 0, f->self[0]), profile_per_op(d->p, 1, f->self[1]));
    fprintf(d->out, "<rect class=\"%s\" x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%d\"/>", colour_of(d, frame), x, y, width,
            ROW);
    if (letters >= (length < 5 ? length : 5)) {
        char label[256];
        snprintf(label, sizeof label, "%.*s%s", length > letters ? letters - 2 : length, f->name, length > letters ? ".." : "");
        fprintf(d->out, "<text x=\"%.2f\" y=\"%.0f\">", x + 3, y + 13);
        xml_text(d->out, label);
        fprintf(d->out, "</text>");
    }
    fprintf(d->out, "</g>\n");
}

static const struct profile *ordered; /* of qsort's comparison below */

static int by_name(const void *a, const void *b)
{
    return strcmp(ordered->frames[*(const int *)a].name, ordered->frames[*(const int *)b].name);
}

static void frame_draw(const struct drawing *d, int frame, int row, double x)
{
    double width = total_of(d, frame, d->side) * d->scale;
    int count = 0, *callee = xalloc_zeroed(d->p->frame_count, sizeof *callee);
    if (width >= NARROWEST) {
        frame_put(d, frame, row, x, width);
        for (int i = d->p->frames[frame].child; i >= 0; i = d->p->frames[i].next)
            callee[count++] = i;
        ordered = d->p;
        qsort(callee, (size_t)count, sizeof *callee, by_name);
        for (int i = 0; i < count; i++) {
            frame_draw(d, callee[i], row + 1, x);
            x += total_of(d, callee[i], d->side) * d->scale;
        }
    }
    free(callee);
}

static void head_put(FILE *out, const char *title, int height)
{
    static const struct { const char *class, *words; } key[] = {
        {"more3", "itself costs more in B"}, {"less3", "itself costs less in B"}, {"same", "about the same"}};
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "width=\"%d\" height=\"%d\" role=\"img\">\n<style>\n%s</style>\n", WIDTH, height, WIDTH, height, style);
    fprintf(out, "<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n<text class=\"title\" x=\"%d\" y=\"24\">", WIDTH, height,
            EDGE);
    xml_text(out, title);
    fprintf(out, "</text>\n");
    for (int i = 0, x = EDGE; i < 3; x += 220, i++)
        fprintf(out, "<rect class=\"%s\" x=\"%d\" y=\"38\" width=\"16\" height=\"16\"/><text x=\"%d\" y=\"51\">%s</text>\n",
                key[i].class, x, x + 22, key[i].words);
}

void flame_write(FILE *out, const struct profile *p, const char *title, const char *const label[PROFILE_SIDES])
{
    struct drawing d = {.out = out, .p = p};
    double widest = fmax(total_of(&d, 0, 0), total_of(&d, 0, 1));
    d.scale = widest > 0 ? (WIDTH - 2 * EDGE) / widest : 0;
    for (size_t i = 0; i < p->frame_count; i++)
        d.most = fmax(d.most, fabs(difference_of(p, (int)i)));
    int top[PROFILE_SIDES + 1] = {HEAD};
    for (d.side = 0; d.side < PROFILE_SIDES; d.side++)
        top[d.side + 1] = top[d.side] + CAPTION + height_of(&d, 0) * ROW + EDGE;
    head_put(out, title, top[PROFILE_SIDES]);
    for (d.side = 0; d.side < PROFILE_SIDES; d.side++) {
        fprintf(out, "<text x=\"%d\" y=\"%d\">%s, ", EDGE, top[d.side] + 14, d.side ? "after, B" : "before, A");
        xml_text(out, label[d.side]);
        fprintf(out, ": %.2f instructions per operation</text>\n", total_of(&d, 0, d.side));
        d.base = top[d.side + 1] - EDGE;
        frame_draw(&d, 0, 0, EDGE);
    }
    fprintf(out, "</svg>\n");
}
