/* SPDX-License-Identifier: MIT */
/* plain/owner.h - the plain answer of the owner seam, "trust": look at the header that the address implies, one page before.
 * Not exact: a foreign page-aligned pointer makes it read foreign memory, which may not be there. */
#ifndef HAK_PLAIN_OWNER_H
#define HAK_PLAIN_OWNER_H

#include "core/seam/plain/owner_none.h"

#define OWNER_NAME "trust"

#endif
