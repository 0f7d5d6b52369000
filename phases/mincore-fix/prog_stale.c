/* SPDX-License-Identifier: MIT */
/* prog_stale.c CASE - frees a pointer that is no block, having printed it. What the page before it is, tells the case:
 *
 *   there    a page of the program's own mapping
 *   absent   not mapped
 *   guard    mapped without permission to read, as below a thread's stack
 *   twice    was the header of a block of ours: the second free of it
 *   startup  was mapped when the program started, and is not any more
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char bss[1 << 20]; /* mapped by exec, before any code runs */

static char *announce(void *p)
{
    printf("%p\n", p);
    fflush(stdout);
    return p;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *volatile p;
    char *map = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    free(malloc(1)); /* nothing is mapped for the first time later on */
    if (strcmp(what, "there") == 0) {
        p = announce(map + 2 * page);
    } else if (strcmp(what, "absent") == 0) {
        p = announce(map + 2 * page);
        munmap(map + page, page);
    } else if (strcmp(what, "guard") == 0) {
        p = announce(map + 2 * page);
        mprotect(map + page, page, PROT_NONE);
    } else if (strcmp(what, "twice") == 0) {
        p = announce(malloc(3 << 20));
        free(p);
    } else if (strcmp(what, "startup") == 0) {
        p = announce((char *)(((uintptr_t)bss + 4 * page) / page * page));
        munmap(p - page, page);
    } else {
        fprintf(stderr, "prog_stale: there, absent, guard, twice or startup, not: %s\n", what);
        return 2;
    }
    free(p);
    return 0;
}
