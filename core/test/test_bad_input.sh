#!/bin/sh
# SPDX-License-Identifier: MIT
# test_bad_input.sh - a pointer that is not a live block ends the program with one exact line on stderr and SIGABRT.
#
# HAK_LIB: the shared library to preload. HAK_OUT: where its build put test/prog_bad_*; each prints the address that it is about
# to misuse. HAK_MODE: release, or check, which looks harder.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}"
export HAK_LIB
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
ulimit -c 0
unset HAKMEM_CRASH_LOG HAKMEM_STATS HAKMEM_HELP
failed=0
passed=0

foreign='not a block of this allocator (foreign, or already freed)'
misaligned='misaligned pointer'
middle='pointer into the middle of a block'
freed='already freed'

fail() {
    echo "FAIL $1: $2"
    failed=$((failed + 1))
}

# expect KIND FUNCTION WHAT [WHAT...]: the line must be that of one of the given reasons.
expect() {
    kind=$1 function=$2
    shift 2
    # The inner shell becomes the program, so that "Aborted", a word of the outer shell, does not get into its stderr.
    { sh -c 'LD_PRELOAD=$HAK_LIB exec "$0" >"$1/out" 2>"$1/err"' "$HAK_OUT/test/prog_bad_$kind" "$tmp"; } 2>/dev/null
    status=$?
    address=$(cat "$tmp/out")
    got=$(cat "$tmp/err")
    if [ "$status" -ne 134 ]; then
        fail "$kind" "exit status $status, not 134, and: $got"
        return
    fi
    for what in "$@"; do
        if [ "$got" = "hakmem: $function($address): $what [variant $variant]" ]; then
            passed=$((passed + 1))
            return
        fi
    done
    fail "$kind" "wrong message
  expected: hakmem: $function($address): $1 [variant $variant]
  got:      $got"
}

variant=$(LD_PRELOAD=$HAK_LIB "$HAK_OUT/test/prog_variant") || exit 1
if [ "$variant" = none ]; then
    echo "FAIL: $HAK_LIB is not preloaded"
    exit 1
fi

expect stack free "$foreign"
expect static free "$foreign"
# What the answers of the owner seam that are not exact do here instead of saying so: phases/mincore-fix/test_mincore_fix.sh.
case $variant in *.mincore-trust*) ;; *) expect mapping free "$foreign" ;; esac
case $variant in *.mincore-trust* | *.mincore-cached* | *.mincore-ranges*) ;; *) expect large_twice free "$foreign" "$freed" ;; esac
expect small_integer free "$foreign"
expect noncanonical free "$foreign"
expect misaligned free "$misaligned"
expect large_interior free "$middle" "$foreign"
expect realloc realloc "$foreign"
expect realloc_zero realloc "$foreign"
expect reallocarray reallocarray "$foreign"
expect usable_size malloc_usable_size "$foreign"
expect free_sized free_sized 'size 48 given, block holds 32'
expect tiny_twice free "$freed"
expect realloc_freed realloc "$freed"
expect usable_size_freed malloc_usable_size "$freed"
if [ "${HAK_MODE:-release}" = check ]; then
    expect unused free "$foreign"
    expect tiny_interior free "$middle"
    expect other_thread free "$freed"
fi

echo "Checks: $((passed + failed)), Failures: $failed ($variant)"
[ "$failed" -eq 0 ]
