/* SPDX-License-Identifier: MIT */
/* compiler.h - the compiler shim: the only file of the core, beside the OS boundary, that may ask what compiles it. make
 * preprocesses this file before it compiles any other, so that the refusal of a machine is one line and not a thousand: what is
 * refused stands first.
 */
#ifndef HAK_COMPILER_H
#define HAK_COMPILER_H

/* Width of a user-space address: what the kernel hands out without being asked for more. */
#if !defined(__GNUC__)
#error "hakmem needs gcc or clang: it uses GNU C extensions"
#elif !defined(__LP64__)
#error "hakmem runs on 64-bit systems only (x86-64, AArch64); the compiler makes 32-bit code here"
#elif defined(__x86_64__)
#define HAK_ADDRESS_BITS 47
#elif defined(__aarch64__)
#define HAK_ADDRESS_BITS 48
#else
#error "hakmem runs on x86-64 and AArch64"
#endif

#include "variant.h"
#include <assert.h> /* static_assert */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __has_feature
#define HAK_HAS_FEATURE(x) __has_feature(x)
#else
#define HAK_HAS_FEATURE(x) 0
#endif

/* The window: addresses below 2^HAK_WINDOW_BITS, where SuperSlabs are asked for (place.h). AddressSanitizer keeps its shadow
 * there, so that with it the window is everything. */
#if defined(__SANITIZE_ADDRESS__) || HAK_HAS_FEATURE(address_sanitizer)
#define HAK_WINDOW_BITS HAK_ADDRESS_BITS
#else
#define HAK_WINDOW_BITS 36
#endif

/* Is a sanitizer built in that keeps a book of memory? */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define HAK_SANITIZED 1
#else
#define HAK_SANITIZED (HAK_HAS_FEATURE(thread_sanitizer) || HAK_HAS_FEATURE(address_sanitizer))
#endif

/* For #include: the requests of valgrind's memcheck, or what stands for them where its header is not installed. */
#if __has_include(<valgrind/memcheck.h>)
#define HAK_MEMCHECK <valgrind/memcheck.h>
#else
#define HAK_MEMCHECK "packaging/memcheck/memcheck_none.h"
#endif

/* For #include: a header that is written for each machine in its assembly, path-x86_64.h or path-aarch64.h. A sanitizer does
 * not see into assembly: where one is built in, path-c.h. */
#define HAK_QUOTED(text) #text
#define HAK_QUOTED_VALUE(text) HAK_QUOTED(text)
#if HAK_SANITIZED
#define HAK_PER_MACHINE(path) HAK_QUOTED_VALUE(path-c.h)
#elif defined(__x86_64__)
#define HAK_PER_MACHINE(path) HAK_QUOTED_VALUE(path-x86_64.h)
#else
#define HAK_PER_MACHINE(path) HAK_QUOTED_VALUE(path-aarch64.h)
#endif

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define hot_inline static inline __attribute__((always_inline))
#define noinline __attribute__((__noinline__))
#define cold __attribute__((__noinline__, __cold__))
#define HAK_EXPORT __attribute__((visibility("default")))

/* A variable of another file of the library. -fvisibility=hidden says so of definitions only: without this word its address
 * comes from the global offset table, one instruction more at each use. */
#define HAK_EXTERN extern __attribute__((visibility("hidden")))

/* A large variable that most processes never write. It lies behind all others, in pages of its own: what every process writes
 * then takes few pages, and the first byte of such a variable can be read in the file's pages. */
#define HAK_COLD __attribute__((section("hak_cold")))

