#!/bin/sh
# SPDX-License-Identifier: MIT
# hakbench noise: the simulated table by seed, A/A comparisons that are really measured and kept, and one line for each mistake.
hakbench=out/bench/hakbench
work="random_mixed 20000 64 1"
checks=0
status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

check() { # check WHAT COMMAND...
    what=$1
    shift
    checks=$((checks + 1))
    "$@" && return
    echo "FAIL: $what"
    cat "$dir"/said* 2>/dev/null
    status=1
}
same() { [ "$1" = "$2" ] || { echo "got '$1', want '$2'"; false; }; }
bad() { # bad TEXT ARGUMENT...: one line that holds the text, status 2
    text=$1
    shift
    $hakbench noise "$@" >"$dir/said" 2>&1
    check "noise $*: exit status 2" same $? 2
    check "noise $*: one line with '$text'" same "$(grep -c '' "$dir/said") $(grep -cF -e "$text" "$dir/said")" "1 1"
}

# --- Simulated ---
$hakbench noise --simulate --effect 0.97 --noise 0 >"$dir/said" 2>&1
check "exit status 0" same $? 0
check "a slow-down by 3 % in counts is always found" grep -qE '^  B 3 % slower, counts, no noise +0 +100 +0 +0 +0 +2.0 +0$' "$dir/said"
check "no false verdict" grep -qx 'false verdicts: 0' "$dir/said"
for i in 1 2; do
    $hakbench noise --simulate --effect 0.97 --noise 0.02 --comparisons 20 --seed 5 >"$dir/said$i" 2>&1
done
check "the same seed, the same table" cmp -s "$dir/said1" "$dir/said2"
check "so many comparisons" grep -q '^20 simulated comparisons' "$dir/said1"

# --- Measured: glibc against itself ---
$hakbench noise glibc --workload "$work" --workload "startup 2 64" --comparisons 3 --pairs 2 --seed 3 --db "$dir/db" >"$dir/said" 2>"$dir/said.err"
check "exit status 0" same $? 0
check "two runs of two workloads" grep -q '^A/A: glibc against itself, .* 4 comparisons by 2 runs' "$dir/said"
check "an interval or a dash for each" same "$(grep -c '^  \(random_mixed\|startup\).* \[.*\] [A-Z]' "$dir/said")" 4
check "a floor for each workload" same "$(sed -n '/^noise floor/,$p' "$dir/said" | grep -c '^  \(random_mixed\|startup\).* %')" 2
check "the count of false verdicts" grep -qx 'false verdicts: 0 of 4' "$dir/said"
check "samples are kept" same "$(sqlite3 "$dir/db" 'SELECT count(DISTINCT run) FROM samples')" 2

# --- Mistakes ---
bad "nosuch" --workload nosuch
bad "--effect nothing: want a number" --simulate --effect nothing
bad "--effect, --noise and --first go with --simulate" --noise 0.1
bad "--first is where doubling begins" --simulate --first 8 --pairs 10
bad "--simulate measures nothing" --simulate glibc
bad "--simulate measures nothing" --simulate --db "$dir/db"
bad "--comparisons 0: want a whole number" --comparisons 0
bad "--noise 1.5: want a number from 0 to 1" --simulate --noise 1.5
bad "--pears" --pears 3
bad "PHASE" PHASE=nothing --db "$dir/db"

echo "Checks: $checks"
exit $status
