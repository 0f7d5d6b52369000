#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_push.sh - push and pull merge files of samples: all of a run arrives, a second merge adds nothing, machines stay
# apart, a run that went on in two places is kept twice; a broken file is one clear line, and what was there stays.
hakbench=$PWD/out/bench/hakbench
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export TMPDIR="$dir/tmp"
mkdir tmp
checks=0
status=0

# run STATUS WORDS DB COMMAND...: ends so, and says the words; where it is bad input, in one line and nothing else.
run() {
    want=$1 words=$2 db=$3
    shift 3
    checks=$((checks + 1))
    "$hakbench" "$@" --db "$db" >said 2>errors </dev/null
    got=$?
    [ $got = "$want" ] && cat said errors | grep -qF -- "$words" && { [ "$want" != 2 ] || [ "$(cat said errors | wc -l)" = 1 ]; } && return
    echo "FAIL: $* --db $db: exit $got, want $want and: $words"
    sed 's/^/  | /' said errors
    status=1
}
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || { echo "FAIL: $1: '$2', want '$3'"; status=1; }
}

# made FILE MACHINE SECOND ROWS [VALUE]: a run as export writes it, of so many samples.
made() {
    { printf '# hakbench samples 1\n# run\t3\n# experiment\t-\n# command\thakbench ab\n# started\t2026-01-02T03:04:0%sZ\n' "$3"
    printf '# seed\t9\n# finished\t%s\n# context\tcpu\tA CPU\n# context\tmachine\t%s\n' "$([ "$4" = 4 ] && echo yes || echo no)" "$2"
    printf '# variant\tA\thakmem\tPHASE=11\tp11\taa\t-\t-\t-\n# variant\tB\thakmem\tPHASE=12\tp12\tbb\t-\t-\t-\n'
    printf '# workload\tw-1\trandom_mixed 1 2 3\tcold\t1\n'
    printf 'position\tblock\tmode\tvariant\tworkload\tfailed\twhy\tops_s\tfaults\trss_series\n'
    for i in $(seq 0 $(($4 - 1))); do
        printf '%d\t0\ttime\t%s\tw-1\t%s\t-\t%s\n' "$i" "$([ $((i % 2)) = 0 ] && echo A || echo B)" "$([ "$i" = 3 ] && echo yes || echo no)" \
            "$([ "$i" = 3 ] && printf -- '-\t-\t-' || printf '%s\t7\t0:%d:0 0.5:9:1' "${5:-0.1}" "$i")"
    done
    } >"$1"
}
content() { sqlite3 "$1" "SELECT r.started, s.position, s.failed, m.metric, m.value, (SELECT count(*) FROM series WHERE sample = s.id)
    FROM runs r JOIN samples s ON s.run = r.id LEFT JOIN measured m ON m.sample = s.id ORDER BY 1, 2, 4"; }
runs() { sqlite3 "$1" 'SELECT count(*) FROM runs'; }

# --- One run, there and back ---
made one.tsv m1 1 4
run 0 'a.db: 1 runs added, 0 continued, 0 already there; 4 samples added from one.tsv' a.db pull one.tsv
"$hakbench" export --db a.db -o back.tsv
sed 's/^# run\t.*/# run\t3/' back.tsv | diff one.tsv - || { echo "FAIL: the run is another when it was pulled"; status=1; }
run 0 'shared.db: 1 runs added, 0 continued, 0 already there; 4 samples added from a.db' a.db push shared.db
run 0 '0 runs added, 0 continued, 1 already there; 0 samples added' a.db push shared.db
run 0 '0 runs added, 0 continued, 1 already there; 0 samples added' a.db pull shared.db one.tsv
same "what stays in the folder for temporary files" "$(ls tmp)" ""
same "what a second merge adds" "$(content shared.db)" "$(content a.db)"

# --- Another machine, which has the same run number, start and seed ---
made two.tsv m2 1 4
run 0 '1 runs added' b.db pull two.tsv
run 0 '1 runs added, 0 continued, 0 already there' b.db push shared.db
run 0 '1 runs added, 0 continued, 1 already there' a.db pull shared.db
same "runs of two machines" "$(runs a.db)" 2
run 0 'm2' a.db list runs
checks=$((checks + 1))
grep -q ' m1 ' said || { echo "FAIL: list runs names no machine"; status=1; }

# --- A run that goes on: more samples of it; one that went on in two places: kept twice ---
made half.tsv m1 2 2
made whole.tsv m1 2 4
run 0 '1 runs added, 0 continued, 0 already there; 2 samples added' a.db pull half.tsv
run 0 '0 runs added, 1 continued, 0 already there; 2 samples added' a.db pull whole.tsv
run 0 '0 runs added, 0 continued, 1 already there; 0 samples added' a.db pull half.tsv
same "finished when the rest came" "$(sqlite3 a.db "SELECT finished FROM runs WHERE started LIKE '%:02Z'")" 1
made other.tsv m1 2 4 0.25
run 0 '1 runs added, 0 continued, 0 already there; 4 samples added' a.db pull other.tsv
run 0 '0 runs added, 0 continued, 1 already there; 0 samples added' a.db pull other.tsv whole.tsv
same "both are there" "$(runs a.db)" 4

# --- What a pull makes the newest run: the one that was started last, not the one that came last ---
made early.tsv m1 0 4
run 0 '1 runs added' a.db pull early.tsv
run 0 '03:04:02Z' a.db show
same "the newest is listed first" "$("$hakbench" list runs --db a.db | head -n 1 | grep -c 03:04:02Z)" 1

# --- Broken, foreign, newer, missing: one line, and all that was there is there ---
before=$(content a.db)
head -c 9000 shared.db >cut.db
run 2 'cut.db: is damaged' a.db pull cut.db
head -c 5000 /dev/urandom >noise.db
run 2 'noise.db: is not a file of samples' a.db pull noise.db
cp shared.db newer.db && sqlite3 newer.db 'PRAGMA user_version = 99' >/dev/null
run 2 'newer.db: has schema version 99, this program knows up to' a.db pull newer.db
run 2 'newer.db: has schema version 99' a.db push newer.db
sqlite3 foreign.db 'CREATE TABLE t (x)'
run 2 'foreign.db: is a database of another program' a.db pull foreign.db
run 2 'foreign.db: is a database of another program' a.db push foreign.db
run 2 'none.db: no such file' a.db pull none.db
run 2 'nowhere/x.db: there is no folder nowhere' a.db push nowhere/x.db
run 2 'a.db: is the file that it would be added to; want another' a.db push ./a.db
run 2 'empty.db: no such file' empty.db push shared.db
head -n 12 one.tsv >cut.tsv
printf '4\t0\ttime' >>cut.tsv
run 2 'cut.tsv: line 13: the line is cut off' a.db pull cut.tsv
run 2 'want the name of the shared file' a.db push
run 2 'one file at a time' a.db push x y
same "nothing was lost" "$(content a.db)" "$before"
same "nothing was left" "$(sqlite3 shared.db 'SELECT count(*) FROM runs')" 2

# A file in a folder that may not be written is read; one that is written meanwhile is waited for.
mkdir locked && cp shared.db locked/s.db && chmod a-w locked/s.db locked
run 0 '0 runs added, 0 continued, 2 already there' a.db pull locked/s.db
chmod u+w locked
"$hakbench" pull two.tsv --db 'odd ?#%.db' >said && "$hakbench" push 'file:x.db' --db 'odd ?#%.db' >said
same "names that look like addresses" "$(ls 'odd ?#%.db' file:x.db)" "$(printf 'file:x.db\nodd ?#%%.db')"

# Killed in the middle: all of a file or nothing.
for k in $(seq 40); do made "k$k.tsv" "k$k" 5 4; done
"$hakbench" pull k*.tsv --db k.db >said
for i in 1 2 3 4 5; do
    timeout -s KILL 0.0$i "$hakbench" push killed.db --db k.db >said 2>errors
done
"$hakbench" list runs --db killed.db >said 2>errors
checks=$((checks + 1))
[ $(($(sqlite3 killed.db 'SELECT count(*) FROM runs' 2>errors || echo 0) % 40)) = 0 ] || { echo "FAIL: half a file was added"; status=1; }
echo "Checks: $checks"
exit $status
