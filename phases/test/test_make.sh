#!/bin/sh
# SPDX-License-Identifier: MIT
# The Makefile takes toggles and options from its own command line only, and says in one line what is wrong with them.
checks=0
status=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

# What make says to WORD... with the environment that comes before `--`; from no other make's variables.
run() {
    environment=
    while [ "$1" != -- ]; do
        environment="$environment $1"
        shift
    done
    shift
    # shellcheck disable=SC2086 # settings are words
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u GNUMAKEFLAGS $environment make "$@" >"$log" 2>&1
}

same() {
    want=$1
    shift
    checks=$((checks + 1))
    run "$@" print-variant && [ "$(cat "$log")" = "$want" ] && return
    echo "make $*: want $want, got: $(cat "$log")"
    status=1
}

refused() {
    want=$1
    shift
    checks=$((checks + 1))
    if ! run "$@" print-variant && grep -qF -- "$want" "$log" && [ "$(wc -l <"$log")" = 1 ]; then return; fi
    echo "make $*: want one line with: $want; got:"
    cat "$log"
    status=1
}

newest=$(phases/resolve)
newest=${newest%% *}
same "$newest" --
same "$newest" -- PHASE=
same "$newest" -- CC=gcc MODE=release
same "$newest" -- 'CC=ccache gcc'
same "$newest.clang" -- CC=clang
same "$newest.clang" -- 'CC=ccache /usr/bin/clang'
same "$newest.asan" -- MODE=asan
same "$newest.clang.check" -- MODE=check CC=clang
same "$newest.arm64" -- ARCH=arm64
same "$newest.arm64.check" -- ARCH=arm64 MODE=check
same p0 -- PHASE=0
same p0.mincore-trust -- PHASE=0 MINCORE=trust
same p0.mincore-trust.tsan -- PHASE=0 MINCORE=trust MODE=tsan

same "$newest" PHASE=0 MODE=check CC=clang CFLAGS=-m32 MINCORE=trust ARCH=arm64 --
same "$newest" PHASE=12@v0.1 CPPFLAGS=-DX LDFLAGS=-static AR=none INSTALL=none SHELL=/none --
same "$newest" OUT=elsewhere VARIANT=other SEAMS=none TOGGLES_GIVEN=FRONT FRONT=0 FLAGS_release=-O0 LIB_FLAGS=-O0 REVISION=yes --
same "$newest" MAKEFLAGS=-j2 --
same "$newest" MAKEFLAGS=k --
refused 'MAKEFLAGS in the environment sets PHASE=0' MAKEFLAGS=PHASE=0 --
refused 'MAKEFLAGS in the environment sets MODE=check' GNUMAKEFLAGS=MODE=check --
refused 'make -e lets the environment choose' MAKEFLAGS=e PHASE=0 --
refused 'make -e lets the environment choose' PHASE=0 -- -e

toggles=$(phases/resolve --names)
refused "no variable FRNT; toggles: $toggles; others: CC MODE" -- FRNT=0
refused "no variable FLAGS; toggles: $toggles; others: CC MODE" -- FLAGS=-O0
refused 'PHASE=x: want any number from 0 up to' -- PHASE=x
refused 'PHASE=1000: want any number from 0 up to' -- PHASE=1000
refused 'MINCORE=maybe: valid values: registry trust' -- MINCORE=maybe
refused 'MODE=fast: valid values: release check asan ubsan tsan' -- MODE=fast
refused 'ARCH=mips: valid values: native arm64' -- ARCH=mips
refused 'CC=gcc -m32: want the name of a compiler' -- 'CC=gcc -m32'
refused 'CC=: want the name of a compiler' -- CC=
refused 'WERROR=yes: valid values: 0 1' -- WERROR=yes
refused 'SECONDS=1x: want a whole number' -- SECONDS=1x
refused 'toggles go into A and B' -- PHASE=11 ab
refused 'CFLAGS and LDFLAGS can be one word each in what is measured' -- 'CFLAGS=-O2 -g' bench

# What is measured is told to the workbench.
for words in 'PHASE=12 bench' 'PHASE=12 noise' 'PHASE=12@v0.1 bench'; do
    checks=$((checks + 1))
    # shellcheck disable=SC2086 # words
    run -- -n CFLAGS=-O2 $words && grep -qE "hakbench (run|noise) .*'${words% *}' .*'CFLAGS=-O2'" "$log" ||
        { echo "make -n $words: $(tail -n 3 "$log")"; status=1; }
done

# A machine that cannot have it is told so in one line, before anything is compiled.
checks=$((checks + 1))
run -- CFLAGS=-m32 lib
[ "$(grep -c '^hakmem: hakmem runs on 64-bit systems only' "$log")" = 1 ] && ! grep -q ': cc ' "$log" || { echo "make CFLAGS=-m32: $(cat "$log")"; status=1; }

# help and clean ask nobody while the Makefile is read: they work where there is nothing to ask.
checks=$((checks + 2))
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$log" "$dir"' EXIT
cp Makefile "$dir"
mkdir "$dir/out"
run -- -C "$dir" --no-print-directory clean && [ ! -e "$dir/out" ] && [ ! -s "$log" ] ||
    { echo "make clean: $(cat "$log")"; status=1; }
run -- help || { echo "make help fails: $(cat "$log")"; status=1; }
for name in $(phases/resolve --names) all lib test new-phase bench print-lib; do
    grep -qE "^  $name " "$log" || { echo "make help does not list $name"; status=1; }
done

# What was asked for is what the library says it is.
if [ "$HAK_MODE" = release ]; then
    checks=$((checks + 1))
    readelf -n "$HAK_LIB" 2>/dev/null | grep -q hakmem && strings -n 2 -a "$HAK_LIB" | grep -qxF "$HAK_VARIANT" ||
        { echo "$HAK_LIB does not name $HAK_VARIANT in its note"; status=1; }
fi
echo "Checks: $checks"
exit $status
