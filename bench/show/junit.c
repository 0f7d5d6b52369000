/* SPDX-License-Identifier: MIT */
/* junit.c - writes cases as JUnit's XML. See junit.h.
 */
#include "bench/show/junit.h"
#include "bench/show/xml.h"
#include <string.h>

void junit_begin(FILE *out)
{
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"hakbench\">\n");
}

void junit_end(FILE *out)
{
    fprintf(out, "</testsuites>\n");
}

static void attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    xml_text(out, value);
    fputc('"', out);
}

/* "NO-GO: 0.91 [0.90, 0.92]; why": what there is of it. */
static void message_make(const struct ci_case *c, char *out, size_t size)
{
    bool same = strcmp(c->figures, c->reason) == 0;
    snprintf(out, size, "%s%s%s%s%s", c->outcome, *c->figures ? ": " : "", c->figures, *c->reason && !same ? "; " : "",
             same ? "" : c->reason);
}

void junit_suite(FILE *out, const struct ci_suite *s)
{
    fprintf(out, "  <testsuite");
    attribute(out, "name", s->name);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", s->count, ci_count(s, CI_BAD),
            ci_count(s, CI_OPEN));
    for (size_t i = 0; i < s->count; i++) {
        const struct ci_case *c = &s->cases[i];
        char message[1400];
        message_make(c, message, sizeof message);
        fprintf(out, "    <testcase");
        attribute(out, "classname", s->name);
        attribute(out, "name", c->name);
        fprintf(out, ">\n      <%s", c->end == CI_BAD ? "failure" : c->end == CI_OPEN ? "skipped" : "system-out");
        if (c->end != CI_GOOD)
            attribute(out, "message", message);
        if (c->end == CI_BAD)
            attribute(out, "type", c->outcome);
        if (c->end == CI_GOOD) {
            fputc('>', out);
            xml_text(out, message);
            fprintf(out, "</system-out>\n    </testcase>\n");
        } else
            fprintf(out, "/>\n    </testcase>\n");
    }
    fprintf(out, "  </testsuite>\n");
}
