/* SPDX-License-Identifier: MIT */
/* threads.c - os_single_threaded where the linker finds libc's variable: in the archives. */
#include "core/low/os.h"

extern char single_threaded __asm__("__libc_single_threaded") __attribute__((weak)); /* glibc's, since 2.32 */

void os_single_start(void)
{
}

bool os_single_threaded(void)
{
    return &single_threaded && single_threaded;
}
