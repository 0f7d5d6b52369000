/* SPDX-License-Identifier: MIT */
/* xml.c - escapes texts for XML. See xml.h.
 */
#include "bench/show/xml.h"
#include <string.h>

/* Bytes of the character that begins here; 0: it is no character of XML. */
static int letter(const unsigned char *at)
{
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

void xml_text(FILE *out, const char *text)
{
    static const char plain[] = "&<>\"\n\t";
    static const char *const escaped[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#10;", "&#9;"};
    while (*text) {
        int length = letter((const unsigned char *)text);
        const char *found = strchr(plain, *text);
        if (!length)
            fputc('?', out);
        else if (found)
            fputs(escaped[found - plain], out);
        else
            fwrite(text, 1, (size_t)length, out);
        text += length ? length : 1;
    }
}
