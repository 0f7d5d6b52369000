#!/bin/sh
# SPDX-License-Identifier: MIT
# test_front_knobs.sh - the variables of phase 11 act on a real program: capacity, batch, the two-hop refill, the report at
# exit; a value that does not parse is named on one line and ignored.
#
# HAK_LIB: the shared library to preload. HAK_WORK_DIR: the workloads.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_WORK_DIR:?the directory of the workloads}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for name in $(env | sed -n 's/^\(HAKMEM_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
passed=0
failed=0

fail() {
    echo "FAIL $1"
    sed 's/^/    /' "$tmp/err"
    failed=$((failed + 1))
}

# run VARIABLE=value... : random_mixed with these variables
run() {
    env LD_PRELOAD="$HAK_LIB" "$@" "$HAK_WORK_DIR/random_mixed" 100000 1024 42 >"$tmp/out" 2>"$tmp/err" ||
        fail "$*: exit status $?"
}

json() { sed -nE "s/.*\"$1\":([0-9]+)[,}].*/\1/p" "$tmp/err"; }

# Column N of the report, summed over the classes.
column() { sed -n 's/^hakmem front: \([0-9]\)/\1/p' "$tmp/err" | awk -v n="$1" '{ sum += $n } END { print sum + 0 }'; }

# expect WHAT NUMBER TEST NUMBER
expect() {
    if [ -n "$2" ] && [ -n "$4" ] && [ "$2" "$3" "$4" ]; then
        passed=$((passed + 1))
    else
        fail "$1: $2 $3 $4 does not hold"
    fi
}

run HAKMEM_STATS=json
hits=$(json front.hits) misses=$(json front.misses)
expect "hits" "$hits" -ge 30000
expect "misses" "$misses" -ge 20
expect "held at exit" "$(json front.held)" -ge 1
expect "held and cached are one" "$(json front.held)" -eq "$(json cached_blocks)"
expect "held bytes and cached bytes are one" "$(json front.held_bytes)" -eq "$(json cached_bytes)"

# Capacity.
run HAKMEM_STATS=json HAKMEM_FC_CAP=0
expect "no slots, no hits" "$(json front.hits)" -eq 0
expect "no slots, nothing held" "$(json front.held)" -eq 0
run HAKMEM_STATS=json HAKMEM_FC_CAP=4
expect "4 slots, more misses" "$(json front.misses)" -ge $((2 * misses))
expect "4 slots, held" "$(json front.held)" -le 240
run HAKMEM_STATS=json HAKMEM_FC_CAP=4096
expect "4096 slots are still bounded in bytes" "$(json front.held_bytes)" -le $((60 * 16384))

# Batch: 1 fetches only what was asked for.
run HAKMEM_STATS=json HAKMEM_FC_REFILL=1
expect "a batch of 1 refills nothing" "$(json front.refills)" -eq 0
expect "a batch of 1 misses more" "$(json front.misses)" -ge $((4 * misses))
run HAKMEM_STATS=json HAKMEM_FC_REFILL=256
expect "a batch of 256 misses no more" "$(json front.misses)" -le $((misses + misses / 4))

# Two hops: the same calls, answered as well.
checksum() { sed -nE 's/.* checksum=([0-9a-f]+).*/\1/p' "$tmp/out"; }
one_hop=$(checksum)
run HAKMEM_STATS=json HAKMEM_TINY_FRONT_DIRECT=0
expect "two hops: hits" "$(json front.hits)" -ge 30000
expect "two hops: refills" "$(json front.refills)" -ge 20
two_hops=$(checksum)
if [ -n "$one_hop" ] && [ "$one_hop" = "$two_hops" ]; then
    passed=$((passed + 1))
else
    fail "two hops: checksum $two_hops, not $one_hop"
fi

# The report: one line a class with numbers, whose sums are those of HAKMEM_STATS.
run HAKMEM_STATS=json HAKMEM_FRONT_STATS=1
head='class bytes hits misses hit_per_mille refills drains drained held_bytes'
expect "report: a head line" "$(grep -c "^hakmem front: $head \[variant .*\]\$" "$tmp/err")" -eq 1
expect "report: classes" "$(grep -c '^hakmem front: [0-9]' "$tmp/err")" -ge 15
expect "report: bytes of class 0" "$(sed -n 's/^hakmem front: 0 \([0-9]*\) .*/\1/p' "$tmp/err")" -eq 16
expect "report: hits" "$(column 3)" -eq "$(json front.hits)"
expect "report: misses" "$(column 4)" -eq "$(json front.misses)"
expect "report: refills" "$(column 6)" -eq "$(json front.refills)"
expect "report: drains" "$(column 7)" -eq "$(json front.drains)"
expect "report: drained" "$(column 8)" -eq "$(json front.drained)"
expect "report: held bytes" "$(column 9)" -eq "$(json front.held_bytes)"
HAKMEM_FRONT_STATS=1 LD_PRELOAD="$HAK_LIB" sort /dev/null 2>"$tmp/err"
expect "report of a program that closes its standard error" "$(grep -c '^hakmem front: class' "$tmp/err")" -eq 1
run
expect "silent unless asked" "$(grep -c . "$tmp/err")" -eq 0

# Bad values: one line, and the default stays.
for bad in HAKMEM_FC_CAP=many HAKMEM_FC_CAP=65537 HAKMEM_FC_CAP=-1 HAKMEM_FC_CAP= HAKMEM_FC_REFILL=0 \
    HAKMEM_FC_REFILL=99999999999999999999 HAKMEM_TINY_FRONT_DIRECT=2 HAKMEM_FRONT_STATS=yes; do
    run HAKMEM_STATS=json "$bad"
    expect "$bad: one line" "$(grep -c "^hakmem: $bad: not a number from .* ignored" "$tmp/err")" -eq 1
    expect "$bad: nothing else" "$(grep -c . "$tmp/err")" -eq 2
    expect "$bad: hits as ever" "$(json front.hits)" -eq "$hits"
done

echo "Checks: $((passed + failed))"
[ "$failed" -eq 0 ]
