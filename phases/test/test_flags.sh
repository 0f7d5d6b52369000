#!/bin/sh
# SPDX-License-Identifier: MIT
# The standard variables of make: CPPFLAGS, CFLAGS and LDFLAGS are added behind our own flags and make another variant, whose name
# and note tell it; AR, INSTALL, SHELL and a launcher before the compiler's name change who does the work, and no name.
checks=0
status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir" "out/$variant"' EXIT
log=$dir/log
variant=none
run() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory "$@" >"$log" 2>&1; }
says() {
    checks=$((checks + 1))
    grep -qE -- "$1" "$log" && return
    echo "FAIL: $what: no line like: $1; got:"
    head -n 20 "$log"
    status=1
}
name() { run "$@" print-variant && cat "$log"; }

what='names'
checks=$((checks + 6))
variant=$(name PHASE=0 CFLAGS='-O1 -g3' CPPFLAGS='-DTEXT="a b"')
case $variant in p0.flags-????????) ;; *) echo "FAIL: the name with flags is $variant"; status=1 ;; esac
[ "$(name PHASE=0 CFLAGS=' -O1  -g3 ' CPPFLAGS='-DTEXT="a b"')" = "$variant" ] || { echo "FAIL: blanks make another variant"; status=1; }
[ "$(name PHASE=0 CFLAGS='-O1 -g3')" != "$variant" ] || { echo "FAIL: CPPFLAGS make no other variant"; status=1; }
[ "$(name PHASE=0 LDFLAGS='-O1 -g3')" != "$(name PHASE=0 CFLAGS='-O1 -g3')" ] || { echo "FAIL: two kinds of flags have one name"; status=1; }
[ "$(name PHASE=0 CFLAGS="-O1 -ffile-prefix-map=$dir=." )" = "$(name PHASE=0 CFLAGS=-O1)" ] || { echo "FAIL: the folder of the build makes another variant"; status=1; }
[ "$(name PHASE=0 CFLAGS= LDFLAGS= AR=gcc-ar INSTALL=ginstall SHELL=/bin/sh)" = p0 ] || { echo "FAIL: want p0: $(cat "$log")"; status=1; }

what='the note'
run PHASE=0 CFLAGS='-O1 -g3' CPPFLAGS='-DTEXT="a b"' "out/$variant/obj/core/low/note.o"
strings -a -n 3 "out/$variant/obj/core/low/note.o" >"$log" 2>&1
says "^$variant\$"
says "'CPPFLAGS=-DTEXT=\"a b\"' 'CFLAGS=-O1 -g3'"

what='commands'
run -n PHASE=0 CFLAGS='-O1 -g3' CPPFLAGS=-DLAST LDFLAGS=-Wl,-O1 AR='gcc-ar --plugin x' INSTALL='ginstall -p' PREFIX="$dir" install
says 'gcc .* -O3 .* -DLAST -O1 -g3 -c -o .*/heap\.o '
says 'gcc .* -O1 -g3 -shared .* -Wl,-O1 -o .*/libhakmem\.so '
says 'gcc-ar --plugin x rcs .*/libhakmem\.a '
says "INSTALL='ginstall -p' .*packaging/install put"
run -n CFLAGS=-O1 CPPFLAGS=-DLAST out/bench/hakbench out/work/larson -W bench/cmd/hakbench.c -W bench/work/larson.c
says 'gcc .* -o out/bench/obj/cmd/hakbench\.o '
checks=$((checks + 1))
! grep -E -- '-DLAST|-O1' "$log" || { echo "FAIL: what measures was built with the flags of a variant"; status=1; }

# The launcher and the shell are really used.
what='a launcher and a shell'
printf '#!/bin/sh\necho "launched $1" >>"%s/launched"\nexec "$@"\n' "$dir" >"$dir/ccache"
printf '#!/bin/sh\n: >"%s/shell"\nexec /bin/sh "$@"\n' "$dir" >"$dir/shell.sh"
chmod +x "$dir/ccache" "$dir/shell.sh"
run PHASE=0 CFLAGS='-O1 -g3' CPPFLAGS='-DTEXT="a b"' CC="$dir/ccache gcc" SHELL="$dir/shell.sh" "out/$variant/obj/core/low/report.o"
cat "$dir/launched" >>"$log"
says '^launched gcc$'
checks=$((checks + 1))
[ -e "$dir/shell" ] || { echo "FAIL: SHELL was not used"; status=1; }
run PHASE=0 CC='no-such-launcher gcc' lib
says 'hakmem: no compiler no-such-launcher here; try: make deps'
echo "Checks: $checks"
exit $status
