#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_files.sh - --junit, --markdown and --csv of ab, experiment and report: a case for each comparison or gate, failure
# for worse and failed, skipped for undecided; odd texts are escaped; a file is written whole or not at all.
set -u
export LC_ALL=C
: "${HAK_VARIANT:?the name of a build}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failed=0
junit=$tmp/junit.xml markdown=$tmp/summary.md csv=$tmp/samples.csv

fail() { failed=$((failed + 1)); echo "FAIL: $1"; sed 's/^/  /' "${2:-$tmp/out}" "$tmp/err"; }
# run STATUS COMMAND ARGUMENT...: with all three files.
run() {
    want=$1
    shift
    checks=$((checks + 1))
    rm -f "$junit" "$markdown" "$csv"
    out/bench/hakbench "$@" --junit="$junit" --markdown="$markdown" --csv="$csv" >"$tmp/out" 2>"$tmp/err"
    got=$?
    [ $got = "$want" ] || fail "hakbench $*: exit $got, want $want"
}
# has FILE LINE: a whole line, blanks before it left out.
has() {
    checks=$((checks + 1))
    sed 's/^ *//' "$1" | grep -aqxF -- "$2" || fail "${1##*/} has no line: $2" "$1"
}
matches() {
    checks=$((checks + 1))
    grep -aqE -- "$2" "$1" || fail "${1##*/} does not match: $2" "$1"
}
formed() {
    command -v xmllint >/dev/null || return 0
    checks=$((checks + 1))
    xmllint --noout "$junit" 2>>"$tmp/err" || fail "the JUnit file is no XML" "$junit"
}

# --- A run made by hand: better, worse, one pair only, a failed sample, and odd names -----------------------------------------
odd=$(printf 'b<&>"|*]\001\377')
{
    printf '%b' '# hakbench samples 1\n# run\t3\n# experiment\t-\n# command\thakbench ab\n# started\t2026-01-02T03:04:05Z\n' \
        '# seed\t9\n# finished\tyes\n# variant\tA, a\trival\t-\t-\t-\t-\t-\t-\n'
    printf '# variant\t%s\trival\t-\t-\t-\t-\t-\t-\n' "$odd"
    for work in better worse open bad; do
        printf '# workload\t%s\trandom_mixed 1 2 3\tcold\t1\n' $work
    done
    printf 'position\tblock\tmode\tvariant\tworkload\tfailed\twhy\tsyscalls_own\trss_series\n'
    printf '%s\t%s\tcount\t%s\t%s\tno\t-\t%s\t-\n' \
        0 0 'A, a' better 9 1 0 "$odd" better 3 2 1 "$odd" better 3 3 1 'A, a' better 9 \
        4 0 'A, a' worse 9 5 0 "$odd" worse 30 6 1 "$odd" worse 30 7 1 'A, a' worse 9 8 0 'A, a' open 9 9 0 "$odd" open 3
    printf '10\t0\tcount\t%s\tbad\tyes\tit said "<died>"\t-\t-\n' "$odd"
} >"$tmp/run.tsv"
run 0 report --from="$tmp/run.tsv" --out="$tmp/report"
formed
has "$junit" '<testsuite name="hakbench report" tests="4" failures="2" errors="0" skipped="1">'
has "$junit" '<testcase classname="hakbench report" name="better: syscalls_own, b&lt;&amp;&gt;&quot;|*]?? against A, a">'
matches "$junit" '<failure message="NO-GO: 3.333 .*" type="NO-GO"/>'
matches "$junit" '<failure message="failed; b&lt;&amp;&gt;&quot;.*: it said &quot;&lt;died&gt;&quot;" type="failed"/>'
matches "$junit" '<skipped message="UNDECIDED: '
has "$markdown" '**worse or failed: 2 of 4**, undecided: 1, good: 1'
matches "$markdown" '^\| better: syscalls\\_own, b\\<\\&\\>"\\\|\\\*\\]\?.* against A, a \| GO \| 0\.333 '
matches "$markdown" '^- open: .* is undecided: .*\.$'
matches "$markdown" '^- bad: .* failed: .*it said "\\<died\\>"\.$'
has "$csv" 'variant,workload,metric,value,run,mode,block,position'
has "$csv" '"A, a",better,syscalls_own,9,3,count,0,0'
matches "$csv" '^"b<&>""\|\*\].*",bad,failed,1,3,count,0,10$'
checks=$((checks + 1))
[ "$(wc -l <"$csv")" = 12 ] || fail "not a row for each sample" "$csv"

