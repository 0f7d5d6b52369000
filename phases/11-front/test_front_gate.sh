#!/bin/sh
# SPDX-License-Identifier: MIT
# test_front_gate.sh - the gate of phase 11 that counters can show: at least 90 % of the allocations of random_mixed are
# answered by the front, cold and steady. The program counts its allocations, too, so that none is left out of the rate.
#
# HAK_LIB: the shared library to preload. HAK_WORK_DIR: the workloads.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_WORK_DIR:?the directory of the workloads}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for name in $(env | sed -n 's/^\(HAKMEM_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
passed=0
failed=0
json() { sed -nE "s/.*\"$1\":([0-9]+)[,}].*/\1/p" "$tmp/err"; }

# gate CYCLES WS SEED [MIN MAX]
gate() {
    env HAKMEM_STATS=json LD_PRELOAD="$HAK_LIB" "$HAK_WORK_DIR/random_mixed" "$@" >"$tmp/out" 2>"$tmp/err" || {
        echo "FAIL random_mixed $*: exit status $?"
        failed=$((failed + 1))
        return
    }
    hits=$(json front.hits) misses=$(json front.misses) mallocs=$(sed -nE 's/.* mallocs=([0-9]+).*/\1/p' "$tmp/out")
    rate=$((hits * 10000 / mallocs))
    echo "random_mixed $*: $mallocs allocations, $hits hits, $misses misses: $((rate / 100)).$((rate / 10 % 10)) %"
    # Without phase 12 blocks above 1024 bytes, one in 64, have mappings of their own: they are no hits.
    if [ "$rate" -ge 9000 ] && [ $((hits + misses)) -ge $((mallocs * 98 / 100)) ]; then
        passed=$((passed + 1))
    else
        echo "FAIL random_mixed $*: want 90 %"
        failed=$((failed + 1))
    fi
}

gate 200000 4096 1234567
gate 100000 256 42
gate 2000000 256 1234567
gate 2000000 8192 1234567
gate 2000000 65536 1234567

echo "Checks: $((passed + failed))"
[ "$failed" -eq 0 ]
