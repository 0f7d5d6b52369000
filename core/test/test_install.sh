#!/bin/sh
# make install: library, archive, header and pkg-config file arrive, a program builds and links against them, uninstall removes all.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
status=0
bad() {
    echo "$*"
    status=1
}
# make, for the variant under test.
quiet_make() {
    eval "set -- $HAK_TOGGLES \"\$@\""
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make CC="$HAK_CC" "$@" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
}

quiet_make install PREFIX=/opt/hak DESTDIR="$dir/image"
top=$dir/image/opt/hak
for file in lib/libhakmem.so lib/libhakmem.a lib/pkgconfig/hakmem.pc include/hakmem.h; do
    [ -s "$top/$file" ] || bad "not installed: $file"
done
grep -qx 'prefix=/opt/hak' "$top/lib/pkgconfig/hakmem.pc" || bad "hakmem.pc has another prefix"

cat >"$dir/program.c" <<'END'
#include <hakmem.h>
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
    char *block = malloc(100);
    size_t usable = hak_malloc_usable_size(block);
    free(block);
    return usable >= 100 && puts(hak_variant()) > 0 ? 0 : 1;
}
END
if command -v pkg-config >/dev/null; then
    flags=$(PKG_CONFIG_PATH=$top/lib/pkgconfig pkg-config --define-variable=prefix="$top" --cflags --libs hakmem)
else
    flags="-I$top/include -L$top/lib -lhakmem"
fi
# shellcheck disable=SC2086 # flags are words
$HAK_CC "$dir/program.c" -o "$dir/dynamic" $flags || bad "does not link with: $flags"
said=$(LD_LIBRARY_PATH=$top/lib "$dir/dynamic") || bad "the dynamic program fails"
[ "$said" = "$HAK_VARIANT" ] && grep -q "variant $said" "$top/lib/pkgconfig/hakmem.pc" || bad "the program says '$said'"
$HAK_CC -I"$top/include" "$dir/program.c" -o "$dir/static" "$top/lib/libhakmem.a" -pthread || bad "does not link with libhakmem.a"
"$dir/static" >/dev/null || bad "the program with libhakmem.a fails"
readelf -n "$dir/static" | grep -q hakmem || bad "no note in the program with libhakmem.a"

quiet_make uninstall PREFIX=/opt/hak DESTDIR="$dir/image"
left=$(find "$dir/image" -type f)
[ -z "$left" ] || bad "left by uninstall: $left"
echo "Checks: 10"
exit $status
