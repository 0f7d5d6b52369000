#!/bin/sh
# SPDX-License-Identifier: MIT
# test_musl.sh - the library is built with musl and works there: preloaded, as an archive in a dynamic and in a static program, and
# embedded, beside musl's own users of malloc. What musl's malloc.h does not have, the library does not have either.
: "${HAK_MODE:?release}"
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
command -v musl-gcc >/dev/null || { echo "musl-gcc is not here"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
status=0
bad() {
    echo "FAIL: $1"
    [ ! -s "$dir/log" ] || sed 's/^/    /' "$dir/log"
    status=1
}
quiet_make() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make CC=musl-gcc "$@" </dev/null; }
out=out/$(quiet_make -s print-variant)
quiet_make -j2 lib >"$dir/log" 2>&1 || { bad "make CC=musl-gcc lib"; exit 1; }
: >"$dir/log"

cat >"$dir/program.c" <<'END'
#include "core/hakmem.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef EMBED
#define malloc hak_malloc
#define realloc hak_realloc
#define free hak_free
#endif
static void *run(void *last)
{
    (void)last;
    for (size_t i = 1; i < 100000; i++) {
        char *block = malloc(i % 3000);
        memset(block, 1, i % 3000);
        free(block);
    }
    return malloc(500000);
}
int main(void)
{
    pthread_t thread[4];
    void *block;
    for (int i = 0; i < 4; i++)
        pthread_create(&thread[i], NULL, run, NULL);
    pid_t child = fork();
    if (!child) {
        free(run(NULL));
        _exit(7);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], &block);
        free(block);
    }
    int ended;
    if (waitpid(child, &ended, 0) != child || ended != 7 << 8)
        return 1;
    block = realloc(malloc(10), 3 << 20);
    free(block);
    return block ? 0 : 2;
}
END
# works WHAT COMMAND...: ends well, and tells the counters of this variant
works() {
    what=$1
    shift
    checks=$((checks + 1))
    env HAKMEM_STATS=json "$@" >"$dir/log" 2>&1 && grep -q "\"variant\":\"${out#out/}\".*\"heaps\":[1-9]" "$dir/log" || bad "$what"
}
build() { musl-gcc -O1 -fno-builtin -I. "$dir/program.c" -o "$dir/program" "$@" -pthread 2>"$dir/log" || bad "cannot build with $*"; }
build
works preloaded LD_PRELOAD="$PWD/$out/libhakmem.so" "$dir/program"
build "$out/libhakmem.a"
works "with the archive" "$dir/program"
build -static "$out/libhakmem.a"
works static "$dir/program"
build -static -DEMBED "$out/libhakmem-embed.a"
works embedded "$dir/program"
# The users of malloc in musl itself, each name of the family, threads, a constructor and a destructor: the same with the library.
musl-gcc -O1 -fno-builtin -o "$dir/api" core/test/prog_api.c -pthread 2>"$dir/log" || bad "cannot build prog_api.c"
"$dir/api" >"$dir/without"
works "prog_api preloaded" LD_PRELOAD="$PWD/$out/libhakmem.so" "$dir/api"
grep -v '^{' "$dir/log" | cmp -s - "$dir/without" || bad "prog_api prints something else with the library"
checks=$((checks + 1))
nm -D --defined-only "$out/libhakmem.so" | awk '{ print $3 }' | grep -xE 'mallinfo2?|mallopt|malloc_(info|stats|trim)' >"$dir/log"
[ ! -s "$dir/log" ] || bad "names that musl does not have"
echo "Checks: $checks"
exit $status
