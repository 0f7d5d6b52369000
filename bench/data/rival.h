/* SPDX-License-Identifier: MIT */
/* rival.h - the table of known rivals: name, file, colour. A row added to rival.c is a rival of every command, plot and text.
 */
#ifndef BENCH_RIVAL_H
#define BENCH_RIVAL_H

struct rival {
    const char *name;
    const char *file;   /* how the name of its library begins; "": the C library's own allocator */
    const char *colour; /* in plots, as gnuplot reads it */
};

extern const struct rival rivals[]; /* the C library first; ended by a NULL name */

/* By its exact name; NULL: no such rival. */
const struct rival *rival_find(const char *name);

/* " glibc, mimalloc, jemalloc": for messages. Static buffer. */
const char *rival_names(void);

/* The colours of plots, for plots/style.gp: hakmem, then every rival in order, then any other library. Static buffer. */
const char *rival_colours(void);

/* Index into those colours of an allocator: kind and label as in struct ds_variant. */
int rival_colour_index(const char *kind, const char *label);

#endif
