/* SPDX-License-Identifier: MIT */
/* stack.c - the program's stack, by frame pointers: each frame begins with the address of the frame above it and the address
 * where its function returns to (the same on x86-64 and AArch64).
 *
 * A program without frame pointers keeps anything in that register. So a frame is believed only when it is aligned as frames
 * are, lies above the one before it and near it, and can be read: the kernel is asked once for each page. The first frame is
 * the library's own, so that the address in the program that called it is always found.
 */
#include "core/low/os.h"
#include "core/seam/sample.h"

enum { SAMPLE_FRAME_MOST = 256 << 10 }; /* bytes of one frame */

unsigned sample_walk(const void *frame, uintptr_t *to, unsigned most)
{
    uintptr_t at = (uintptr_t)frame, page = 0;
    unsigned depth = 0;
    while (depth < most && at % 16 == 0) {
        if (at / os_page != page && !os_readable((const void *)at))
            break;
        page = at / os_page;
        uintptr_t above = ((const uintptr_t *)at)[0], caller = ((const uintptr_t *)at)[1];
        if (caller < os_page)
            break;
        to[depth++] = caller;
        if (above <= at || above - at > SAMPLE_FRAME_MOST)
            break;
        at = above;
    }
    return depth;
}
