/* SPDX-License-Identifier: MIT */
/* crash.c - see crash.h. */
#include "core/low/crash.h"
#include "core/hakmem.h"
#include "core/low/log.h"
#include <signal.h>

static const struct crash_signal {
    int number;
    const char *name;
} crash_signals[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGABRT, "SIGABRT"}};
enum { CRASH_SIGNALS = sizeof crash_signals / sizeof *crash_signals };

HAK_EXPORT const bool crash_by_default __attribute__((weak)) = false;

static struct sigaction crash_before[CRASH_SIGNALS];

/* Says its line, puts the earlier handler back and lets the signal happen again: a fault by returning to the instruction,
 * anything else by raising it. */
static void crash_handle(int number, siginfo_t *info, void *context)
{
    (void)context;
    for (int i = 0; i < CRASH_SIGNALS; i++) {
        if (crash_signals[i].number != number)
            continue;
        log_line("hakmem: %s at address %p [variant %s]", crash_signals[i].name, info->si_code > 0 ? info->si_addr : NULL,
                 hak_variant());
        sigaction(number, &crash_before[i], NULL);
    }
    if (info->si_code <= 0) /* sent by kill, raise or abort: nothing will fault again */
        raise(number);
}

void crash_install(void)
{
    struct sigaction action = {.sa_sigaction = crash_handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < CRASH_SIGNALS; i++)
        sigaction(crash_signals[i].number, &action, &crash_before[i]);
}
