#!/bin/sh
# SPDX-License-Identifier: MIT
# test_install.sh - make install puts everything that a program needs where it is told to, a program is built through pkg-config,
# the archives show the interface and nothing else, what a distribution asks for through CFLAGS and LDFLAGS is in the
# library, and make uninstall leaves nothing.
#
# HAK_CC, HAK_MODE, HAK_TOGGLES, HAK_VARIANT: the build under test, as make test sets them.
: "${HAK_CC:?the compiler}" "${HAK_MODE:?release}" "${HAK_VARIANT:?what was built}"
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
dir=$(mktemp -d) || exit 1
hard=
trap 'rm -rf "$dir" ${hard:+"out/$hard"}' EXIT
checks=0
status=0

# ok WHAT COMMAND...: the command succeeds; otherwise what it said is shown.
ok() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" >"$dir/log" 2>&1 && return
    echo "FAIL: $what"
    sed 's/^/    /' "$dir/log"
    status=1
}
none() { ! grep -E "$@"; }

# make, for the compiler and toggles under test.
quiet_make() {
    eval "set -- $HAK_TOGGLES \"\$@\""
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make CC="$HAK_CC" "$@" </dev/null
}
version=$(sed -nE 's/^.define HAKMEM_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+)$/\2/p' core/hakmem.h | paste -sd.)
soname=libhakmem.so.${version%%.*}
image=$dir/image
top=$image/opt/hak
lib=$top/lib/here
put() { quiet_make "$@" PREFIX=/opt/hak LIBDIR=/opt/hak/lib/here DESTDIR="$image"; }

# --- What arrives -----------------------------------------------------------------------------------------------------------
ok "make install" put install
cp "$dir/log" "$dir/said"
ok "says who runs ldconfig" grep -q '^ldconfig: to be run where' "$dir/said"
for file in "$lib/libhakmem.so" "$lib/$soname" "$lib/libhakmem.so.$version" "$lib/libhakmem.a" "$lib/libhakmem-embed.a" "$lib/pkgconfig/hakmem.pc" \
    "$lib/cmake/hakmem/hakmemConfig.cmake" "$top/include/hakmem.h" "$top/share/doc/hakmem/LICENSE" "$top/share/man/man1/hakbench.1" \
    "$top/share/man/man3/hakmem.3" "$top/share/man/man7/hakmem.7" \
    "$top/share/man/man1/hakmem-stat.1" "$top/bin/hakmem-stat" \
    "$top/share/gdb/auto-load/opt/hak/lib/here/$soname.${version#*.}-gdb.py" \
    "$top/share/bash-completion/completions/hakbench"; do
    ok "installed: ${file#"$image"}" test -s "$file"
done
if command -v man >/dev/null; then
    for section in 3 7; do
        ok "man $section hakmem" sh -c "man -M '$top/share/man' $section hakmem | grep -qE '\(size_t size\)|LD_PRELOAD'"
    done
fi
ok "the links" test "$(readlink "$lib/libhakmem.so") $(readlink "$lib/$soname")" = "$soname libhakmem.so.$version"
ok "the prefix of hakmem.pc" grep -qx 'prefix=/opt/hak' "$lib/pkgconfig/hakmem.pc"
ok "nothing is left to fill in" none -r '@[A-Z]+@' "$lib/cmake" "$lib/pkgconfig"

ok "hakmem-stat runs" sh -c "'$top/bin/hakmem-stat' --version | grep -qx 'hakmem-stat $version'"

ok "the version of the vcpkg port" grep -q "\"version\": \"$version\"" packaging/vcpkg/vcpkg.json

# --- What is in it ------------------------------------------------------------------------------------------------------------
family='malloc|calloc|realloc|free|cfree|reallocarray|aligned_alloc|posix_memalign|memalign|valloc|pvalloc|malloc_usable_size|malloc_trim'
family="$family|mallinfo2?|mallopt|malloc_stats|malloc_info|free_sized|free_aligned_sized|__libc_(malloc|calloc|realloc|memalign|free)"
shown() { nm -g --defined-only "$1" | awk 'NF == 3 { print $3 }'; }
shown "$lib/libhakmem.a" >"$dir/archive"
shown "$lib/libhakmem-embed.a" >"$dir/embed"
ok "libhakmem.a shows the interface only" none -vx "hak_[a-z0-9_]+|$family|_Zn[wa]m.*|_Zd[la]Pv.*" "$dir/archive"
ok "libhakmem-embed.a shows hak_ names only" none -vx 'hak_[a-z0-9_]+' "$dir/embed"
for name in $(grep -oE '\bhak_[a-z_0-9]+\(' core/hakmem.h | tr -d '(' | sort -u); do
    ok "$name is in both archives" test "$(cat "$dir/archive" "$dir/embed" | grep -cx "$name")" = 2
done
ok "the archive has malloc and operator new" test "$(grep -cxE 'malloc|free|_Znwm' "$dir/archive")" = 3

