#!/bin/sh
# SPDX-License-Identifier: MIT
# test_large_gate.sh - the gate of phase 15 that counters can show: at most 0.01 system calls of the allocator for an operation
# on large blocks; and its variables act on a real program.
#
# HAK_LIB: the shared library to preload. HAK_WORK_DIR: the workloads.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_WORK_DIR:?the directory of the workloads}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for name in $(env | sed -n 's/^\(HAKMEM_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
passed=0
failed=0
json() { sed -nE "s/.*\"$1\":([0-9]+)[,}].*/\1/p" "$tmp/err"; }

# But those of mincore: they belong to the answer of MINCORE.
calls() { echo $(($(json syscalls) - $(json os.mincore.owner))); }

# expect WHAT NUMBER TEST NUMBER
expect() {
    if [ -n "$2" ] && [ "$2" "$3" "$4" ]; then
        echo "$1: $2 (want $3 $4)"
        passed=$((passed + 1))
    else
        echo "FAIL $1: $2, want $3 $4"
        head -n 5 "$tmp/err"
        failed=$((failed + 1))
    fi
}

# churn VARIABLE=value... OPS LIVE MIN MAX
churn() {
    set -- "$@" end
    settings=
    while :; do case $1 in *=*) settings="$settings $1"; shift ;; *) break ;; esac; done
    env HAKMEM_STATS=json $settings LD_PRELOAD="$HAK_LIB" "$HAK_WORK_DIR/large_churn" "$1" "$2" "$3" "$4" \
        >"$tmp/out" 2>"$tmp/err" || expect "$*: exit status" $? -eq 0
}

churn 10000 20 5242880 26214400
expect "20 live blocks of 5 to 25 MiB, 10,000 replaced: all system calls" "$(calls)" -le 200
expect "their mappings" "$(json os.mmap.large)" -le 60
expect "blocks that came from kept memory" "$(json large.hits)" -ge 9900
# At the end the 20 go, and little may be kept when nothing is live: in pieces, each of which counts.
expect "evictions" $(($(json large.evictions_bytes) + $(json large.evictions_count))) -le 120
expect "kept at the end, all that came" "$(json large.held_bytes)" -eq \
    $(($(json large.given_bytes) - $(json large.taken_bytes) - $(json large.evicted_bytes)))

churn 100000 1 819200 819200
if [ -n "$(json pool.stage3_new)" ]; then # else mid blocks have mappings of their own
    expect "100,000 pairs of 800 KiB: all system calls" "$(calls)" -le 20
    expect "pairs that claimed nothing" "$(json run.hits)" -ge 99990
    expect "kept runs, 13 or 14 slots" $(($(json run.kept_bytes) / 65536 / 2)) -ge 6
fi

churn 100000 1 3000000 3000000
expect "100,000 pairs of 3 MB: all system calls" "$(calls)" -le 20

churn HAKMEM_LARGE_MB=0 1000 20 5242880 26214400
expect "HAKMEM_LARGE_MB=0: hits" "$(json large.hits)" -eq 0
expect "HAKMEM_LARGE_MB=0: mappings" "$(json os.mmap.large)" -ge 1020
churn HAKMEM_LARGE_TTL=0 1000 20 5242880 26214400
expect "HAKMEM_LARGE_TTL=0: hits" "$(json large.hits)" -eq 0
churn HAKMEM_LARGE_MB=20 1000 20 5242880 26214400
expect "HAKMEM_LARGE_MB=20: evictions" "$(json large.evictions_bytes)" -ge 100
expect "HAKMEM_LARGE_MB=20: kept at the end" "$(json large.held_bytes)" -le $((20 << 20))
churn HAKMEM_RUN_MB=0 1000 1 819200 819200
expect "HAKMEM_RUN_MB=0: runs kept" "$(json run.kept)" -eq 0

for bad in HAKMEM_LARGE_PERCENT=99 HAKMEM_LARGE_TTL=x HAKMEM_RUN_MB=; do
    env "$bad" LD_PRELOAD="$HAK_LIB" "$HAK_WORK_DIR/large_churn" 1 1 16 16 >"$tmp/out" 2>"$tmp/err"
    expect "$bad: one line" "$(grep -c "^hakmem: $bad: not a number from .* ignored" "$tmp/err")" -eq 1
done

echo "Checks: $((passed + failed))"
[ "$failed" -eq 0 ]
