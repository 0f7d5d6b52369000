/* SPDX-License-Identifier: MIT */
/* markdown.h - the Markdown that this project's reports and README are written in, as HTML.
 *
 * Knows headings, paragraphs, lists, tables, code, figures on a line of their own, folded parts (<details>), emphasis, links.
 * Everything else is text, and escaped.
 */
#ifndef BENCH_MARKDOWN_H
#define BENCH_MARKDOWN_H

#include <stdbool.h>
#include <stdio.h>

struct markdown {
    FILE *out;
    const char *folder; /* that figures lie in: an SVG of there is written into the page; NULL: none is */
    bool untitled;      /* headings of level 1 are left out */
    /* Where a link leads that is no address of the web; NULL: to nowhere, its text stays. Static buffer of its own. */
    const char *(*link)(const char *to);
};

/* A whole file; false: it cannot be read. */
bool markdown_file(const struct markdown *m, const char *path);

/* A table that stands in a text: its rows, each ended by a newline. */
void markdown_text(const struct markdown *m, const char *text);

/* One line of a paragraph: escaped, with its emphasis, code and links. */
void markdown_line(const struct markdown *m, const char *line);

/* An SVG file as a part of a page, called `name` for those who do not see it; its own XML head is left out. */
void markdown_figure(FILE *out, const char *path, const char *name);

#endif
