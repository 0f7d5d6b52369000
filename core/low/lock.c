/* SPDX-License-Identifier: MIT */
/* lock.c - see lock.h. */
#include "core/low/lock.h"
#include "core/low/os.h"

enum { LOCK_SPINS = 100, LOCK_FORK_MS = 20 };

struct lock lock_of[LOCK_RANKS];
HAK_TLS uint32_t lock_inside;
static HAK_TLS uint32_t lock_forked; /* ranks that lock_fork has taken for this thread */

static inline void lock_tell(enum lock_rank rank)
{
    lock_inside |= (uint32_t)1 << rank;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void lock_untell(enum lock_rank rank)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    lock_inside &= ~((uint32_t)1 << rank);
}

/* Who takes the lock after a wait does not know whether others wait, too, and says so. */
static noinline void lock_wait(uint32_t *word)
{
    for (int i = 0; i < LOCK_SPINS; i++) {
        if (load_relaxed(word) == 0 && lock_word_take(word))
            return;
        cpu_pause();
    }
    for (;;) {
        uint32_t seen = load_relaxed(word);
        if (seen == 0) {
            if (__atomic_compare_exchange_n(word, &seen, lock_self() | LOCK_WAITERS, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                return;
        } else if (seen & LOCK_WAITERS ||
                   __atomic_compare_exchange_n(word, &seen, seen | LOCK_WAITERS, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            os_futex_wait(word, seen | LOCK_WAITERS);
        }
    }
}

void lock_enter(enum lock_rank rank)
{
    hak_assert(lock_in_order(rank));
    lock_tell(rank);
    if (!lock_word_take(&lock_of[rank].word))
        lock_wait(&lock_of[rank].word);
}

bool lock_try(enum lock_rank rank)
{
    if (unlikely(lock_inside >> rank & 1) || load_relaxed(&lock_of[rank].word) != 0)
        return false;
    lock_tell(rank);
    if (lock_word_take(&lock_of[rank].word))
        return true;
    lock_untell(rank);
    return false;
}

void lock_leave(enum lock_rank rank)
{
    hak_assert(lock_word_mine(&lock_of[rank].word));
    if (unlikely(__atomic_exchange_n(&lock_of[rank].word, 0, __ATOMIC_RELEASE) & LOCK_WAITERS))
        os_futex_wake(&lock_of[rank].word, 1);
    lock_untell(rank);
}

void lock_fork(enum lock_rank rank)
{
    bool taken = false;
    if (lock_inside >> rank & 1)
        return;
    if (lock_in_order(rank)) {
        lock_enter(rank);
        lock_forked |= (uint32_t)1 << rank;
        return;
    }
    for (uint64_t end = os_now_us() + LOCK_FORK_MS * 1000; !taken && os_now_us() < end;)
        taken = lock_try(rank);
    if (taken)
        lock_forked |= (uint32_t)1 << rank;
}

uint32_t lock_forks;
bool lock_unsettled;

void lock_fork_begins(void)
{
    __atomic_fetch_add(&lock_forks, 1, __ATOMIC_SEQ_CST);
}

void lock_fork_ends(bool child)
{
    uint32_t left = __atomic_sub_fetch(&lock_forks, 1, __ATOMIC_SEQ_CST);
    if (child)
        __atomic_store_n(&lock_forks, 0, __ATOMIC_SEQ_CST);
    else if (left == 0)
        os_futex_wake(&lock_forks, INT32_MAX);
}

void lock_fork_wait(void)
{
    uint32_t forks = load_relaxed(&lock_forks);
    if (forks)
        os_futex_wait(&lock_forks, forks);
}

void lock_unfork(enum lock_rank rank, bool child)
{
    uint32_t bit = (uint32_t)1 << rank;
    if (lock_forked & bit) {
        lock_forked &= ~bit;
        lock_leave(rank);
    } else if (child && !lock_word_mine(&lock_of[rank].word)) {
        store_relaxed(&lock_of[rank].word, 0);
    }
}
