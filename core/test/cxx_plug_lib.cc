/* SPDX-License-Identifier: MIT */
// cxx_plug_lib.cc - C++ code that a C program loads, its C++ library with it: what does an allocation that cannot be had do? For
// test_api_cxx_found.sh.
#include <cstdint>
#include <cstdio>
#include <new>

static int handled;

static void give_up()
{
    handled++;
    std::set_new_handler(nullptr);
}

extern "C" void plug()
{
    static volatile std::size_t huge = PTRDIFF_MAX;
    try {
        ::operator delete(::operator new(huge));
        std::puts("a block");
    } catch (const std::bad_alloc &) {
        std::puts("bad_alloc");
    }
    std::set_new_handler(give_up);
    std::puts(::operator new(huge, std::nothrow) ? "a block" : "null");
    std::printf("handler %d\n", handled);
    delete[] new (std::nothrow) char[100];
}
