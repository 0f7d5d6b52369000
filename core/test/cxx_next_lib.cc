/* SPDX-License-Identifier: MIT */
// cxx_next_lib.cc - what another allocator in the program brings: nothrow operators whose blocks are its own. For test_api_cxx_found.sh.
#include <cstddef>
#include <new>

alignas(64) static char own[16][4096];
static int next;

void *operator new(std::size_t, const std::nothrow_t &) noexcept
{
    return own[next++ % 16];
}

void *operator new[](std::size_t, const std::nothrow_t &) noexcept
{
    return own[next++ % 16];
}
