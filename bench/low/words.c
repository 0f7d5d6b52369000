/* SPDX-License-Identifier: MIT */
/* words.c - splits a command line into words. See words.h.
 */
#include "bench/low/words.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\n"

/* Copies one word to out and ends it; from: where it begins, then what follows it. false: a quote or a backslash has no end. */
static bool word_read(const char **from, char **out, char *why, size_t size)
{
    const char *at = *from;
    char quote = 0;
    const char *opened = at;
    for (; *at && (quote || !strchr(BLANKS, *at)); at++) {
        if (!quote && (*at == '\'' || *at == '"')) {
            quote = *at;
            opened = at;
        } else if (quote && *at == quote)
            quote = 0;
        else if (*at == '\\' && quote != '\'' && (!quote || (at[1] && strchr("$`\"\\\n", at[1])))) {
            if (!*++at)
                return text_fail(why, size, "a backslash ends it; want another character behind it");
            *(*out)++ = *at;
        } else
            *(*out)++ = *at;
    }
    if (quote)
        return text_fail(why, size, "unbalanced quotes: %c has no end at %.60s", quote, opened);
    *(*out)++ = 0;
    *from = at;
    return true;
}

char **words_split(const char *line, char *why, size_t size)
{
    size_t length = strlen(line), count = 0;
    char **words = xalloc_zeroed(length + 2, sizeof *words + 2); /* the words' text lies behind the list */
    char *out = (char *)(words + length + 2);
    for (line += strspn(line, BLANKS); *line; line += strspn(line, BLANKS)) {
        words[count++] = out;
        if (!word_read(&line, &out, why, size)) {
            free(words);
            return NULL;
        }
    }
    if (count && *words[0])
        return words;
    free(words);
    text_fail(why, size, "no program is named");
    return NULL;
}

void words_free(char **words)
{
    free(words);
}
