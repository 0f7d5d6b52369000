#!/bin/sh
# SPDX-License-Identifier: MIT
# What a run does when something is wrong: bad input is one line and status 2, a workload that fails or hangs is recorded, shown
# and not tried again, a store that cannot be written is named. What a run leaves: a verdict, its context, its samples.
hakbench=out/bench/hakbench
work="random_mixed 1000 16 1"
checks=0
status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

fail() {
    echo "FAIL: $*"
    sed 's/^/  | /' "$dir/said" "$dir/out"
    status=1
}

# run STATUS WORDS COMMAND...: the command ends so, and says one line that has the words.
run() {
    want=$1 words=$2
    shift 2
    checks=$((checks + 1))
    $hakbench "$@" --db "$dir/db" >"$dir/out" 2>"$dir/said" </dev/null
    got=$?
    [ $got = "$want" ] || fail "$*: status $got, want $want"
    grep -v '^hakbench: [0-9]*/[0-9]*' "$dir/said" >"$dir/lines"
    [ -z "$words" ] || grep -qF -- "$words" "$dir/lines" || fail "$*: want: $words"
    [ "$want" != 2 ] || [ "$(wc -l <"$dir/lines")" = 1 ] || fail "$*: want one line"
}
bad() { run 2 "$@"; }
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1: '$2', want '$3'"
}
ask() { sqlite3 "$dir/db" "$1"; }

# --- Bad input ---
bad "no workload 'nope'; workloads: random_mixed-seed" run --workload nope
bad "no workload 'tinyhot' (tiny_hot?); workloads: random_mixed-seed" run --workload tinyhot
bad " more (hakbench list workloads); or a program of bench/work with its arguments" run --workload tinyhot
bad "/bench/README.md is no shared library of this machine" ab glibc bench/README.md
bad "repeat-max 3: want an even number" ab glibc "floor=out/bench/floor.so" --repeat-max 3
bad "repeat 6 is more than --repeat-max 4" ab glibc "floor=out/bench/floor.so" --repeat 6 --repeat-max 4
bad "no variable FRNT" run FRNT=0
bad "'fast' is no variant" run fast
bad "--repeat 0: want a whole number from 1" run --repeat 0
bad "--repeat ten: want a whole number" run --repeat ten
bad "--budget -1: want a whole number" run --budget -1
bad "--timeout 0: want a whole number" ab glibc glibc --timeout 0
bad "--seed x: want a whole number" run --seed x
bad "no option '--frob'" run --frob
bad "no run 99" run --resume 99
bad "give no others" run --resume 99 --workload tiny_hot
bad "No such file" run --rival mine=/no/such.so
bad "ab wants two variants" ab PHASE=12
bad "a third variant" ab PHASE=11 PHASE=12 FRONT=0
bad "no such metric; metrics: ops_s" ab glibc glibc --metric speed
bad "seconds stands there already; want one" ab glibc glibc --metric seconds --metric rss_peak
bad "--margin 0: want percent" ab glibc glibc --margin 0
bad "no such variable" ab glibc HAKMEM_NO_SUCH=1 --workload "$work"
bad "is no shared library" ab glibc mine=README.md --workload "$work"
head -c 20000 "$HAK_LIB" >"$dir/cut.so"
bad "cut.so: a process into which it is preloaded fails: " ab glibc "$dir/cut.so" --workload "$work"
if mkdir "$dir/closed" && chmod 500 "$dir/closed" && ! touch "$dir/closed/x" 2>/dev/null; then
    checks=$((checks + 1))
    $hakbench ab glibc glibc --db "$dir/closed/db" 2>"$dir/said" >"$dir/out"
    [ $? = 2 ] && [ "$(wc -l <"$dir/said")" = 1 ] && grep -q closed/db "$dir/said" || fail "a folder that cannot be written"
fi
for rival in $($hakbench list rivals | awk '/^[a-z]/ && $1 != "glibc" {print $1}'); do
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q "lib$rival" || bad "$rival: not installed" ab glibc $rival
done

