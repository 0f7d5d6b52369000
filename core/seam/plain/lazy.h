/* plain/lazy.h - the plain answer of the lazy seam: map a SuperSlab when one is wanted, unmap it as soon as it is empty. */
#ifndef HAK_BASE_LAZY_H
#define HAK_BASE_LAZY_H

struct lazy_superslab {};

#endif
