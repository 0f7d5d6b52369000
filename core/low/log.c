/* SPDX-License-Identifier: MIT */
/* log.c - see log.h. */
#include "core/low/log.h"
#include "core/hakmem.h"
#include "core/low/os.h"
#include "core/low/probe.h"
#include "core/low/report.h"
#include <errno.h>
#include <stdlib.h>

enum { LOG_LINE = 1024 };

void log_line(const char *format, ...)
{
    char text[LOG_LINE];
    struct report out = {.text = text, .size = LOG_LINE - 1, .cut = true, .saved_errno = errno};
    va_list args;
    va_start(args, format);
    report_list(&out, format, &args);
    va_end(args);
    text[out.used++] = '\n';
    os_write_error(text, out.used);
    errno = out.saved_errno;
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
