/* SPDX-License-Identifier: MIT */
/* test_refuse.h - for tests of what happens when the system says no: mmap, munmap, mremap and madvise of this program, which
 * fail while a flag is set. The allocator under test is linked statically, so that its calls come to os_kernel here; with a sanitizer
 * to the functions of libc.
 *
 * Included by one file of a program, which defines _GNU_SOURCE. The flags are for one thread at a time.
 */
#ifndef HAK_TEST_REFUSE_H
#define HAK_TEST_REFUSE_H

#include "core/low/os.h"
#include "core/test/test_kernel.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool refuse_mmap, refuse_munmap, refuse_mremap, refuse_madvise;
static unsigned refused; /* calls that failed so */

static inline bool refuse(bool flag)
{
    if (!flag)
        return false;
    refused++;
    errno = ENOMEM;
    return true;
}

void *mmap(void *hint, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    if (refuse(refuse_mmap))
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, hint, bytes, protection, flags, fd, offset);
}

int munmap(void *start, size_t bytes)
{
    return refuse(refuse_munmap) ? -1 : (int)syscall(SYS_munmap, start, bytes);
}

int madvise(void *start, size_t bytes, int advice)
{
    return refuse(refuse_madvise) ? -1 : (int)syscall(SYS_madvise, start, bytes, advice);
}

/* A refused move onto a fixed target has already unmapped the target, as in kernels before 6.17. */
void *mremap(void *start, size_t from, size_t to, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    void *target = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
    va_end(arguments);
    if (refuse_mremap && target)
        syscall(SYS_munmap, target, to);
    if (refuse(refuse_mremap))
        return MAP_FAILED;
    return (void *)syscall(SYS_mremap, start, from, to, flags, target);
}

long os_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    if (number == SYS_mremap && refuse_mremap && d & MREMAP_FIXED)
        syscall(SYS_munmap, e, c);
    if (refuse((number == SYS_mmap && refuse_mmap) || (number == SYS_munmap && refuse_munmap) ||
               (number == SYS_madvise && refuse_madvise) || (number == SYS_mremap && refuse_mremap)))
        return -ENOMEM;
    return kernel(number, a, b, c, d, e, f);
}

#endif
