/* SPDX-License-Identifier: MIT */
// prog_cxx_nothrow.cc - replaces the plain operators new and delete and no other; a nothrow new must go through the first, whatever
// other library has nothrow operators, too.
#include <cstdio>
#include <cstdlib>
#include <new>

static int made;

void *operator new(std::size_t size)
{
    void *p = std::malloc(size);
    made++;
    if (!p)
        throw std::bad_alloc();
    return p;
}

void operator delete(void *p) noexcept
{
    std::free(p);
}

int main()
{
    for (int i = 0; i < 10; i++) {
        delete new (std::nothrow) char;
        delete[] new (std::nothrow) char[100];
    }
    std::printf("%d through the program's own\n", made);
}
