#!/bin/sh
# SPDX-License-Identifier: MIT
# test_profile.sh - the heap profile of a program whose allocations are known: what pprof computes from it is true within the
# error of sampling, stacks name the functions of the program, signals write a profile, too, and nothing is written when off.
#
# HAK_LIB, HAK_OUT, HAK_CC: the build under test.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}" "${HAK_CC:?}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C
unset HAKMEM_STATS HAKMEM_STATS_FILE HAKMEM_PROFILE HAKMEM_PROFILE_FILE HAKMEM_PROFILE_SIGNAL
here=$(cd "$(dirname "$0")" && pwd)
checks=0
failed=0
fail() {
    echo "FAIL: $1"
    failed=$((failed + 1))
}

# The program stands at fixed addresses, so that addr2line knows them.
for frames in yes no; do
    flags=-fomit-frame-pointer
    [ $frames = no ] || flags=-fno-omit-frame-pointer
    "$HAK_CC" -g -gdwarf-4 -O1 -fno-builtin -fno-optimize-sibling-calls $flags -fno-pie -no-pie -o "$tmp/program-$frames" \
        "$here/prog_profile.c" -pthread || fail "prog_profile.c does not compile with $flags"
done

# profile NAME SETTING... PROGRAM ARGUMENT...: runs it; the last profile is $tmp/NAME.
profile() {
    name=$1
    shift
    env HAKMEM_PROFILE_FILE="$tmp/$name" LD_PRELOAD="$HAK_LIB" "$@" >"$tmp/out" 2>&1 || fail "$* ended with $?: $(cat "$tmp/out")"
    cat "$tmp/$name".*.heap >"$tmp/all" 2>/dev/null
    ls "$tmp/$name".*.heap 2>/dev/null | wc -l >"$tmp/files"
}

# functions PROFILE PROGRAM: a line for each stack: function that called the library, function above it, estimated live bytes, and
# all bytes. The division is the one that pprof does for heap_v2.
functions() {
    program=$2
    sed -nE 's/^ +([0-9]+): ([0-9]+) \[([0-9]+): ([0-9]+)\] @ (.*)/\1 \2 \3 \4 \5/p' "$1" |
        while read -r live live_bytes all all_bytes stack; do
            set -- $stack
            names=$(addr2line -f -e "$program" $(for a in "${1-0}" "${2-0}"; do printf '0x%x ' $((a - 1)); done) | awk 'NR % 2 == 1')
            echo $names "$live" "$live_bytes" "$all" "$all_bytes"
        done | awk -v interval="$3" 'function whole(count, bytes) {
                return count ? bytes / (1 - exp(-bytes / count / interval)) : 0
            }
            { key = $1 " " $2; live[key] += whole($3, $4); all[key] += whole($5, $6) }
            END { for (key in live) printf "%s %d %d\n", key, live[key], all[key] }'
}

# want FUNCTION ABOVE LIVE ALL: the profile says so, within 8 % of what is counted.
want() {
    checks=$((checks + 1))
    awk -v function_="$1" -v above="$2" -v live="$3" -v all="$4" '
        function near(is, should) { return is >= should * 0.92 && is <= should * 1.08 }
        $1 == function_ && (above == "any" || $2 == above) { l += $3; a += $4 }
        END { if (!near(l, live) || !near(a, all)) { printf "live %d, all %d", l, a; exit 1 } }' "$tmp/functions" >"$tmp/is" ||
        fail "$1 called by $2: want live $3, all $4; the profile has $(cat "$tmp/is")"
}

# --- With frame pointers ----------------------------------------------------------------------------------------------------
profile frames HAKMEM_PROFILE=10000 HAKMEM_STATS=1 "$tmp/program-yes"
lost=$(awk '$1 == "sample.lost" { print $2 }' "$tmp/out")
checks=$((checks + 2))
[ "${lost:-none}" = 0 ] || fail "sample.lost is ${lost:-missing}, want 0"
head -n 1 "$tmp/all" | grep -qxE 'heap profile: [0-9]+: [0-9]+ \[[0-9]+: [0-9]+\] @ heap_v2/10000' ||
    fail "the first line is $(head -n 1 "$tmp/all")"
functions "$tmp/all" "$tmp/program-yes" 10000 >"$tmp/functions"
want kept main 10000000 10000000
want churned main 0 100000000
want passed main 0 10000000
want grown main 20000000 30000000
want aligned main 10000000 10000000
want new main 10000000 10000000

# --- Without: the caller is known, and nothing else is believed ----------------------------------------------------------------
profile none HAKMEM_PROFILE=10000 "$tmp/program-no"
functions "$tmp/all" "$tmp/program-no" 10000 >"$tmp/functions"
want kept any 10000000 10000000
want grown any 20000000 30000000

# --- A larger interval takes fewer samples and says the same, less exactly ------------------------------------------------------
profile coarse HAKMEM_PROFILE=100000 HAKMEM_STATS=1 "$tmp/program-yes"
taken=$(awk '$1 == "sample.taken" { print $2 }' "$tmp/out")
checks=$((checks + 1))
# Of 130,000 blocks of 1,000 bytes one in 100.5, of 300 of 100,000 bytes 0.63, of 100 of 200,000 bytes 0.86: 1472.
[ "${taken:-0}" -ge 1250 ] && [ "$taken" -le 1700 ] || fail "an interval of 100000 took ${taken:-no} samples, want 1472 or about"

# --- Off; a signal; what cannot be ----------------------------------------------------------------------------------------------
profile off HAKMEM_STATS=1 "$tmp/program-yes"
checks=$((checks + 2))
[ "$(cat "$tmp/files")" -eq 0 ] || fail "a profile was written without HAKMEM_PROFILE"
grep -qx 'sample.taken 0' "$tmp/out" || fail "samples were taken without HAKMEM_PROFILE"
profile signal HAKMEM_PROFILE=10000 HAKMEM_PROFILE_SIGNAL=12 "$tmp/program-yes" raise
checks=$((checks + 2))
[ "$(cat "$tmp/files")" -eq 2 ] || fail "SIGUSR2 and the end wrote $(cat "$tmp/files") profiles, want 2"
profile kill HAKMEM_PROFILE=10000 HAKMEM_PROFILE_SIGNAL=9 "$tmp/program-yes"
grep -q 'HAKMEM_PROFILE_SIGNAL=9: no handler' "$tmp/out" || fail "SIGKILL was taken for a signal: $(cat "$tmp/out")"

# --- pprof reads it ---------------------------------------------------------------------------------------------------------------
if command -v go >/dev/null && go tool pprof -h 2>&1 | grep -qi usage; then
    checks=$((checks + 1))
    "$HAK_CC" -g -gdwarf-4 -O1 -fno-builtin -fno-optimize-sibling-calls -fno-omit-frame-pointer -o "$tmp/program" \
        "$here/prog_profile.c" -pthread
    profile pprof HAKMEM_PROFILE=10000 "$tmp/program"
    HOME=$tmp PPROF_TMPDIR=$tmp go tool pprof -top -unit=B -sample_index=inuse_space "$tmp/program" "$tmp"/pprof.*.heap \
        >"$tmp/top" 2>&1
    awk '$6 == "grown" && $1 + 0 > 18400000 && $1 + 0 < 21600000 { found = 1 } END { exit !found }' "$tmp/top" ||
        fail "go tool pprof does not find 20000000 bytes of grown: $(head -n 12 "$tmp/top")"
else
    echo "go tool pprof is not here"
fi
echo "Checks: $checks, Failures: $failed"
[ "$failed" -eq 0 ]
