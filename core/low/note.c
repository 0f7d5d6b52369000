/* SPDX-License-Identifier: MIT */
/* note.c - who this code is: the variant's name in an ELF note and as functions.
 *
 * Includes the generated variant.h. The note (section .note.hakmem, owner "hakmem", type 1) survives strip, and stands in the
 * same object as hak_variant(), so that whoever links the one has the other.
 */
#include "core/hakmem.h"
#include "variant.h"

#define NOTE_ALIGN 4

static const struct {
    uint32_t owner_size, name_size, type;
    char owner[(sizeof "hakmem" + NOTE_ALIGN - 1) / NOTE_ALIGN * NOTE_ALIGN];
    char name[(sizeof HAK_VARIANT + NOTE_ALIGN - 1) / NOTE_ALIGN * NOTE_ALIGN];
} note __attribute__((section(".note.hakmem"), used, aligned(NOTE_ALIGN))) = {
    .owner_size = sizeof "hakmem",
    .name_size = sizeof HAK_VARIANT,
    .type = 1,
    .owner = "hakmem",
    .name = HAK_VARIANT,
};

__attribute__((visibility("default"))) const char *hak_version(void)
{
    return HAKMEM_VERSION;
}

__attribute__((visibility("default"))) const char *hak_variant(void)
{
    return note.name;
}

__attribute__((visibility("default"))) const char *hak_build(void)
{
    return HAK_BUILD;
}
