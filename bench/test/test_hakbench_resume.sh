#!/bin/sh
# SPDX-License-Identifier: MIT
# A run that is interrupted keeps its finished samples and names how to go on; --resume completes it, nothing is taken twice. A
# hakbench that is killed leaves no workload behind. Two runs at once into one file both complete.
hakbench=out/bench/hakbench
work="random_mixed 1000 16 1"
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
ask() { sqlite3 "$dir/db" "$1"; }
answered() { case $1 in 0 | 1 | 3) ;; *) echo "status $1"; false ;; esac; } # any verdict
same() { [ "$1" = "$2" ] || { echo "got '$1', want '$2'"; false; }; }
until_samples() { # until_samples N: that many are stored
    for _ in $(seq 200); do
        [ "$(ask 'SELECT count(*) FROM samples' 2>/dev/null || echo 0)" -ge "$1" ] && return
        sleep 0.05
    done
    false
}

# --- Interrupted, and gone on with ---
# A, B and A's twin, 100 times each; B counts itself once.
$hakbench ab glibc "" --workload "$work" --repeat 100 --repeat-max 100 --seed 5 --db "$dir/db" >"$dir/said" 2>&1 &
pid=$!
check "samples come in" until_samples 20
kill -INT $pid
wait $pid
check "exit status 130" same $? 130
check "it says how to go on" grep -q "interrupted.*hakbench run --resume 1 --db '$dir/db'\$" "$dir/said"
kept=$(ask "SELECT count(*) FROM samples")
check "samples are kept, and not all were taken ($kept)" [ "$kept" -ge 20 -a "$kept" -lt 301 ]
check "the run is not finished" same "$(ask 'SELECT finished FROM runs')" 0
ask "SELECT * FROM samples ORDER BY id" >"$dir/before"

$hakbench run --resume 1 --db "$dir/db" >"$dir/said" 2>&1
check "it goes on" same $? 0
cells="SELECT count(*) n FROM samples WHERE mode = 'time' GROUP BY variant"
check "all samples are there" same "$(ask "SELECT min(n) IN (100, 101) AND max(n) <= 102 FROM ($cells)")" 1
taken=$(ask "SELECT count(*) FROM samples")
check "the run is finished" same "$(ask 'SELECT finished FROM runs')" 1
check "none has failed" same "$(ask 'SELECT count(*) FROM samples WHERE failed')" 0
broken=$(ask "SELECT max(block) FROM samples WHERE mode = 'time' AND position < $kept")
check "it begins a new block" same "$(ask "SELECT min(block) FROM samples WHERE mode = 'time' AND position >= $kept")" $((broken + 1))
check "two of each cell in each other block" same "$(ask "SELECT DISTINCT n FROM (SELECT count(*) n FROM samples
    WHERE mode = 'time' AND block != $broken GROUP BY block, variant, workload)")" 2
check "positions have no gap" same "$(ask 'SELECT min(position), max(position) + 1, count(DISTINCT position) FROM samples')" "0|$taken|$taken"
ask "SELECT * FROM samples ORDER BY id LIMIT $kept" >"$dir/after"
check "what was kept is unchanged" cmp -s "$dir/before" "$dir/after"

# The order is that of a run that was never interrupted.
order="SELECT variant, block FROM samples WHERE mode = 'time' AND block < 20 AND block != $broken ORDER BY position"
$hakbench ab glibc "" --workload "$work" --repeat 40 --repeat-max 40 --seed 5 --db "$dir/whole" >"$dir/said" 2>&1
check "a whole run" answered $?
check "the order is the same" same "$(ask "$order" | cksum)" "$(sqlite3 "$dir/whole" "$order" | cksum)"

# --- Extended ---
$hakbench run --resume 1 --repeat 102 --db "$dir/db" >"$dir/said" 2>&1
check "it is extended" same $? 0
check "by one block" same "$(ask 'SELECT count(*) FROM samples')" $((taken + 6))

# --- Interrupted before it was decided ---
# Four pairs decide nothing, so that pairs are doubled: by the run that goes on, too.
$hakbench ab --same glibc glibc --workload "$work" --repeat 4 --repeat-max 16 --db "$dir/open" >"$dir/said" 2>&1 &
pid=$!
for _ in $(seq 200); do
    [ "$(sqlite3 "$dir/open" 'SELECT count(*) FROM samples' 2>/dev/null || echo 0)" -ge 2 ] && break
    sleep 0.02
