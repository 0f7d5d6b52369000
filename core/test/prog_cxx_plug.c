/* SPDX-License-Identifier: MIT */
/* prog_cxx_plug.c - a C program that loads C++ code as a plug-in, so that the program itself has no C++ library. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    void *library = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW | RTLD_LOCAL);
    void (*plug)(void) = NULL;
    if (library)
        *(void **)&plug = dlsym(library, "plug");
    if (!plug) {
        fprintf(stderr, "prog_cxx_plug: %s\n", dlerror());
        return 2;
    }
    plug();
    return 0;
}
