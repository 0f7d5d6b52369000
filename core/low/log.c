/* SPDX-License-Identifier: MIT */
/* log.c - see log.h. */
#include "core/low/log.h"
#include "core/hakmem.h"
#include "core/low/os.h"
#include "core/low/probe.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

enum { LOG_LINE = 1024 };

struct log_text {
    char text[LOG_LINE];
    size_t length;
};

static void log_char(struct log_text *out, char c)
{
    if (out->length < LOG_LINE - 1)
        out->text[out->length++] = c;
}

static void log_string(struct log_text *out, const char *s)
{
    for (; *s; s++)
        log_char(out, *s);
}

static void log_number(struct log_text *out, uint64_t value, unsigned base)
{
    char digits[20];
    size_t n = 0;
    do
        digits[n++] = "0123456789abcdef"[value % base];
    while (value /= base);
    while (n)
        log_char(out, digits[--n]);
}

static void log_item(struct log_text *out, char kind, va_list *args)
{
    switch (kind) {
    case 's':
        log_string(out, va_arg(*args, const char *));
        break;
    case 'u':
        log_number(out, va_arg(*args, uint64_t), 10);
        break;
    case 'd': {
        int value = va_arg(*args, int);
        if (value < 0)
            log_char(out, '-');
        log_number(out, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
        break;
    }
    case 'p':
        log_string(out, "0x");
        log_number(out, (uintptr_t)va_arg(*args, void *), 16);
        break;
    default:
        log_char(out, kind);
    }
}

void log_line(const char *format, ...)
{
    struct log_text out;
    int saved = errno;
    va_list args;
    out.length = 0;
    va_start(args, format);
    for (; *format; format++) {
        if (*format != '%') {
            log_char(&out, *format);
        } else {
            log_item(&out, *++format, &args);
        }
    }
    va_end(args);
    out.text[out.length++] = '\n';
    os_write_error(out.text, out.length);
    errno = saved;
}

_Noreturn void log_bad_pointer(const char *api, const void *p, const char *what)
{
    PROBE3(misuse, p, api, what);
    log_line("hakmem: %s(%p): %s [variant %s]", api, p, what, hak_variant());
    abort();
}

_Noreturn void log_bad_size(const char *api, const void *p, size_t given, size_t holds)
{
    log_line("hakmem: %s(%p): size %u given, block holds %u [variant %s]", api, p, (uint64_t)given, (uint64_t)holds,
             hak_variant());
    abort();
}

_Noreturn void hak_assert_failed(const char *text, const char *file, int line)
{
    log_line("hakmem: %s:%d: invariant broken: %s [variant %s]", file, line, text, hak_variant());
    abort();
}
