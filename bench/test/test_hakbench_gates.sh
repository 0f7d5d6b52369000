#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_gates.sh - `hakbench experiment` and `hakbench report` from a file to exit status, table and report; bad input is one
# line and status 2, and a report from exported samples is the same report.
set -u
: "${HAK_OUT:?the directory of a build}"
tmp=$(mktemp -d "$HAK_OUT/gates.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failed=0
hakbench=out/bench/hakbench

# check WHAT COMMAND...: counts it, and fails when COMMAND does.
check() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" || { failed=$((failed + 1)); echo "FAIL: $what"; sed 's/^/  /' "$tmp/out" "$tmp/err"; }
}
# run STATUS ARGUMENT...: hakbench must end with that status.
run() {
    want=$1
    shift
    "$hakbench" "$@" >"$tmp/out" 2>"$tmp/err"
    status=$?
    check "hakbench $*: status $status, want $want" [ "$status" = "$want" ]
}
# yaml GATE...: the experiment of this test, with these gates.
yaml() {
    printf '%s\n' 'question: Does it count?' 'variants: {ours: ""}' 'rivals: [glibc]' 'workloads: [random_mixed-seed]' 'repeat: 2' \
        'plots: [gates]' 'expect:'
    printf '  - %s\n' "$@"
}
said() { grep -qF -- "$1" "$tmp/out"; }
complained() { [ "$(wc -l <"$tmp/err")" = 1 ] && grep -qF -- "$1" "$tmp/err"; }

yaml 'ops(ours) == 200000' 'superslabs_peak(ours) > 0' >"$tmp/held.yaml"
run 0 experiment "$tmp/held.yaml" --db "$tmp/db" --out "$tmp/report"
check "both gates are held" [ "$(grep -c '^held' "$tmp/out")" = 2 ]
check "the figure is shown" said '200000; bound: exactly 200000'
for file in report.md report.html samples.tsv gates.svg gates.png; do
    check "$file is there" [ -s "$tmp/report/held/$file" ]
done

# The same samples judged by another file: measured once, judged again.
mkdir "$tmp/missed"
yaml 'ops(ours) == 7' 'ops(ours) > 0' 'rss_settled(ours) > 0' >"$tmp/missed/held.yaml"
run 0 report "$tmp/missed/held.yaml" --db "$tmp/db" --out "$tmp/again"
check "a report says what failed" grep -qF '| FAILED | `ops(ours) == 7` | 200000; bound: exactly 7 |' "$tmp/again/report.md"
check "and what was not measured" grep -qF '| not measured | `rss_settled(ours) > 0` |' "$tmp/again/report.md"
run 0 report "$tmp/held.yaml" --from "$tmp/report/held/samples.tsv" --out "$tmp/third"
check "exported samples give the same report" cmp "$tmp/report/held/report.md" "$tmp/third/report.md"

# A file that cannot be written whole leaves what stood there before.
sum=$(cksum <"$tmp/third/report.md")
(trap '' XFSZ; ulimit -f 4; exec "$hakbench" report "$tmp/held.yaml" --from "$tmp/report/held/samples.tsv" --out "$tmp/third" >"$tmp/out" 2>"$tmp/err")
check "a report that does not fit on the disk: status 2, want not 0" [ $? != 0 ]
check "the old report stays" [ "$(cksum <"$tmp/third/report.md")" = "$sum" ]

# Gates are part of the run.
run 0 show --db "$tmp/db" --run 1
check "the gates are stored with the run" said 'ops(ours) == 200000'
check "a report by other gates says so in its first line" [ "$(sed -n 3p "$tmp/again/report.md" | grep -c '^\*\*Judged by other gates')" = 1 ]

yaml 'ops(ours) == 7' >"$tmp/failed.yaml"
run 1 experiment "$tmp/failed.yaml" --db "$tmp/db" --out "$tmp/report"
check "a failed gate is named" said 'FAILED'

# Bad input: one line that says what would be right, status 2.
run 2 experiment no-such
check "unknown experiment" complained "no experiment 'no-such'; experiments: 00-core"
run 2 experiment
check "no experiment" complained 'which experiment? name one, or --all'
yaml 'opss(ours) > 0' >"$tmp/bad.yaml"
run 2 experiment "$tmp/bad.yaml" --db "$tmp/db"
check "unknown metric" complained "bad.yaml:8: expect 'opss(ours) > 0': no metric 'opss' (ops_s, ops?); metrics: ops_s"
run 2 report "$tmp/held.yaml" --db "$tmp/none.db"
check "no database" complained "none.db: no such file"
run 2 report --from "$tmp/held.yaml"
check "no samples" complained 'held.yaml'
run 1 experiment "$tmp/held.yaml" --db "$tmp/db" --resume
check "nothing to resume" grep -qF 'held: no interrupted run to go on with' "$tmp/err"
echo 'not a database' >"$tmp/text.db"
run 2 experiment "$tmp/held.yaml" --db "$tmp/text.db"
check "a file that is no database" complained 'text.db'

# Every experiment of this tree can be read: what is missing is the database.
for file in experiments/*.yaml phases/*/gates.yaml; do
    [ -e "$file" ] || continue
    run 2 report "$file" --db "$tmp/none.db"
    check "$file can be read" complained 'none.db: no such file'
done

echo "Checks: $checks, Failures: $failed"
[ "$failed" = 0 ]
