/* SPDX-License-Identifier: MIT */
/* seam/sizeclass.h - the sizeclass seam: into how many block sizes is a doubling cut?
 *
 * Asked by sizeclass.h, which includes this and is what everybody else includes. An answer includes nothing and defines
 * CLASS_STEPS_LOG2, the logarithm of that number (2 or 3).
 */
#ifndef HAK_SEAM_SIZECLASS_H
#define HAK_SEAM_SIZECLASS_H

#include "core/low/compiler.h"

#include HAK_SEAM_sizeclass

#endif
