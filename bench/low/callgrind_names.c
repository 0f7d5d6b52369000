/* SPDX-License-Identifier: MIT */
/* callgrind_names.c - keeps the names of a callgrind file by their numbers. See callgrind_names.h.
 */
#include "bench/low/callgrind_names.h"
#include <stdlib.h>
#include <string.h>

const char *callgrind_name(struct callgrind_names *names, const char *text)
{
    char *end;
    if (*text != '(')
        return text;
    size_t id = strtoull(text + 1, &end, 10);
    if (*end != ')' || id > 1u << 20)
        return "";
    if (id >= names->count) {
        size_t count = 2 * id + 64;
        char **more = realloc(names->name, count * sizeof *more);
        if (!more)
            return "";
        memset(more + names->count, 0, (count - names->count) * sizeof *more);
        names->name = more;
        names->count = count;
    }
    if (end[1] == ' ') {
        free(names->name[id]);
        names->name[id] = strdup(end + 2);
    }
    return names->name[id] ? names->name[id] : "";
}

void callgrind_names_free(struct callgrind_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->name[i]);
    free(names->name);
}
