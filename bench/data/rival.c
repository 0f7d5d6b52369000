/* SPDX-License-Identifier: MIT */
/* rival.c - the table of known rivals. See rival.h. bench/deps has the packages that install them, by the same library names.
 */
#include "bench/data/rival.h"
#include "bench/low/text.h"
#include <stddef.h>
#include <string.h>

/* Okabe and Ito's colours, which colour-blind readers can tell apart. */
const struct rival rivals[] = {
    {"glibc", "", "0x8c8c8c"},
    {"mimalloc", "libmimalloc.so.", "0x0072b2"},
    {"jemalloc", "libjemalloc.so.", "0x009e73"},
    {"tcmalloc", "libtcmalloc_minimal.so.", "0xcc79a7"},
    {"tbbmalloc", "libtbbmalloc_proxy.so.", "0x56b4e9"},
    {NULL, NULL, NULL},
};
#define COLOUR_HAKMEM "0xd55e00"
#define COLOUR_OTHER "0xe69f00"

const struct rival *rival_find(const char *name)
{
    for (const struct rival *r = rivals; r->name; r++)
        if (strcmp(r->name, name) == 0)
            return r;
    return NULL;
}

const char *rival_names(void)
{
    static char text[512];
    text[0] = 0;
    for (const struct rival *r = rivals; r->name; r++)
        text_add(text, sizeof text, "%s %s", r == rivals ? "" : ",", r->name);
    return text;
}

const char *rival_colours(void)
{
    static char text[512];
    strcpy(text, COLOUR_HAKMEM);
    for (const struct rival *r = rivals; r->name; r++)
        text_add(text, sizeof text, " %s", r->colour);
    text_add(text, sizeof text, " " COLOUR_OTHER);
    return text;
}

int rival_colour_index(const char *kind, const char *label)
{
    int index = 1;
    if (strcmp(kind, "hakmem") == 0)
        return 0;
    if (strcmp(kind, "libc") == 0)
        return 1;
    for (const struct rival *r = rivals; r->name; r++, index++)
        if (strncmp(label, r->name, strlen(r->name)) == 0)
            return index;
    return index;
}
