#!/bin/sh
# SPDX-License-Identifier: MIT
# test_lto.sh - the library is built with -flto and works: shared, as an archive, and as an archive in a program that is built with
# -flto and without. The archives hold machine code, not what one version of one compiler can read.
: "${HAK_CC:?the compiler}" "${HAK_MODE:?release}"
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
dir=$(mktemp -d) || exit 1
variant=
trap 'rm -rf "$dir" ${variant:+"out/$variant"}' EXIT
checks=0
status=0
bad() {
    echo "FAIL: $1"
    [ ! -s "$dir/log" ] || sed 's/^/    /' "$dir/log"
    status=1
}
quiet_make() {
    eval "set -- $HAK_TOGGLES \"\$@\""
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make CC="$HAK_CC" CFLAGS=-flto "$@" </dev/null
}
echo 'int main(void) { return 0; }' >"$dir/none.c"
"$HAK_CC" -flto "$dir/none.c" -o "$dir/none" 2>"$dir/log" || { echo "$HAK_CC has no -flto here"; exit 77; }
variant=$(quiet_make -s print-variant)
case $variant in *.flags-*) ;; *) echo "no variant of its own: $variant"; variant=; exit 1 ;; esac
quiet_make -j2 lib >"$dir/log" 2>&1 || { bad "make CFLAGS=-flto lib"; exit 1; }
: >"$dir/log"

cat >"$dir/program.c" <<'END'
#include "core/hakmem.h"
#include <stdlib.h>
#include <string.h>
int main(void)
{
    char *block = malloc(30);
    struct hak_stats stats;
    hak_stats(&stats, sizeof stats);
    size_t usable = hak_malloc_usable_size(block);
    free(block);
    return !stats.live_blocks || usable < 30 || puts(hak_variant()) < 0;
}
END
for way in '' -flto '-flto -static'; do
    checks=$((checks + 1))
    # shellcheck disable=SC2086 # flags are words
    "$HAK_CC" -O2 $way -I. "$dir/program.c" -o "$dir/program" "out/$variant/libhakmem.a" -pthread >"$dir/log" 2>&1 &&
        [ "$("$dir/program")" = "$variant" ] || bad "a program with the archive, flags '$way'"
done
: >"$dir/log"
checks=$((checks + 2))
said=$(HAKMEM_STATS=json LD_PRELOAD="$PWD/out/$variant/libhakmem.so" "$dir/none" 2>&1)
case $said in *"\"variant\":\"$variant\""*superslabs*) ;; *) bad "preloaded: $said" ;; esac
nm -g --defined-only "out/$variant/libhakmem-embed.a" | awk 'NF == 3 && $3 !~ /^hak_/ { print $3 }' >"$dir/log"
[ ! -s "$dir/log" ] || bad "libhakmem-embed.a shows more than hak_ names"
echo "Checks: $checks"
exit $status
