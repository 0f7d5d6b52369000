#!/bin/sh
# SPDX-License-Identifier: MIT
# test_lazy_env.sh - the variables of phase 9 act on a real program: what HAKMEM_SS_LRU_DEBUG=1 and
# HAKMEM_SS_PREWARM_DEBUG=1 print at exit, also when the program has closed its standard error, and what each bound does
# to the counters.
#
# HAK_LIB: the shared library to preload. HAK_OUT: where its build put test/prog_lazy_burst.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_WORK_DIR:?the directory of the workloads}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for name in $(env | sed -n 's/^\(HAKMEM_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
passed=0
failed=0

fail() {
    echo "FAIL $1"
    sed 's/^/    /' "$tmp/err"
    failed=$((failed + 1))
}

# run VARIABLE=value... PROGRAM ARGUMENT...
run() {
    env LD_PRELOAD="$HAK_LIB" "$@" >"$tmp/out" 2>"$tmp/err" || fail "$*: exit status $?"
}

# The number before a word of the LRU's line, or of the prewarming's.
lru() { sed -nE "s/^hakmem: SuperSlab LRU: .*\b([0-9]+) $1.*/\1/p" "$tmp/err"; }
evicted() { sed -nE "s/^hakmem: SuperSlab LRU: .*[ d]([0-9]+) by $1.*/\1/p" "$tmp/err"; }
prewarm() { sed -nE "s/^hakmem: SuperSlab prewarm: .*\b([0-9]+) $1.*/\1/p" "$tmp/err"; }

# expect WHAT NUMBER TEST NUMBER
expect() {
    if [ -n "$2" ] && [ "$2" "$3" "$4" ]; then
        passed=$((passed + 1))
    else
        fail "$1: $2 $3 $4 does not hold"
    fi
}

# Fills 64 MiB and empties it three times; then sits idle for so many seconds.
burst="$HAK_OUT/test/prog_lazy_burst 64 3"
# What this phase is asked to hold, so that what all may keep together does not count.
all=HAKMEM_SS_LRU_SIZE=256

run HAKMEM_SS_LRU_DEBUG=1 $all $burst 0
expect "pushes of bursts" "$(lru pushes)" -ge 72
expect "hits of bursts" "$(lru hits)" -ge 48
expect "misses of bursts" "$(lru misses)" -ge 32
expect "misses of bursts, the first alone" "$(lru misses)" -le 48
expect "held after bursts" "$(lru held)" -ge 24

# Without a word about how much: 24 MiB, and twice that when what has gone is wanted again.
run HAKMEM_SS_LRU_DEBUG=1 $burst 0
expect "held after bursts, unasked" "$(lru held)" -le 33
expect "as spare" "$(lru 'as spare')" -ge 4

run HAKMEM_SS_LRU_DEBUG=1 HAKMEM_SS_LRU_SIZE=4 $burst 0
expect "held, 4 at most" "$(lru held)" -le 4
expect "evicted by count" "$(evicted count)" -ge 10

run HAKMEM_SS_LRU_DEBUG=1 HAKMEM_SS_LRU_MB=8 $burst 0
expect "held, 8 MiB at most" "$(lru held)" -le 4
expect "evicted by bytes" "$(evicted bytes)" -ge 10

run HAKMEM_SS_LRU_DEBUG=1 HAKMEM_SS_LRU_SIZE=0 $burst 0
expect "pushes into nothing" "$(lru pushes)" -eq 0

# Idle beyond the age: nobody calls, so only the thread can evict. On a busy machine bursts themselves last longer than the age,
# so what is evicted meanwhile is seen in the memory before and after, not in the counter.
resident() { sed -nE "s/.*$1 ([0-9]+).*/\1/p" "$tmp/out"; }
run HAKMEM_SS_LRU_DEBUG=1 HAKMEM_SS_LRU_TTL=1000 $all $burst 2
expect "RSS after idle time without a thread" "$(resident after)" -ge "$(($(resident before) - 1024))"
run HAKMEM_SS_LRU_DEBUG=1 HAKMEM_SS_LRU_TTL=1000 $all HAKMEM_PURGE_THREAD=1 $burst 2
expect "evicted by age by the thread" "$(evicted age)" -ge 10
before=$(resident before)
after=$(resident after)
expect "RSS after the idle time" "$after" -lt "$((before - 32768))"

run HAKMEM_SS_LRU_DEBUG=1 HAKMEM_SS_PREWARM=8 HAKMEM_SS_PREWARM_DEBUG=1 $burst 0
expect "prewarmed" "$(prewarm mapped)" -eq 8
expect "hits of the prewarmed" "$(lru hits)" -ge 8
run HAKMEM_SS_PREWARM=8 HAKMEM_SS_PREWARM_DEBUG=1 HAKMEM_SS_LRU_SIZE=3 $burst 0
expect "prewarmed within the bounds" "$(prewarm mapped)" -eq 3

# sort closes its standard error before the last words.
run HAKMEM_SS_LRU_DEBUG=1 HAKMEM_SS_PREWARM=2 sort /dev/null
expect "a line from a program that closes its standard error" "$(lru misses)" -ge 0

run $burst 0
if [ -s "$tmp/err" ]; then fail "silent unless asked"; else passed=$((passed + 1)); fi

echo "Checks: $((passed + failed))"
[ "$failed" -eq 0 ]
