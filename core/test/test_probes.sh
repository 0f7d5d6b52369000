#!/bin/sh
# SPDX-License-Identifier: MIT
# test_probes.sh - the probes of core/low/probe.h are in the library's notes, as their description says; each is a nop; none
# stands in malloc or free; gdb, and bpftrace where it may run, stop at them and read their arguments.
#
# HAK_LIB, HAK_OUT, HAK_MODE, HAK_CC: the build under test.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}" "${HAK_MODE:?release}" "${HAK_CC:?}"
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
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

# probes FILE: lines "name address number-of-arguments".
probes() {
    readelf -nW "$1" 2>/dev/null | awk '/Provider: / { ours = $NF == "hakmem" } $1 == "Name:" { name = $2 }
        $1 == "Location:" { at = $2; sub(/,.*/, "", at) } ours && $1 == "Arguments:" { print name, at, NF - 1 }'
}

# --- What the notes say -----------------------------------------------------------------------------------------------------
probes "$HAK_LIB" >"$tmp/probes"
cut -d' ' -f1 "$tmp/probes" | sort -u >"$tmp/there"
sed -n 's/^| *\(`[a-z_` ]*\)|.*/\1/p' packaging/trace/README.md | tr -d '`' | tr ' ' '\n' | grep . | sort -u >"$tmp/told"
checks=$((checks + 2))
[ -s "$tmp/there" ] || fail "readelf -n finds no probe of provider hakmem in $HAK_LIB"
case $HAK_OUT in
*/p[0-9]*)
    differ=$(diff "$tmp/there" "$tmp/told" | grep '[<>]' | tr '\n' ' ')
    [ -z "$differ" ] || fail "probes (<) and packaging/trace/README.md (>) differ: $differ"
    ;;
esac

# --- Each is a nop outside of the fast paths ---------------------------------------------------------------------------------
objdump -d --no-show-raw-insn "$HAK_LIB" | sed -nE 's/^ *([0-9a-f]+):[[:space:]]+(.*)/\1 \2/p' >"$tmp/code"
while read -r name at rest; do
    checks=$((checks + 1))
    grep -qE "^$(printf %x "$at") (nop|xchg +%ax,%ax)" "$tmp/code" || fail "probe $name at $at is no nop"
done <"$tmp/probes"
for function in hak_malloc hak_free; do
    set -- $(nm -S "$HAK_LIB" | awk -v name=$function '$4 == name {print "0x" $1, "0x" $2}')
    while read -r name at rest; do
        checks=$((checks + 1))
        [ $((at)) -lt $(($1)) ] || [ $((at)) -ge $(($1 + $2)) ] || fail "probe $name lies in $function, a fast path"
    done <"$tmp/probes"
done

# --- The archives and a stripped library have them ---------------------------------------------------------------------------
printf '#include "core/hakmem.h"\nint main(void) { hak_free(hak_malloc(9)); return 0; }\n' >"$tmp/uses.c"
"$HAK_CC" -I. -o "$tmp/uses" "$tmp/uses.c" "$HAK_OUT/libhakmem-embed.a" -pthread ||
    fail "a program with libhakmem-embed.a does not link"
strip -o "$tmp/stripped.so" "$HAK_LIB"
for file in "$tmp/uses" "$tmp/stripped.so"; do
    checks=$((checks + 1))
    probes "$file" | cut -d' ' -f1 | sort -u | cmp -s - "$tmp/there" ||
        fail "$(basename "$file") has other probes than the library"
done

# --- The script for bpftrace knows no other names ----------------------------------------------------------------------------
for name in $(sed -n 's/^usdt:$1:hakmem:\([a-z_]*\).*/\1/p' packaging/trace/hakmem.bt); do
    checks=$((checks + 1))
    grep -qx "$name" "$tmp/told" || fail "packaging/trace/hakmem.bt watches $name, which is no probe"
done
if command -v bpftrace >/dev/null && bpftrace -e 'BEGIN { exit(); }' >/dev/null 2>&1; then
    checks=$((checks + 1))
    bpftrace packaging/trace/hakmem.bt "$HAK_LIB" >"$tmp/bpftrace" 2>&1 &
    tracer=$!
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        grep -q '^hakmem: tracing' "$tmp/bpftrace" || sleep 1
    done
    LD_PRELOAD=$HAK_LIB "$HAK_OUT/test/prog_probes" >/dev/null
    sleep 1
    kill -INT $tracer
    wait $tracer
    grep -q '^@mapped_block_lived_us' "$tmp/bpftrace" || fail "bpftrace saw no mapped block: $(tail -n 3 "$tmp/bpftrace")"
else
    echo "bpftrace is not here, or the kernel does not let it run"
fi

# --- gdb stops at them -------------------------------------------------------------------------------------------------------
if command -v gdb >/dev/null && gdb -nx -batch -ex run -ex 'print $_exitcode' /bin/true 2>&1 | grep -q ' = 0$'; then
    gdb -nx -batch -ex 'set breakpoint pending on' -ex "set environment LD_PRELOAD $HAK_LIB" -ex 'set startup-with-shell off' \
        -ex 'break -probe-stap hakmem:mapped_alloc if $_probe_arg1 == 3000000' -ex 'break -probe-stap hakmem:misuse' \
        -ex run -ex 'printf "asked %lu\n", $_probe_arg1' -ex 'delete 1' -ex continue \
        -ex 'printf "misuse %s of %p\n", (char *)$_probe_arg1, (void *)$_probe_arg0' \
        --args "$HAK_OUT/test/prog_probes" twice >"$tmp/gdb" 2>&1
    checks=$((checks + 2))
    grep -q '^asked 3000000$' "$tmp/gdb" || fail "gdb did not stop at mapped_alloc with the size: $(tail -n 4 "$tmp/gdb")"
    block=$(grep -m 1 '^0x' "$tmp/gdb")
    grep -q "^misuse free of ${block:-none}\$" "$tmp/gdb" ||
        fail "gdb did not stop at misuse with the pointer: $(tail -n 4 "$tmp/gdb")"
else
    echo "gdb is not here, or may not run a program"
fi
echo "Checks: $checks, Failures: $failed"
[ "$failed" -eq 0 ]
