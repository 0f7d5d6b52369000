/* SPDX-License-Identifier: MIT */
/* owner-cached.h - the owner seam's answer `cached`: mincore before a look at a header, unless this thread found a header on
 * the same page before. Not exact: a page that went away since is read all the same; see README.md. */
#ifndef HAK_OWNER_CACHED_H
#define HAK_OWNER_CACHED_H

#include "core/seam/plain/owner_none.h"

#define OWNER_NAME "cached"

#endif
