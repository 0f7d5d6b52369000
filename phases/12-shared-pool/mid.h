/* mid.h - phase 12's answer of the mid seam: mid sizes are size classes like the tiny ones, in slabs of one or more slots. */
#ifndef HAK_SHARED_MID_H
#define HAK_SHARED_MID_H

enum { MID_CLASSES = CLASS_ALL - CLASS_TINY };

#endif
