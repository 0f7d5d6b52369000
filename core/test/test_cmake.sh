#!/bin/sh
# SPDX-License-Identifier: MIT
# test_cmake.sh - find_package(hakmem) finds what make install has put somewhere; programs are built with each of its targets, shared,
# static and embedded, and say whose malloc they have. A request for another first number of the version is refused.
: "${HAK_CC:?the compiler}" "${HAK_MODE:?release}" "${HAK_VARIANT:?what was built}"
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
command -v cmake >/dev/null || { echo "cmake is not here"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
status=0
ok() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" >"$dir/log" 2>&1 && return
    echo "FAIL: $what"
    sed 's/^/    /' "$dir/log"
    status=1
}
quiet_make() {
    eval "set -- $HAK_TOGGLES \"\$@\""
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make CC="$HAK_CC" "$@" </dev/null
}
version=$(sed -nE 's/^.define HAKMEM_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+)$/\2/p' core/hakmem.h | paste -sd.)
ok "make install" quiet_make install PREFIX=/opt/hak DESTDIR="$dir/image"

mkdir "$dir/source"
cat >"$dir/source/program.c" <<'END'
#include <hakmem.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
    char *block = hak_malloc(100);
    hak_free(block);
    return !block || strcmp(hak_version(), HAKMEM_VERSION) || puts(hak_variant()) < 0;
}
END
# No call of malloc is in sight of the linker here.
cat >"$dir/source/unseen.c" <<'END'
#include <string.h>
int main(void) { return !strdup("text"); }
END
cat >"$dir/source/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.10)
project(uses_hakmem C)
find_package(hakmem ${version%.*} REQUIRED)
foreach(kind hakmem static embed)
  add_executable(with-\${kind} program.c)
  target_link_libraries(with-\${kind} hakmem::\${kind})
endforeach()
add_executable(unseen unseen.c)
target_link_libraries(unseen hakmem::static)
END
configure() { cmake -S "$dir/source" -B "$1" -DCMAKE_PREFIX_PATH="$dir/image/opt/hak" -DCMAKE_C_COMPILER="$HAK_CC"; }
says() { [ "$("$1")" = "$HAK_VARIANT" ]; }
# has_ours PROGRAM: its malloc is ours when the counters are printed at exit
has_ours() { HAKMEM_STATS=json "$1" 2>&1 | grep -q '"variant"'; }
refused() { ! "$@"; }

ok "cmake finds hakmem $version" configure "$dir/build"
ok "cmake builds" cmake --build "$dir/build"
for kind in hakmem static embed; do
    ok "hakmem::$kind runs" says "$dir/build/with-$kind"
done
ok "hakmem::hakmem is the shared library" sh -c "readelf -d '$dir/build/with-hakmem' | grep -q 'NEEDED.*libhakmem.so.${version%%.*}'"
ok "hakmem::static is not" sh -c "! readelf -d '$dir/build/with-static' | grep -q 'NEEDED.*libhakmem'"
ok "hakmem::embed leaves malloc alone" sh -c "! nm '$dir/build/with-embed' | grep -q ' [TWi] malloc\$'"
ok "hakmem::static without a call in sight" has_ours "$dir/build/unseen"
sed -i 's/(hakmem [0-9.]*/(hakmem 999/' "$dir/source/CMakeLists.txt"
ok "version 999 is refused" refused configure "$dir/other"
echo "Checks: $checks"
exit $status
