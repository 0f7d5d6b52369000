/* SPDX-License-Identifier: MIT */
/* xml.c - escapes texts for XML. See xml.h.
 */
#include "bench/show/xml.h"
#include "bench/low/text.h"
#include <string.h>

void xml_text(FILE *out, const char *text)
{
    static const char plain[] = "&<>\"\n\t";
    static const char *const escaped[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#10;", "&#9;"};
    while (*text) {
        int length = text_letter(text);
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
