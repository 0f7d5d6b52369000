/* SPDX-License-Identifier: MIT */
/* report_doc.h - a document that is written twice at a time: Markdown and one self-contained HTML page.
 *
 * Texts may hold `code` and **bold**; everything else is taken literally. The HTML asks nothing of the network: style inside,
 * SVG inside, light and dark by the reader's preference, printable.
 */
#ifndef BENCH_REPORT_DOC_H
#define BENCH_REPORT_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { DOC_HEADINGS = 32 };

struct doc {
    FILE *md, *html; /* html: the body; the page is put together by doc_close */
    char *body;
    size_t body_size;
    char folder[512], title[256];
    char heading[DOC_HEADINGS][128]; /* of level 2: the contents at the page's top */
    int heading_count;
    bool list, table;    /* open now */
    int column, columns; /* of the open table */
    unsigned right;      /* its right-aligned columns, as bits */
};

/* What its HTML looks like, as a style sheet. */
extern const char doc_style[];

bool doc_open(struct doc *d, const char *folder, const char *title);
/* report.md and report.html in the folder; false: one of them could not be written, errno says why. */
bool doc_close(struct doc *d);

__attribute__((format(printf, 3, 4))) void doc_heading(struct doc *d, int level, const char *format, ...);
__attribute__((format(printf, 2, 3))) void doc_text(struct doc *d, const char *format, ...);
__attribute__((format(printf, 2, 3))) void doc_item(struct doc *d, const char *format, ...);
void doc_code(struct doc *d, const char *text);
/* The plot <name>.svg of the folder: a reference in Markdown, the drawing itself in HTML. */
void doc_figure(struct doc *d, const char *name, const char *caption);

/* Columns by '|'; one that begins with '>' is right-aligned. Then a cell at a time, row by row; what follows a table ends it.
 */
void doc_table(struct doc *d, const char *columns);
__attribute__((format(printf, 2, 3))) void doc_cell(struct doc *d, const char *format, ...);

/* Folded in HTML and where Markdown shows HTML; between the two anything may stand. */
void doc_fold(struct doc *d, const char *summary);
void doc_unfold(struct doc *d);

#endif
