#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_sweep.sh - --for makes one row of each value of an argument: of workloads that name it, and of commands that have a
# place for it; a stored run goes on with the same; one line for each mistake.
hakbench=out/bench/hakbench
checks=0
status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

fail() {
    echo "FAIL: $*"
    sed 's/^/  | /' "$dir/said" "$dir/out"
    status=1
}
run() {
    want=$1
    shift
    checks=$((checks + 1))
    $hakbench "$@" --db "$dir/db" >"$dir/out" 2>"$dir/said" </dev/null
    got=$?
    [ $got = "$want" ] || [ "$want" = any ] || fail "$*: status $got, want $want"
}
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1: '$2', want '$3'"
}
rows() { sed -n 's/^\([a-z].*[a-z]=[0-9]*\)  *[0-9].*/\1/p' "$dir/out" | sed 's/ *$//' | tr '\n' ';'; }
stored() { sqlite3 "$dir/db" "select command || ' | ' || threads from workloads where run = $1 order by position" | tr '\n' ';'; }

run 0 ab glibc glibc --same -m syscalls_all --command 'seq=seq {n} 9' --for n=1,5
same "rows of a command" "$(rows)" "seq n=1;seq n=5;"
same "commands" "$(stored 1)" '$ seq 1 9 | 2;$ seq 5 9 | 2;'
run 0 ab glibc glibc --same -m syscalls_all -w 'random_mixed 1000 16 1' --for ws=16,32 --for seed=1,2
same "every combination" "$(stored 2)" \
    "random_mixed 1000 16 1 | 1;random_mixed 1000 16 2 | 1;random_mixed 1000 32 1 | 1;random_mixed 1000 32 2 | 1;"
run 0 ab glibc glibc --same -m syscalls_all -w 'random_mixed 1000 16 1' --for min=16
same "one argument more" "$(stored 3)" "random_mixed 1000 16 1 16 | 1;"
run any ab glibc glibc --same -m syscalls_all -w 'exchange 2 100 16 1' --for threads=1,4
same "threads are what the value says" "$(stored 4)" "exchange 1 100 16 1 | 1;exchange 4 100 16 1 | 4;"
run 0 ab glibc glibc --same -m syscalls_all --command 'any={program} 1' --for program=true,seq
same "a program is a value, too" "$(stored 5)" '$ true 1 | 2;$ seq 1 | 2;'
run 0 run --resume 4 --repeat 2
run 0 run --resume 1 --repeat 2

bad() {
    words=$1
    shift
    run 2 ab glibc glibc --same "$@"
    [ "$(wc -l <"$dir/said")" = 1 ] && grep -qF -- "$words" "$dir/said" || fail "$*: want one line: $words"
}
bad "want NAME=VALUE,VALUE..., such as threads=1,2,4,8" -w larson-2 --for threads
bad "want NAME=VALUE" -w larson-2 --for threads=
bad "want NAME=VALUE" -w larson-2 --for threads=1,,2
bad "want NAME=VALUE" -w larson-2 --for '=1'
bad "want NAME=VALUE" --command 'a=true {x}' --for "x=a'b"
bad "1 stands there twice" -w larson-2 --for threads=1,1
bad "want all values in one: threads=1,2" -w larson-2 --for threads=1 --for threads=2
bad "larson wants a whole number from 1 to 4096, not 0" -w larson-2 --for threads=0
bad "larson wants a whole number from 1 to 4096, not two" -w larson-2 --for threads=two
bad "has no argument of that name; arguments: sleep min max" -w larson-2 --for slots=1
bad "gives not all arguments before it" -w 'random_mixed 1000' --for min=16
bad "the command a has no {n} in it: true" --command a=true --for n=1
bad "at most 64 workloads" -w larson-2 --for "threads=$(seq -s , 9)" --for "rounds=$(seq -s , 9)"
bad "too long a name" -w 'random_mixed 1000000000 16 1 16 32' --for "ws=$(printf '%031d' 16)"
bad "no such program" --command 'a={p} 1' --for p=no_such_program,true

echo "Checks: $checks"
exit $status
