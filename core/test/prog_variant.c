/* SPDX-License-Identifier: MIT */
/* prog_variant.c - prints the variant of the preloaded allocator, or "none". */
#include <dlfcn.h>
#include <stdio.h>

int main(void)
{
    const char *(*variant)(void);
    *(void **)&variant = dlsym(NULL, "hak_variant");
    puts(variant ? variant() : "none");
    return 0;
}
