/* SPDX-License-Identifier: MIT */
/* plain/lock.h - the plain answer of the lock seam: nobody helps. */
#ifndef HAK_PLAIN_LOCK_H
#define HAK_PLAIN_LOCK_H

struct lock_heap {
    LOCK_HEAP_FIELDS
};

NOTHING(lock_entered, (struct lock_heap *l))
NOTHING(lock_help, (struct heap *h))
ANSWER(bool, lock_help_due, (uint64_t before, uint64_t after), false)
ANSWER(bool, lock_help_wanted, (uint32_t packets), false)

#endif
