/* SPDX-License-Identifier: MIT */
/* xml.h - texts in XML.
 */
#ifndef BENCH_XML_H
#define BENCH_XML_H

#include <stdio.h>

/* Escaped, for content and for attributes between double quotes; what XML cannot hold (most control characters, bytes that are
 * no UTF-8) becomes '?'. */
void xml_text(FILE *out, const char *text);

#endif