done
kill -INT $pid
wait $pid
check "interrupted" same $? 130
$hakbench run --resume 1 --db "$dir/open" >"$dir/said" 2>&1
check "it goes on" same $? 0
check "with more pairs" same "$(sqlite3 "$dir/open" "SELECT min(n) >= 8 FROM ($cells)")" 1

# --- Another machine, another program of the same name ---
for key in cpu kernel libc program.random_mixed; do
    was=$(ask "SELECT value FROM context WHERE run = 1 AND key = '$key'")
    check "$key is known" [ -n "$was" ]
    ask "UPDATE context SET value = 'of old' WHERE run = 1 AND key = '$key'"
    $hakbench run --resume 1 --repeat 200 --db "$dir/db" >"$dir/said" 2>&1
    check "another $key is refused" same $? 2
    check "it says so" grep -qF "$key is not what run 1 has: 'of old', then '" "$dir/said"
    ask "UPDATE context SET value = '$was' WHERE run = 1 AND key = '$key'"
done

# --- Another file under the same name ---
cp "$HAK_LIB" "$dir/copy.so"
$hakbench ab glibc "copy=$dir/copy.so" --workload "$work" --repeat 50 --repeat-max 50 --db "$dir/changed" >"$dir/said" 2>&1 &
pid=$!
for _ in $(seq 200); do
    [ "$(sqlite3 "$dir/changed" 'SELECT count(*) FROM samples' 2>/dev/null || echo 0)" -ge 10 ] && break
    sleep 0.05
done
cp out/work/broken_malloc.so "$dir/other.so" && mv "$dir/other.so" "$dir/copy.so"
wait $pid
check "a library that changes ends the run" same $? 1
check "it says so" grep -q '^hakbench: copy: its library was changed while run 1 was measuring it$' "$dir/said"
$hakbench run --resume 1 --db "$dir/changed" >"$dir/said" 2>&1
check "a rival's file must be named" same $? 2
check "it says how" grep -q 'run 1 has the rival copy: give its file by --rival copy=' "$dir/said"
$hakbench run --resume 1 --rival "copy=$dir/copy.so" --db "$dir/changed" >"$dir/said" 2>&1
check "another file is refused" same $? 2
check "it says why" grep -q 'copy is not what run 1 measured: another sha256' "$dir/said"
cp "$HAK_LIB" "$dir/copy.so"
$hakbench run --resume 1 --rival "copy=$dir/copy.so" --db "$dir/changed" >"$dir/said" 2>&1
check "the file of old is taken" same $? 0
check "and the run is whole" same "$(sqlite3 "$dir/changed" "SELECT min(n) >= 50 FROM ($cells)")" 1

# --- Ended in the middle of a long workload ---
for signal in INT KILL; do
    $hakbench ab glibc "" --workload "larson 60 8 16 10 1 $$ 1" --timeout 20 --repeat 2 --repeat-max 2 \
        --db "$dir/ended" >"$dir/said" 2>&1 &
    pid=$!
    for _ in $(seq 200); do
        left=$(pgrep -f "^out/work/larson 60 8 16 10 1 $$ 1\$") && break
        sleep 0.05
    done
    check "the workload runs" [ -n "$left" ]
    began=$(date +%s)
    kill -$signal $pid
    wait $pid 2>/dev/null
    check "$signal: it ends at once" [ $(($(date +%s) - began)) -lt 10 ]
    sleep 0.3
    for one in $left; do
        check "$signal: workload $one has ended" [ ! -e "/proc/$one" ]
    done
done

# --- Two at once ---
for seed in 1 2; do
    $hakbench ab glibc "" --workload "$work" --repeat 20 --repeat-max 20 --seed $seed --db "$dir/two" >"$dir/said$seed" 2>&1 &
    eval "pid$seed=$!"
done
wait "$pid1"
check "the first ends well" answered $?
wait "$pid2"
check "the second ends well" answered $?
check "one is told of the other" same "$(cat "$dir/said1" "$dir/said2" | grep -c 'another hakbench is measuring')" 1
check "and the run tells of it" same \
    "$(sqlite3 "$dir/two" "SELECT group_concat(value) FROM (SELECT value FROM context WHERE key = 'other measurements' ORDER BY value)")" no,yes
check "each has its samples" same "$(sqlite3 "$dir/two" 'SELECT run, count(*) FROM samples GROUP BY run ORDER BY run')" '1|61
2|61'

echo "Checks: $checks"
exit $status
