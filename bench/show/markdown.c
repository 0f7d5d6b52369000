/* SPDX-License-Identifier: MIT */
/* markdown.c - turns Markdown into HTML, line by line. See markdown.h.
 *
 * What must hold: whatever the text is, the elements that are opened are closed, and nothing of it is taken for HTML.
 */
#include "bench/show/markdown.h"
#include "bench/low/xalloc.h"
#include "bench/show/xml.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_ROOM = 65536, CELLS_MAX = 64 };

/* What is open at a line. */
enum block { NOTHING, PARAGRAPH, LIST, TABLE, CODE, FENCE };
struct state {
    const struct markdown *m;
    enum block block;
    int rows;             /* of the table */
    unsigned right;       /* its columns that are aligned to the right, as bits */
    int folds;            /* open <details> */
    char head[LINE_ROOM]; /* the table's first row, until the second tells the alignment */
};

/* --- Within a line ---------------------------------------------------------------------------------------------------------
 */

static void put(FILE *out, const char *text, size_t length)
{
    char *copy = xalloc_need(strndup(text, length));
    xml_text(out, copy);
    free(copy);
}

/* [text](to) at p; answers what follows it, NULL: it is none. */
static const char *link_at(const struct markdown *m, const char *p)
{
    const char *end = *p == '[' ? strstr(p, "](") : NULL, *close = end ? strchr(end, ')') : NULL;
    char text[1024], to[1024];
    if (!close || memchr(p + 1, '[', (size_t)(end - p - 1)) || end - p >= 1000 || close - end >= 1000)
        return NULL;
    snprintf(text, sizeof text, "%.*s", (int)(end - p - 1), p + 1);
    snprintf(to, sizeof to, "%.*s", (int)(close - end - 2), end + 2);
    const char *address = strncmp(to, "https://", 8) == 0 ? to : m->link ? m->link(to) : NULL;
    if (address) {
        fputs("<a href=\"", m->out);
        xml_text(m->out, address);
        fputs("\">", m->out);
    }
    markdown_line(m, text);
    fputs(address ? "</a>" : "", m->out);
    return close + 1;
}

void markdown_line(const struct markdown *m, const char *p)
{
    bool bold = false, slanted = false;
    const char *end, *plain = p;
    while (*p) {
        const char *next = NULL;
        if (*p == '\\' && ispunct((unsigned char)p[1])) {
            put(m->out, plain, (size_t)(p - plain));
            put(m->out, p + 1, 1);
            next = p + 2;
        } else if (*p == '`' && (end = strchr(p + 1, '`'))) {
            put(m->out, plain, (size_t)(p - plain));
            fputs("<code>", m->out);
            put(m->out, p + 1, (size_t)(end - p - 1));
            fputs("</code>", m->out);
            next = end + 1;
        } else if (strncmp(p, "**", 2) == 0 && (bold || strstr(p + 2, "**"))) {
            put(m->out, plain, (size_t)(p - plain));
            fputs((bold = !bold) ? "<strong>" : "</strong>", m->out);
            next = p + 2;
        } else if (*p == '*' && !bold && p[1] != ' ' && (slanted || (p == plain && strchr(p + 1, '*')))) {
            put(m->out, plain, (size_t)(p - plain));
            fputs((slanted = !slanted) ? "<em>" : "</em>", m->out);
            next = p + 1;
        } else if (*p == '[') {
            put(m->out, plain, (size_t)(p - plain));
            plain = p;
            next = link_at(m, p);
        }
        p = next ? next : p + 1;
        plain = next ? next : plain;
    }
    put(m->out, plain, (size_t)(p - plain));
    fputs(bold ? "</strong>" : "", m->out);
    fputs(slanted ? "</em>" : "", m->out);
}

/* --- Figures ---------------------------------------------------------------------------------------------------------------
 */

