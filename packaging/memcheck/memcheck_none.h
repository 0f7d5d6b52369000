/* SPDX-License-Identifier: MIT */
/* memcheck_none.h - stands for valgrind's memcheck.h where that is not installed: memcheck is told nothing. */
#ifndef HAK_MEMCHECK_NONE_H
#define HAK_MEMCHECK_NONE_H

#define RUNNING_ON_VALGRIND 0
#define VALGRIND_MALLOCLIKE_BLOCK(p, size, red, zero) ((void)(p), (void)(size))
#define VALGRIND_FREELIKE_BLOCK(p, red) ((void)(p))
#define VALGRIND_MAKE_MEM_NOACCESS(p, size) ((void)(p))
#define VALGRIND_MAKE_MEM_DEFINED(p, size) ((void)(p))

#endif
