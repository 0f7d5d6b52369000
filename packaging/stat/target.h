/* SPDX-License-Identifier: MIT */
/* target.h - another process: where hakmem lies in it, and what lies at an address of it. */
#ifndef HAK_STAT_TARGET_H
#define HAK_STAT_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct target {
    int pid;
    char program[64];  /* its name, as the kernel has it */
    char variant[128]; /* of the library in it */
    uint64_t parts, parts_end; /* where its struct peek_part lie */
};

/* Ends the program with a line on standard error. */
_Noreturn void fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Finds the library in a process; ends the program with one line when it cannot be found or read. */
void target_open(struct target *t, int pid);

/* Copies bytes at an address of the process; false: it is not mapped, or the process is gone. */
bool target_copy(const struct target *t, uint64_t at, void *to, size_t bytes);

/* The same for what must be there; ends the program when it is not. */
void target_read(const struct target *t, uint64_t at, void *to, size_t bytes);
uint64_t target_word(const struct target *t, uint64_t at);

/* Has the process ended? */
bool target_gone(const struct target *t);

#endif
