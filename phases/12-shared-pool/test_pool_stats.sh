#!/bin/sh
# SPDX-License-Identifier: MIT
# test_pool_stats.sh - the variables of phase 12 act on a real program: HAKMEM_POOL_STATS=1 prints every stage, lock takes and
# waits; HAKMEM_POOL_TRACE=1 prints each acquisition in MODE=check and nothing in any other; HAKMEM_POOL_EMPTY bounds what is
# kept.
#
# HAK_LIB: the shared library to preload. HAK_WORK_DIR: the workloads. HAK_MODE: how it was built.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_WORK_DIR:?the directory of the workloads}" "${HAK_MODE:?release or check}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for name in $(env | sed -n 's/^\(HAKMEM_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
passed=0
failed=0

fail() {
    echo "FAIL $1"
    head -n 20 "$tmp/err" | sed 's/^/    /'
    failed=$((failed + 1))
}

# run VARIABLE=value... PROGRAM ARGUMENT...
run() { env LD_PRELOAD="$HAK_LIB" "$@" >"$tmp/out" 2>"$tmp/err" || fail "$*: exit status $?"; }
json() { sed -nE "s/.*\"$1\":([0-9]+)[,}].*/\1/p" "$tmp/err"; }
line() { sed -nE "s/^hakmem $1 ([0-9]+)\$/\1/p" "$tmp/err"; }

# expect WHAT NUMBER TEST NUMBER
expect() {
    if [ -n "$2" ] && [ -n "$4" ] && [ "$2" "$3" "$4" ]; then
        passed=$((passed + 1))
    else
        fail "$1: $2 $3 $4 does not hold"
    fi
}

mixed="$HAK_WORK_DIR/random_mixed 200000 4096 1234567"
many="$HAK_WORK_DIR/mid_large_mt"
names='stage0_hot stage0_5_empty stage1_freed stage2_unused stage3_new released retries empty lock_takes lock_waits'

# Fronts, where there are any, hold nothing: whatever they are wide enough for, slabs come and go.
no_front=HAKMEM_FC_CAP=0
run $no_front true
grep -q 'no such variable' "$tmp/err" && no_front=

run $no_front HAKMEM_POOL_STATS=1 HAKMEM_STATS=json $mixed
for name in $names; do
    expect "line of pool.$name" "$(line "pool.$name")" -eq "$(json "pool.$name")"
done
taken=$(($(line pool.stage0_hot) + $(line pool.stage1_freed) + $(line pool.stage2_unused) + $(line pool.stage3_new)))
expect "only these lines" "$(grep -c '^hakmem ' "$tmp/err")" -eq "$(echo $names | wc -w)"
expect "stage 0" "$(line pool.stage0_hot)" -ge 10
expect "stage 3" "$(line pool.stage3_new)" -ge 1
expect "stage 3 and the SuperSlabs" "$(line pool.stage3_new)" -ge "$(json superslabs_peak)"
expect "slabs, claimed and not given back" \
    $((taken - $(line pool.released))) -eq $(($(json slabs) + $(line pool.empty)))
expect "the lock, for new and ended SuperSlabs only" "$(line pool.lock_takes)" -le $((2 * $(line pool.stage3_new)))
expect "waits of one thread" "$(line pool.lock_waits)" -eq 0
expect "retries of one thread" "$(line pool.retries)" -eq 0

run HAKMEM_POOL_STATS=1 HAKMEM_STATS=json $many 4 2000 256 42
expect "several threads: FREED or UNUSED" $(($(line pool.stage1_freed) + $(line pool.stage2_unused))) -ge 1
expect "several threads: released" "$(line pool.released)" -ge 1

run $no_front HAKMEM_STATS=json HAKMEM_POOL_EMPTY=16 $many 4 2000 256 42
kept=$(json pool.stage0_5_empty)
expect "keeping 16 EMPTY slabs: stage 0.5" "$kept" -ge 10
run HAKMEM_STATS=json HAKMEM_POOL_EMPTY=0 $many 4 2000 256 42
expect "keeping none" "$(json pool.stage0_5_empty)" -eq 0

run $no_front HAKMEM_POOL_TRACE=1 HAKMEM_POOL_STATS=1 $mixed
told=$(grep -cE '^hakmem pool\.[a-z0-9_]+ [0-9]+$' "$tmp/err")
all_claims=$(($(line pool.stage0_hot) + $(line pool.stage0_5_empty) + $(line pool.stage1_freed) + $(line pool.stage2_unused) \
    + $(line pool.stage3_new)))
claims=$(grep -cE '^hakmem pool: claim slab 0x[0-9a-f]+ class [0-9]+ stage [0-4]$' "$tmp/err")
releases=$(grep -cE '^hakmem pool: release slab 0x[0-9a-f]+ class [0-9]+ ' "$tmp/err")
if [ "$HAK_MODE" = check ]; then
    expect "trace: claims" "$claims" -ge 20
    expect "trace: releases" "$releases" -ge 1
    expect "trace: every claim is traced" "$claims" -eq "$all_claims"
    expect "trace: nothing else" "$(grep -c . "$tmp/err")" -eq $((told + claims + releases))
else
    expect "no trace outside MODE=check" "$(grep -c . "$tmp/err")" -eq "$told"
fi

run HAKMEM_POOL_STATS=1 sort /dev/null
expect "a program that closes its standard error" "$(line pool.stage3_new)" -ge 1
run $mixed
expect "silent unless asked" "$(grep -c . "$tmp/err")" -eq 0
for bad in HAKMEM_POOL_EMPTY=17 HAKMEM_POOL_EMPTY=two HAKMEM_POOL_STATS=2 HAKMEM_POOL_TRACE=; do
    run "$bad" $mixed
    expect "$bad: one line" "$(grep -c "^hakmem: $bad: not a number from .* ignored" "$tmp/err")" -eq 1
    expect "$bad: nothing else" "$(grep -c . "$tmp/err")" -eq 1
done

echo "Checks: $((passed + failed))"
[ "$failed" -eq 0 ]
