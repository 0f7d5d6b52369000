/* SPDX-License-Identifier: MIT */
/* report_doc.c - Markdown and HTML side by side. See report_doc.h. */
#include "bench/show/report_doc.h"
#include "bench/judge/outcome.h"
#include "bench/low/output.h"
#include "bench/low/text.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char doc_style[] =
    ":root{color-scheme:light "
    "dark;--page:#fff;--ink:#222;--soft:#5a5a5a;--line:#d9d9d9;--band:#f4f4f4;--good:#00694d;--bad:#a83c00;"
    "--open:#7a5200}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#16181a;--ink:#dcdcdc;--soft:#a5a5a5;--line:#3a3d40;--band:#202326;--good:#"
    "3ecf9f;"
    "--bad:#ff9a5c;--open:#e6b04a}}\n"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:70rem;padding:1.5rem;background:var(--page);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.7rem;margin:0 0 .5rem}h2{font-size:1.3rem;margin:2.4rem 0 .6rem;padding-top:.6rem;border-top:1px solid "
    "var(--line)}"
    "h3{font-size:1.05rem;margin:1.6rem 0 .4rem}p,ul{margin:.5rem 0}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem;margin:.6rem 0}"
    "th,td{padding:.28rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}"
    "th{color:var(--soft);font-weight:600;border-bottom-width:2px}tbody tr:hover{background:var(--band)}.r{text-align:right}"
    "td.r{white-space:nowrap}\n"
    "code,pre{font-family:ui-monospace,monospace;font-size:.88em}pre{background:var(--band);padding:.8rem 1rem;overflow-x:auto;"
    "white-space:pre-wrap;overflow-wrap:anywhere}td code{overflow-wrap:anywhere}\n"
    ".good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}.open{color:var(--open);font-weight:600}"
    "nav{font-size:.9rem;columns:2;margin:1rem 0}nav a{display:block;color:inherit}\n"
    "figure{margin:1rem 0;overflow-x:auto}figure svg{width:100%;min-width:44rem;height:auto}"
    "figcaption{color:var(--soft);font-size:.88rem}"
    "summary{cursor:pointer;color:var(--soft)}\n"
    "@media "
    "print{body{max-width:none;padding:0;font-size:11px}nav{display:none}h2{break-after:avoid}figure,tr{break-inside:avoid}}\n";

/* --- Texts ---------------------------------------------------------------------------------------------------------------- */

/* Escaped for HTML, `code` and **bold** turned into elements. */
static void html_text(FILE *out, const char *text)
{
    bool code = false, bold = false;
    for (; *text; text++) {
        if (*text == '`') {
            fputs((code = !code) ? "<code>" : "</code>", out);
        } else if (!code && strncmp(text, "**", 2) == 0) {
            fputs((bold = !bold) ? "<b>" : "</b>", out);
            text++;
        } else if (*text == '<' || *text == '>' || *text == '&' || *text == '"') {
            fputs(*text == '<' ? "&lt;" : *text == '>' ? "&gt;" : *text == '&' ? "&amp;" : "&quot;", out);
        } else {
            fputc(*text, out);
        }
    }
}

/* As it is, but what Markdown would take for its own; in_cell: '|', too. */
static void md_text(FILE *out, const char *text, bool in_cell)
{
    bool code = false;
    for (; *text; text++) {
        code ^= *text == '`';
        if ((in_cell && *text == '|') || (!code && *text == '<'))
            fputc('\\', out);
        fputc(*text, out);
    }
}

#define FORMATTED(text)                         \
    char text[4096];                            \
    va_list list;                               \
    va_start(list, format);                     \
    vsnprintf(text, sizeof text, format, list); \
    va_end(list)

/* Ends a list or a table that is open. */
static void settle(struct doc *d)
{
    if (d->list || d->table)
        fputc('\n', d->md);
    if (d->list)
        fputs("</ul>\n", d->html);
    if (d->table)
        fputs("</tbody></table></div>\n", d->html);
    d->list = d->table = false;
}

/* --- The document --------------------------------------------------------------------------------------------------------- */

/* The path of a file of the folder. Static buffer. */
static const char *path_of(const struct doc *d, const char *name)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", d->folder, name);
    return path;
}

bool doc_open(struct doc *d, const char *folder, const char *title)
{
    *d = (struct doc){0};
    snprintf(d->folder, sizeof d->folder, "%s", folder);
    snprintf(d->title, sizeof d->title, "%s", title);
    d->md = output_open(path_of(d, "report.md"));
    d->html = d->md ? open_memstream(&d->body, &d->body_size) : NULL;
    if (!d->html)
        return false;
    fprintf(d->md, "# %s\n\n", title);
    return true;
}

