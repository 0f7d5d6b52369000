/* SPDX-License-Identifier: MIT */
/* preload.c - makes and removes the link that LD_PRELOAD names. See preload.h.
 */
#include "bench/take/preload.h"
#include "bench/low/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPECIAL " :$\t\n" /* blanks and colons end a name, $ORIGIN and others are replaced */

bool preload_open(struct preload *p, const char *library, char *why, size_t size)
{
    const char *tmp = getenv("TMPDIR");
    *p = (struct preload){.name = library};
    if (!library || !strpbrk(library, SPECIAL))
        return true;
    if (!tmp || *tmp != '/' || strpbrk(tmp, SPECIAL) || strlen(tmp) > 200)
        tmp = "/tmp";
    snprintf(p->folder, sizeof p->folder, "%s/hakbench-XXXXXX", tmp);
    char *real = realpath(library, NULL); /* a link to a relative path begins at its own folder */
    bool made = real && mkdtemp(p->folder) != NULL;
    if (made) {
        snprintf(p->link, sizeof p->link, "%s/preload.so", p->folder);
        p->name = p->link;
    }
    bool good = made && symlink(real, p->link) == 0;
    free(real);
    if (good)
        return true;
    text_fail(why, size, "%.200s: cannot be linked to from a folder of %.200s: %s", library, tmp, strerror(errno));
    if (made)
        rmdir(p->folder);
    *p = (struct preload){.name = NULL};
    return false;
}

void preload_close(struct preload *p)
{
    if (*p->link)
        unlink(p->link);
    if (*p->folder)
        rmdir(p->folder);
    *p = (struct preload){.name = NULL};
}
