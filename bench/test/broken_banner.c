/* SPDX-License-Identifier: MIT */
/* broken_banner.c - broken_malloc.c with a line on standard output as soon as it is there, as some allocators greet. */
#include "bench/test/broken_malloc.c"
#include <unistd.h>

__attribute__((constructor)) static void greet(void)
{
    static const char line[] = "malloc that greets\n";
    if (write(STDOUT_FILENO, line, sizeof line - 1) < 0)
        _exit(1);
}
