/* SPDX-License-Identifier: MIT */
/* restart-x86_64.h - phase 23: a pop and a push as restartable sequences of x86-64.
 *
 * A section lies between the labels 1 and 2. Before it, the address of its description (label 3: start, length, where to go on)
 * is stored where the kernel looks. If the kernel interrupts the thread behind that store and before the section's last
 * instruction is done, it sets the thread to label 4, and so back to label 0. The four bytes before label 4 must be the number
 * that the thread was registered with: 0x53053053, here the end of an instruction that no program runs.
 *
 * `volatile`: gcc up to 13 takes an asm goto that has outputs for one that may go (gcc bug 113921).
 */
#ifndef HAK_RESTART_X86_64_H
#define HAK_RESTART_X86_64_H

enum { RESTART_KNOWN = 1 }; /* the kernel restarts these */

#define RESTART_BEGIN                                                            \
    ".pushsection .data.rel.ro.restart, \"aw\"\n\t.balign 32\n"                 \
    "3:\t.long 0, 0\n\t.quad 1f, 2f - 1f, 4f\n\t.popsection\n"                 \
    "0:\tleaq 3b(%%rip), %[top]\n\tmovq %[top], (%[word])\n1:\t"
#define RESTART_END                                                              \
    "\n2:\t.pushsection .text.unlikely, \"ax\"\n\t.byte 0x0f, 0xb9, 0x3d\n\t" \
    ".long 0x53053053\n4:\tjmp 0b\n\t.popsection"

/* The block at *at, which then is one lower; NULL: none. */
hot_inline void *restart_pop(uint64_t *word, void ***at)
{
    void *p, **top;
    __asm__ volatile goto(RESTART_BEGIN "movq %[at], %[top]\n\tmovq (%[top]), %[p]\n\ttestq %[p], %[p]\n\tjz %l[empty]\n\t"
                                        "subq $8, %[top]\n\tmovq %[top], %[at]" RESTART_END
                          : [p] "=&a"(p), [top] "=&r"(top)
                          : [at] "m"(*at), [word] "r"(word)
                          : "memory", "cc"
                          : empty);
    if (!p)
        __builtin_unreachable();
    return p;
empty:
    return NULL;
}

/* p above *at, which then is one higher, unless *at >= *limit, or p is what *at points to. */
hot_inline bool restart_push(uint64_t *word, void ***at, void **const *limit, void *p)
{
    void **top;
    __asm__ volatile goto(RESTART_BEGIN "movq %[at], %[top]\n\tcmpq %[limit], %[top]\n\tjae %l[full]\n\t"
                                        "cmpq %[p], (%[top])\n\tje %l[full]\n\tmovq %[p], 8(%[top])\n\t"
                                        "addq $8, %[top]\n\tmovq %[top], %[at]" RESTART_END
                          : [top] "=&r"(top)
                          : [at] "m"(*at), [limit] "m"(*limit), [p] "r"(p), [word] "r"(word)
                          : "memory", "cc"
                          : full);
    return true;
full:
    return false;
}

#endif
