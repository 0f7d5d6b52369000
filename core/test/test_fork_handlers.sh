#!/bin/sh
# SPDX-License-Identifier: MIT
# test_fork_handlers.sh - another library's fork handlers join threads that allocate, allocate, and fork: the allocator is not in
# their way, whether it is preloaded, before or behind that library, linked as a shared library, or linked into the program.
#
# HAK_LIB: the shared library; libhakmem.a beside it. HAK_CC: the compiler.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_CC:?the compiler}"
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
flags='-O1 -w -fno-builtin -pthread'
lib=$(dirname "$HAK_LIB")
$HAK_CC $flags -fPIC -shared -o "$tmp/libfork.so" "$here/fork_lib.c" || exit 1
$HAK_CC $flags -o "$tmp/plain" "$here/fork_main.c" "$tmp/libfork.so" -Wl,-rpath,"$tmp" || exit 1
$HAK_CC $flags -o "$tmp/linked" "$here/fork_main.c" "$HAK_LIB" "$tmp/libfork.so" -Wl,-rpath,"$tmp:$lib" || exit 1
$HAK_CC $flags -o "$tmp/static" "$here/fork_main.c" "$lib/libhakmem.a" "$tmp/libfork.so" -Wl,-rpath,"$tmp" || exit 1
failed=0
checks=0

# ends WAY COMMAND...: within 60 seconds, with status 0 and without a word
ends() {
    way=$1
    shift
    checks=$((checks + 1))
    said=$(env "$@" 2>&1)
    status=$?
    if [ "$status" -ne 0 ] || [ -n "$said" ]; then
        echo "FAIL $FORK_LIB, $way: status $status $said"
        failed=$((failed + 1))
    fi
}

for FORK_LIB in join allocate fork; do
    export FORK_LIB
    ends preloaded LD_PRELOAD="$HAK_LIB" "$tmp/plain"
    ends "preloaded first" LD_PRELOAD="$HAK_LIB:$tmp/libfork.so" "$tmp/plain"
    ends "preloaded last" LD_PRELOAD="$tmp/libfork.so:$HAK_LIB" "$tmp/plain"
    ends linked "$tmp/linked"
    ends static "$tmp/static"
done
echo "Checks: $checks, Failures: $failed"
[ "$failed" -eq 0 ]
