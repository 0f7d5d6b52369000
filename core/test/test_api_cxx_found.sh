#!/bin/sh
# SPDX-License-Identifier: MIT
# test_api_cxx_found.sh - the operators new find the program's C++ library where another library has operators of the same names,
# and where only a plug-in has brought it.
#
# HAK_LIB: the shared library to preload. CXX: the compiler, default c++; without one this cannot run.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_CC:?the C compiler}"
here=$(cd "$(dirname "$0")" && pwd)
cxx=${CXX:-c++}
if ! command -v "$cxx" >/dev/null; then
    echo "no C++ compiler"
    exit 77
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
unset HAKMEM_STATS HAKMEM_HELP HAKMEM_CRASH_LOG
failed=0

# same WHAT PROGRAM [ARGUMENT]: the output is WANT with the library, too, and there is no message.
same() {
    what=$1 want=$2
    shift 2
    LD_LIBRARY_PATH=$tmp LD_PRELOAD=$HAK_LIB "$@" >"$tmp/got" 2>"$tmp/err"
    status=$?
    if [ "$status" != 0 ] || [ -s "$tmp/err" ] || [ "$(cat "$tmp/got")" != "$want" ]; then
        echo "FAIL $what: status $status"
        cat "$tmp/got" "$tmp/err"
        failed=$((failed + 1))
    fi
}

"$cxx" -std=c++17 -O1 -fno-builtin -w -fPIC -shared "$here/cxx_next_lib.cc" -o "$tmp/libnext.so" &&
    "$cxx" -std=c++17 -O1 -fno-builtin -w "$here/prog_cxx_nothrow.cc" -o "$tmp/nothrow" -L"$tmp" -Wl,--no-as-needed -lnext &&
    "$cxx" -std=c++17 -O1 -fno-builtin -w -fPIC -shared "$here/cxx_plug_lib.cc" -o "$tmp/libplug.so" &&
    "$HAK_CC" -O1 -w "$here/prog_cxx_plug.c" -o "$tmp/plug" -ldl || exit 1
same "nothrow operators of another library" "20 through the program's own" "$tmp/nothrow"
same "a plug-in's C++ library" "bad_alloc
null
handler 1" "$tmp/plug" "$tmp/libplug.so"
echo "Checks: 2, Failures: $failed"
[ "$failed" -eq 0 ]
