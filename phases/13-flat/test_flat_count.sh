#!/bin/sh
# SPDX-License-Identifier: MIT
# test_flat_count.sh - what the counters say of a whole program: hits are counted when somebody asks for counters, and then all
# of them; the table is used, also where address space is limited; and what it costs in instructions.
#
# HAK_LIB: the shared library to preload. HAK_WORK_DIR: the workloads. HAK_MODE: release or check.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_WORK_DIR:?the directory of the workloads}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for name in $(env | sed -n 's/^\(HAKMEM_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
checks=0
failed=0
json() { sed -nE "s/.*\"$1\":([0-9]+)[,}].*/\1/p" "$tmp/err"; }
said() { sed -nE "s/.* $1=([0-9a-f]+).*/\1/p" "$tmp/out"; }
expect() {
    checks=$((checks + 1))
    [ "$2" "$3" "$4" ] && return
    echo "FAIL $1: $2 $3 $4 does not hold"
    failed=$((failed + 1))
}
run() { env "$@" LD_PRELOAD="$HAK_LIB" "$HAK_WORK_DIR/random_mixed" 200000 4096 1234567 >"$tmp/out" 2>"$tmp/err"; }

run HAKMEM_STATS=json
sum=$(said checksum)
expect "one heap, one table" "$(json flat.tables)" -eq 1
expect "no table refused" "$(json flat.tables_refused)" -eq 0
expect "slots in the table" "$(json flat.slots_entered)" -ge 20
expect "no slot refused" "$(json flat.slots_refused)" -eq 0
missing=$(($(said mallocs) - $(json front.hits) - $(json front.misses)))
expect "hits and misses are all allocations but a few at the start" "${missing#-}" -le 20
run HAKMEM_FRONT_STATS=1
expect "a report with hits" "$(awk '$3 > 0 && $5 + 0 > 0 {n++} END {print n + 0}' "$tmp/err")" -ge 15

(ulimit -v 30000 && run HAKMEM_STATS=json) || echo "FAIL: does not run with a limit on address space"
expect "limited to 30 MB: a table all the same" "$(json flat.tables)" -eq 1
expect "limited: the same result" "$(said checksum)" = "$sum"

# Instructions for each operation: what callgrind counts in the library.
if [ "${HAK_MODE:-release}" = release ] && command -v valgrind >/dev/null; then
    LD_PRELOAD=$HAK_LIB valgrind --tool=callgrind --callgrind-out-file="$tmp/callgrind" \
        "$HAK_WORK_DIR/random_mixed" 200000 400 42 >/dev/null 2>"$tmp/err" || cat "$tmp/err"
    # Lines `fn=`, `calls=` and `ob=`; a cost line has a position and a count; the one after `calls=` is inclusive.
    count=$(awk '
        /^c?ob=/ { path = substr($0, length($1) + 2); if (path != "") name[substr($1, index($1, "("))] = path }
        /^ob=/ { object = name[substr($1, index($1, "("))] }
        /^c?ob=/ { next }
        /^calls=/ { skip = 1; next }
        /^[0-9+*-]/ { if (!skip && object ~ /libhakmem/) sum += $2; skip = 0 }
        END { print int(sum / 2000) }' "$tmp/callgrind")
    echo "random_mixed 200000 400 42: $((count / 100)).$((count / 10 % 10))$((count % 10)) instructions for each operation"
    expect "hundredths of instructions for each operation" "$count" -le 1700
    expect "callgrind has seen the library" "$count" -ge 1000
fi
echo "Checks: $checks"
[ "$failed" -eq 0 ]
