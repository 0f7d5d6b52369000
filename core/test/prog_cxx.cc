/* SPDX-License-Identifier: MIT */
// prog_cxx.cc - every operator new and delete of C++, its errors, and containers and thread_local objects on top of them.
//
// Prints what it found; the output is the same with every allocator but the first line, which names where operator new lives.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <vector>

static int failures;

static void expect(bool condition, const char *what)
{
    std::printf("%s: %s\n", condition ? "ok" : "FAIL", what);
    failures += !condition;
}

struct alignas(256) Wide {
    char bytes[300];
};

static void plain()
{
    char *array = new char[1000];
    std::memset(array, 1, 1000);
    delete[] array;
    int *one = new int(7);
    expect(*one == 7 && reinterpret_cast<std::uintptr_t>(one) % 16 == 0, "new int");
    delete one;
    void *empty = ::operator new(0), *other = ::operator new(0);
    expect(empty && other && empty != other, "new of 0 bytes");
    ::operator delete(empty);
    ::operator delete(other, std::size_t(0));
    delete static_cast<char *>(nullptr);
    void *sized = ::operator new(100), *sized_array = ::operator new[](3000);
    ::operator delete(sized, std::size_t(100));
    ::operator delete[](sized_array, std::size_t(3000));
}

static void aligned()
{
    Wide *one = new Wide, *many = new Wide[5];
    expect(reinterpret_cast<std::uintptr_t>(one) % 256 == 0, "aligned new");
    expect(reinterpret_cast<std::uintptr_t>(many) % 256 == 0, "aligned new[]");
    delete one;
    delete[] many;
    void *page = ::operator new(100, std::align_val_t(4096));
    expect(reinterpret_cast<std::uintptr_t>(page) % 4096 == 0, "new with align_val_t");
    ::operator delete(page, std::size_t(100), std::align_val_t(4096));
    page = ::operator new[](100, std::align_val_t(65536), std::nothrow);
    expect(page && reinterpret_cast<std::uintptr_t>(page) % 65536 == 0, "nothrow new[] with align_val_t");
    ::operator delete[](page, std::align_val_t(65536));
}

static volatile std::size_t huge = PTRDIFF_MAX;

static bool throws(bool with_alignment)
{
    try {
        void *block = with_alignment ? ::operator new[](huge, std::align_val_t(64)) : static_cast<void *>(new char[huge]);
        ::operator delete(block);
    } catch (const std::bad_alloc &) {
        return true;
    }
    return false;
}

static int handler_calls;

static void give_up_at_third()
{
    if (++handler_calls == 3)
        std::set_new_handler(nullptr);
}

static void errors()
{
    expect(throws(false), "new throws bad_alloc");
    expect(throws(true), "aligned new throws bad_alloc");
    expect(!::operator new(huge, std::nothrow), "nothrow new gives null");
    expect(!::operator new[](huge, std::align_val_t(64), std::nothrow), "nothrow aligned new[] gives null");
    std::set_new_handler(give_up_at_third);
    expect(throws(false) && handler_calls == 3, "the new handler is called until it gives up");
    handler_calls = 0;
    std::set_new_handler(give_up_at_third);
    expect(!::operator new(huge, std::nothrow) && handler_calls == 3, "nothrow new calls the handler too");
    std::set_new_handler([] { throw std::bad_alloc(); });
    expect(!::operator new[](huge, std::nothrow), "a handler that throws makes nothrow new give null");
    std::set_new_handler(nullptr);
}

static thread_local std::vector<std::string> words;

static void containers()
{
    std::map<int, std::string> map;
    for (int i = 0; i < 20000; i++)
        map[i * 7919 % 20011] = std::string(i % 300, char('a' + i % 26));
    std::size_t length = 0;
    for (const auto &entry : map)
        length += entry.second.size();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++)
        threads.emplace_back([] {
            for (int i = 0; i < 5000; i++)
                words.push_back(std::string(i % 100, 'x'));
        });
    for (auto &thread : threads)
        thread.join();
    std::printf("%zu entries, %zu bytes\n", map.size(), length);
}

int main()
{
    Dl_info info;
    bool known = dladdr(dlsym(RTLD_DEFAULT, "_Znwm"), &info);
    std::printf("%s\n", known ? info.dli_fname : "unknown");
    plain();
    aligned();
    errors();
    containers();
    return failures != 0;
}
