#!/bin/sh
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
same "$newest.clang" -- CC=clang
same "$newest.clang" -- CC=/usr/bin/clang
same "$newest.asan" -- MODE=asan
same "$newest.clang.check" -- MODE=check CC=clang
same "$newest.arm64" -- ARCH=arm64
same "$newest.arm64.check" -- ARCH=arm64 MODE=check
same p0 -- PHASE=0
same p0.mincore-trust -- PHASE=0 MINCORE=trust
same p0.mincore-trust.tsan -- PHASE=0 MINCORE=trust MODE=tsan

same "$newest" PHASE=0 MODE=check CC=clang CFLAGS=-m32 MINCORE=trust ARCH=arm64 --
same "$newest" OUT=elsewhere VARIANT=other SEAMS=none TOGGLES=none FLAGS_release=-O0 LIB_FLAGS=-O0 --
same "$newest" MAKEFLAGS=-j2 --
same "$newest" MAKEFLAGS=k --
refused 'MAKEFLAGS in the environment sets PHASE=0' MAKEFLAGS=PHASE=0 --
refused 'MAKEFLAGS in the environment sets MODE=check' GNUMAKEFLAGS=MODE=check --
refused 'make -e lets the environment choose' MAKEFLAGS=e PHASE=0 --
refused 'make -e lets the environment choose' PHASE=0 -- -e

toggles=$(phases/resolve --names)
refused "no variable FRNT; toggles: $toggles; others: CC MODE" -- FRNT=0
refused "no variable CFLAGS; toggles: $toggles; others: CC MODE" -- CFLAGS=-O0
refused 'PHASE=x: want any number from 0 up' -- PHASE=x
refused 'MINCORE=maybe: valid values: registry trust' -- MINCORE=maybe
refused 'MODE=fast: valid values: release check asan ubsan tsan' -- MODE=fast
refused 'ARCH=mips: valid values: native arm64' -- ARCH=mips
refused 'CC=gcc -m32: want one word' -- 'CC=gcc -m32'
refused 'toggles go into A and B' -- PHASE=11 ab

# What was asked for is what the library says it is.
if [ "$HAK_MODE" = release ]; then
    checks=$((checks + 1))
    readelf -n "$HAK_LIB" 2>/dev/null | grep -q hakmem && strings -n 2 -a "$HAK_LIB" | grep -qxF "$HAK_VARIANT" ||
        { echo "$HAK_LIB does not name $HAK_VARIANT in its note"; status=1; }
fi
echo "Checks: $checks"
exit $status
