#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_programs.sh - real programs as workloads: the program prints the same every time, what is preloaded reaches it and
# its memory is what is counted; one that is not installed is skipped in one line; one whose output changes has failed.
set -u
: "${HAK_OUT:?the directory of a build}"
tmp=$(mktemp -d "$HAK_OUT/programs.XXXXXX") || exit 1
script=bench/program/test$$.sh
trap 'rm -rf "$tmp" "$script"' EXIT
checks=0
failed=0

# check WHAT COMMAND...: counts it, and fails when COMMAND does.
check() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" || { failed=$((failed + 1)); echo "FAIL: $what"; sed 's/^/  /' "$tmp/out" "$tmp/err"; }
}
# program 'SHELL COMMANDS' [NEEDS]: the script that is measured.
program() {
    printf '#!/bin/sh\nneeds="%s"\nprepare() { :; }\nrun() { %s; }\n. bench/program/common.sh\n' "${2:-sh}" "$1" >"$script"
    chmod +x "$script"
}
# measure STATUS: an experiment with it under both allocators.
measure() {
    printf '%s\n' 'question: Does it run?' 'variants: {ours: ""}' 'rivals: [glibc]' 'repeat: 2' \
        "workloads: [program test$$, random_mixed-seed]" 'expect:' '  - seconds(ours) < 100 * seconds(glibc) on program test'$$ \
        '  - rss_peak(ours) > 40 MiB on program test'$$ \
        '  - geomean(rss_peak(ours)) > 1 MiB' '  - geomean(seconds(ours)) < 100 * geomean(seconds(best_rival))' >"$tmp/e.yaml"
    out/bench/hakbench experiment "$tmp/e.yaml" --db "$tmp/db" --out "$tmp/report" --more 20 >"$tmp/out" 2>"$tmp/err"
    status=$?
    check "status $status, want $1" [ "$status" = "$1" ]
}
value() { sed -n "s/.* $1=\([^ ]*\).*/\1/p" "$tmp/$2"; }

program 'exec perl -e "print 42; my \$x = q(x) x 50_000_000"' perl
out/work/program test$$ >"$tmp/out" 2>"$tmp/err"
LD_PRELOAD=$HAK_LIB HAKMEM_STATS=json out/work/program test$$ >"$tmp/again" 2>"$tmp/said"
check "the output has a sum" [ -n "$(value checksum out)" ]
check "the same when preloaded" [ "$(value checksum out)" = "$(value checksum again)" ]
check "only the program said its counters" [ "$(grep -c '"variant"' "$tmp/said")" = 1 ]
measure 0
check "memory of the program is counted" grep -q '^held .*rss_peak(ours) > 40 MiB' "$tmp/out"
check "a table of programs" grep -q '^## Whole programs' "$tmp/report/e/report.md"
check "with means" grep -q 'geometric mean' "$tmp/report/e/report.md"

program 'echo "$LD_PRELOAD"'
measure 1
check "another output has failed" grep -q 'its output is not that of the first run' "$tmp/err"

program 'exit 3'
measure 1
check "a failure is told" grep -q "test$$.sh run: exit status 3" "$tmp/err"

program 'i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; become perl -e "for (1 .. 1000000) {} print 42"' perl
printf '%s\n' 'question: Is it the program that is counted?' 'variants: {ours: ""}' "workloads: [program test$$]" \
    'modes: [instructions]' 'expect:' "  - instructions(ours) > 50000000 on program test$$" \
    "  - instructions(ours) < 200000000 on program test$$" >"$tmp/e.yaml"
if command -v valgrind >/dev/null; then
    out/bench/hakbench experiment "$tmp/e.yaml" --db "$tmp/db" --out "$tmp/report" >"$tmp/out" 2>"$tmp/err"
    status=$?
    check "instructions of the program, not of the shell before it: status $status" [ "$status" = 0 ]
fi

program 'pick large "not much"'
check "a part of the work" [ "$(out/work/program test$$ small | sed 's/.*output=\([0-9]*\).*/\1/')" = 9 ]
check "all of it" [ "$(out/work/program test$$ | sed 's/.*output=\([0-9]*\).*/\1/')" = 6 ]
check "no other part" sh -c "! out/work/program test$$ tiny 2>'$tmp/err'"

program 'echo no' 'surely-not-here'
measure 3
check "what is missing is skipped in one line" [ "$(grep -c 'skipped: .*surely-not-here is not installed' "$tmp/err")" = 1 ]
check "and its gate not measured" grep -q '^not measured' "$tmp/out"
check "while the others are" grep -qE '^held .*geomean\(rss_peak\(ours\)\)' "$tmp/out"
echo "Checks: $checks"
[ "$failed" = 0 ]
