#!/bin/sh
# SPDX-License-Identifier: MIT
# test_misuse.sh - blocks that are freed twice, by pointers into their middle, and so on: the allocator ends the program, or at
# least hands out nothing that overlaps. What it cannot see at a price that every program would pay is counted, and bounded here.
#
# HAK_LIB: the shared library to preload. HAK_OUT: where its build put test/prog_misuse. HAK_MODE: release, or check, which sees all.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}"
export HAK_LIB HAK_OUT
ulimit -c 0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0
passed=0
tiny=0
larger=0

# trust, cached and ranges answer by a read before the pointer, so that a mapping which is gone ends the program with a fault there.
reads=no
case $(LD_PRELOAD=$HAK_LIB "$HAK_OUT/test/prog_variant") in
*.mincore-trust* | *.mincore-cached* | *.mincore-ranges*) reads=yes ;;
esac

twice='twice a-b-a other-between thread-twice realloc-freed usable-freed'
wrong='interior-16 interior-64 interior-half interior-realloc misaligned-1 misaligned-8 before aligned-interior'

# misuse KIND SIZE: counts what overlaps
misuse() {
    # The inner shell becomes the program, so that "Aborted", a word of the outer shell, is not in its stderr.
    { sh -c 'LD_PRELOAD=$HAK_LIB exec "$HAK_OUT/test/prog_misuse" "$1" "$2" 2>"$3"' - "$1" "$2" "$tmp/err"; } 2>/dev/null
    status=$?
    case $status in
    0 | 134) passed=$((passed + 1)) ;;
    139) if [ "$reads" = yes ] && [ "$2" -gt 1024 ]; then passed=$((passed + 1)); else
             echo "FAIL $1 $2: a fault"
             failed=$((failed + 1))
         fi ;;
    1) if [ "$2" -le 1024 ]; then tiny=$((tiny + 1)); else larger=$((larger + 1)); fi
       echo "overlap: $1 $2" ;;
    *) echo "FAIL $1 $2: status $status"
       failed=$((failed + 1)) ;;
    esac
    if [ "$status" -eq 134 ] && [ "$(grep -c '^hakmem: .*\[variant .*\]$' "$tmp/err")" -ne 1 ]; then
        echo "FAIL $1 $2: not one line, but $(cat "$tmp/err")"
        failed=$((failed + 1))
    fi
}

for size in 100 1000 1500 5000 20000 70000 200000 2000000; do
    for kind in $twice $wrong; do
        misuse "$kind" "$size"
    done
done
for kind in twice other-between realloc-freed misaligned-8; do
    for size in 16 24 40 400; do
        misuse "$kind" "$size"
    done
done
for size in 1500 5000 20000 70000 200000; do
    misuse realloc-beside-freed "$size"
done
misuse static 100
misuse sized 100
misuse sized 5000

# Of 136. Smaller blocks: a pointer into the middle, and a block freed twice with another between. Blocks of more than 1 KiB: one, as
# a second free of an address that the next mapping has got is one of that mapping, and nobody can know.
most_tiny=10
most_larger=1
case ${HAK_MODE:-release} in check) most_tiny=0 ;; esac
case $reads in yes) most_larger=16 ;; esac
[ "$tiny" -le "$most_tiny" ] || { echo "FAIL: $tiny of tiny blocks overlap, more than $most_tiny"; failed=$((failed + 1)); }
[ "$larger" -le "$most_larger" ] || { echo "FAIL: $larger of larger blocks overlap"; failed=$((failed + 1)); }

echo "Checks: $((passed + tiny + larger)), Failures: $failed"
[ "$failed" -eq 0 ]
