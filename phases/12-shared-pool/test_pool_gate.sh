#!/bin/sh
# SPDX-License-Identifier: MIT
# test_pool_gate.sh - the gate of phase 12 that counters can show: the workload of the first report needs at most 100 mmap,
# munmap, madvise and mincore calls together (9,637 there) and at most 8 SuperSlabs (877 there).
#
# Counted by strace where it is installed and allowed: then the program's own calls and the loader's count too. Always by the
# allocator's counters. HAK_LIB: the shared library to preload. HAK_WORK_DIR: the workloads.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_WORK_DIR:?the directory of the workloads}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for name in $(env | sed -n 's/^\(HAKMEM_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
passed=0
failed=0
json() { sed -nE "s/.*\"$1\":([0-9]+)[,}].*/\1/p" "$tmp/err"; }

# The sum of the allocator's counters whose name matches.
json_sum() { tr ',{}' '\n\n\n' <"$tmp/err" | grep -E "^\"$1\":" | awk -F : '{ sum += $2 } END { print sum + 0 }'; }

# expect WHAT NUMBER TEST NUMBER
expect() {
    if [ -n "$2" ] && [ "$2" "$3" "$4" ]; then
        echo "$1: $2 (want $3 $4)"
        passed=$((passed + 1))
    else
        echo "FAIL $1: $2, want $3 $4"
        failed=$((failed + 1))
    fi
}

# gate PROGRAM ARGUMENT... : CALLS and SUPERSLABS at most, as set before
gate() {
    program=$1
    shift
    env HAKMEM_STATS=json LD_PRELOAD="$HAK_LIB" "$HAK_WORK_DIR/$program" "$@" >"$tmp/out" 2>"$tmp/err" ||
        expect "$program $*: exit status" $? -eq 0
    what='os\.(mmap|munmap|madvise|mincore)\.[a-z]*'
    expect "$program $*: system calls of the allocator" "$(json_sum "$what")" -le "$calls"
    expect "$program $*: mappings for mid blocks" "$(json_sum 'os\.[a-z]*\.mid')" -eq 0
    expect "$program $*: SuperSlabs at most at one time" "$(json superslabs_peak)" -le "$superslabs"
    if strace -f -c -o "$tmp/trace" -E LD_PRELOAD="$HAK_LIB" "$HAK_WORK_DIR/$program" "$@" >/dev/null 2>&1; then
        expect "$program $*: strace: mmap + munmap + madvise + mincore" \
            "$(awk '$NF ~ /^(mmap|munmap|madvise|mincore)$/ { sum += $4 } END { print sum + 0 }' "$tmp/trace")" -le "$calls"
    fi
}

calls=100 superslabs=8
gate random_mixed 200000 4096 1234567
gate random_mixed 100000 256 42
gate random_mixed 2000000 8192 1234567

strace -c true >/dev/null 2>&1 || echo "strace is not installed or not allowed: counters only"
echo "Checks: $((passed + failed))"
[ "$failed" -eq 0 ]
