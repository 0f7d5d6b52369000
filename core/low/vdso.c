/* SPDX-License-Identifier: MIT */
/* vdso.c - the clock in the vDSO, the small ELF image that Linux maps into every process (man 7 vdso): found by its own name,
 * in the image's table of symbols. Without libc: a signal handler that frees may ask for the time, on a small stack. */
#include "core/low/os.h"
#include <elf.h>
#include <string.h>

/* *bias: the difference between the address of the image in memory and the address that it was linked for. */
static bool vdso_bias(const Elf64_Ehdr *image, uintptr_t *bias)
{
    const Elf64_Phdr *part = (const Elf64_Phdr *)((const char *)image + image->e_phoff);
    for (int i = 0; i < image->e_phnum; i++) {
        if (part[i].p_type == PT_LOAD) {
            *bias = (uintptr_t)image + part[i].p_offset - part[i].p_vaddr;
            return true;
        }
    }
    return false;
}

static bool vdso_same(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static os_clock *vdso_find(const Elf64_Ehdr *image, uintptr_t bias, const Elf64_Shdr *table, const Elf64_Shdr *names)
{
    const Elf64_Sym *symbol = (const Elf64_Sym *)((const char *)image + table->sh_offset);
    for (size_t i = 0; i < table->sh_size / sizeof *symbol; i++) {
        const char *name = (const char *)image + names->sh_offset + symbol[i].st_name;
        if (vdso_same(name, "__vdso_clock_gettime") || vdso_same(name, "__kernel_clock_gettime"))
            return (os_clock *)(bias + symbol[i].st_value);
    }
    return NULL;
}

os_clock *vdso_clock(const void *at)
{
    const Elf64_Ehdr *image = at;
    uintptr_t bias;
    if (!image || memcmp(at, ELFMAG, SELFMAG) != 0 || !vdso_bias(image, &bias))
        return NULL;
    const Elf64_Shdr *section = (const Elf64_Shdr *)((const char *)image + image->e_shoff);
    for (int i = 0; i < image->e_shnum && image->e_shoff; i++) {
        if (section[i].sh_type == SHT_DYNSYM && section[i].sh_link < image->e_shnum)
            return vdso_find(image, bias, &section[i], &section[section[i].sh_link]);
    }
    return NULL;
}
