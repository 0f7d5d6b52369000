#!/bin/sh
# SPDX-License-Identifier: MIT
# bench/trace/profiles.sh [NAME...] - profiles of workloads and of the programs of E=programs, into bench/trace/profiles: all, or those
# named. hakbench profile compares with the workloads. A program that is not installed is left out, in one line.
set -u
cd "$(dirname "$0")/../.." || exit 1
folder=bench/trace/profiles
workloads='
random_mixed-steady random_mixed 500000 256 42
random_mixed-8192 random_mixed 500000 8192 1234567
random_mixed-mid random_mixed 500000 16384 1 16 4096
producer_consumer producer_consumer 1 200000 42
exchange exchange 2 100000 2048 42
tiny_hot tiny_hot 64 100 3000
mid_large_mt mid_large_mt 2 20000 2048 42
realloc_grow realloc_grow 16777216 2 4 100 42
thread_churn thread_churn 500 4 256 42
burst_idle burst_idle 16777216 0 1 42
fragmentation fragmentation 1 8388608 7 42
lifo_burst lifo_burst 2 3000 100 8 64 42
large_churn large_churn 10000 20 5242880 26214400 42
xmalloc xmalloc 2 2 400 131072 42
stress stress 2 5000 10 42
bignum bignum 40 50000 42
trace-sqlite trace_replay bench/trace/sqlite.trace
trace-redis trace_replay bench/trace/redis.trace 1 1 0
pattern-pair-24 pattern pair-24 20
pattern-pair-2000 pattern pair-2000 20
pattern-lifo-100 pattern lifo-100 500
pattern-fifo-300 pattern fifo-300 200
pattern-fifo-4000 pattern fifo-4000 40
pattern-lifo-4000 pattern lifo-4000 40
pattern-shuffled-4000 pattern shuffled-4000 40
pattern-fifo-20000 pattern fifo-20000 10
pattern-fifo-500-4000 pattern fifo-500-4000 100
pattern-bulk pattern bulk 3
pattern-mixed-400 pattern mixed-400 20
pattern-mixed-8192 pattern mixed-8192 40
pattern-mixed-64-mid pattern mixed-64-mid 10
pattern-phases pattern phases 3
pattern-sparse pattern sparse 3
pattern-remote-1000 pattern remote-1000 100
pattern-workers pattern workers 50
pattern-tree pattern tree 10
pattern-append pattern append 500
pattern-double pattern double 20
pattern-calloc-100 pattern calloc-100 50
pattern-aligned-64 pattern aligned-64 50
pattern-thread-100 pattern thread-100 20
'
programs=$(for script in bench/program/*.sh; do basename "$script" .sh; done | grep -v -e '^common$' -e '^test')

wanted() {
    [ -z "$names" ] || case " $names " in *" $1 "*) true ;; *) false ;; esac
}

names=$*
status=0
mkdir -p "$folder"
echo "$workloads" | {
    while read -r name command; do
        [ -n "$name" ] && wanted "$name" || continue
        # shellcheck disable=SC2086 # arguments of the workload
        out/bench/hakbench profile --name "$name" --write "$folder/$name.profile" -- out/work/$command >/dev/null || status=1
    done
    exit $status
} || status=1
for program in $programs; do
    wanted "program-$program" && bench/program/"$program".sh check && bench/program/"$program".sh prepare >&2 || continue
    out/bench/hakbench profile --name "program-$program" --write "$folder/program-$program.profile" -- \
        bench/program/"$program".sh run >out/program/printed || status=1
done
exit $status
