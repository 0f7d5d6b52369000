/* SPDX-License-Identifier: MIT */
/* cxx.h - what operator new does when there is no memory, and when the program has replaced a form that it must go through. */
#ifndef HAK_CXX_H
#define HAK_CXX_H

#include "core/low/compiler.h"

/* A plain or aligned operator new (align 0: plain) had no block: runs the program's new-handler and tries again until there is
 * one, then throws std::bad_alloc, or ends a program that has no C++ library with one line. */
cold void *cxx_retry(size_t align, size_t size);

/* The program's new-handler, or NULL: none, or no C++ library. */
typedef void cxx_handler(void);
cold cxx_handler *cxx_handler_now(void);

/* The symbol in the C++ library that the program or a plug-in has loaded; NULL: there is none. cxx_symbol: in what the program
 * was loaded with, too, for what no other allocator has. The archive has the two symbols that cxx_retry.c asks for. */
cold void *cxx_find(const char *symbol);
cold void *cxx_symbol(const char *symbol);

/* The nothrow operator of that name in the program's C++ library, which calls the throwing one and returns NULL when that
 * throws. *found keeps the operator's address; NULL at first. own: the throwing operator is this library's, and has failed. */
cold void *cxx_next(const char *symbol, void **found, bool own, size_t align, size_t size, const void *tag);

#endif
