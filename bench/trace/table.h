/* SPDX-License-Identifier: MIT */
/* table.h - which recorded object is at an address: the table of live objects of the recorder.
 *
 * May include libc only. Memory comes from mmap, never from malloc. All functions may be called by several threads at once.
 */
#ifndef BENCH_TRACE_TABLE_H
#define BENCH_TRACE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* Notes that `object` is at p. false, and errno: there is no memory. */
bool table_put(const void *p, uint64_t object);

/* Takes the object at p out of the table; false: there is none. */
bool table_take(const void *p, uint64_t *object);

#endif