bool doc_close(struct doc *d)
{
    settle(d);
    bool good = fclose(d->html) == 0;
    good = output_close(d->md, path_of(d, "report.md")) && good;
    FILE *page = good ? output_open(path_of(d, "report.html")) : NULL;
    if (page) {
        fprintf(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>");
        html_text(page, d->title);
        fprintf(page, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", doc_style);
        html_text(page, d->title);
        fprintf(page, "</h1>\n<nav>\n");
        for (int i = 0; i < d->heading_count; i++) {
            fprintf(page, "<a href=\"#s%d\">", i);
            html_text(page, d->heading[i]);
            fprintf(page, "</a>\n");
        }
        fprintf(page, "</nav>\n%s</body>\n</html>\n", d->body);
    }
    good = page && output_close(page, path_of(d, "report.html"));
    free(d->body);
    return good;
}

void doc_heading(struct doc *d, int level, const char *format, ...)
{
    FORMATTED(text);
    settle(d);
    fprintf(d->md, "%.*s ", level, "####");
    md_text(d->md, text, false);
    fputs("\n\n", d->md);
    fprintf(d->html, "<h%d", level);
    if (level == 2 && d->heading_count < DOC_HEADINGS) {
        fprintf(d->html, " id=\"s%d\"", d->heading_count);
        snprintf(d->heading[d->heading_count++], sizeof *d->heading, "%.*s", (int)sizeof *d->heading - 1, text);
    }
    fputc('>', d->html);
    html_text(d->html, text);
    fprintf(d->html, "</h%d>\n", level);
}

void doc_text(struct doc *d, const char *format, ...)
{
    FORMATTED(text);
    settle(d);
    md_text(d->md, text, false);
    fputs("\n\n", d->md);
    fputs("<p>", d->html);
    html_text(d->html, text);
    fputs("</p>\n", d->html);
}

void doc_item(struct doc *d, const char *format, ...)
{
    FORMATTED(text);
    if (!d->list) {
        settle(d);
        fputs("<ul>\n", d->html);
    }
    d->list = true;
    fputs("- ", d->md);
    md_text(d->md, text, false);
    fputc('\n', d->md);
    fputs("<li>", d->html);
    html_text(d->html, text);
    fputs("</li>\n", d->html);
}

void doc_code(struct doc *d, const char *text)
{
    settle(d);
    fprintf(d->md, "```\n%s```\n\n", text);
    fputs("<pre>", d->html);
    for (; *text; text++) {
        char one[2] = {*text, 0};
        if (*text == '`' || *text == '*')
            fputc(*text, d->html);
        else
            html_text(d->html, one);
    }
    fputs("</pre>\n", d->html);
}

void doc_figure(struct doc *d, const char *name, const char *caption)
{
    char path[600], line[65536];
    settle(d);
    fprintf(d->md, "![%s](%s.svg)\n\n*", name, name);
    md_text(d->md, caption, false);
    fputs("*\n\n", d->md);
    snprintf(path, sizeof path, "%s/%s.svg", d->folder, name);
    FILE *svg = fopen(path, "r");
    fputs("<figure>\n", d->html);
    while (svg && fgets(line, sizeof line, svg))
        if (strncmp(line, "<?xml", 5) != 0)
            fputs(line, d->html);
    if (svg)
        fclose(svg);
    fputs("<figcaption>", d->html);
    html_text(d->html, caption);
    fputs("</figcaption>\n</figure>\n", d->html);
}

void doc_fold(struct doc *d, const char *summary)
{
    settle(d);
    fprintf(d->md, "<details><summary>%s</summary>\n\n", summary);
    fputs("<details><summary>", d->html);
    html_text(d->html, summary);
    fputs("</summary>\n", d->html);
}

void doc_unfold(struct doc *d)
{
    settle(d);
    fputs("</details>\n\n", d->md);
    fputs("</details>\n", d->html);
}

/* --- Tables --------------------------------------------------------------------------------------------------------------- */

void doc_table(struct doc *d, const char *columns)
{
    char copy[1024], *rest = copy, *name;
    settle(d);
    snprintf(copy, sizeof copy, "%s", columns);
    d->table = true;
    d->column = d->columns = 0;
    d->right = 0;
    fputs("<div class=\"wide\"><table><thead><tr>", d->html);
    while ((name = strsep(&rest, "|"))) {
        bool right = *name == '>';
        d->right |= (unsigned)right << d->columns++;
        fputs("| ", d->md);
        md_text(d->md, name + right, true);
        fputc(' ', d->md);
        fprintf(d->html, "<th%s>", right ? " class=\"r\"" : "");
        html_text(d->html, name + right);
        fputs("</th>", d->html);
    }
    fputs("|\n", d->md);
    for (int i = 0; i < d->columns; i++)
        fputs(d->right >> i & 1 ? "|--:" : "|---", d->md);
    fputs("|\n", d->md);
    fputs("</tr></thead><tbody>\n", d->html);
}

/* A class for what is an outcome; form and words say it, too. */
static const char *outcome(const char *text)
{
    static char class[32];
    const struct outcome *o = outcome_find(text);
    class[0] = 0;
    if (o && *o->looks)
        snprintf(class, sizeof class, " class=\"%s\"", o->looks);
    return class;
}

void doc_cell(struct doc *d, const char *format, ...)
{
    FORMATTED(text);
    bool right = d->right >> d->column & 1;
    fputs("| ", d->md);
    md_text(d->md, text, true);
    fputc(' ', d->md);
    fprintf(d->html, "%s<td%s>", d->column ? "" : "<tr>", right ? " class=\"r\"" : outcome(text));
    html_text(d->html, text);
    fputs("</td>", d->html);
    if (++d->column == d->columns) {
        fputs("|\n", d->md);
        fputs("</tr>\n", d->html);
        d->column = 0;
    }
}
