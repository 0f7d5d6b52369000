#!/bin/sh
# SPDX-License-Identifier: MIT
# test_tools.sh - valgrind's memcheck and AddressSanitizer find faults in blocks of the embedded library of MODE=check: an
# overrun, an underrun, a use after free, a read of what was never written, a leak; and none in a program without faults. In
# release builds the library tells nobody anything.
#
# HAK_LIB, HAK_OUT, HAK_MODE, HAK_CC: the build under test.
set -u
: "${HAK_OUT:?the directory of the build}" "${HAK_MODE:?release or check}" "${HAK_CC:?}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C
unset HAKMEM_STATS HAKMEM_STATS_FILE DEBUGINFOD_URLS
checks=0
failed=0
fail() {
    echo "FAIL: $1"
    failed=$((failed + 1))
}
finish() {
    echo "Checks: $checks, Failures: $failed"
    [ "$failed" -eq 0 ]
    exit
}

if [ "$HAK_MODE" = release ]; then
    checks=1
    told=$(nm "$HAK_OUT/libhakmem-embed.a" | grep -E '__asan_|plain_malloc|tool_new' | tr '\n' ' ')
    [ -z "$told" ] || fail "the release library has code for tools: $told"
    finish
fi

cat >"$tmp/faults.c" <<'END'
#include "core/hakmem.h"
#include <string.h>

int main(int argc, char **argv)
{
    int fault = argc > 1 ? argv[1][0] - '0' : 0;
    volatile char *small = hak_malloc(100), *large = hak_malloc(3000000), *zeroed = hak_calloc(10, 10);
    volatile char *aligned = hak_aligned_alloc(4096, 5000);
    memset((char *)small, 1, 100);
    memset((char *)large, 1, 3000000);
    memset((char *)aligned, 1, 5000);
    small = hak_realloc((char *)small, 200);
    memset((char *)small, 1, 200);
    if ((unsigned long)aligned % 4096 || hak_malloc_usable_size((char *)small) < 200 || zeroed[99] != 0)
        return 2;
    for (int i = 0; i < 1000; i++)
        hak_free(hak_malloc((size_t)i));
    volatile char *fresh = hak_malloc(64);
    if (fault == 1) /* overrun */
        small[200] = 1;
    if (fault == 2) /* underrun */
        aligned[-1] = 1;
    if (fault == 3 && fresh[5]) /* never written */
        return 3;
    if (fault == 4) /* leak */
        small = NULL;
    hak_free((char *)fresh);
    hak_free((char *)small);
    hak_free((char *)large);
    hak_free((char *)zeroed);
    hak_free((char *)aligned);
    if (fault == 5) /* use after free */
        return small[7] == 99;
    if (fault == 6) /* second free */
        hak_free((char *)fresh);
    return 0;
}
END

# found TOOL FAULT PATTERN: the tool's report of that fault has the pattern. Fault 0: there is none.
found() {
    checks=$((checks + 1))
    grep -qE "$3" "$tmp/said" || fail "$1, fault $2: want $3 in: $(grep -v '^$' "$tmp/said" | head -n 12)"
}

"$HAK_CC" -g -gdwarf-4 -O1 -fno-builtin -Wno-use-after-free -Wno-unknown-warning-option -I. -o "$tmp/faults" "$tmp/faults.c" \
    "$HAK_OUT/libhakmem-embed.a" -pthread || fail "the program does not link"
"$tmp/faults" >"$tmp/said" 2>&1 || fail "without a tool the program ended with $?: $(cat "$tmp/said")"
if command -v valgrind >/dev/null; then
    for fault in 0 1 2 3 4 5 6; do
        valgrind --leak-check=full --error-exitcode=9 "$tmp/faults" $fault >"$tmp/said" 2>&1
        case $fault in
        0) found valgrind 0 'ERROR SUMMARY: 0 errors' ;;
        1) found valgrind 1 'is 0 bytes after a block of size 200 alloc' ;;
        2) found valgrind 2 'is 1 bytes before a block of size 5,000 alloc' ;;
        3) found valgrind 3 'depends on uninitialised value' ;;
        4) found valgrind 4 'definitely lost: 200 bytes in 1 blocks' ;;
        5) found valgrind 5 "is 7 bytes inside a block of size 200 free'd" ;;
        6) found valgrind 6 'free\(0x[0-9a-f]+\): already freed' ;;
        esac
    done
else
    echo "valgrind is not here"
fi
if "$HAK_CC" -fsanitize=address -g -gdwarf-4 -O1 -fno-builtin -Wno-use-after-free -Wno-unknown-warning-option -I. \
    -o "$tmp/asan" "$tmp/faults.c" "$HAK_OUT/libhakmem-embed.a" -pthread 2>/dev/null; then
    for fault in 0 1 2 5; do
        ASAN_OPTIONS=detect_leaks=0 "$tmp/asan" $fault >"$tmp/said" 2>&1
        status=$?
        case $fault in
        0) [ $status -eq 0 ] || fail "AddressSanitizer finds a fault where none is: $(head -n 5 "$tmp/said")" ;;
        *) found AddressSanitizer $fault 'use-after-poison' ;;
        esac
    done
else
    echo "AddressSanitizer is not here"
fi
finish
