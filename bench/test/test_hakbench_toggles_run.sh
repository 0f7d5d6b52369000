#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_toggles_run.sh - bisect-toggles and attribution on the variant at hand: settings of the allocator stand for
# toggles, so that nothing has to be built. One of two moves a counter of the allocator's own.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
status=0
common="--workload=random_mixed-seed --db=$dir/db"

hakbench() {
    want=$1
    shift
    checks=$((checks + 1))
    # shellcheck disable=SC2086
    out/bench/hakbench "$@" $common >"$dir/said" 2>"$dir/errors"
    got=$?
    [ $got = "$want" ] || { echo "FAIL: $*: exit $got, want $want"; cat "$dir/said" "$dir/errors"; status=1; }
}
says() {
    checks=$((checks + 1))
    grep -qE -- "$1" "${2:-$dir/said}" || { echo "FAIL: does not say: $1"; cat "$dir/said" "$dir/errors"; status=1; }
}

hakbench 0 bisect-toggles --good='' --bad='HAKMEM_SS_PREWARM=16 HAKMEM_FC_CAP=100' --metric=syscalls_own
says '^made by HAKMEM_SS_PREWARM \(not set\) -> 16: syscalls_own of x '
says '^again: make bisect-toggles GOOD="" BAD="HAKMEM_SS_PREWARM=16 HAKMEM_FC_CAP=100"'
# SuperSlabs are mapped at start as far as the LRU may keep them: neither setting does anything alone.
hakbench 0 bisect-toggles --good='HAKMEM_SS_LRU_SIZE=0' --bad='HAKMEM_SS_LRU_SIZE=64 HAKMEM_SS_PREWARM=16 HAKMEM_FC_CAP=100' \
    --metric=syscalls_own
says '^made by the pair HAKMEM_SS_LRU_SIZE 0 -> 64, HAKMEM_SS_PREWARM \(not set\) -> 16: syscalls_own of x '
says '^  alone HAKMEM_SS_PREWARM .*: syscalls_own of 0 %'
hakbench 3 bisect-toggles --good='' --bad='HAKMEM_FC_CAP=100' --metric=syscalls_own
says '^no difference: syscalls_own on random_mixed-seed is the same within 1 %'
hakbench 3 bisect-toggles --good='' --bad=''
says '^no difference: GOOD and BAD are the same variant'
hakbench 2 bisect-toggles --good='PHASE=x' --bad=''
says 'PHASE=x: want any number' "$dir/errors"
hakbench 2 bisect-toggles --good='' --bad='HAKMEM_NO_SUCH=1'
says 'HAKMEM_NO_SUCH=1' "$dir/errors"
hakbench 2 bisect-toggles --good=''
says 'want --good=TOGGLES and --bad=TOGGLES' "$dir/errors"
[ "$(wc -l <"$dir/errors")" = 1 ] || { echo "FAIL: not one line"; status=1; }

hakbench 0 attribution --base='' --toggles='HAKMEM_SS_PREWARM=16 HAKMEM_FC_CAP=100' --metric=syscalls_own,faults --repeat=2 \
    --out="$dir/out"
says '^design: 2\^2, 4 of 4 sets'
says ' HAKMEM_SS_PREWARM costs \+[0-9]+ \('
says ' No contribution that can be told from none: HAKMEM_FC_CAP\.'
says '^\| HAKMEM_SS_PREWARM x HAKMEM_FC_CAP \| '
says '^## faults on random_mixed-seed' "$dir/out/random_mixed-seed/attribution.md"
cp "$dir/said" "$dir/first"
hakbench 0 attribution --base='' --toggles='HAKMEM_SS_PREWARM=16 HAKMEM_FC_CAP=100' --metric=syscalls_own,faults \
    --out="$dir/out" --run="$(sed -n 's/^run \([0-9]*\),.*/\1/p' "$dir/out/random_mixed-seed/attribution.md")"
cmp -s "$dir/said" "$dir/first" || { echo "FAIL: from stored samples it says:"; diff "$dir/first" "$dir/said"; status=1; }
hakbench 3 attribution --base='' --toggles=''
hakbench 2 attribution --base='' --toggles='HAKMEM_FC_CAP=100' --metric=speed
says "no metric 'speed'; metrics: all, " "$dir/errors"
echo "Checks: $((checks + 2))"
exit $status
