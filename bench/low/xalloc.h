/* xalloc.h - memory of the workbench itself: it ends with one line when there is none, so that callers need not ask.
 */
#ifndef BENCH_XALLOC_H
#define BENCH_XALLOC_H

/* p; or the end of the program, when p is NULL. Around malloc, realloc, strdup ... */
void *xalloc_need(void *p);

#endif
