/* SPDX-License-Identifier: MIT */
/* restart-aarch64.h - phase 23: a pop and a push as restartable sequences of AArch64; restart-x86_64.h says how they work.
 *
 * The number before label 4 is 0xd428bc00 here, which is a break point. A push acquires top: if it sees the gate there, it sees
 * that there is no limit.
 */
#ifndef HAK_RESTART_AARCH64_H
#define HAK_RESTART_AARCH64_H

enum { RESTART_KNOWN = 1 }; /* the kernel restarts these */

#define RESTART_BEGIN                                                            \
    ".pushsection .data.rel.ro.restart, \"aw\"\n\t.balign 32\n"                 \
    "3:\t.long 0, 0\n\t.quad 1f, 2f - 1f, 4f\n\t.popsection\n"                 \
    "0:\tadrp %[top], 3b\n\tadd %[top], %[top], :lo12:3b\n\tstr %[top], [%[word]]\n1:\t"
#define RESTART_END                                                              \
    "\n2:\t.pushsection .text.unlikely, \"ax\"\n\t.inst 0xd428bc00\n4:\tb 0b\n\t.popsection"

/* The block at *at, which then is one lower; NULL: none. */
hot_inline void *restart_pop(uint64_t *word, void ***at)
{
    void *p, **top;
    __asm__ volatile goto(RESTART_BEGIN "ldr %[top], [%[at]]\n\tldr %[p], [%[top]]\n\tcbz %[p], %l[empty]\n\t"
                                        "sub %[top], %[top], #8\n\tstr %[top], [%[at]]" RESTART_END
                          : [p] "=&r"(p), [top] "=&r"(top)
                          : [at] "r"(at), [word] "r"(word)
                          : "memory"
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
    void **top, *other;
    __asm__ volatile goto(RESTART_BEGIN "ldar %[top], [%[at]]\n\tldr %[other], [%[limit]]\n\tcmp %[top], %[other]\n\t"
                                        "b.hs %l[full]\n\tldr %[other], [%[top]]\n\tcmp %[other], %[p]\n\t"
                                        "b.eq %l[full]\n\tstr %[p], [%[top], #8]\n\t"
                                        "add %[top], %[top], #8\n\tstr %[top], [%[at]]" RESTART_END
                          : [top] "=&r"(top), [other] "=&r"(other)
                          : [at] "r"(at), [limit] "r"(limit), [p] "r"(p), [word] "r"(word)
                          : "memory", "cc"
                          : full);
    return true;
full:
    return false;
}

#endif
