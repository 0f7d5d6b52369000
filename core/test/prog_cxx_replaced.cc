/* SPDX-License-Identifier: MIT */
// prog_cxx_replaced.cc - which of the operators that the program has replaced each form of new and delete goes through.
//
// Linked with prog_cxx_replacement.cc, which replaces some of them. Prints a line for each form and each way to fail. The C++
// library's own forms are what every allocator must agree with, so that the output without one is what the output with one must be.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <new>

int called[8]; // by prog_cxx_replacement.cc: how often each replaced form ran
bool refuse;   // its new operators throw 42

static volatile std::size_t huge = PTRDIFF_MAX;
static int handler_calls;

static void give_up_at_third()
{
    if (++handler_calls == 3)
        std::set_new_handler(nullptr);
}

static void report(const char *name, const char *result)
{
    std::printf("%-32s %-10s", name, result);
    for (int &count : called) {
        std::printf(" %d", count);
        count = 0;
    }
    std::printf("  handler %d\n", handler_calls);
    handler_calls = 0;
}

// What the form answers to a size that cannot be had.
template <typename New> static const char *answer(New make, std::size_t size)
{
    try {
        return make(size) ? "a block" : "null";
    } catch (const std::bad_alloc &) {
        return "bad_alloc";
    } catch (int) {
        return "42";
    }
}

template <typename New, typename Delete> static void form(const char *name, New make, Delete drop)
{
    for (std::size_t size : {0, 1, 40, 3000, 100000, 3000000}) {
        void *p = make(size);
        std::memset(p, 1, size);
        drop(p, size);
    }
    report(name, "works");
    report(name, answer(make, huge));
    std::set_new_handler(give_up_at_third);
    report(name, answer(make, huge));
    std::set_new_handler([] { throw std::bad_alloc(); });
    report(name, answer(make, huge));
    std::set_new_handler(nullptr);
    refuse = true;
    const char *result = answer(make, 20); // leaks a block where nothing that refuses is asked
    refuse = false;
    report(name, result);
}

int main()
{
    const std::align_val_t wide{64};
    const std::nothrow_t &quiet = std::nothrow;
    form("new, delete", [](std::size_t n) { return ::operator new(n); }, [](void *p, std::size_t) { ::operator delete(p); });
    form("new, sized delete", [](std::size_t n) { return ::operator new(n); },
         [](void *p, std::size_t n) { ::operator delete(p, n); });
    form("new[], delete[]", [](std::size_t n) { return ::operator new[](n); },
         [](void *p, std::size_t) { ::operator delete[](p); });
    form("new[], sized delete[]", [](std::size_t n) { return ::operator new[](n); },
         [](void *p, std::size_t n) { ::operator delete[](p, n); });
    form("nothrow new, delete", [&](std::size_t n) { return ::operator new(n, quiet); },
         [](void *p, std::size_t) { ::operator delete(p); });
    form("nothrow new, nothrow delete", [&](std::size_t n) { return ::operator new(n, quiet); },
         [&](void *p, std::size_t) { ::operator delete(p, quiet); });
    form("nothrow new[], delete[]", [&](std::size_t n) { return ::operator new[](n, quiet); },
         [](void *p, std::size_t) { ::operator delete[](p); });
    form("nothrow new[], nothrow delete[]", [&](std::size_t n) { return ::operator new[](n, quiet); },
         [&](void *p, std::size_t) { ::operator delete[](p, quiet); });
    form("aligned new, delete", [&](std::size_t n) { return ::operator new(n, wide); },
         [&](void *p, std::size_t) { ::operator delete(p, wide); });
    form("aligned new, sized delete", [&](std::size_t n) { return ::operator new(n, wide); },
         [&](void *p, std::size_t n) { ::operator delete(p, n, wide); });
    form("aligned new[], delete[]", [&](std::size_t n) { return ::operator new[](n, wide); },
         [&](void *p, std::size_t) { ::operator delete[](p, wide); });
    form("aligned new[], sized delete[]", [&](std::size_t n) { return ::operator new[](n, wide); },
         [&](void *p, std::size_t n) { ::operator delete[](p, n, wide); });
    form("aligned nothrow new, delete", [&](std::size_t n) { return ::operator new(n, wide, quiet); },
         [&](void *p, std::size_t) { ::operator delete(p, wide, quiet); });
    form("aligned nothrow new[], delete[]", [&](std::size_t n) { return ::operator new[](n, wide, quiet); },
         [&](void *p, std::size_t) { ::operator delete[](p, wide, quiet); });
    return 0;
}
