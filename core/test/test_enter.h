/* SPDX-License-Identifier: MIT */
/* test_enter.h - for tests that work inside a heap: heap_enter, however long somebody else who was not scheduled stays inside. */
#ifndef HAK_TEST_ENTER_H
#define HAK_TEST_ENTER_H

#include "core/heap/heap.h"
#include "core/test/test_api.h"

static inline void enter(struct heap *h)
{
    while (!heap_enter(h))
        must(!lock_inside && usleep(100) == 0);
}

#endif
