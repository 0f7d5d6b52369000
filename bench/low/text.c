/* SPDX-License-Identifier: MIT */
/* text.c - short texts: one line that says what is wrong, lists of names. */
#include "bench/low/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LIKE_MAX = 63 };

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

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to add, take away or change, until one is the other (Levenshtein 1966). */
static size_t distance(const char *a, const char *b)
{
    size_t row[LIKE_MAX + 1], n = strlen(b);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t above = row[j + 1];
            row[j + 1] = least(corner + (a[i] != b[j]), least(above, row[j]) + 1);
            corner = above;
        }
    }
    return row[n];
}

static bool is_like(const char *name, const char *other)
{
    size_t length = strlen(name);
    if (length < 3 || length > LIKE_MAX || strlen(other) > LIKE_MAX)
        return false;
    return strstr(other, name) || distance(name, other) <= (length < 6 ? 1 : 2);
}

const char *text_like(const char *name, const char *const *names)
{
    static char list[256];
    int found = 0;
    list[0] = 0;
    for (int i = 0; names[i] && found < 3; i++)
        if (is_like(name, names[i]))
            text_add(list, sizeof list, "%s%s", found++ ? ", " : " (", names[i]);
    if (found)
        text_add(list, sizeof list, "?)");
    return list;
}

int text_letter(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    int length = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;
    for (int i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if (*at < 0x20 || *at == 0x7f)
        return *at == '\n' || *at == '\t';
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf0 && at[1] < 0x90) ||
        (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return at[0] == 0xef && at[1] == 0xbf && at[2] > 0xbd ? 0 : length; /* U+FFFE, U+FFFF */
}
