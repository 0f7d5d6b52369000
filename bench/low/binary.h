/* SPDX-License-Identifier: MIT */
/* binary.h - what a file of machine code tells of itself: its sha256, and the variant's name in its ELF note.
 */
#ifndef BENCH_BINARY_H
#define BENCH_BINARY_H

#include <stdbool.h>
#include <stddef.h>

/* The variant's name in a file's ELF note; "" when there is none. */
void binary_note(const char *path, char *out, size_t size);

/* sha256 of a file as 64 hex digits; false when it cannot be read. */
bool binary_sha256(const char *path, char out[65]);

/* The same of a text. */
bool binary_text_sha256(const char *text, char out[65]);

#endif
