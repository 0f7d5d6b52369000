/* SPDX-License-Identifier: MIT */
// prog_cxx_replacement.cc - a program's own operators new and delete, some of them: compiled with -DREPLACES_<what>.
//
// Blocks of a pair of new and delete stand 64 bytes into what malloc gave, so that a form that goes past one of the two ends in
// an invalid pointer. Single forms add nothing, as blocks of other forms meet them.
#include <cstdlib>
#include <new>

extern int called[8];
extern bool refuse;

static void *make(int form, std::size_t size, std::size_t head)
{
    called[form]++;
    if (refuse)
        throw 42;
    char *block = size > 1u << 30 ? nullptr : static_cast<char *>(std::aligned_alloc(64, (size + head + 63) / 64 * 64));
    if (!block)
        throw std::bad_alloc();
    return block + head;
}

static void drop(int form, void *p, std::size_t head)
{
    called[form]++;
    if (p)
        std::free(static_cast<char *>(p) - head);
}

#ifdef REPLACES_plain
void *operator new(std::size_t size) { return make(0, size, 64); }
void operator delete(void *p) noexcept { drop(1, p, 64); }
#endif
#ifdef REPLACES_array
void *operator new[](std::size_t size) { return make(2, size, 64); }
void operator delete[](void *p) noexcept { drop(3, p, 64); }
#endif
#ifdef REPLACES_aligned
void *operator new(std::size_t size, std::align_val_t) { return make(4, size, 64); }
void operator delete(void *p, std::align_val_t) noexcept { drop(5, p, 64); }
#endif
#ifdef REPLACES_sized
void operator delete(void *p, std::size_t) noexcept { drop(6, p, 0); }
#endif
#ifdef REPLACES_nothrow
void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    try {
        return make(7, size, 0);
    } catch (...) {
        return nullptr;
    }
}
#endif
