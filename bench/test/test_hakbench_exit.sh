#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_exit.sh - ab --metric exit counts the runs that fail, under a library that aborts now and then, and says what that
# many runs may have missed.
hakbench=out/bench/hakbench
command -v gcc >/dev/null || { echo "needs gcc"; exit 77; }
checks=0
status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

fail() {
    echo "FAIL: $*"
    sed 's/^/  | /' "$dir/said" "$dir/out"
    status=1
}
run() {
    want=$1
    shift
    checks=$((checks + 1))
    $hakbench ab "$@" --db "$dir/db" >"$dir/out" 2>"$dir/said" </dev/null
    got=$?
    [ $got = "$want" ] || fail "$*: status $got, want $want"
}
says() {
    checks=$((checks + 1))
    cat "$dir/out" "$dir/said" | grep -qE -- "$1" || fail "does not say: $1"
}

# Aborts in so many per cent of its processes.
cat >"$dir/shim.c" <<'END'
#include <stdlib.h>
#include <sys/random.h>
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);
static int calls;
void *malloc(size_t size)
{
    unsigned part = 100;
    if (calls++ == 0 && getrandom(&part, sizeof part, 0) == sizeof part && part % 100 < ABORTS)
        abort();
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) { return __libc_calloc(count, size); }
void *realloc(void *p, size_t size) { return __libc_realloc(p, size); }
void free(void *p) { __libc_free(p); }
END
gcc -shared -fPIC -DABORTS=0 -o "$dir/never.so" "$dir/shim.c" && gcc -shared -fPIC -DABORTS=30 -o "$dir/some.so" "$dir/shim.c" || exit 1

run 0 --metric exit --command 'list=ls /' glibc "$dir/never.so"
says '^list +A: 0 of 14 runs failed, B: 0 of 14: no run failed$'
says '^an abort in 30 % of runs is missed with probability 0.68 %, in 10 % with 23 %, in 1 % with 87 % \(14 runs\)$'
run 1 --metric exit --command 'list=ls /' -n 60 glibc "$dir/some.so"
says '^list +A: 0 of 60 runs failed, B: [1-9][0-9]* of 60: B fails, and A was not seen to \(p .*, Fisher\)$'
says '^  B: ls /: Aborted$'
says 'in 1 % with 55 % \(60 runs\)$'
run 0 --metric exit --command 'list=ls /' -n 60 "$dir/some.so" glibc
says 'A: [1-9][0-9]* of 60 runs failed, B: 0 of 60: B fails less'
run 3 --metric exit --command 'both=sh -c "echo no; exit 3"' -n 4 glibc "$dir/never.so"
says '^both +A: 4 of 4 runs failed, B: 4 of 4: undecided which fails less \(p 1, Fisher\)$'
says '^  B: sh -c "echo no; exit 3": exit status 3; it said: no$'
checks=$((checks + 1))
[ "$(sqlite3 "$dir/db" "select count(*) from measured where metric = 'exit' and value = 1")" -gt 8 ] || fail "failures are not stored"
run 2 --metric exit -M 5% glibc "$dir/never.so"
says 'margin is for verdicts: --metric exit counts failing runs'
run 2 --metric exit --repeat-max 5 glibc "$dir/never.so"
says 'repeat-max is for verdicts'
run 2 --metric exits glibc "$dir/never.so"
says 'no such metric; metrics: ops_s, .*, exit$'

echo "Checks: $checks"
exit $status
