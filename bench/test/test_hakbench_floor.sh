#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_floor.sh - the floor serves what it is compared on: random_mixed ends as under any allocator, whatever its slots, and
# hakbench takes it for a rival. (Were two live blocks the same memory, the workload's own check would fail.)
set -u
checks=0
failed=0
floor=$PWD/out/bench/floor.so
for arguments in '20000 256 42' '200000 4096 1234567' '300000 65536 1234567'; do
    checks=$((checks + 1))
    want=$(out/work/random_mixed $arguments | grep -o 'checksum=[0-9a-f]*')
    got=$(LD_PRELOAD=$floor out/work/random_mixed $arguments | grep -o 'checksum=[0-9a-f]*')
    [ -n "$want" ] && [ "$got" = "$want" ] || { failed=$((failed + 1)); echo "FAIL: $arguments: '$got', not '$want'"; }
done
checks=$((checks + 1))
served=$(LD_PRELOAD=$floor out/bench/hakbench --whose-malloc | grep -cF " from $(realpath "$floor")")
[ "$served" = 4 ] || { failed=$((failed + 1)); echo "FAIL: it serves $served of malloc, calloc, realloc and free"; }
echo "Checks: $checks"
[ "$failed" = 0 ]