# --- Measured ------------------------------------------------------------------------------------------------------------
run 0 ab --same --metric=syscalls_own --workload=random_mixed-seed --db="$tmp/db" '' ''
formed
cell="random_mixed-seed: syscalls_own, $HAK_VARIANT (2) against $HAK_VARIANT"
has "$junit" "<testcase classname=\"hakbench ab\" name=\"$cell\">"
has "$markdown" '**good: 1 of 1**'
matches "$csv" "^$HAK_VARIANT \(2\),random_mixed-seed,syscalls_own,[0-9]+,1,count,1,"
printf '%s\n' 'question: Does <it> count?' 'variants: {ours: ""}' 'workloads: [random_mixed-seed]' 'repeat: 2' \
    'plots: [gates]' 'expect:' '  - ops(ours) == 200000' '  - ops(ours) < 7' >"$tmp/gated.yaml"
run 1 experiment "$tmp/gated.yaml" --db="$tmp/db" --out="$tmp/report"
formed
has "$junit" '<testsuite name="gated" tests="2" failures="1" errors="0" skipped="0">'
matches "$junit" '<testcase classname="gated" name="ops\(ours\) &lt; 7">'
has "$markdown" 'Does \<it\> count?'
matches "$csv" '^ours,random_mixed-seed,ops,200000,2,'
run 0 report "$tmp/gated.yaml" --db="$tmp/db" --out="$tmp/report"
has "$junit" '<testsuite name="gated" tests="2" failures="1" errors="0" skipped="0">'

# --- What cannot be written -------------------------------------------------------------------------------------------------
echo before >"$tmp/stays"
checks=$((checks + 1))
if (trap '' XFSZ; ulimit -f 1; exec out/bench/hakbench report --from="$tmp/run.tsv" --out="$tmp/report" --junit="$tmp/stays" \
    >"$tmp/out" 2>&1) || [ "$(cat "$tmp/stays")" != before ] || [ -e "$tmp/stays.new" ]; then
    fail "a file is not whole, or its half is left"
fi
# refuses WORDS COMMAND ARGUMENT...
refuses() {
    words=$1
    shift
    checks=$((checks + 1))
    out/bench/hakbench "$@" >"$tmp/out" 2>"$tmp/err"
    got=$?
    { [ $got = 2 ] && grep -q -- "$words" "$tmp/err"; } || fail "hakbench $*: exit $got, wants: $words"
}
refuses '--junit .*/none/x: cannot be written: No such file' \
    ab --junit="$tmp/none/x" --db="$tmp/no.db" --metric=syscalls_own '' glibc
refuses '--csv .*: cannot be written: Is a directory' report --from="$tmp/run.tsv" --csv="$tmp"

# --- Devices, pipes, links: written to as they are ---------------------------------------------------------------------------
report() { out/bench/hakbench report --from="$tmp/run.tsv" --out="$tmp/report" "$@" 2>"$tmp/err"; }
checks=$((checks + 6))
mkfifo "$tmp/pipe" && { cat "$tmp/pipe" >"$tmp/piped" & reader=$!; }
report --csv="$tmp/pipe" >"$tmp/out" || fail "a pipe: exit $?"
{ [ -p "$tmp/pipe" ] && wait $reader && [ "$(wc -l <"$tmp/piped")" = 12 ]; } || fail "a pipe is replaced, or gets less" "$tmp/piped"
report --csv=/dev/stdout >"$tmp/out" || fail "/dev/stdout: exit $?"
{ [ "$(wc -l <"$tmp/out")" = 13 ] && grep -qa '^report: ' "$tmp/out"; } || fail "/dev/stdout gets not both"
report --csv=/dev/full >"$tmp/out" && fail "a full device is written to"
{ [ -c /dev/full ] && [ -L /dev/stdout ]; } || fail "a device was replaced"
echo before >"$tmp/target" && ln -s target "$tmp/link"
report --csv="$tmp/link" >"$tmp/out" || fail "a link: exit $?"
{ [ -L "$tmp/link" ] && [ "$(wc -l <"$tmp/target")" = 12 ]; } || fail "a link is replaced" "$tmp/target"

# --- No room for a report: one line that says so, and nothing that is a part only ---------------------------------------------------
checks=$((checks + 3))
mkdir "$tmp/small"
if (trap '' XFSZ; ulimit -f 2; out/bench/hakbench report --from="$tmp/run.tsv" --out="$tmp/small") >"$tmp/out" 2>"$tmp/err"; then
    fail "a report without room: exit 0"
fi
grep -q "^hakbench report: $tmp/small: File too large\$" "$tmp/err" || fail "a report without room: why" "$tmp/err"
[ -z "$(find "$tmp/small" -type f)" ] || fail "a report without room leaves: $(find "$tmp/small" -type f)"
echo "Checks: $checks, Failures: $failed"
[ $failed = 0 ]
