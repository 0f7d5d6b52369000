/* background.h - a thread of the allocator's own: detached, small, and out of the program's way.
 *
 * May include libc only. For phases that have one; the core has none. A macro, so that the function stands, and is compiled,
 * in the file of the phase.
 *
 * BACKGROUND_THREAD(start, body) defines  static int start(void), which starts a thread that runs body(NULL). All signals are
 * blocked in it: the program's handlers run on the program's threads. It allocates, so no lock may be held. Returns an error
 * number, or 0. A stack that cannot hold the program's thread-local variables is replaced by one of the usual size.
 */
#ifndef HAK_BACKGROUND_H
#define HAK_BACKGROUND_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>

enum { BACKGROUND_STACK = 128 * 1024 };

#define BACKGROUND_THREAD(start, body)                                        \
    static int start(void)                                                    \
    {                                                                         \
        pthread_t thread;                                                     \
        pthread_attr_t attributes;                                            \
        sigset_t all, before;                                                 \
        int error = pthread_attr_init(&attributes);                           \
        if (error)                                                            \
            return error;                                                     \
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);    \
        size_t usual;                                                         \
        pthread_attr_getstacksize(&attributes, &usual);                       \
        pthread_attr_setstacksize(&attributes, BACKGROUND_STACK);             \
        sigfillset(&all);                                                     \
        pthread_sigmask(SIG_BLOCK, &all, &before);                            \
        error = pthread_create(&thread, &attributes, body, NULL);             \
        if (error == EINVAL) {                                                \
            pthread_attr_setstacksize(&attributes, usual);                    \
            error = pthread_create(&thread, &attributes, body, NULL);         \
        }                                                                     \
        pthread_sigmask(SIG_SETMASK, &before, NULL);                          \
        pthread_attr_destroy(&attributes);                                    \
        return error;                                                         \
    }

#endif
