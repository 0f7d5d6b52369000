/* SPDX-License-Identifier: MIT */
/* probe.h - probes of user space (USDT) at the slow paths, for bpftrace, perf, gdb and SystemTap. packaging/trace lists them.
 *
 * A probe is one instruction, a nop, and a note that says where the nop is and in which registers the arguments are. A tool
 * that watches the probe puts a breakpoint over the nop. The note is the one that the macros of <sys/sdt.h> emit (owner
 * "stapsdt", type 3). Three lines of assembler are written here instead, so that every build has the probes, whatever headers
 * are installed.
 *
 * Must hold: no probe stands on a fast path. Arguments are at hand there, so that nothing is computed for the probe.
 */
#ifndef HAK_LOW_PROBE_H
#define HAK_LOW_PROBE_H

#include "core/low/compiler.h"

#define PROBE_AT(name, arguments, ...)                                                                              \
    __asm__ volatile("990: nop\n"                                                                                   \
                     ".pushsection .note.stapsdt, \"?\", %%note\n"                                                  \
                     ".balign 4\n"                                                                                  \
                     ".4byte 992f - 991f, 994f - 993f, 3\n"                                                         \
                     "991: .asciz \"stapsdt\"\n"                                                                    \
                     "992: .balign 4\n"                                                                             \
                     "993: .8byte 990b, _.stapsdt.base, 0\n" /* the nop; moves with prelink; no counter of watchers */ \
                     ".asciz \"hakmem\"\n"                                                                          \
                     ".asciz \"" name "\"\n"                                                                        \
                     ".asciz \"" arguments "\"\n"                                                                   \
                     "994: .balign 4\n"                                                                             \
                     ".popsection\n"                                                                                \
                     ".ifndef _.stapsdt.base\n"                                                                     \
                     ".pushsection .stapsdt.base, \"aG\", %%progbits, .stapsdt.base, comdat\n"                      \
                     ".weak _.stapsdt.base\n"                                                                       \
                     ".hidden _.stapsdt.base\n"                                                                     \
                     "_.stapsdt.base: .space 1\n"                                                                   \
                     ".size _.stapsdt.base, 1\n"                                                                    \
                     ".popsection\n"                                                                                \
                     ".endif\n" ::__VA_ARGS__)

/* Integers and pointers, as 8 bytes each: unsigned. */
#define PROBE_VALUE(x) ((uint64_t)(x))
#define PROBE1(name, a) PROBE_AT(#name, "8@%0", "nr"(PROBE_VALUE(a)))
#define PROBE2(name, a, b) PROBE_AT(#name, "8@%0 8@%1", "nr"(PROBE_VALUE(a)), "nr"(PROBE_VALUE(b)))
#define PROBE3(name, a, b, c) \
    PROBE_AT(#name, "8@%0 8@%1 8@%2", "nr"(PROBE_VALUE(a)), "nr"(PROBE_VALUE(b)), "nr"(PROBE_VALUE(c)))

#endif
