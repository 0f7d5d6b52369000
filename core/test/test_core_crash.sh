#!/bin/sh
# SPDX-License-Identifier: MIT
# test_core_crash.sh - HAKMEM_CRASH_LOG=1: one exact line when the program dies of SIGSEGV, SIGBUS or SIGABRT, then what would
# have happened without it: death by that same signal, unless it is ignored. The program's own handler is alone. Without the variable nothing is said.
#
# HAK_LIB: the shared library to preload. HAK_OUT: where its build put test/prog_crash.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
ulimit -c 0
unset HAKMEM_STATS HAKMEM_HELP HAKMEM_CRASH_LOG
failed=0
checks=0
variant=$(LD_PRELOAD=$HAK_LIB "$HAK_OUT/test/prog_variant") || exit 1

# expect STATUS TEXT VALUE WAY [early]: with HAKMEM_CRASH_LOG=VALUE (empty: unset). "@" in TEXT: the address that was printed.
expect() {
    status=$1 text=$2 value=$3
    shift 3
    checks=$((checks + 1))
    # The subshell keeps the shell's own "Aborted" out of what the program wrote.
    (exec env ${value:+HAKMEM_CRASH_LOG=$value} LD_PRELOAD="$HAK_LIB" "$HAK_OUT/test/prog_crash" "$@") >"$tmp/out" 2>"$tmp/err"
    got=$?
    text=$(printf '%b' "$text" | sed "s|@|$(head -n 1 "$tmp/out")|")
    if [ "$got" -ne "$status" ] || [ "$(cat "$tmp/err")" != "$text" ]; then
        echo "FAIL $* with HAKMEM_CRASH_LOG=$value: status $got, want $status"
        echo "  want: $text"
        echo "  got:  $(cat "$tmp/err")"
        failed=$((failed + 1))
    fi
}

own="the program's own handler"
tail="[variant $variant]"
expect 139 "hakmem: SIGSEGV at address 0x18 $tail" 1 null
expect 139 "hakmem: SIGSEGV at address 0x123456789000 $tail" 1 wild
expect 135 "hakmem: SIGBUS at address @ $tail" 1 bus
expect 134 "hakmem: SIGABRT at address 0x0 $tail" 1 abort
expect 139 "hakmem: SIGSEGV at address 0x0 $tail" 1 raise
expect 135 "hakmem: SIGBUS at address 0x0 $tail" 1 kill
expect 0 "" 1 none

# Whatever the program installs comes later than the library's, and takes its place. musl calls no function of .preinit_array.
preinit=yes
("$HAK_OUT/test/prog_crash" null early) >"$tmp/out" 2>&1
[ $? = 42 ] || preinit=
if [ "$preinit" ]; then
    expect 42 "$own" 1 null early
    expect 42 "$own" 1 abort early
    expect 42 "$own" 1 bus early
    expect 42 "$own" "" null early
else
    echo "not tested: a handler from before the constructors; this C library calls nothing then"
fi
trap '' SEGV
expect 0 "hakmem: SIGSEGV at address 0x0 $tail" 1 raise
trap - SEGV

expect 139 "" "" null
expect 134 "" "" abort
expect 139 "" 0 null
expect 139 "hakmem: HAKMEM_CRASH_LOG=2: not a number from 0 to 1: ignored, 0 stays" 2 null

echo "Checks: $checks, Failures: $failed ($variant)"
[ "$failed" -eq 0 ]
