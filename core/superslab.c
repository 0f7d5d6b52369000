/* superslab.c - see superslab.h. */
#include "superslab.h"
#include "os.h"
#include "seam/lazy.h"
#include "seam/purge.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>

uint64_t ssmap_bits[SSMAP_REGIONS / SSMAP_WORD];

static pthread_mutex_t superslab_lock = PTHREAD_MUTEX_INITIALIZER;
static struct superslab *superslab_list;  /* every SuperSlab that the map knows; under the lock */
static struct superslab *superslab_stuck; /* munmap failed: used again first; under the lock; linked by next */
static struct superslab_counts counts;    /* under the lock */
static void *superslab_hint;              /* where the next one would lie beside the last; relaxed, only a wish */

static void superslab_link(struct superslab *ss)
{
    ss->prev = NULL;
    ss->next = superslab_list;
    if (ss->next)
        ss->next->prev = ss;
    superslab_list = ss;
    counts.mapped++;
    if (++counts.now > counts.peak)
        counts.peak = counts.now;
}

static void superslab_unlink(struct superslab *ss)
{
    if (ss->next)
        ss->next->prev = ss->prev;
    if (ss->prev)
        ss->prev->next = ss->next;
    else
        superslab_list = ss->next;
    counts.now--;
    counts.unmapped++;
}

struct superslab *superslab_map(void)
{
    pthread_mutex_lock(&superslab_lock);
    struct superslab *ss = superslab_stuck;
    if (ss)
        superslab_stuck = ss->next;
    pthread_mutex_unlock(&superslab_lock);
    if (!ss) {
        ss = os_map(SUPERSLAB_SIZE, SUPERSLAB_SIZE, 0, load_relaxed(&superslab_hint), OS_SUPERSLAB);
        if (!ss) {
            errno = ENOMEM;
            return NULL;
        }
        store_relaxed(&superslab_hint, (char *)ss - SUPERSLAB_SIZE);
        ss->clean = UINT32_MAX;
    }
    pthread_mutex_lock(&superslab_lock);
    superslab_link(ss);
    ssmap_set(ss);
    pthread_mutex_unlock(&superslab_lock);
    return ss;
}

void superslab_unmap(struct superslab *ss)
{
    superslab_valid(ss);
    pthread_mutex_lock(&superslab_lock);
    ssmap_clear(ss);
    superslab_unlink(ss);
    if (!os_unmap(ss, SUPERSLAB_SIZE, OS_SUPERSLAB)) {
        ss->clean = 0;
        if (os_purge(ss, SUPERSLAB_SIZE, OS_SUPERSLAB))
            ss->clean = UINT32_MAX;
        ss->next = superslab_stuck;
        superslab_stuck = ss;
    } else {
        store_relaxed(&superslab_hint, (void *)ss);
    }
    pthread_mutex_unlock(&superslab_lock);
}

size_t superslab_trim(void)
{
    size_t count = 0;
    pthread_mutex_lock(&superslab_lock);
    for (struct superslab **at = &superslab_stuck, *ss; (ss = *at);) {
        struct superslab *next = ss->next;
        if (os_unmap(ss, SUPERSLAB_SIZE, OS_SUPERSLAB)) {
            *at = next;
            count++;
        } else {
            at = &ss->next;
        }
    }
    pthread_mutex_unlock(&superslab_lock);
    return count;
}

void superslab_purge(struct superslab *ss)
{
    size_t header = (sizeof *ss + os_page - 1) & ~(os_page - 1);
    if (os_purge((char *)ss + header, SUPERSLAB_SIZE - header, OS_SUPERSLAB))
        ss->clean = UINT32_MAX & ~(uint32_t)1; /* slot 0 shares the header's pages */
}

struct superslab *superslab_acquire(void)
{
    struct superslab *ss = lazy_acquire();
    if (ss) {
        purge_acquired();
        memset(&ss->pool, 0, sizeof ss->pool);
        memset(&ss->guard, 0, sizeof ss->guard);
    }
    return ss;
}

void superslab_release(struct superslab *ss)
{
    lazy_release(ss);
    purge_released();
}

void superslab_each_slab(void (*visit)(void *context, struct slab *s), void *context)
{
    pthread_mutex_lock(&superslab_lock);
    for (struct superslab *ss = superslab_list; ss; ss = ss->next) {
        for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++) {
            if (slab_heap(&ss->slab[i]))
                visit(context, &ss->slab[i]);
        }
    }
    pthread_mutex_unlock(&superslab_lock);
}

struct superslab_counts superslab_counts(void)
{
    pthread_mutex_lock(&superslab_lock);
    struct superslab_counts result = counts;
    pthread_mutex_unlock(&superslab_lock);
    return result;
}

void superslab_valid(const struct superslab *ss)
{
    hak_assert(ssmap_has(ss));
    for (unsigned i = 0; i < SLABS_PER_SUPERSLAB; i++)
        hak_assert(slab_heap(&ss->slab[i]) == NULL && ss->slab[i].slots == 0);
}

void superslab_fork_lock(void)
{
    pthread_mutex_lock(&superslab_lock);
}

void superslab_fork_unlock(void)
{
    pthread_mutex_unlock(&superslab_lock);
}