void markdown_figure(FILE *out, const char *path, const char *name)
{
    char *line = xalloc_zeroed(LINE_ROOM, 1);
    FILE *svg = fopen(path, "r");
    bool first = true;
    while (svg && fgets(line, LINE_ROOM, svg)) {
        char *root = first ? strstr(line, "<svg ") : NULL;
        if (strncmp(line, "<?xml", 5) == 0 || strncmp(line, "<!DOCTYPE", 9) == 0 || strncmp(line, " \"http", 6) == 0)
            continue;
        if (root) {
            fprintf(out, "%.*s<svg aria-label=\"", (int)(root - line), line);
            xml_text(out, name);
            fprintf(out, "\" %s", root + 5);
            first = false;
        } else {
            fputs(line, out);
        }
    }
    if (svg)
        fclose(svg);
    free(line);
}

/* ![name](file.svg): the drawing itself, where it is there. */
static void figure(const struct markdown *m, const char *line)
{
    char name[256] = "", file[256] = "", path[1024];
    if (sscanf(line, "![%255[^]]](%255[^)])", name, file) != 2 || !m->folder || strchr(file, '/'))
        return;
    snprintf(path, sizeof path, "%s/%s", m->folder, file);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(file, "."), file); /* two plots of one kind are told apart by it */
    fputs("<figure>\n<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"", m->out);
    xml_text(m->out, name);
    fputs(", a plot\">\n", m->out);
    markdown_figure(m->out, path, name);
    fputs("</div>\n</figure>\n", m->out);
}

/* --- Tables ----------------------------------------------------------------------------------------------------------------
 */

/* Cuts a row at its bars, in place; how many cells it has. A bar behind a backslash or in code is none. */
static int cells(char *row, char *cell[CELLS_MAX])
{
    int count = 0;
    char *p = row + 1;
    while (*p && count < CELLS_MAX) {
        cell[count++] = p += strspn(p, " ");
        while (*p && *p != '|')
            p += *p == '\\' && p[1] ? 2 : 1;
        char *end = p;
        while (end > cell[count - 1] && end[-1] == ' ')
            end--;
        if (*p)
            p++;
        *end = 0;
        p += strspn(p, " ");
    }
    return count;
}

static void row_write(struct state *s, char *row, const char *element)
{
    char *cell[CELLS_MAX];
    int count = cells(row, cell);
    fputs("<tr>", s->m->out);
    for (int i = 0; i < count; i++) {
        fprintf(s->m->out, "<%s%s%s>", element, *element == 't' && element[1] == 'h' ? " scope=\"col\"" : "",
                s->right >> i & 1 ? " class=\"r\"" : "");
        markdown_line(s->m, cell[i]);
        fprintf(s->m->out, "</%s>", element);
    }
    fputs("</tr>\n", s->m->out);
}

static void table_line(struct state *s, char *line)
{
    char *cell[CELLS_MAX];
    if (s->rows == 0) {
        snprintf(s->head, sizeof s->head, "%s", line);
    } else if (s->rows == 1) {
        int count = cells(line, cell);
        s->right = 0;
        for (int i = 0; i < count && i < 32; i++)
            s->right |= (unsigned)(cell[i][strlen(cell[i]) - (*cell[i] != 0)] == ':') << i;
        fputs("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"a table\"><table><thead>\n", s->m->out);
        row_write(s, s->head, "th");
        fputs("</thead><tbody>\n", s->m->out);
    } else {
        row_write(s, line, "td");
    }
    s->rows++;
}

/* --- Blocks ----------------------------------------------------------------------------------------------------------------
 */

static void settle(struct state *s)
{
    static const char *const ends[] = {
        [NOTHING] = "",      [PARAGRAPH] = "</p>\n", [LIST] = "</li></ul>\n", [TABLE] = "</tbody></table></div>\n",
        [CODE] = "</pre>\n", [FENCE] = "</pre>\n"};
    fputs(s->block == TABLE && s->rows < 2 ? "" : ends[s->block], s->m->out);
    s->block = NOTHING;
    s->rows = 0;
}

