/* SPDX-License-Identifier: MIT */
/* text.c - short texts: one line that says what is wrong, lists of names. */
#include "bench/low/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool text_fail(char *why, size_t size, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(why, size, format, list);
    va_end(list);
    return false;
}

void text_add(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list list;
    va_start(list, format);
    vsnprintf(text + used, size - used, format, list);
    va_end(list);
}

int text_index(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *text_list(const char *const *names)
{
    static char list[2048];
    list[0] = 0;
    for (int i = 0; names[i]; i++)
        text_add(list, sizeof list, " %s", names[i]);
    return list;
}
