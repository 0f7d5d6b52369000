/* SPDX-License-Identifier: MIT */
/* test_large.h - what the tests of phase 15 share. */
#ifndef HAK_TEST_LARGE_H
#define HAK_TEST_LARGE_H

#include "core/heap/mapped.h"
#include "core/low/os.h"
#include "core/seam/large.h"
#include "core/seam/owner.h"
#include "core/heap/start.h"
#include "core/test/test.h"
#include "core/test/test_alone.h"
#include "core/test/test_api.h"

/* A fresh start: nothing kept, bounds as if the environment had named them. */
static inline void large_set(uint64_t mb, uint64_t percent, uint64_t ttl)
{
    start_once();
    large_trim();
    large_mb = mb;
    large_percent = percent;
    large_ttl = ttl * 1000;
    must(large_held() == 0 && large_valid());
}

/* System calls for large blocks so far. */
static inline uint64_t large_calls(void)
{
    uint64_t calls = 0;
    for (int call = 0; call < OS_CALLS; call++)
        calls += os_count(OS_LARGE, call);
    return calls;
}

/* The other answers may read memory that is gone, or take its word. */
static inline bool large_owner_is_exact(void)
{
    return strcmp(OWNER_NAME, "registry") == 0 || strcmp(OWNER_NAME, "always") == 0;
}

/* A large block, stamped. */
static inline char *large_block(size_t size, uint64_t seed)
{
    char *p = hak_malloc(size);
    must(p && test_aligned(p, os_page));
    test_stamp(p, size, seed);
    must(large_valid());
    return p;
}

static inline void large_drop(char *p, size_t size, uint64_t seed)
{
    must(test_stamped(p, size, seed));
    hak_free(p);
    must(large_valid() && (!large_owner_is_exact() || !owner_find(p)));
}

#endif