static void begin(struct state *s, enum block block)
{
    static const char *const opens[] = {[PARAGRAPH] = "<p>",
                                        [LIST] = "<ul><li>",
                                        [TABLE] = "",
                                        [CODE] = "<pre tabindex=\"0\">",
                                        [FENCE] = "<pre tabindex=\"0\">"};
    if (s->block == block)
        return;
    settle(s);
    fputs(opens[block], s->m->out);
    s->block = block;
}

static void heading(struct state *s, const char *line)
{
    int level = (int)strspn(line, "#");
    settle(s);
    if ((level == 1 && s->m->untitled) || level > 6)
        return;
    fprintf(s->m->out, "<h%d>", level);
    markdown_line(s->m, line + level + strspn(line + level, " "));
    fprintf(s->m->out, "</h%d>\n", level);
}

/* <details><summary>text</summary> and </details>, the only HTML that is known. */
static bool fold(struct state *s, const char *line)
{
    static const char open[] = "<details><summary>", close[] = "</summary>";
    const char *end = strstr(line, close);
    if (strncmp(line, open, sizeof open - 1) == 0 && end) {
        settle(s);
        fputs(open, s->m->out);
        put(s->m->out, line + sizeof open - 1, (size_t)(end - line) - (sizeof open - 1));
        fputs("</summary>\n", s->m->out);
        s->folds++;
        return true;
    }
    if (strcmp(line, "</details>") != 0 || !s->folds)
        return false;
    settle(s);
    fputs("</details>\n", s->m->out);
    s->folds--;
    return true;
}

static void text_line(struct state *s, const char *line)
{
    bool item = strncmp(line, "- ", 2) == 0;
    if (item && s->block == LIST)
        fputs("</li>\n<li>", s->m->out);
    else if (s->block == LIST || s->block == PARAGRAPH)
        fputs(item ? "" : "\n", s->m->out);
    if (item || s->block != LIST)
        begin(s, item ? LIST : PARAGRAPH);
    markdown_line(s->m, item ? line + 2 : line + strspn(line, " "));
}

static void line_read(struct state *s, char *line)
{
    line[strcspn(line, "\r\n")] = 0;
    if (strncmp(line, "```", 3) == 0) {
        if (s->block == FENCE)
            settle(s);
        else
            begin(s, FENCE);
    } else if (s->block == FENCE || (strncmp(line, "    ", 4) == 0 && s->block != LIST && s->block != PARAGRAPH)) {
        if (s->block != FENCE)
            begin(s, CODE);
        xml_text(s->m->out, s->block == CODE ? line + 4 : line);
        fputc('\n', s->m->out);
    } else if (!line[strspn(line, " ")]) {
        settle(s);
    } else if (*line == '#' && line[strspn(line, "#")] == ' ') {
        heading(s, line);
    } else if (*line == '|') {
        begin(s, TABLE);
        table_line(s, line);
    } else if (strncmp(line, "![", 2) == 0) {
        settle(s);
        figure(s->m, line);
    } else if (!fold(s, line)) {
        text_line(s, line);
    }
}

static void lines_read(const struct markdown *m, FILE *in)
{
    struct state *s = xalloc_zeroed(1, sizeof *s);
    char *line = xalloc_zeroed(LINE_ROOM, 1);
    s->m = m;
    while (fgets(line, LINE_ROOM, in))
        line_read(s, line);
    settle(s);
    while (s->folds-- > 0)
        fputs("</details>\n", m->out);
    free(line);
    free(s);
}

bool markdown_file(const struct markdown *m, const char *path)
{
    FILE *in = fopen(path, "r");
    if (in)
        lines_read(m, in);
    return in && fclose(in) == 0;
}

void markdown_text(const struct markdown *m, const char *text)
{
    FILE *in = *text ? fmemopen((void *)(size_t)text, strlen(text), "r") : NULL;
    if (in)
        lines_read(m, in);
    if (in)
        fclose(in);
}
