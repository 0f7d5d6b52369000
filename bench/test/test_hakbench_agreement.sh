#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_agreement.sh - bench/trace/agreement: its arithmetic on made-up counts whose answers are known; its refusals.
set -u
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failed=0

# is WHAT GOT WANT
is() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] && return
    failed=$((failed + 1))
    echo "FAIL: $1: got '$2', want '$3'"
}
# counts PROGRAM WHAT GLIBC A B C: what begins costs 1000 under a, and nothing under the others
counts() {
    mkdir -p "$tmp/made/$1" "$tmp/made/true"
    echo 10 >"$tmp/made/$1/all.calls.count"
    for name in glibc a b c; do
        echo "$3" >"$tmp/made/$1/$name.$2.count"
        start=0
        [ $name != a ] || start=1000
        echo $start >"$tmp/made/true/$name.start.count"
        set -- "$1" "$2" "$4" "${5-}" "${6-}" "${7-}"
    done
}
row() { sed -n "s/^| $1 |[^|]*| \(.*\) |$/\1/p" "$tmp/table" | tr -d '|' | tr -s ' '; }

# same: every order alike. turned: drawn is upside down. near: one pair of six is exchanged, and one is a tie.
for what in program recorded drawn; do counts same $what 1400 2300 1200 1100; done
counts same recorded 400 300 200 100
counts same drawn 400 300 200 100
counts turned program 400 1300 200 100
counts turned recorded 400 300 200 100
counts turned drawn 100 200 300 400
counts near program 400 1300 200 100
counts near recorded 400 300 100 200
counts near drawn 400 300 200 200
bench/trace/agreement -s 7 -t "$tmp/made" >"$tmp/table"
is "status" $? 0
is "one that agrees" "$(row same)" "1.00 1.00 1.00 -0.04 0.0 0.0"
is "one whose drawn trace is upside down" "$(row turned)" "1.00 -1.00 -1.00 0.96 0.0 40.0"
is "an exchanged pair, and a tie" "$(row near)" "0.67 0.91 0.91 0.00 6.7 3.3"
is "what is printed of the seed" "$(grep -c 'over 4 allocators, 3 programs; seed 7' "$tmp/table")" 1
is "ranks, instructions a call more" "$(sed -n '/^turned/,/drawn/s/^  drawn *//p' "$tmp/table")" \
    "glibc +0.0, a +10.0, b +20.0, c +30.0"
is "the interval of three that are 1, -1 and 0.91" "$(awk -F' *[|] *' '/^. mean/ { print $5 }' "$tmp/table")" \
    "0.30 [-1.00, 1.00]"
cp "$tmp/table" "$tmp/first"
bench/trace/agreement -s 7 -t "$tmp/made" >"$tmp/table"
is "the same for a seed" "$(cmp "$tmp/first" "$tmp/table" && echo same)" same
rm "$tmp/made/near/b.drawn.count"
bench/trace/agreement -t "$tmp/made" >"$tmp/table"
is "a count that is missing" "$(grep -c '^| near | not all was counted |' "$tmp/table")" 1

refuses() { # refuses WORDS ARGUMENT...
    words=$1
    shift
    bench/trace/agreement "$@" >"$tmp/out" 2>"$tmp/said"
    is "status of $*" $? 2
    is "words of $*: $(cat "$tmp/said")" "$(grep -c -- "$words" "$tmp/said")" 1
}
refuses 'no such folder' -t "$tmp/nothing"
refuses '-s x: want a number' -s x
if command -v valgrind >/dev/null && [ -e out/work/trace_replay ]; then
    refuses 'want allocators' -o "$tmp/o"
    refuses 'no such library' -o "$tmp/o" "x=$tmp/nothing.so"
    refuses 'want NAME=LIBRARY' -o "$tmp/o" x.so
fi
echo "Checks: $checks"
[ "$failed" = 0 ]
