/* SPDX-License-Identifier: MIT */
/* report.c - see report.h. */
#include "core/low/report.h"
#include "core/low/os.h"
#include <errno.h>
#include <string.h>

void report_open(struct report *r, const char *path)
{
    *r = (struct report){.path = path, .saved_errno = errno, .size = REPORT_BYTES};
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

void report_char(struct report *r, char c)
{
    if (r->used == r->size && r->cut)
        return;
    if (r->used == r->size)
        report_write(r);
    r->text[r->used++] = c;
}

static void report_string(struct report *r, const char *text)
{
    for (; *text; text++)
        report_char(r, *text);
}

static void report_number(struct report *r, uint64_t value, unsigned base)
{
    char digits[20];
    size_t n = 0;
    do
        digits[n++] = "0123456789abcdef"[value % base];
    while (value /= base);
    while (n)
        report_char(r, digits[--n]);
}

static void report_json(struct report *r, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= ' ' && c < 127 && c != '"' && c != '\\') {
            report_char(r, (char)c);
            continue;
        }
        report_string(r, c < 16 ? "\\u000" : "\\u00");
        report_number(r, c, 16);
    }
}

static void report_item(struct report *r, char kind, va_list *args)
{
    switch (kind) {
    case 's':
        report_string(r, va_arg(*args, const char *));
        break;
    case 'j':
        report_json(r, va_arg(*args, const char *));
        break;
    case 'u':
        report_number(r, va_arg(*args, uint64_t), 10);
        break;
    case 'd': {
        int value = va_arg(*args, int);
        if (value < 0)
            report_char(r, '-');
        report_number(r, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
        break;
    }
    case 'p':
        report_string(r, "0x");
        report_number(r, (uintptr_t)va_arg(*args, void *), 16);
        break;
    default:
        report_char(r, kind);
    }
}

void report_list(struct report *r, const char *format, va_list *args)
{
    for (; *format; format++) {
        if (*format == '%' && format[1])
            report_item(r, *++format, args);
        else
            report_char(r, *format);
    }
}

void report_add(struct report *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_list(r, format, &args);
    va_end(args);
}

void report_close(struct report *r)
{
    report_write(r);
    if (r->text != r->spare)
        os_unmap(r->text, REPORT_BYTES, OS_META);
    errno = r->saved_errno;
}
