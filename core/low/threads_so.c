/* SPDX-License-Identifier: MIT */
/* threads_so.c - os_single_threaded for the shared library. Few processes ask: only these look for libc's variable. */
#define _GNU_SOURCE
#include "core/low/os.h"
#include <dlfcn.h>

static const char *single_threaded;

void os_single_start(void)
{
    single_threaded = dlsym(RTLD_DEFAULT, "__libc_single_threaded"); /* glibc's, since 2.32 */
}

bool os_single_threaded(void)
{
    return single_threaded && *single_threaded;
}