# --- A/A: of times, of memory, of counts of several threads; not of counts of one, nor of the one run that proves phases ---
for case in 'rss_max|random_mixed 20000 64 42|memory' 'syscalls_own|exchange 2 3000 512 42|count' \
    'syscalls_own|random_mixed 20000 64 42|' 'ops_s|exchange 2 3000 512 42|time'; do
    metric=${case%%|*} mode=${case##*|} work_of=${case#*|}
    $hakbench ab --metric=$metric --workload="${work_of%|*}" $([ $metric != ops_s ] || echo --repeat 2 --repeat-max 2) --same '' '' \
        --db "$dir/twin.db" >"$dir/out" 2>"$dir/said"
    [ $? -le 3 ] || fail "$case: status"
    same "A/A of $metric" "$(sqlite3 "$dir/twin.db" "SELECT DISTINCT mode FROM samples s JOIN variants v
        ON s.run = v.run AND s.variant = v.position WHERE twin_of >= 0 AND s.run = (SELECT max(id) FROM runs)")" "$mode"
done

# Memory is measured again while its verdict is open, and not without end.
$hakbench ab --metric=rss_max --margin=0.0001% --workload='random_mixed 20000 64 42' --same '' '' --db "$dir/twin.db" >"$dir/out" 2>&1
same "memory runs" "$(sqlite3 "$dir/twin.db" "SELECT DISTINCT count(*) FROM samples WHERE mode = 'memory'
    AND run = (SELECT max(id) FROM runs) GROUP BY variant")" 24

# A workload that wants few rounds has had its samples before one that wants many: it is not taken again in the other's blocks.
$hakbench ab --same glibc glibc --workload=random_mixed-seed --workload='fixed_size 1000000 256 256' --repeat 8 --repeat-max 8 \
    --db "$dir/many.db" >"$dir/out" 2>"$dir/said"
same "samples of a quick workload beside a slow one" "$(sqlite3 "$dir/many.db" "SELECT DISTINCT count(*) FROM samples
    WHERE mode = 'time' GROUP BY workload, variant")" 8

# --- Workloads that fail, hang, and are not there ---
run 1 "broken on random_mixed 20000 256 42 failed:" ab glibc broken=out/work/broken_malloc.so \
    --workload "random_mixed 20000 256 42" --workload "$work" --repeat 4 --repeat-max 8
run_id=$(ask "SELECT max(id) FROM runs")
same "one failed sample of each broken cell" "$(ask "SELECT variant, workload, count(*) FROM samples WHERE run = $run_id
    AND failed AND why LIKE '%corrupted%' GROUP BY variant, workload")" '1|0|1
1|1|1'
same "the other cells are whole" "$(ask "SELECT DISTINCT n FROM (SELECT count(*) n FROM samples WHERE run = $run_id
    AND variant = 0 AND NOT failed GROUP BY workload)")" 4
run 1 "no end within 1 s" ab --same glibc glibc --workload "larson 30 8 16 10 1 1 1" --timeout 1 --repeat 2 --repeat-max 2
run 1 "exit status 2" ab --same glibc glibc --workload "tiny_hot 0" --repeat 2 --repeat-max 2

# --- An answer that cannot be written ---
for command in "ab --same glibc glibc" "run --tsv glibc"; do
    checks=$((checks + 1))
    $hakbench $command --workload "$work" --repeat 2 --db "$dir/db" >/dev/full 2>"$dir/said"
    [ $? = 1 ] && grep -q 'standard output: No space' "$dir/said" || fail "$command >/dev/full"
done

# --- The command is kept as a shell reads it ---
checks=$((checks + 1))
$hakbench ab glibc "" --workload "$work" --repeat 2 --repeat-max 2 --db "$dir/it's; \$x" >"$dir/out" 2>"$dir/said"
eval "set -- $(sqlite3 "$dir/it's; \$x" "SELECT command FROM runs")"
[ "$1 $2 $3 $4 $6 ${12}" = "hakbench ab glibc  $work $dir/it's; \$x" ] || fail "the command of the run: $*"

# --- A budget is for all looks together: three blocks of two, then it has run out ---
run 3 "" ab --same glibc glibc --workload "random_mixed 10000000 256 42" --margin 0.0001% --repeat 6 --repeat-max 24 --budget 1
same "no sample beyond the budget" "$(ask "SELECT DISTINCT n FROM (SELECT count(*) n FROM samples WHERE run =
    (SELECT max(id) FROM runs) GROUP BY variant)")" 6

# --- What a run leaves ---
run 3 "" ab glibc "" --workload "$work" --repeat 4 --repeat-max 4 # too few pairs for an interval
grep -q "$work  *[0-9]" "$dir/out" || fail "no verdict line"
ask "SELECT key, value FROM context WHERE run = (SELECT max(id) FROM runs)" >"$dir/context"
for key in cpu cores memory kernel governor thp overcommit aslr libc compiler build git dirty loadavg hardware_counters \
    virtual_machine plan; do
    checks=$((checks + 1))
    grep -q "^$key|." "$dir/context" || fail "no $key in the context"
done
checks=$((checks + 1))
! grep -e "$(uname -n)" -e "$PWD" "$dir/context" || fail "the context names the machine or where the tree stands"
same "peaks are there" "$(ask "SELECT count(*) > 0 FROM measured WHERE metric = 'rss_peak' AND value > 500")" 1

echo "Checks: $checks"
exit $status
