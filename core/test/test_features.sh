#!/bin/sh
# SPDX-License-Identifier: MIT
# test_features.sh - the cells of hakmem in packaging/FEATURES.md are true: each row has a command there, which names the cell,
# and all of them end with status 0. The test proves that it finds another cell, and that commands fail without the library.
#
# HAK_LIB, HAK_OUT, HAK_MODE, HAK_CC, HAK_VARIANT: the build under test. FEATURES=all: also the commands that are tests.
set -u
: "${HAK_LIB:?}" "${HAK_OUT:?}" "${HAK_MODE:?}" "${HAK_CC:?}" "${HAK_VARIANT:?}"
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
[ -z "${HAK_TOGGLES-}" ] || { echo "the table is about the newest variant; this is another"; exit 77; }
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
unset HAKMEM_STATS HAKMEM_STATS_FILE HAKMEM_PURGE_THREAD LD_PRELOAD MAKEFLAGS MAKELEVEL
export LIB="$HAK_LIB" OUT="$HAK_OUT" CC="$HAK_CC" CHECK="$HAK_OUT.check" TRY="packaging/features/try $HAK_LIB" TMP LC_ALL=C
checks=0
failed=0
fail() {
    echo "FAIL: $1"
    failed=$((failed + 1))
}

program() { printf '#include <stdlib.h>\n#include <string.h>\n%s\nint main(void) { %s }\n' "$2" "$3" >"$TMP/$1.c"; }
program embed '#include "core/hakmem.h"' 'char *p = hak_malloc(9), *q = malloc(9); if (!p || !q) return 1; free(q);
    if (!strstr(hak_variant(), "p") || hak_malloc_usable_size(p) < 9) return 2; strcpy(p, "embedded"); hak_free(p); return 0;'
# Of every size the second free ends the child by a signal.
program second '#include "core/hakmem.h"
#include <sys/wait.h>
#include <unistd.h>' 'for (size_t n = 1; n < 5000000; n = n * 3 + 7) { int s; pid_t child = fork();
    if (!child) { close(2); char *volatile p = hak_malloc(n); hak_free(hak_malloc(n)); hak_free(p); hak_free(p); _exit(0); }
    if (waitpid(child, &s, 0) != child || !WIFSIGNALED(s)) return 1; } return 0;'
# The functions of malloc and the few about the library itself; a heap of one'"'"'s own would be another.
cat >"$TMP/functions" <<'END'
\(re\|c\|m\|v\|pv\|aligned_\)alloc\|reallocarray\|malloc_\(info\|stats\|trim\|usable_size\)\|\(posix_\)\{0,1\}memalign
c\{0,1\}free\|free_\(aligned_\)\{0,1\}sized\|mallinfo2\{0,1\}\|mallopt
build\|check\|crash_by_default\|stats\|stats_each\|variant\|version
END
# A phase whose toggle is 0 is not built in; where others need it, the words that the message names go, too.
cat >"$TMP/switches" <<'END'
awk '$1 ~ /^[0-9]/ && $NF == "on" { print $2, $3 }' phases/table | while read -r phase folder; do
    phases/resolve | grep -q "=phases/$folder/" || exit 1
    off=$phase=0
    said=$(phases/resolve $off 2>&1) || off="$off $(echo "$said" | sed -n 's/.*or give //p')"
    said=$(phases/resolve $off 2>&1) && ! echo "$said" | grep -q "=phases/$folder/" || exit 1
done
END
chmod +x "$TMP/switches"
env -u MAKEFLAGS make -s -j2 CC="$HAK_CC" MODE=check "$CHECK/libhakmem-embed.a" >"$TMP/said" 2>&1 </dev/null ||
    fail "MODE=check does not build: $(tail -n 3 "$TMP/said")"

# commands PAGE: lines "row: cell: command".
commands() { sed -nE 's/^    ([a-z]+: [^:]+: .*)/\1/p' "$1"; }
# agree PAGE: the rows and cells of the table are those of the commands.
agree() {
    awk -F ' *[|] *' '/^\| [a-z]+(:| \|)/ && $2 != "feature" && NF > 8 { sub(/:.*/, "", $2); print $2 ": " $3 }' "$1" |
        sort >"$TMP/rows"
    commands "$1" | sed -E 's/^([a-z]+: [^:]+): .*/\1/' | sort >"$TMP/told"
    [ "$(wc -l <"$TMP/rows")" -ge 20 ] && diff "$TMP/rows" "$TMP/told" >"$TMP/differ"
}
# right COMMAND
right() { sh -c "$1" >"$TMP/said" 2>&1 </dev/null; }

page=packaging/FEATURES.md
checks=$((checks + 1))
agree $page || fail "cells of the table (<) and of the commands (>) differ: $(grep '[<>]' "$TMP/differ" | tr '\n' ' ')"
commands $page >"$TMP/commands"
while read -r line; do
    row=${line%%:*} command=${line#*: } command=${command#*: }
    checks=$((checks + 1))
    case $command in
    *core/test/test_*)
        for test in $(echo "$command" | grep -o 'core/test/test_[a-z_]*.sh'); do
            [ -x "$test" ] || fail "$page, $row: no $test"
        done
        [ "${FEATURES-}" = all ] || [ "$row" = memcheck ] || continue
        ;;
    esac
    right "$command" && continue
    fail "$page, $row: this ended with a status other than 0: $command"
    head -n 5 "$TMP/said" | sed 's/^/    /'
done <"$TMP/commands"

# The other cell is found for each row.
while read -r line; do
    row=${line%%:*}
    sed -E "s/^(\| $row(:[^|]*)? \|)[^|]*\|/\1 untrue |/" $page >"$TMP/page"
    checks=$((checks + 1))
    ! agree "$TMP/page" || fail "an untrue cell in row $row passes"
done <"$TMP/commands"

# Without the library each command that asks it must fail.
export LIB=/nowhere/libhakmem.so OUT=/nowhere CHECK=/nowhere TRY="packaging/features/try -"
while read -r line; do
    row=${line%%:*} command=${line#*: } command=${command#*: }
    case $row in
    systems | heaps | hugepages | wrongpointer | overrun | memcheck | gdb | profile | switches | musl) continue ;;
    esac
    checks=$((checks + 1))
    case $command in *"&& core/test"*) command=${command%%&& core/test*} ;; esac
    ! right "$command" || fail "$page, $row: passes without the library: $command"
done <"$TMP/commands"
echo "Checks: $checks, Failures: $failed"
[ "$failed" -eq 0 ]
