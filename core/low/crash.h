/* SPDX-License-Identifier: MIT */
/* crash.h - one line when the program dies of SIGSEGV, SIGBUS or SIGABRT: signal, address, variant.
 *
 * Handlers that stood there before are called afterwards, or the default action is taken. A program that installs its own
 * handler later replaces this one, and has the last word alone.
 */
#ifndef HAK_CRASH_H
#define HAK_CRASH_H

#include "core/hakmem.h"

/* The public name, which the bench programs define as true. */
#define crash_by_default hak_crash_by_default

void crash_install(void);

#endif
