/* SPDX-License-Identifier: MIT */
/* ci_markdown.c - writes cases as Markdown. See ci_markdown.h.
 */
#include "bench/show/ci_markdown.h"
#include "bench/low/text.h"
#include <string.h>

static const char *const end_words[CI_ENDS] = {[CI_GOOD] = "good", [CI_BAD] = "worse or failed", [CI_OPEN] = "undecided"};

/* What Markdown would take for its own gets a backslash; what ends a line, or cannot be shown, a blank or '?'. */
static void text_put(FILE *out, const char *text)
{
    while (*text) {
        int length = text_letter(text);
        if (strchr("\\`*_{}[]<>|#~&!", *text))
            fputc('\\', out);
        if (length && strchr("\n\t", *text))
            fputc(' ', out);
        else if (length)
            fwrite(text, 1, (size_t)length, out);
        else
            fputc('?', out);
        text += length ? length : 1;
    }
}

/* "**worse or failed: 1 of 3**, undecided: 1, good: 1": the worst first, and without what there is none of. */
static void verdict_put(FILE *out, const struct ci_suite *s)
{
    static const enum ci_end order[] = {CI_BAD, CI_OPEN, CI_GOOD};
    bool first = true;
    for (int i = 0; i < CI_ENDS; i++) {
        size_t count = ci_count(s, order[i]);
        if (!count)
            continue;
        if (first)
            fprintf(out, "**%s: %zu of %zu**", end_words[order[i]], count, s->count);
        else
            fprintf(out, ", %s: %zu", end_words[order[i]], count);
        first = false;
    }
    fprintf(out, "%s\n\n", first ? "**nothing was judged**" : "");
}

void ci_markdown(FILE *out, const struct ci_suite *s)
{
    fprintf(out, "### ");
    text_put(out, s->name);
    fprintf(out, "\n\n");
    text_put(out, s->what);
    fprintf(out, "\n\n");
    verdict_put(out, s);
    if (s->count)
        fprintf(out, "| what | verdict | measured |\n|---|---|---|\n");
    for (size_t i = 0; i < s->count; i++) {
        const struct ci_case *c = &s->cases[i];
        fprintf(out, "| ");
        text_put(out, c->name);
        fprintf(out, c->end == CI_GOOD ? " | %s | " : " | **%s** | ", c->outcome);
        text_put(out, *c->figures || c->end != CI_BAD ? c->figures : c->reason);
        fprintf(out, " |\n");
    }
    fprintf(out, s->count ? "\n" : "");
    for (size_t i = 0; i < s->count; i++) {
        const struct ci_case *c = &s->cases[i];
        if (!*c->reason)
            continue;
        fprintf(out, "- ");
        text_put(out, c->name);
        fprintf(out, " %s: ", c->end == CI_BAD ? "failed" : "is undecided");
        text_put(out, c->reason);
        fprintf(out, ".\n");
    }
    fprintf(out, "\n");
}
