#!/bin/sh
# SPDX-License-Identifier: MIT
# test_signal_free.sh - free, and only free, may be called in a signal handler, for any number of blocks of any size: no block
# comes into two hands, and nothing is taken for wrong that is right. A small stack is enough for free: what it calls is bound
# at load.
#
# HAK_LIB: the shared library to preload. HAK_OUT: where its build put test/prog_signal_free and prog_small_stack. HAK_MODE.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}" "${HAK_MODE:?release}"
ulimit -c 0
failed=0
passed=0

# run SECONDS [SIZE]
run() {
    if got=$(LD_PRELOAD=$HAK_LIB timeout 60 "$HAK_OUT/test/prog_signal_free" "$@" 2>&1); then
        passed=$((passed + 1))
    else
        echo "FAIL prog_signal_free $*: status $?, $got"
        failed=$((failed + 1))
    fi
}

run 2
run 1 64
run 1 3000
run 1 40000
run 2 100000
run 1 700000

# stack SIZE BLOCKS
stack() {
    most=2048
    if got=$(LD_PRELOAD=$HAK_LIB timeout 60 "$HAK_OUT/test/prog_small_stack" "$@" 2>&1) && [ "$got" -le "$most" ]; then
        passed=$((passed + 1))
    else
        echo "FAIL prog_small_stack $*: free took $got bytes of stack, at most $most are right"
        failed=$((failed + 1))
    fi
}

case $HAK_MODE in
release | check) # a sanitizer's own functions take more
    stack 64 5000
    stack 20000 3000
    stack 40000000 1
    ;;
esac

echo "Checks: $((passed + failed)), Failures: $failed"
[ "$failed" -eq 0 ]
