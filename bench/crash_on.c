/* SPDX-License-Identifier: MIT */
/* crash_on.c - linked into the static bench programs only: crash lines are on there without being asked for. */
#include "core/low/crash.h"

const bool crash_by_default = true;
