#!/bin/sh
# SPDX-License-Identifier: MIT
# test_wrapped.sh - a preloaded library wraps what the allocator might call of libc (mutexes, once, keys, mmap, clocks) and
# allocates in its wrappers: nothing waits for itself, since nothing of that is called while a lock is held.
#
# HAK_LIB: the shared library to preload. HAK_CC: the compiler. HAK_OUT: where its build put test/prog_wrapped.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_CC:?the compiler}" "${HAK_OUT:?the directory of its build}"
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
$HAK_CC -O1 -w -fno-builtin -pthread -fPIC -shared -ftls-model=initial-exec -o "$tmp/wrap.so" "$here/wrap_lib.c" -ldl || exit 1
failed=0
for preload in "$tmp/wrap.so:$HAK_LIB" "$HAK_LIB:$tmp/wrap.so"; do
    said=$(LD_PRELOAD=$preload "$HAK_OUT/test/prog_wrapped" 2>&1)
    [ "$said" = done ] || { echo "FAIL with $preload: $said"; failed=$((failed + 1)); }
done
# What holds a lock calls nothing of libc but what cannot be wrapped to any effect.
calls=$(nm -D --undefined-only "$HAK_LIB" | sed 's/.* //; s/@.*//' |
    grep -xE 'pthread_(rwlock|spin|once).*|mmap|munmap|mremap|madvise|mprotect|mincore|sched_yield|syscall' | tr '\n' ' ')
[ -z "$calls" ] || { echo "FAIL the library calls $calls"; failed=$((failed + 1)); }
echo "Checks: 3, Failures: $failed"
[ "$failed" -eq 0 ]
