#!/bin/sh
# SPDX-License-Identifier: MIT
# A tree, a PREFIX and a DESTDIR whose names hold blanks, quotes, a colon: it builds, its test scripts and its recorder run there,
# what is installed can be used, and uninstall takes away what install has put there and nothing else.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
status=0
check() {
    checks=$((checks + 1))
    what=$1
    shift
    "$@" >"$dir/log" 2>&1 && return
    echo "FAIL: $what"
    tail -n 20 "$dir/log"
    status=1
}
quiet_make() {
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make CC="$HAK_CC" "$@"
}
fresh() { # no file below "$1" but those of mark
    [ "$(cd "$1" && find . -type f | sort | tr '\n' ' ')" = "$2" ]
}

top=$PWD
tree="$dir/a  tree's \"name\": \$one ü"
mkdir "$tree" || exit 1
(cd "$top" && find . -path ./out -prune -o -path ./.git -prune -o -type f -print | tar -c -T - -f -) | tar -x -C "$tree" -f - || exit 1
cd "$tree" || exit 1
newest=$(phases/resolve)
newest=${newest%% *}

check "the base builds" quiet_make -j2 PHASE=0 lib
check "the newest builds" quiet_make -j2 lib
checks=$((checks + 1))
said=$(quiet_make -s print-lib)
out=${said#"$tree/"} # what another compiler builds lies in a directory of its own: out/p21.clang
out=${out%/*}
case $said in
"$tree/out/$newest/libhakmem.so" | "$tree/out/$newest".*/libhakmem.so) ;;
*) echo "FAIL: print-lib says: $said"; status=1 ;;
esac
check "what else is installed builds" quiet_make "$out/hakmem-stat"
mkdir -p "$out/test"
check "test scripts run" env HAK_OUT="$out" HAK_LIB="$said" HAK_VARIANT="$newest" HAK_MODE=release \
    HAK_TEST_SCALE=10 core/test/run '' phases/test/test_exports.sh core/test/test_api_cxx_replaced.sh
check "a trace is recorded" quiet_make trace CMD='sort /dev/null' TRACE="$dir/a trace"
check "the trace is there" [ -s "$dir/a trace" ]
! strings -a "$said" | grep -qF "$dir" || { echo "FAIL: the library names the tree's folder"; status=1; }

# Somebody else's files stand where ours go, and below each piece of the names.
mkdir -p "$dir/image of all/opt/my" "$dir/image of all/opt/my own 'prefix'/lib/pkgconfig" "own/lib/pkgconfig" "of/lib" "$dir/image/lib"
for file in "$dir/image of all/opt/my own 'prefix'/lib/libhakmem.so.old" "$dir/image of all/opt/my own 'prefix'/lib/pkgconfig/other.pc" \
    own/lib/libhakmem.so own/lib/libhakmem.a own/lib/pkgconfig/hakmem.pc of/lib/libhakmem.so "$dir/image/lib/libhakmem.so"; do
    echo mine >"$file"
done
cp -r . "$dir/copy" && (cd "$dir/copy" && find . -type f | sort) >"$dir/before"
image="$dir/image of all" prefix="/opt/my own 'prefix'"
check "install" quiet_make install PREFIX="$prefix" DESTDIR="$image"
top="$image$prefix"
for file in lib/libhakmem.so lib/libhakmem.a lib/pkgconfig/hakmem.pc include/hakmem.h; do
    check "installed: $file" [ -s "$top/$file" ]
done
check "hakmem.pc names the prefix" grep -qxF "prefix=$prefix" "$top/lib/pkgconfig/hakmem.pc"
check "uninstall" quiet_make uninstall PREFIX="$prefix" DESTDIR="$image"
check "what stays" fresh "$top" './lib/libhakmem.so.old ./lib/pkgconfig/other.pc '
check "what stays beside it" fresh "$dir/image" './lib/libhakmem.so '
find . -type f | sort >"$dir/after"
check "what stays in the tree" cmp "$dir/before" "$dir/after"
check "uninstall of what is not there" quiet_make uninstall PREFIX="$prefix" DESTDIR="$dir/no where"

# A program finds the library there through pkg-config, which escapes what the shell must not split.
prefix="$dir/my own"
check "install without DESTDIR" quiet_make install PREFIX="$prefix"
cat >"$dir/program.c" <<'END'
#include <hakmem.h>
int main(void) { return puts(hak_variant()) < 0; }
END
if command -v pkg-config >/dev/null; then
    flags=$(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --cflags --libs hakmem)
    checks=$((checks + 1))
    eval "\"\$HAK_CC\" \"\$dir/program.c\" -o \"\$dir/program\" $flags" && [ "$(LD_LIBRARY_PATH=$prefix/lib "$dir/program")" = "${out#out/}" ] ||
        { echo "FAIL: no program with: $flags"; status=1; }
fi
check "uninstall without DESTDIR" quiet_make uninstall PREFIX="$prefix"
check "all has gone" fresh "$prefix" ''
echo "Checks: $checks"
exit $status
