#!/bin/sh
# SPDX-License-Identifier: MIT
# test_dist.sh - make dist makes the same archive twice, whatever the time zone and the umask, and the tree in it builds and tests
# without git.
: "${HAK_CC:?the compiler}" "${HAK_MODE:?release}"
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
[ -e .git ] || { echo "this tree is no git checkout"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export GIT_CEILING_DIRECTORIES="$dir"
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
quiet_make() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make CC="$HAK_CC" "$@" </dev/null; }

version=$(sed -nE 's/^.define HAKMEM_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+)$/\2/p' core/hakmem.h | paste -sd.)
archive=out/hakmem-$version.tar.gz
[ ! -e "$archive" ] || cp "$archive" "$dir/before"
ok "make dist" quiet_make dist
cp "$archive" "$dir/first"
rm -f "$archive"
ok "make dist, elsewhere" sh -c 'umask 077; TZ=Asia/Tokyo; LC_ALL=C; export TZ LC_ALL; env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make dist'
ok "the same bytes" cmp "$archive" "$dir/first"
[ ! -e "$dir/before" ] || cp "$dir/before" "$archive"
tar -C "$dir" -xzf "$dir/first" || exit 1
cd "$dir/hakmem-$version" || exit 1
ok "no part of git is in it" sh -c '[ ! -e .git ] && ! git rev-parse --git-dir'
ok "it says its version" quiet_make -n install DESTDIR=/nowhere
grep -q "VERSION=$version" "$dir/log" || { echo "FAIL: make install does not install $version"; status=1; }
checks=$((checks + 1))
! grep -q -e -Werror "$dir/log" || { echo "FAIL: a warning is an error outside of a checkout"; status=1; }
ok "it builds" quiet_make -j2 lib
ok "it tests" quiet_make TEST=api_sizes test
ok "its sources keep the rules" core/test/test_includes.sh
checks=$((checks + 1))
! quiet_make PHASE=12@v0.1 print-variant >"$dir/log" 2>&1 && grep -q 'this tree is no git repository' "$dir/log" ||
    { echo "FAIL: a revision without git: $(cat "$dir/log")"; status=1; }
echo "Checks: $checks"
exit $status
