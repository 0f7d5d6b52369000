#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_why.sh - ab --why and hakbench why: the functions that differ add up to the instructions that were counted,
# calls and faults stand below, the flame graph is XML; one line where it cannot be.
command -v valgrind >/dev/null || { echo "needs valgrind"; exit 77; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failed=0
fail() { failed=$((failed + 1)); echo "FAIL: $1"; sed 's/^/  /' "$tmp/out" "$tmp/err"; }

# run STATUSES COMMAND ARGUMENT...
run() {
    want=$1
    shift
    checks=$((checks + 1))
    out/bench/hakbench "$@" --db="$tmp/db" >"$tmp/out" 2>"$tmp/err"
    got=$?
    case " $want " in *" $got "*) ;; *) fail "hakbench $*: exit $got, want $want" ;; esac
}
says() {
    checks=$((checks + 1))
    grep -qE -- "$1" "${2:-$tmp/out}" || fail "does not say: $1"
}
complains() {
    says "$1" "$tmp/err"
    [ "$(wc -l <"$tmp/err")" = 1 ] || fail "not one line"
}
work='random_mixed 5000 512 42'
ab() { status=$1; shift; run "$status" ab --metric=instructions --workload="$work" "$@"; }

ab 0 --same --why=always --out="$tmp/made/here" '' '' # a difference is not needed where it is always asked
says "^$work, why: B $HAK_VARIANT \(2\) against A $HAK_VARIANT, each counted once in $work\$"
says "^  all  .* \+0.00\$"
svg="$tmp/made/here/1-random_mixed-5000-512-42.svg"
says "^  flame graph: $svg\$"
says '</svg>' "$svg"
says '>main<' "$svg"
checks=$((checks + 1))
! command -v xmllint >/dev/null || xmllint --noout "$svg" || fail "no XML"
ab 0 --same --why '' ''
checks=$((checks + 1))
! grep -q 'why:' "$tmp/out" || fail "says why where nothing differs"

# Ten functions and the others are all; all is what the metric counts.
ab "0 1" --why --out="$tmp" "glibc" '' # faster or slower, by the variant
says '^instructions, B '
says '^  system calls: mmap '
says '^  system calls: all '
says '^  page faults: minor '
checks=$((checks + 1))
awk '/^  instructions per operation/ { on = 1; next }
    on && $1 == "all" { all = $(NF - 1); on = 0 }
    on { sum += $(NF - 1); rows++ }
    /counted twice/ { metric = $(NF - 4) }
    function near(x, y) { return x - y < 0.1 && y - x < 0.1 }
    END { exit !(rows == 11 && near(sum, all) && near(metric / 5000, all)) }' \
    "$tmp/out" || fail "the functions do not add up"

# A stored run, again.
run 0 why 3 --out="$tmp/again"
says "^$work, why: B $HAK_VARIANT against A glibc, "
says '^  free  '
says '</svg>' "$tmp/again/3-random_mixed-5000-512-42.svg"
run 0 why 3 "$HAK_VARIANT" glibc --workload="$work" --out="$tmp"
says "why: B glibc against A $HAK_VARIANT"
run 2 why 3 glibc nobody
complains "run 3 has no variant 'nobody'"
run 2 why 3 --workload=larson
complains "run 3 has no workload 'larson'"
run 2 why 9
complains 'no run 9'
run 2 why
complains 'wants the number of a run'
sqlite3 "$tmp/db" "UPDATE variants SET sha256='0' WHERE sha256!=''" && run 2 why 3
complains 'is not what run 3 measured'
ab 2 --why=maybe '' glibc
complains 'want --why, or --why=always'
ab 2 --out="$tmp" '' glibc
complains '--out is where --why draws'
ab 1 --why=always --out=/dev/null/x glibc ''
says 'x/4-random_mixed.*svg: cannot be written: Not a directory' "$tmp/err"
echo "Checks: $checks, Failures: $failed"
[ $failed = 0 ]
