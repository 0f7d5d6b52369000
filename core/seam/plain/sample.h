/* SPDX-License-Identifier: MIT */
/* plain/sample.h - the plain answer: nobody asks. */
#ifndef HAK_PLAIN_SAMPLE_H
#define HAK_PLAIN_SAMPLE_H

NOTHING(sample_start, (void))
NOTHING(sample_stop, (void))
ANSWER(bool, sample_all, (void), false)
ANSWER(bool, sample_enter, (void), false)
NOTHING(sample_leave, (bool outer))
NOTHING(sample_took, (void *p, size_t size))
NOTHING(sample_gave, (void *p))

#endif
