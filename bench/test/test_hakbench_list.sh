#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_list.sh - list, show and export as a user meets them: what they print, one line for each mistake; completion;
# the man page has every command and option.
#
# Run in the root of the project, as make does, with out/bench/hakbench built.
set -u
H=out/bench/hakbench
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failures=0
fail() { echo "FAIL: $*"; failures=$((failures + 1)); }

# has WORDS FILE: a line of FILE has WORDS.
has() { checks=$((checks + 1)); grep -qF -- "$1" "$2" || fail "no '$1' in: $(cat "$2")"; }

# bad STATUS WORDS COMMAND...: that status, nothing on standard output, one line on standard error that has WORDS.
bad() {
    local status=$1 words=$2 got
    shift 2
    checks=$((checks + 1))
    "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    got=$?
    [ "$got" -eq "$status" ] || fail "$*: exit $got, want $status: $(cat "$tmp/err")"
    [ ! -s "$tmp/out" ] || fail "$*: wrote $(head -n 3 "$tmp/out")"
    [ "$(wc -l <"$tmp/err")" -eq 1 ] || fail "$*: not one line: $(cat "$tmp/err")"
    grep -qF -- "$words" "$tmp/err" || fail "$*: no '$words' in: $(cat "$tmp/err")"
}

# A run, made by hand as export writes it.
printf '%b' '# hakbench samples 1\n# run\t3\n# experiment\t11-front\n# command\thakbench ab\n' \
    '# started\t2026-01-02T03:04:05Z\n# seed\t9\n# finished\tno\n# context\tcpu\tA CPU\n' \
    '# variant\tA\thakmem\tPHASE=11\tp11\taa\t-\t-\t-\n# variant\tjemalloc\trival\t-\t-\t-\t-\t-\tmissing\n' \
    '# workload\tw-1\trandom_mixed 1 2 3\tcold\t1\n' \
    'position\tblock\tmode\tvariant\tworkload\tfailed\twhy\tops_s\tfaults\trss_series\n' \
    '0\t0\ttime\tA\tw-1\tno\t-\t1000000\t7\t-\n1\t0\ttime\tA\tw-1\tno\t-\t3000000\t8\t-\n' \
    '2\t0\ttime\tA\tw-1\tyes\tit died\t-\t-\t-\n' >"$tmp/run.tsv"

# --- list -------------------------------------------------------------------------------------------------------------------
for list in workloads metrics rivals verdicts variants experiments; do
    $H list $list >"$tmp/$list" 2>"$tmp/err" || fail "list $list: $(cat "$tmp/err")"
    checks=$((checks + 1))
    [ -z "$(awk '{print $1}' "$tmp/$list" | sort | uniq -d)" ] || fail "list $list: a name stands twice"
done
has random_mixed-seed "$tmp/workloads"
has ops_s "$tmp/metrics"
has 'strace.<call>' "$tmp/metrics"
has 'exit ' "$tmp/metrics"
has glibc "$tmp/rivals"
for rival in $(awk '/^[a-z]/ && $1 != "glibc" {print $1}' "$tmp/rivals"); do # make deps-rivals installs what bench compares with
    checks=$((checks + 1))
    grep -q "^rivals @lib:lib$rival" bench/deps || fail "bench/deps does not install the rival $rival"
done
has UNDECIDED "$tmp/verdicts"
has p11.mincore-always "$tmp/variants"
checks=$((checks + 1))
! grep '^error' "$tmp/variants" || fail "list variants: what it lists cannot be built"
bad 2 "no list of 'cats'; lists: workloads metrics" $H list cats
bad 2 "lists: workloads metrics" $H list
bad 2 "one list at a time" $H list metrics rivals
bad 2 "no such file" $H list runs --db "$tmp/none.db"
bad 2 "no option '--long'; options: --db" $H list --long
bad 1 "No space left" sh -c "$H list workloads >/dev/full"
bad 2 "no command 'lst' (list?); commands: run ab" $H lst
bad 2 "no help on 'verdicts' (verdict?); there is of: verdict run ab" $H help verdicts
bad 2 "help ab verdict: want one command" $H help ab verdict
checks=$((checks + 1))
[ "$($H -h)" = "$($H --help)" ] || fail "-h is not --help"

