/* SPDX-License-Identifier: MIT */
/* cxx_retry_static.c - cxx_retry.c for the archive.
 *
 * A weak reference takes nothing out of a static libstdc++. The strong one below takes the object in which libstdc++ throws
 * std::bad_alloc, by the name of a neighbour in that object, so that the weak one may stay unresolved in a C program. The
 * linker drops the section before it looks whether the name is known. A shared library would show the name to who links it.
 */
#include "core/api/cxx_retry.c"
#include <string.h>

cxx_handler *cxx_get_handler(void) __asm__("_ZSt15get_new_handlerv") __attribute__((weak));
_Noreturn void cxx_throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv") __attribute__((weak));

void *cxx_symbol(const char *symbol)
{
    return strcmp(symbol, "_ZSt15get_new_handlerv") == 0 ? (void *)cxx_get_handler : (void *)cxx_throw_bad_alloc;
}

__asm__(".pushsection .hakmem.wanted,\"e\"\n\t.8byte _ZSt21__throw_bad_exceptionv\n\t.popsection");
