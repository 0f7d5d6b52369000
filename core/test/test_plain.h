/* SPDX-License-Identifier: MIT */
/* test_plain.h - for tests whose expectation depends on who answers a seam in this variant. */
#ifndef HAK_TEST_PLAIN_H
#define HAK_TEST_PLAIN_H

#include "variant.h"
#include <string.h>

/* Has this seam the plain answer in this variant? */
#define test_plain(seam) (strstr(HAK_SEAM_##seam, "/plain/") != NULL)

/* May a front hold blocks of other heaps? */
#ifdef HAK_SEAM_foreign
#define test_keeps_others() (!test_plain(foreign))
#else
#define test_keeps_others() false
#endif

#endif
