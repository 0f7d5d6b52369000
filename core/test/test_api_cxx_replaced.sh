#!/bin/sh
# SPDX-License-Identifier: MIT
# test_api_cxx_replaced.sh - a program that replaces some of the operators new and delete finds every other form going through
# its own, as the standard says of the default forms, however the library comes to it.
#
# What each default form does (C++17, [new.delete]; T is the tag nothrow, A an alignment):
#
#   new(n)            allocates; new-handler and again while there is one; else throws bad_alloc
#   new(n, A)         the same, aligned
#   new(n, T)         new(n), NULL when that throws        new(n, A, T)      new(n, A), NULL when that throws
#   new[](n)          new(n)                               new[](n, A)       new(n, A)
#   new[](n, T)       new[](n), NULL when that throws      new[](n, A, T)    new[](n, A), NULL when that throws
#   delete(p)         frees                                delete(p, A)      frees
#   delete(p, n)      delete(p)                            delete(p, n, A)   delete(p, A)
#   delete(p, T)      delete(p)                            delete(p, A, T)   delete(p, A)
#   delete[](p)       delete(p)                            delete[](p, A)    delete(p, A)
#   delete[](p, n)    delete[](p)                          delete[](p, n, A) delete[](p, A)
#   delete[](p, T)    delete[](p)                          delete[](p, A, T) delete[](p, A)
#
# The C++ library's own forms do that, so its output is what is wanted.
# HAK_LIB, HAK_OUT: the library and the directory of its build. CXX: the compiler, default c++; without one this cannot run.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}"
here=$(cd "$(dirname "$0")" && pwd)
cxx=${CXX:-c++}
if ! command -v "$cxx" >/dev/null; then
    echo "no C++ compiler"
    exit 77
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
unset HAKMEM_STATS HAKMEM_HELP HAKMEM_CRASH_LOG
checks=0
failed=0
replaced="none plain array aligned sized nothrow"
ways="preloaded shared archive static whole whole-static"
[ "${HAK_TEST_SCALE:-1}" -lt 10 ] || replaced="plain array" ways="preloaded static"

link() {
    way=$1
    shift
    set -- "$@" -o "$tmp/prog"
    case $way in
    preloaded) "$cxx" "$@" ;;
    shared) "$cxx" "$@" "$HAK_LIB" ;;
    archive) "$cxx" "$@" "$HAK_OUT/libhakmem.a" ;;
    static) "$cxx" -static "$@" "$HAK_OUT/libhakmem.a" ;;
    whole) "$cxx" "$@" -Wl,--whole-archive "$HAK_OUT/libhakmem.a" -Wl,--no-whole-archive ;;
    whole-static) "$cxx" -static "$@" -Wl,--whole-archive "$HAK_OUT/libhakmem.a" -Wl,--no-whole-archive ;;
    esac
}

"$cxx" -std=c++17 -O1 -fno-builtin -w -c "$here/prog_cxx_replaced.cc" -o "$tmp/main.o" || exit 1
for what in $replaced; do
    "$cxx" -std=c++17 -O1 -fno-builtin -w "-DREPLACES_$what" -c "$here/prog_cxx_replacement.cc" -o "$tmp/$what.o" || exit 1
    "$cxx" "$tmp/main.o" "$tmp/$what.o" -o "$tmp/prog" && "$tmp/prog" >"$tmp/want" ||
        { echo "the program that replaces $what does not hold without the library"; exit 1; }
    for way in $ways; do
        checks=$((checks + 1))
        link "$way" "$tmp/main.o" "$tmp/$what.o" >"$tmp/log" 2>&1 || { echo "FAIL $what, $way:"; cat "$tmp/log"; failed=1; continue; }
        preload=
        [ "$way" != preloaded ] || preload=$HAK_LIB
        (exec env HAKMEM_STATS=json LD_LIBRARY_PATH="${HAK_LIB%/*}" ${preload:+LD_PRELOAD="$preload"} "$tmp/prog") >"$tmp/got" 2>"$tmp/err"
        status=$?
        if [ "$status" != 0 ] || ! cmp -s "$tmp/want" "$tmp/got" || ! grep -q '"variant"' "$tmp/err"; then
            echo "FAIL $what, $way: status $status"
            diff "$tmp/want" "$tmp/got" | head -n 8
            grep -v '^{' "$tmp/err"
            failed=$((failed + 1))
        fi
    done
done
echo "Checks: $checks, Failures: $failed"
[ "$failed" -eq 0 ]
