/* SPDX-License-Identifier: MIT */
/* test_helper.h - a second thread for tests that need to say what happens when. */
#ifndef HAK_TEST_HELPER_H
#define HAK_TEST_HELPER_H

#include "core/heap/heap.h"
#include "test_api.h"

#include <pthread.h>
#include <semaphore.h>

/* A thread with a heap that does what it is told, one thing at a time, and sleeps in between. */
struct helper {
    pthread_t thread;
    sem_t go, done;
    void (*work)(void *context); /* NULL: end */
    void *context;
    struct heap *heap;
};

static inline void *helper_main(void *context)
{
    struct helper *helper = context;
    hak_free(hak_malloc(1));
    helper->heap = heap_self;
    for (;;) {
        sem_wait(&helper->go);
        void (*work)(void *context) = helper->work; /* once done, the next may be there */
        if (work)
            work(helper->context);
        sem_post(&helper->done);
        if (!work)
            return NULL;
    }
}

static inline void helper_begin(struct helper *helper, void (*work)(void *context), void *context)
{
    helper->work = work;
    helper->context = context;
    sem_post(&helper->go);
}

static inline void helper_do(struct helper *helper, void (*work)(void *context), void *context)
{
    helper_begin(helper, work, context);
    sem_wait(&helper->done);
}

static inline void helper_start(struct helper *helper)
{
    must(!sem_init(&helper->go, 0, 0) && !sem_init(&helper->done, 0, 0));
    must(!pthread_create(&helper->thread, NULL, helper_main, helper));
}

static inline void helper_end(struct helper *helper)
{
    helper_do(helper, NULL, NULL);
    must(!pthread_join(helper->thread, NULL));
}

#endif
