/* SPDX-License-Identifier: MIT */
/* rseq.c - where libc has registered the calling thread for restartable sequences. A file of its own, which the linker leaves
 * out of the shared library where no phase asks: else every process would look two symbols up. */
#include "core/low/os.h"

/* glibc registers each thread since 2.35, and says where its struct rseq lies, behind the thread pointer. Its field cpu_id is
 * negative while the thread is not registered. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned __rseq_size __attribute__((weak));
enum { OS_RSEQ_CPU_ID = 4, OS_RSEQ_SECTION = 8 };

uint64_t *os_section_word(void)
{
    char *thread;
    cpu_thread(thread);
    if (!&__rseq_size || !&__rseq_offset || __rseq_size == 0 || *(int32_t *)(thread + __rseq_offset + OS_RSEQ_CPU_ID) < 0)
        return NULL;
    return (uint64_t *)(thread + __rseq_offset + OS_RSEQ_SECTION);
}
