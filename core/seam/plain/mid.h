/* plain/mid.h - the plain answer of the mid seam: a mapping of its own for each block, its header on the page before it. */
#ifndef HAK_BASE_MID_H
#define HAK_BASE_MID_H

enum { MID_CLASSES = 0 };

#endif