/* A second name for a function of this file, exported. gcc wants the attributes repeated, clang does not know how to. */
#if __has_attribute(__copy__)
#define HAK_ALIAS(type, name, parameters, target) \
    HAK_EXPORT type name parameters __attribute__((alias(#target), __nothrow__, __copy__(target)))
#else
#define HAK_ALIAS(type, name, parameters, target) \
    HAK_EXPORT type name parameters __attribute__((alias(#target), __nothrow__))
#endif

/* One initial-exec slot. gcc forgets the model unless declaration and definition both carry it. */
#define HAK_TLS __thread __attribute__((tls_model("initial-exec")))

/* The assertion ladder. hak_assert: cheap, in MODE=check. hak_assert_full: walks lists, in MODE=check too, but only from
 * slow paths. static_assert: always. In release all three cost nothing. */
_Noreturn void hak_assert_failed(const char *text, const char *file, int line);
#define hak_assert_at(level, x)                                      \
    do {                                                             \
        if (HAK_CHECK_LEVEL >= (level) && unlikely(!(x)))            \
            hak_assert_failed(#x, __FILE__, __LINE__);               \
    } while (0)
#define hak_assert(x) hak_assert_at(1, x)
#define hak_assert_full(x) hak_assert_at(2, x)

/* Keeps a computed pointer in a register. gcc otherwise computes it again for each field, which costs the hot paths two
 * instructions. No code of its own. */
#define keep_pointer(p) __asm__("" : "+r"(p))

/* Tells the compiler that x may have changed. It then computes an address from x again, as part of the instruction that uses
 * it, and does not spend an instruction to keep the address in a register. Emits no code. */
#define forget_value(x) __asm__("" : "+r"(x))

/* What gcc 12 needs help with to spend one instruction less. keep_result: x, not NULL and about to be returned, is computed in
 * the register that returns it. any_bit: a & *mask != 0, without a copy of a. half_is: *half, which other threads may write, is
 * the lower half-word of value; half_set: it becomes that. multiply: the upper half of a * b; the lower one is *low. */
#if defined(__x86_64__)
#define cpu_pause() __asm__ volatile("pause") /* this thread waits in a loop */
#define cpu_thread(p) __asm__("movq %%fs:0, %0" : "=r"(p)) /* the thread pointer: another one for each thread */
#define count_down(p) (--*(p)) /* the value left; a signal handler comes before or after, as one instruction does it */
#define keep_result(x)                                               \
    do {                                                             \
        __asm__("" : "+a"(x));                                       \
        if (!(x))                                                    \
            __builtin_unreachable();                                 \
    } while (0)
hot_inline bool any_bit(uintptr_t a, const uintptr_t *mask)
{
    bool any;
    __asm__("test %2, %1" : "=@ccnz"(any) : "m"(*mask), "r"(a));
    return any;
}
hot_inline bool half_is(const uint16_t *half, uintptr_t value)
{
    bool is;
    __asm__("cmpw %w2, %1" : "=@ccz"(is) : "m"(*half), "r"(value));
    return is;
}
hot_inline void half_set(uint16_t *half, uintptr_t value)
{
    __asm__("movw %w1, %0" : "=m"(*half) : "ri"(value));
}
hot_inline uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low)
{
    uint64_t high;
    __asm__("mulq %3" : "=a"(*low), "=d"(high) : "0"(a), "rm"(b) : "cc");
    return high;
}
#else
#define cpu_pause() __asm__ volatile("yield")
#define cpu_thread(p) __asm__("mrs %0, tpidr_el0" : "=r"(p))
#define count_down(p) __atomic_sub_fetch((p), 1, __ATOMIC_RELAXED) /* a signal handler in between makes it try again */
#define keep_result(x) ((void)0)
hot_inline uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    *low = (uint64_t)product;
    return (uint64_t)(product >> 64);
}
hot_inline bool any_bit(uintptr_t a, const uintptr_t *mask)
{
    return (a & *mask) != 0;
}
hot_inline bool half_is(const uint16_t *half, uintptr_t value)
{
    return __atomic_load_n(half, __ATOMIC_RELAXED) == (uint16_t)value;
}
hot_inline void half_set(uint16_t *half, uintptr_t value)
{
    __atomic_store_n(half, (uint16_t)value, __ATOMIC_RELAXED);
}
#endif

/* Relaxed access to a word that one thread writes and others may read: the same instruction as a plain access. */
#define load_relaxed(pointer) __atomic_load_n((pointer), __ATOMIC_RELAXED)
#define store_relaxed(pointer, value) __atomic_store_n((pointer), (value), __ATOMIC_RELAXED)

/* A counter that only its owner adds to and that anybody may read (slow paths only: hot ones use a plain add). */
#define count_add(pointer, value) store_relaxed((pointer), load_relaxed(pointer) + (value))

/* A line of a seam's contract: every answer has a function (or macro) of that name and type. */
#define SEAM(name, type, parameters) \
    static_assert(__builtin_types_compatible_p(__typeof__(name), type parameters), "the contract of " #name)

/* Plain answers in one line each: a function that does nothing, and one that returns a value. */
#define NOTHING(name, parameters)                                                          \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wunused-parameter\"") \
    static inline void name parameters {}                                                  \
    _Pragma("GCC diagnostic pop")
#define ANSWER(type, name, parameters, value)                                              \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wunused-parameter\"") \
    static inline type name parameters { return value; }                                   \
    _Pragma("GCC diagnostic pop")

#endif