# facts LIBRARY: its name, relocations that become read-only, no stack that can be executed. Bound lazily: packaging/README.md.
facts() {
    readelf -dW "$1" | grep -q "SONAME.*\[$soname\]" && readelf -lW "$1" | grep -q GNU_RELRO &&
        readelf -lW "$1" | grep -qE 'GNU_STACK.* RW ' || { readelf -dlW "$1"; return 1; }
}
ok "the library's facts" facts "$lib/libhakmem.so"
if command -v file >/dev/null; then
    ok "file: a shared library of 64 bits" sh -c "file -L '$lib/libhakmem.so' | grep -q 'ELF 64-bit LSB shared object'"
    ok "file: an archive" sh -c "file '$lib/libhakmem-embed.a' | grep -q 'ar archive'"
    ok "file: hakmem-stat may lie anywhere" sh -c "file '$top/bin/hakmem-stat' | grep -q 'pie executable'"
else
    echo "not tested: file is not here"
fi

# --- Programs -----------------------------------------------------------------------------------------------------------------
# Its own log_line and os_map stand beside the library's.
cat >"$dir/program.c" <<'END'
#include <hakmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int log_line(int x);
int os_map(int x);
int heap_self = 1;
int log_line(int x) { return x; }
int os_map(int x) { return x; }
int main(void)
{
    char *block = hak_malloc(100);
    size_t usable = hak_malloc_usable_size(block);
    struct hak_stats stats;
    hak_free(block);
    if (log_line(1) + os_map(1) + heap_self != 3 || usable < 100 || strcmp(hak_version(), HAKMEM_VERSION) ||
        hak_stats(&stats, sizeof stats) != sizeof stats)
        return 1;
#ifndef EMBED
    block = malloc(300000);
    if (hak_malloc_usable_size(block) < 300000)
        return 2;
    free(block);
#endif
    return puts(hak_variant()) < 0;
}
END
says() { [ "$(env LD_LIBRARY_PATH="$lib" "$1")" = "$HAK_VARIANT" ]; }
program() {
    name=$1
    shift
    ok "$name is built" "$HAK_CC" -I"$top/include" "$dir/program.c" -o "$dir/$name" "$@"
    ok "$name runs" says "$dir/$name"
}
program archive "$lib/libhakmem.a" -pthread
ok "the note is in a program with the archive" sh -c "readelf -n '$dir/archive' 2>/dev/null | grep -q hakmem"
if "$HAK_CC" -static -x c - -o "$dir/void" 2>/dev/null <<END; then
int main(void) { return 0; }
END
    program all-static -static "$lib/libhakmem.a" -pthread
fi
program embed -DEMBED "$lib/libhakmem-embed.a" -pthread
ok "the embedded library leaves malloc alone" sh -c "! nm '$dir/embed' | grep -q ' [TW] malloc\$'"

if command -v pkg-config >/dev/null; then
    export PKG_CONFIG_PATH="$lib/pkgconfig"
    ok "pkg-config knows the version" test "$(pkg-config --modversion hakmem)" = "$version"
    # shellcheck disable=SC2046 # flags are words
    program shared $(pkg-config --define-variable=prefix="$top" --cflags --libs hakmem)
    ok "the program asks for $soname" sh -c "readelf -d '$dir/shared' | grep -q 'NEEDED.*$soname'"
else
    echo "not tested: pkg-config is not here"
fi

# --- A path that would mean another folder each time ------------------------------------------------------------------------
for wrong in PREFIX= PREFIX=here LIBDIR=lib/here; do
    checks=$((checks + 1))
    said=$(quiet_make -s $wrong DESTDIR="$image" install 2>&1) && { echo "FAIL: make $wrong install passes"; status=1; }
    case $said in *"want a path from the root"*) ;; *) echo "FAIL: make $wrong install says: $said"; status=1 ;; esac
done

# --- Nothing is left ------------------------------------------------------------------------------------------------------------
ok "make uninstall" put uninstall
ok "nothing is left" test -z "$(find "$image" -mindepth 1)"

# --- What a distribution asks for ---------------------------------------------------------------------------------------------
cet=
[ "$(uname -m)" != x86_64 ] || cet=-fcf-protection
cflags="-g -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 $cet" ldflags="-Wl,-z,relro,-z,now ${cet:+-Wl,-z,ibt,-z,shstk}"
hard=$(quiet_make -s CFLAGS="$cflags" LDFLAGS="$ldflags" print-variant)
case $hard in *.flags-*) ;; *) echo "no variant of its own for flags: $hard"; hard="" status=1 ;; esac
ok "builds with hardening flags" quiet_make -j2 CFLAGS="$cflags" LDFLAGS="$ldflags" lib
ok "the facts of the hardened library" facts "out/$hard/libhakmem.so"
ok "the hardened library binds at once" sh -c "readelf -dW 'out/$hard/libhakmem.so' | grep -q 'FLAGS.*NOW'"
if [ -n "$cet" ]; then
    notes() { for file; do readelf -nW "$file" 2>/dev/null | grep -q 'IBT, SHSTK' || { readelf -nW "$file"; return 1; }; done; }
    ok "CET notes" notes "out/$hard/libhakmem.so" "out/$hard/one/libhakmem.o" "out/$hard/one/libhakmem-embed.o"
fi
ok "the stack protector is in" sh -c "nm -u 'out/$hard/one/libhakmem.o' | grep -q __stack_chk_fail"

echo "Checks: $checks"
exit $status
