#!/bin/sh
# SPDX-License-Identifier: MIT
# make new-phase writes a phase that resolves, compiles and is the plain answer in everything but its name; what it cannot do it
# says in one line, and then it writes nothing. In a copy of the tree.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
status=0
cp -r Makefile core phases packaging "$dir" && mkdir -p "$dir/bench" && cp bench/bench.mk "$dir/bench" && cd "$dir" || exit 1
files() { find core phases | sort; }
files >before
cp phases/table table
run() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory CC="$HAK_CC" "$@" >"$dir/said" 2>&1; }
bad() { # ERROR N NAME SEAM, as make hands them on
    want="error: $1"
    shift
    checks=$((checks + 1))
    if ! phases/new-phase "$@" OUT CC >said 2>&1 && grep -qF -- "$want" said && [ "$(grep -c '^error: ' said)" = 1 ]; then return; fi
    echo "FAIL: new-phase $*: want: $want; got: $(cat said)"
    status=1
}
ok() {
    checks=$((checks + 1))
    "$@" && return
    echo "FAIL: $*: $(cat said)"
    status=1
}
last=$(awk '$1 ~ /^[0-9]+$/ { n = $1 } END { print n }' phases/table)
n=$((last + 1))

bad 'want N=, NAME= and SEAM=, as in: make new-phase N=25 NAME=per-cpu SEAM=front'
bad 'want N=, NAME= and SEAM=' $n '' pool
bad "N=$last: want a number above $last, the last in phases/table; numbers are never used again" "$last" try-out pool
bad "N=9x: want a number above $last" 9x try-out pool
bad "N=0$n: want a number above $last" 0$n try-out pool
bad 'NAME=Try: want lower-case words joined by -, 20 characters at most, such as per-cpu' $n Try pool
bad 'NAME=../x: want lower-case words' $n ../x pool
bad 'NAME=try-: want lower-case words' $n try- pool
bad 'NAME=po-ol: its toggle would be POOL, which is a toggle or a variable of make already' $n po-ol pool
bad 'NAME=out: its toggle would be OUT, which is a toggle or a variable of make already' $n out pool
bad 'no seam pol; seams: ' $n try-out pol
checks=$((checks + 1))
! run new-phase N=$n NAME=seams SEAM=pool || { echo "FAIL: make took a name of its own"; status=1; }
mkdir "phases/$n-other"
bad "phases/$n-other is there already" $n try-out pool
rmdir "phases/$n-other"
files >after
ok cmp before after
ok cmp table phases/table

# A seam of the core's, answered by a header and a source file.
folder=phases/$n-try-out
ok run new-phase N=$n NAME=try-out SEAM=pool
ok grep -qx "next: make TRYOUT=1 lib; make TRYOUT=1 TEST=try_out test; then phases/README.md" said
for file in pool.h pool.c README.md proof gates.yaml test/test_try_out.c; do ok [ -s "$folder/$file" ]; done
ok [ "$(grep '^## ' "$folder/README.md" | tr -d '#\n')" = ' Question Mechanism Expectation Measurement Verdict' ]
row=$(awk -v n=$n '$1 == n { print $2, $3, $4, $6 }' phases/table)
ok [ "$row" = "TRYOUT $n-try-out - trial" ]
for file in pool.h pool.c; do
    ok [ -z "$(diff core/seam/plain/$file "$folder/$file" | grep '^[<>]' | grep -vE '^[<>] (/\* .*|#(ifndef|define) HAK_[A-Z]+_POOL_H)$')" ]
done
before=$(cp table phases/table.was; phases/resolve --table phases/table.was)
ok [ "$(phases/resolve)" = "$before" ]
got=$(phases/resolve PHASE=0 TRYOUT=1)
case $got in 'p0+tryout '*" pool=$folder/pool "*) ;; *) echo "FAIL: resolved to $got"; status=1 ;; esac
case $(phases/resolve TRYOUT=1) in error*) echo "FAIL: not on the newest: $(phases/resolve TRYOUT=1)"; status=1 ;; esac

# Its objects are those of the plain answer; its test compiles.
name() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory CC="$HAK_CC" "$@" print-variant; }
base=out/$(name PHASE=0) # another compiler has a name of its own
try=out/$(name PHASE=0 TRYOUT=1)
ok run PHASE=0 "$base/obj/core/api/embed.o" "$base/obj/core/seam/plain/pool.o"
ok run PHASE=0 TRYOUT=1 "$try/obj/core/api/embed.o" "$try/obj/$folder/pool.o" "$try/obj/$folder/test/test_try_out.o"
mv "$try/obj/$folder/pool.o" "$try/pool.o" && mv "$base/obj/core/seam/plain/pool.o" "$base/pool.o"
for object in obj/core/api/embed.o pool.o; do
    objdump -d --no-show-raw-insn "$base/$object" | sed 1,3d >old
    objdump -d --no-show-raw-insn "$try/$object" | sed 1,3d >new
    ok [ -s old ]
    ok cmp old new
done

# A seam that one phase asks: its asker is needed.
mkdir -p phases/11-front/seam/plain
mv core/seam/large.h phases/11-front/seam && mv core/seam/plain/large.h phases/11-front/seam/plain || exit 1
ok run new-phase N=$((n + 1)) NAME=second SEAM=large
row=$(awk -v n=$((n + 1)) '$1 == n { print $4, $5 }' phases/table)
ok [ "$row" = 'FRONT LARGE' ]
bad 'seam owner is answered by the values of MINCORE: add phases/mincore-fix/owner-third.h and the value third' $((n + 2)) third owner
echo "Checks: $((checks + 2))"
exit $status
