/* SPDX-License-Identifier: MIT */
/* status.c - what Linux says of this process in /proc/self/status. */
#include "core/low/os.h"
#include <string.h>

struct os_status {
    bool zombie; /* the process's first thread has ended */
    int threads; /* that thread counts until the last one ends */
};

/* Of /proc/self/status, whose first lines are name, ..., "State:\tZ (zombie)", ..., "Threads:\t2". A name has no line ends. */
static void os_read_status(void *context, const char *text, size_t length)
{
    static const char state[] = "\nState:\t", threads[] = "\nThreads:\t";
    struct os_status *status = context;
    for (size_t i = 0; i + sizeof threads < length; i++) {
        if (memcmp(text + i, state, sizeof state - 1) == 0)
            status->zombie = text[i + sizeof state - 1] == 'Z';
        if (memcmp(text + i, threads, sizeof threads - 1) != 0)
            continue;
        for (i += sizeof threads - 1; i < length && text[i] >= '0' && text[i] <= '9'; i++)
            status->threads = status->threads * 10 + text[i] - '0';
    }
}

bool os_thread_alone(void)
{
    struct os_status status = {false, 0};
    if (!os_read_file("/proc/self/status", os_read_status, &status, OS_META))
        return true;
    return status.threads <= (status.zombie ? 2 : 1);
}
