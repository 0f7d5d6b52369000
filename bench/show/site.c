/* SPDX-License-Identifier: MIT */
/* site.c - writes the pages. See site.h.
 *
 * What must hold: every figure has a name, and a table of what it shows beside it; nothing is told by colour alone.
 */
#include "bench/show/site.h"
#include "bench/low/figure.h"
#include "bench/low/output.h"
#include "bench/low/text.h"
#include "bench/show/markdown.h"
#include "bench/show/report_doc.h"
#include "bench/show/trend_show.h"
#include "bench/show/xml.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT = 12 };

static const char style[] =
    ":focus-visible{outline:3px solid var(--focus);outline-offset:2px}\n"
    ":root{--focus:#0b57d0;--link:#0b57d0}@media(prefers-color-scheme:dark){:root{--focus:#8ab4f8;--link:#8ab4f8}}\n"
    "a{color:var(--link)}nav a{color:var(--link)}nav{columns:auto}nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem "
    "1.2rem;padding:0}nav a{display:inline-block;padding:.2rem 0}\n"
    ".skip{position:absolute;left:-99rem}.skip:focus{position:static}\n"
    ".wide svg{min-width:36rem;width:100%;height:auto}h4{font-size:1rem;margin:1.2rem 0 "
    ".2rem}dt{font-weight:600;margin-top:.8rem}"
    "dd{margin:0 0 0 1rem}h1,h2,h3,h4,p,li,dd,code{overflow-wrap:anywhere}\n"
    "@media(max-width:40rem){th,td{padding:.28rem .35rem}body{padding:.8rem}h1{font-size:1.35rem}dd{margin-left:0}}\n";

