/* SPDX-License-Identifier: MIT */
/* flips.c - texts of a set of flips. See flips.h.
 */
#include "bench/data/flips.h"
#include "bench/low/text.h"
#include <stdio.h>
#include <string.h>

bool flip_is_revision(const char *name)
{
    return strcmp(name, FLIP_REVISION) == 0;
}

void flip_put(char *text, size_t size, const char *name, const char *value)
{
    if (*value && !flip_is_revision(name))
        text_add(text, size, " %s=%s", name, value);
}

/* Off where the one that replaces them is on, and on where it is off. */
static void replaced_put(char *text, size_t size, const struct flip *flip, const char *value)
{
    char names[sizeof flip->replaced];
    strcpy(names, flip->replaced);
    for (char *save, *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save))
        flip_put(text, size, name, strcmp(value, "1") == 0 ? "0" : "1");
}

char *flips_text(const struct flips *f, uint32_t set, char *out, size_t size)
{
    const char *at = f->revision;
    snprintf(out, size, "%s", f->common);
    for (int i = 0; i < f->count; i++) {
        const char *value = set >> i & 1 ? f->flip[i].to : f->flip[i].from;
        at = flip_is_revision(f->flip[i].name) ? value : at;
        flip_put(out, size, f->flip[i].name, value);
        replaced_put(out, size, &f->flip[i], value);
    }
    text_add(out, size, "%s%s", *at ? "@" : "", at);
    return out;
}

static const char *value_name(const struct flip *flip, const char *value)
{
    return *value ? value : flip_is_revision(flip->name) ? "this tree" : "(not set)";
}

char *flips_name(const struct flips *f, uint32_t set, char *out, size_t size)
{
    snprintf(out, size, "%s", set ? "" : "nothing");
    for (int i = 0; i < f->count; i++) {
        const struct flip *flip = &f->flip[i];
        if (!(set >> i & 1))
            continue;
        text_add(out, size, "%s%s %s -> %s", *out ? ", " : "", flip->name, value_name(flip, flip->from),
                 value_name(flip, flip->to));
        if (*flip->replaced)
            text_add(out, size, " for%s", flip->replaced);
    }
    return out;
}
