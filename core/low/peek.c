/* SPDX-License-Identifier: MIT */
/* peek.c - see peek.h: the note that leads to the parts. C has no constant for the distance of two sections, the assembler
 * has. */
#include "core/low/compiler.h"
#include "core/low/peek.h"

__asm__(".pushsection .note.hakmem.peek, \"a\", %note\n"
        ".balign 4\n"
        ".hidden __start_hak_peek\n"
        ".hidden __stop_hak_peek\n"
        ".long 7, 12, 2\n" /* of the name, of what follows it; type */
        ".asciz \"hakmem\"\n"
        ".balign 4\n"
        ".long 1\n" /* PEEK_VERSION */
        ".long __start_hak_peek - .\n"
        ".long __stop_hak_peek - .\n"
        ".popsection\n");

static_assert(sizeof(struct peek_part) == 32, "parts lie side by side");
static_assert(sizeof(struct peek_row) == 40, "a row as PEEK_VERSION 1 has it");