void site_name(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%s", text);
    for (char *c = out; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
            *c = '_';
}

/* --- A page ----------------------------------------------------------------------------------------------------------------
 */

static FILE *page_open(const struct site *s, const char *name, const char *title, char *path, size_t size)
{
    snprintf(path, size, "%s/%s.html", s->folder, name);
    FILE *out = output_open(path);
    if (!out)
        return NULL;
    fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
    xml_text(out, title);
    fprintf(out, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the content</a>\n",
            doc_style, style);
    return out;
}

static bool page_close(FILE *out, const char *path, char *why, size_t size)
{
    fputs("</main>\n</body>\n</html>\n", out);
    return output_close(out, path) || text_fail(why, size, "%s: %m", path);
}

/* A page of another experiment's report, or of this site. Static buffer. */
static const char *link_page(const char *to)
{
    static char page[128];
    const char *slash = strrchr(to, '/'), *from = slash;
    while (from && from > to && from[-1] != '/')
        from--;
    if (!slash || strcmp(slash, "/report.md") != 0 || slash - from > 100)
        return NULL;
    snprintf(page, sizeof page, "%.*s.html", (int)(slash - from), from);
    return page;
}

/* --- Trends ----------------------------------------------------------------------------------------------------------------
 */

static void cell(FILE *out, bool right, const char *text)
{
    fprintf(out, "<td%s>", right ? " class=\"r\"" : "");
    xml_text(out, text);
    fputs("</td>", out);
}

static void table_begin(FILE *out, const char *name, const char *const *columns, unsigned right)
{
    fputs("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"", out);
    xml_text(out, name);
    fputs("\"><table><thead><tr>", out);
    for (int i = 0; columns[i]; i++)
        fprintf(out, "<th scope=\"col\"%s>%s</th>", right >> i & 1 ? " class=\"r\"" : "", columns[i]);
    fputs("</tr></thead><tbody>\n", out);
}

static void table_end(FILE *out)
{
    fputs("</tbody></table></div>\n", out);
}

static void interval_text(const char *metric, struct stats_interval x, char *out, size_t size)
{
    char lo[48], hi[48];
    if (isfinite(x.lo) && isfinite(x.hi))
        snprintf(out, size, "[%s, %s]", figure_text(metric, x.lo, lo, sizeof lo), figure_text(metric, x.hi, hi, sizeof hi));
    else
        snprintf(out, size, "-");
}

/* What the plot shows, for who does not see it. */
static void points_table(FILE *out, const struct trend *t, size_t series, const struct commits *c)
{
    static const char *const columns[] = {"commit", "date", "median", "95 % interval", "n", "subject", NULL};
    const struct history_series *s = &t->h->series[series];
    char text[128], name[400];
    snprintf(name, sizeof name, "%s of %s, %s, by commit", t->h->metric, t->h->workload, s->name);
    fprintf(out, "<details><summary>%zu commits, ", s->count);
    xml_text(out, s->name);
    fputs("</summary>\n", out);
    table_begin(out, name, columns, 0x1c);
    for (size_t i = 0; i < s->count; i++) {
        const struct commit *at = &c->commit[s->point[i].commit];
        struct stats_interval x = trend_point(&s->point[i]);
        fprintf(out, "<tr><td><code>%.*s</code></td><td>%s</td>", SHORT, at->hash, at->date);
        cell(out, true, figure_text(t->h->metric, x.value, text, sizeof text));
        interval_text(t->h->metric, x, text, sizeof text);
        cell(out, true, text);
        fprintf(out, "<td class=\"r\">%zu</td>", s->point[i].count);
        cell(out, false, at->subject);
        fputs("</tr>\n", out);
    }
    table_end(out);
    fputs("</details>\n", out);
}

static void changes_list(FILE *out, const struct trend *t, size_t series, const struct commits *c)
{
    static const char *const looks[] = {"bad", "open", "good"};
    const struct history_series *s = &t->h->series[series];
    char text[128];
    fputs("<p>", out);
    xml_text(out, s->name);
    fputs(t->found[series].count ? ":</p>\n<ul>\n" : ": no change point.</p>\n", out);
    for (size_t i = 0; i < t->found[series].count; i++) {
        const struct change *change = &t->found[series].change[i];
        const struct commit *from = &c->commit[s->point[change->at - 1].commit], *to = &c->commit[s->point[change->at].commit];
        fprintf(out, "<li><span class=\"%s\">", looks[trend_better(t, change) + 1]);
        xml_text(out, trend_change_text(t, change, text, sizeof text));
        fprintf(out, "</span> after <code>%.*s</code> (%s), up to <code>%.*s</code> (%s, ", SHORT, from->hash, from->date,
                SHORT, to->hash, to->date);
        xml_text(out, to->subject);
        fputs("): <code>", out);
        xml_text(out, trend_bisect(t, series, change, c));
        fputs("</code></li>\n", out);
    }
    fputs(t->found[series].count ? "</ul>\n" : "", out);
}

/* The newest of ours and the others of all runs, beside one another. */
static void rivals_table(FILE *out, const struct trend *t)
{
    static const char *const columns[] = {"allocator", "median", "ratio of hakmem to it", "n", NULL};
    const struct history *h = t->h;
    const struct history_series *ours = NULL;
    char text[128], name[256];
    bool any = false;
    for (size_t s = 0; s < h->count; s++)
        if (!h->series[s].rival)
            ours = &h->series[s];
        else
            any = true;
    if (!ours || !any)
        return;
    double newest = trend_point(&ours->point[ours->count - 1]).value;
    snprintf(name, sizeof name, "%s of %s, other allocators", h->metric, h->workload);
    table_begin(out, name, columns, 0xe);
    for (size_t s = 0; s < h->count; s++) {
        const struct history_series *one = &h->series[s];
        double middle = one->rival ? trend_point(one->point).value : newest;
        if (!one->rival && one != ours)
            continue;
        fputs("<tr>", out);
        cell(out, false, one->rival ? one->name : "hakmem, newest commit");
        cell(out, true, figure_text(h->metric, middle, text, sizeof text));
        fprintf(out, "<td class=\"r\">%.3f</td><td class=\"r\">%zu</td></tr>\n", newest / middle,
                one->rival ? one->point->count : one->point[one->count - 1].count);
    }
    table_end(out);
}

static bool trend_write(FILE *out, const struct site *s, const struct site_trend *one, char *why, size_t size)
{
    const struct history *h = one->trend.h;
    char folder[600], path[800], name[512];
    snprintf(folder, sizeof folder, "%s/plots", s->folder);
    if (!trend_plot(&one->trend, s->commits, one->plot, folder, why, size))
        return false;
    snprintf(path, sizeof path, "%s/%s.svg", folder, one->plot);
    snprintf(name, sizeof name, "Plot: %s of %s over commits; the table below it has the figures", h->metric, h->workload);
    fprintf(out, "<h4>%s</h4>\n<figure>\n<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"", h->metric);
    xml_text(out, name);
    fputs("\">\n", out);
    markdown_figure(out, path, name);
    fputs("</div>\n<figcaption>Medians with 95 % intervals. The line is the level between change points. The band shows how far a "
          "point varies by chance, or how far identical binaries (A/A) differ where that is more.</figcaption>\n</figure>\n",
          out);
    for (size_t i = 0; i < h->count; i++)
        if (!h->series[i].rival) {
            changes_list(out, &one->trend, i, s->commits);
            points_table(out, &one->trend, i, s->commits);
        }
    rivals_table(out, &one->trend);
    return true;
}

static bool trends_write(FILE *out, const struct site *s, char *why, size_t size)
{
    const struct history *before = NULL;
    fputs("<section aria-labelledby=\"trends\">\n<h2 id=\"trends\">Trends by workload and metric</h2>\n", out);
    if (!s->trend_count)
        fputs(
            "<p>No metric was measured at two commits or more. <code>out/bench/hakbench history random_mixed-seed instructions "
            "--fill v0.1..HEAD</code> fills the store; <code>hakbench pull FILE</code> fetches what others measured.</p>\n",
            out);
    for (size_t i = 0; i < s->trend_count; i++) {
        const struct history *h = s->trend[i].trend.h;
        if (!before || strcmp(before->workload, h->workload) != 0 || strcmp(before->machine, h->machine) != 0) {
            fputs("<h3>", out);
            xml_text(out, h->workload);
            fputs(" <small>on machine ", out);
            xml_text(out, h->machine);
            fputs("</small></h3>\n", out);
        }
        before = h;
        if (!trend_write(out, s, &s->trend[i], why, size))
            return false;
    }
    fputs("</section>\n", out);
    return true;
}

/* --- Experiments -----------------------------------------------------------------------------------------------------------
 */

/* The line of a report that tells its verdict; "" for none. */
static void verdict_line(const struct site_experiment *e, char *out, size_t size)
{
    static const char mark[] = "- **Verdict";
    char path[600], line[2048];
    snprintf(path, sizeof path, "%s/%s", e->folder, e->file);
    FILE *in = *e->file ? fopen(path, "r") : NULL;
    out[0] = 0;
    while (in && !*out && fgets(line, sizeof line, in))
        if (strncmp(line, mark, sizeof mark - 1) == 0)
            snprintf(out, size, "%.*s", (int)strcspn(line + 2, "\n"), line + 2);
    if (in)
        fclose(in);
}

static void experiments_write(FILE *out, const struct site *s)
{
    char verdict[1024];
    const struct markdown m = {.out = out};
    fputs("<section aria-labelledby=\"experiments\">\n<h2 id=\"experiments\">Experiments</h2>\n<dl>\n", out);
    for (size_t i = 0; i < s->experiment_count; i++) {
        const struct site_experiment *e = &s->experiment[i];
        fputs("<dt>", out);
        if (*e->file)
            fprintf(out, "<a href=\"%s.html\">%s</a>", e->name, e->name);
        else
            xml_text(out, e->name);
        fputs("</dt>\n<dd>", out);
        xml_text(out, e->question);
        verdict_line(e, verdict, sizeof verdict);
        fputs(*verdict ? "<br>" : "", out);
        markdown_line(&m, verdict);
        if (*e->started)
            fprintf(out, " <small>(%.10s)</small>", e->started);
        if (!*e->file)
            fprintf(out, "<br>Not measured: <code>make experiment E=%s</code>", e->name);
        fputs("</dd>\n", out);
    }
    fputs("</dl>\n</section>\n", out);
}

static bool experiment_page(const struct site *s, const struct site_experiment *e, char *why, size_t size)
{
    char path[700], from[600];
    snprintf(from, sizeof from, "%s/%s", e->folder, e->file);
    FILE *out = page_open(s, e->name, e->name, path, sizeof path);
    if (!out)
        return text_fail(why, size, "%s: cannot be written: %m", path);
    fputs("<header>\n<nav aria-label=\"Site\"><ul><li><a href=\"index.html\">All trends and "
          "experiments</a></li></ul></nav>\n<h1>",
          out);
    xml_text(out, e->name);
    fputs("</h1>\n</header>\n<main id=\"main\">\n", out);
    if (strcmp(e->file, "report.md") != 0) { /* a report begins with its question */
        fputs("<p>", out);
        xml_text(out, e->question);
        fputs("</p>\n", out);
    }
    const struct markdown m = {.out = out, .folder = e->folder, .untitled = true, .link = link_page};
    if (!markdown_file(&m, from))
        return text_fail(why, size, "%s: %m", from);
    return page_close(out, path, why, size);
}

/* --- The site --------------------------------------------------------------------------------------------------------------
 */

static bool index_write(const struct site *s, char *why, size_t size)
{
    char path[700];
    FILE *out = page_open(s, "index", "hakmem, measured", path, sizeof path);
    if (!out)
        return text_fail(why, size, "%s: cannot be written: %m", path);
    fputs(
        "<header>\n<h1>hakmem, measured</h1>\n<p>A memory allocator for Linux, built of optimisations that can be switched off "
        "one by one. These pages were made from stored samples",
        out);
    if (*s->revision)
        fprintf(out, " at revision <code>%.*s</code>", SHORT, s->revision);
    fputs(".</p>\n<nav aria-label=\"On this page\"><ul><li><a href=\"#trends\">Trends</a></li><li><a "
          "href=\"#phases\">Phases</a></li>"
          "<li><a href=\"#experiments\">Experiments</a></li></ul></nav>\n</header>\n<main id=\"main\">\n",
          out);
    bool good = trends_write(out, s, why, size);
    const struct markdown m = {.out = out};
    fputs("<section aria-labelledby=\"phases\">\n<h2 id=\"phases\">Phases, and what each gave</h2>\n", out);
    markdown_text(&m, s->phases);
    fputs("</section>\n", out);
    experiments_write(out, s);
    return page_close(out, path, why, size) && good;
}

bool site_write(const struct site *s, char *why, size_t size)
{
    output_folder(s->folder, false); /* what is wrong shows when the first file is opened */
    for (size_t i = 0; i < s->experiment_count; i++)
        if (*s->experiment[i].file && !experiment_page(s, &s->experiment[i], why, size))
            return false;
    return index_write(s, why, size);
}
