#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_compare.sh - `hakbench compare` of two stored runs: worse, better, the same file, and what it refuses. The allocator
# is a shim under one name, whose library is another one in the second run.
command -v strace >/dev/null || { echo "needs strace"; exit 77; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failed=0
fail() { failed=$((failed + 1)); echo "FAIL: $1"; sed 's/^/  /' "$tmp/out" "$tmp/err"; }

cat >"$tmp/shim.c" <<'END_OF'
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
void *__libc_malloc(size_t size);
void *malloc(size_t size)
{
    static unsigned calls;
    if (++calls % 10 == 0)
        for (int i = 0; i < MORE; i++)
            madvise(NULL, 0, MADV_NORMAL);
    return __libc_malloc(size);
}
void __libc_free(void *p);
void free(void *p) { __libc_free(p); }
void *__libc_calloc(size_t count, size_t size);
void *calloc(size_t count, size_t size) { return __libc_calloc(count, size); }
void *__libc_realloc(void *p, size_t size);
void *realloc(void *p, size_t size) { return __libc_realloc(p, size); }
END_OF
# measure MORE: a run of the shim that makes so many calls more; its number is the next one.
measure() {
    checks=$((checks + 1))
    gcc -O1 -shared -fPIC -DMORE="$1" -o "$tmp/shim.so" "$tmp/shim.c"
    out/bench/hakbench ab --metric=syscalls --workload='random_mixed 1000 64 42' --db="$tmp/db" "shim=$tmp/shim.so" glibc \
        >"$tmp/out" 2>"$tmp/err"
    [ $? -le 1 ] || fail "ab with MORE=$1"
}
# compare STATUS ARGUMENT...
compare() {
    want=$1
    shift
    checks=$((checks + 1))
    out/bench/hakbench compare "$@" --db="$tmp/db" >"$tmp/out" 2>"$tmp/err"
    got=$?
    [ $got = "$want" ] || fail "compare $*: exit $got, want $want"
}
says() {
    checks=$((checks + 1))
    grep -qE -- "$1" "$tmp/out" || fail "does not say: $1"
}
complains() {
    checks=$((checks + 1))
    { [ "$(wc -l <"$tmp/err")" = 1 ] && grep -qE -- "$1" "$tmp/err"; } || fail "does not say in one line: $1"
}

measure 0
measure 4
measure 0
compare 1 1 2 --metric=syscalls
says '^A: run 1, started '
says '^B: run 2, started '
says '^Not measured side by side'
says '^  random_mixed 1000 64 42 +shim .* counted, NO-GO$'
says '^  random_mixed 1000 64 42 +glibc .* 1\.000 .* the same file: drift$'
compare 0 2 1 --metric=syscalls
says ' shim .* GO$'
compare 0 1 3 --metric=syscalls
says ' shim .* 1\.000 .* the same file: drift$'

compare 2 1 2
complains 'runs 1 and 2 have no cell in common that has ops_s'
compare 2 1 9
complains 'no run 9'
compare 2 1
complains 'compare wants two runs: numbers'
compare 2 1 2 3
complains "'3': want two runs"
compare 2 1 two
complains "'two' is neither the number of a run nor a file"
for run in 1 2; do out/bench/hakbench export --run=$run --db="$tmp/db" --output="$tmp/$run.tsv"; done
compare() {
    want=$1
    shift
    checks=$((checks + 1))
    out/bench/hakbench compare "$@" >"$tmp/out" 2>"$tmp/err"
    got=$?
    [ $got = "$want" ] || fail "compare $*: exit $got, want $want"
}
compare 1 "$tmp/1.tsv" "$tmp/2.tsv" --metric=syscalls
says ' shim .* counted, NO-GO$'
compare 1 1 "$tmp/2.tsv" --metric=syscalls --db="$tmp/db"
says ' shim .* counted, NO-GO$'
compare 2 "$tmp/shim.c" "$tmp/2.tsv"
complains 'not .* samples|no samples|samples'
compare 2 1 2 --db="$tmp/db" --metric=syscal
complains 'no such metric \(syscalls_own, syscalls, syscalls_all\?\); metrics: ops_s'
compare 2 1 2 --db="$tmp/db" --metric=cats
complains 'metric cats: no such metric'
compare 2 1 2 --db="$tmp/db" --metric=syscalls --metric=faults
complains 'syscalls stands there already; want one'
compare 2 1 2 --db="$tmp/db" --margin=0
complains 'margin 0: want percent'
echo "Checks: $checks, Failures: $failed"
[ $failed = 0 ]
