#!/bin/sh
# SPDX-License-Identifier: MIT
# test_overview.sh - the chart of README.md is what plots/overview draws from the stored samples, has a row for every program and
# workload, and a mark of each allocator in each row.
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failed=0
fail() {
    echo "FAIL: $1"
    failed=$((failed + 1))
}
plots/overview "$tmp" || fail "plots/overview ended with $?"
for name in light dark; do
    checks=$((checks + 2))
    cmp -s "plots/overview-$name.svg" "$tmp/overview-$name.svg" ||
        fail "plots/overview-$name.svg is not what the stored samples give; put it right by: make chart"
    grep -q "plots/overview-$name.svg" README.md || fail "README.md does not show plots/overview-$name.svg"
done
# Each row has hakmem once, and each program the three rivals or more.
rows=$(grep -c 'text-anchor="end"' "$tmp/overview-light.svg")
marks=$(grep -c '<rect' "$tmp/overview-light.svg")
programs=$(grep -c '^# workload' experiments/programs/samples.tsv)
checks=$((checks + 2))
[ "$rows" -ge $((programs + 8)) ] || fail "the chart has $rows rows, and there are $programs programs"
[ "$marks" -eq $((rows + 1)) ] || fail "hakmem has $marks marks in $rows rows and the legend"
# A sample that changes changes the chart: it is drawn from them.
checks=$((checks + 1))
mkdir -p "$tmp/tree/plots" "$tmp/tree/experiments"
cp plots/overview "$tmp/tree/plots" && cp -R experiments/programs experiments/targets "$tmp/tree/experiments"
awk -F '\t' -v OFS='\t' '/^#/ { print; next } !at { for (i = 1; i <= NF; i++) column[$i] = i; at = column["seconds"] }
    $column["variant"] == "hakmem" && $at + 0 > 0 { $at *= 2 } { print }' experiments/programs/samples.tsv \
    >"$tmp/tree/experiments/programs/samples.tsv"
"$tmp/tree/plots/overview" && ! cmp -s "$tmp/tree/plots/overview-light.svg" "$tmp/overview-light.svg" ||
    fail "the chart stays the same when the samples change"
echo "Checks: $checks, Failures: $failed"
[ "$failed" -eq 0 ]
