/* SPDX-License-Identifier: MIT */
/* test_alone.h - for tests that look into heaps whose threads do nothing meanwhile: nobody else is at work in them, unless
 * HAKMEM_PURGE is set, and a block of any size comes from the class that class_of says, unless HAKMEM_YOUNG is set.
 */
#ifndef HAK_TEST_ALONE_H
#define HAK_TEST_ALONE_H

#include <stdint.h>
#include <stdlib.h>

extern uint64_t purge_on __attribute__((weak)); /* of an answer of the purge seam that has it */
extern uint64_t route_young __attribute__((weak)); /* of an answer of the front's route seam that has it */

__attribute__((constructor)) static void nobody_helps(void)
{
    if (&purge_on && !getenv("HAKMEM_PURGE"))
        purge_on = 0;
    if (&route_young && !getenv("HAKMEM_YOUNG"))
        route_young = 0;
}

#endif
