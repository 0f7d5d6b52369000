#!/bin/sh
# SPDX-License-Identifier: MIT
# test_api_cxx.sh - C++ operators new and delete of the preloaded library: prog_cxx.cc gives the same answers as without it.
#
# HAK_LIB: the shared library to preload. CXX: the compiler, default c++; without one this cannot run.
set -u
: "${HAK_LIB:?the path of libhakmem.so}"
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v "${CXX:-c++}" >/dev/null; then
    echo "no C++ compiler"
    exit 77
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

fail() {
    echo "FAIL C++: $1"
    cat "$tmp/with" "$tmp/err"
    exit 1
}

${CXX:-c++} -std=c++17 -O1 -fno-builtin -fsized-deallocation -w "$here/prog_cxx.cc" -o "$tmp/prog" -pthread -ldl || exit 1
"$tmp/prog" >"$tmp/without" 2>/dev/null || fail "the program itself does not hold without the library"
LD_PRELOAD=$HAK_LIB "$tmp/prog" >"$tmp/with" 2>"$tmp/err" || fail "exit status $?"
[ ! -s "$tmp/err" ] || fail "messages"
[ "$(sed -n 1p "$tmp/with")" = "$HAK_LIB" ] || fail "operator new is not the library's"
sed 1d "$tmp/without" >"$tmp/a"
sed 1d "$tmp/with" >"$tmp/b"
cmp -s "$tmp/a" "$tmp/b" || fail "other output than without the library"
echo "Checks: $(grep -c '^ok' "$tmp/b")"
