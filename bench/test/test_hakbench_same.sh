#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_same.sh - ab measures nothing where both are the same variant, however they are written; --same measures it.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
status=0

ab() {
    want=$1
    shift
    checks=$((checks + 1))
    out/bench/hakbench ab --metric=syscalls_own --workload=random_mixed-seed --db="$dir/db" "$@" >"$dir/said" 2>"$dir/errors"
    got=$?
    [ $got = "$want" ] || { echo "FAIL: $*: exit $got, want $want"; cat "$dir/said" "$dir/errors"; status=1; }
}
says() {
    checks=$((checks + 1))
    grep -qE -- "$1" "$2" || { echo "FAIL: does not say: $1"; cat "$dir/said" "$dir/errors"; status=1; }
}

ab 2 '' FRONT=1
says "^hakbench ab: \"\" and \"FRONT=1\" are the same variant, $HAK_VARIANT: nothing to compare; --same " "$dir/errors"
[ "$(wc -l <"$dir/errors")" = 1 ] || { echo "FAIL: not one line"; status=1; }
[ ! -e "$dir/db" ] || [ -z "$(sqlite3 "$dir/db" 'SELECT id FROM runs')" ] || { echo "FAIL: something was measured"; status=1; }
ab 2 'HAKMEM_FC_CAP=64 HAKMEM_SS_LRU_MB=8' 'HAKMEM_SS_LRU_MB=8 HAKMEM_FC_CAP=64'
ab 2 glibc glibc
ab 0 --same '' FRONT=1
says "^syscalls_own, B $HAK_VARIANT \(2\) against A $HAK_VARIANT " "$dir/said"
says 'EQUIVALENT$' "$dir/said"
ab 0 '' HAKMEM_FC_CAP=64
echo "Checks: $((checks + 2))"
exit $status
