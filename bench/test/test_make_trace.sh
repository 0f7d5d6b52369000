#!/bin/sh
# SPDX-License-Identifier: MIT
# test_make_trace.sh - `make trace` into a file that cannot be written is one line and an error, before the program is run; a file
# that can be written gets a trace, and the program's status is make's.
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failed=0
unset MAKEFLAGS MFLAGS MAKELEVEL GNUMAKEFLAGS
fail() { failed=$((failed + 1)); echo "FAIL: $1"; sed 's/^/  /' "$tmp/said"; }

# trace FILE: touches a file of its own, so that it shows whether it was run.
trace() {
    rm -f "$tmp/ran"
    checks=$((checks + 1))
    make -s trace CMD="touch $tmp/ran" TRACE="$1" >"$tmp/said" 2>&1
    got=$?
}
refused() {
    trace "$1"
    [ $got != 0 ] || fail "TRACE=$1: make succeeds"
    [ ! -e "$tmp/ran" ] || fail "TRACE=$1: the program was run"
    checks=$((checks + 1))
    [ "$(grep '^hakmem: ' "$tmp/said")" = "hakmem: TRACE=$1: cannot be written" ] || fail "TRACE=$1: not the line that says so"
}
refused "$tmp/none/file.trace"
refused "$tmp"
refused "$tmp/said/file.trace"
refused "$tmp/it's none/file.trace"

trace "$tmp/it's a file.trace"
{ [ $got = 0 ] && [ -e "$tmp/ran" ]; } || fail "a file that can be written: exit $got"
checks=$((checks + 1))
out/work/trace_replay "$tmp/it's a file.trace" 1 0 >"$tmp/said" 2>&1 || fail "it is no trace"
checks=$((checks + 1))
! make -s trace CMD=false TRACE="$tmp/false.trace" >"$tmp/said" 2>&1 || fail "the program fails, make succeeds"
echo "Checks: $checks, Failures: $failed"
[ $failed = 0 ]
