/* SPDX-License-Identifier: MIT */
/* test_kernel.h - for tests with an os_kernel of their own: the system call itself. */
#ifndef HAK_TEST_KERNEL_H
#define HAK_TEST_KERNEL_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As os_kernel: the call's result, or -errno; errno stays. */
static inline long kernel(long number, long a, long b, long c, long d, long e, long f)
{
    int saved = errno;
    long result = syscall(number, a, b, c, d, e, f);
    if (result == -1)
        result = -errno;
    errno = saved;
    return result;
}

#endif
