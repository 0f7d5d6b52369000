/* SPDX-License-Identifier: MIT */
/* machine.h - which machines and compilers can build hakmem. make preprocesses this file before it compiles any other, so
 * that a refusal is one line and not a thousand.
 */
#ifndef HAK_MACHINE_H
#define HAK_MACHINE_H

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

#endif