# --- show and export --------------------------------------------------------------------------------------------------------
$H show --from "$tmp/run.tsv" >"$tmp/show" || fail "show: exit $?"
has "run 3 of 11-front, begun 2026-01-02T03:04:05Z, unfinished, 3 samples" "$tmp/show"
has "A CPU" "$tmp/show"
has "not installed" "$tmp/show"
checks=$((checks + 1))
grep -qE '^  A +2 +0 +1 +2000000 +7.5$' "$tmp/show" || fail "no medians: $(cat "$tmp/show")"
$H show --samples --metric faults --from "$tmp/run.tsv" >"$tmp/samples"
checks=$((checks + 1))
grep -qE '^ +1 +0 time +A +w-1 +8$' "$tmp/samples" || fail "no second sample: $(cat "$tmp/samples")"
has "failed: it died" "$tmp/samples"
$H export --from "$tmp/run.tsv" --output "$tmp/again.tsv" || fail "export: exit $?"
checks=$((checks + 1))
cmp "$tmp/run.tsv" "$tmp/again.tsv" || fail "exported again it differs"
$H export --from "$tmp/run.tsv" --format json >"$tmp/run.json"
python3 -c 'import json, sys; assert len(json.load(open(sys.argv[1]))["samples"]) == 3' "$tmp/run.json" || fail "no JSON"
bad 2 "no metric 'rss' (rss_peak, rss_own, rss_settled?); metrics: ops_s" $H show --metric rss --from "$tmp/run.tsv"
bad 2 "no metric 'cats'; metrics: ops_s" $H show --metric cats --from "$tmp/run.tsv"
bad 2 "no format 'csv'; formats: tsv json" $H export --format csv
bad 2 "'x' is not the number of a run" $H show x
bad 2 "do not go with it" $H export --from "$tmp/run.tsv" --run 1
bad 2 "want one of them" $H export --run 1 --experiment x
bad 2 "run.tsv: is not a file of samples" $H export --db "$tmp/run.tsv"
bad 2 "list.sh:1: not a file of samples" $H export --from "$0"
bad 1 "No space left" $H export --from "$tmp/run.tsv" --output /dev/full
bad 1 "none/x.tsv: cannot be written" $H export --from "$tmp/run.tsv" --output "$tmp/none/x.tsv"

# A disk that fills up while a file is replaced leaves the old one.
yes '3	0	time	A	w-1	no	-	4000000	9	-' | head -n 20000 | cat "$tmp/run.tsv" - >"$tmp/long.tsv"
bad 1 "cannot be written: File too large" \
    sh -c "trap '' XFSZ; ulimit -f 100; $H export --from $tmp/long.tsv --output $tmp/again.tsv"
checks=$((checks + 1))
cmp "$tmp/run.tsv" "$tmp/again.tsv" || fail "a failed export changed the file"
[ ! -e "$tmp/again.tsv.new" ] || fail "a failed export left its half"

# --- completion -------------------------------------------------------------------------------------------------------------
# completes WORDS... WANTED: the last word but one is being typed; WANTED is among what is offered.
completes() {
    checks=$((checks + 1))
    bash -c '. bench/hakbench.bash; wanted=${!#}; COMP_WORDS=("${@:1:$#-1}"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _hakbench "$1"; printf "%s\n" "${COMPREPLY[@]}" | grep -qxF -- "$wanted"' bash "$@" || fail "completion: $*"
}
completes $H ex export
completes $H list wo workloads
completes $H ab --workload random_mixed-se random_mixed-seed
completes $H ab --workload = random_mixed-se random_mixed-seed
completes $H show --metric = ops_s
completes $H show --sa --samples
completes $H run --rival mim mimalloc
completes $H run MIN MINCORE=
completes $H ab mi mimalloc
completes $H ab glibc "$tmp/run." "$tmp/run.tsv"
completes $H export --format j json
completes $H export --from "$tmp/run." "$tmp/run.tsv"

# options COMMAND: its long options, without the dashes; the lines of --help that have one begin with a blank.
options() { $H "$1" --help | grep '^ ' | grep -oE -- '--[a-z][a-z-]*' | sed 's/--//' | grep -vxE 'help|usage' | sort -u; }

# --- man page ---------------------------------------------------------------------------------------------------------------
for command in $($H --help | awk '/^  [a-z]/ {print $1}'); do
    sed -n "/^\.Ss $command\$/,/^\.S[sh] /p" bench/hakbench.1 >"$tmp/section"
    checks=$((checks + 1))
    [ -s "$tmp/section" ] || fail "man page: no section of $command"
    for option in $(options "$command"); do
        has "Fl -$option" "$tmp/section"
    done
done
if command -v groff >/dev/null; then
    checks=$((checks + 1))
    groff -man -mdoc -Tutf8 -ww -z bench/hakbench.1 2>"$tmp/err" || fail "groff: exit $?"
    [ ! -s "$tmp/err" ] || fail "groff: $(cat "$tmp/err")"
fi

echo "Checks: $checks, Failures: $failures"
[ "$failures" -eq 0 ]
