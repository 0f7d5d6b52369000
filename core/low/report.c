/* SPDX-License-Identifier: MIT */
/* report.c - see report.h. */
#include "core/low/report.h"
#include "core/low/os.h"
#include <errno.h>
#include <string.h>

void report_open(struct report *r, const char *path)
{
    r->saved_errno = errno;
    r->path = path;
    r->used = 0;
    r->size = REPORT_BYTES;
    r->text = os_map(REPORT_BYTES, 0, 0, NULL, OS_META);
    if (!r->text) {
        r->text = r->spare;
        r->size = sizeof r->spare;
    }
}

static void report_write(struct report *r)
{
    if (!r->path || !os_append_file(r->path, r->text, r->used))
        os_write_error(r->text, r->used);
    r->used = 0;
}

static void report_char(struct report *r, char c)
{
    if (r->used == r->size)
        report_write(r);
    r->text[r->used++] = c;
}

void report_string(struct report *r, const char *text)
{
    for (; *text; text++)
        report_char(r, *text);
}

void report_json_string(struct report *r, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= ' ' && c < 127 && c != '"' && c != '\\') {
            report_char(r, (char)c);
            continue;
        }
        report_string(r, "\\u00");
        report_char(r, "0123456789abcdef"[c >> 4]);
        report_char(r, "0123456789abcdef"[c & 15]);
    }
}

void report_number(struct report *r, uint64_t value)
{
    char digits[24];
    size_t n = sizeof digits;
    digits[--n] = '\0';
    do
        digits[--n] = (char)('0' + value % 10);
    while (value /= 10);
    report_string(r, digits + n);
}

void report_close(struct report *r)
{
    report_write(r);
    if (r->text != r->spare)
        os_unmap(r->text, REPORT_BYTES, OS_META);
    errno = r->saved_errno;
}
