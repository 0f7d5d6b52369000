#!/bin/sh
# SPDX-License-Identifier: MIT
# test_make_heeded.sh - what is given to make for a measurement reaches hakbench as its option, and what a target would not heed is
# refused in one line.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
status=0

# heeded WORDS ARGUMENT...: make would call hakbench with these words.
heeded() {
    words=$1
    shift
    checks=$((checks + 1))
    env -u MAKEFLAGS -u MAKELEVEL make -n "$@" >"$dir/said" 2>&1
    grep -F 'out/bench/hakbench ' "$dir/said" | grep -qF -- "$words" || { echo "FAIL: make $*: not '$words'"; tail -3 "$dir/said"; status=1; }
}
# refused LINE ARGUMENT...
refused() {
    line=$1
    shift
    checks=$((checks + 1))
    if env -u MAKEFLAGS -u MAKELEVEL make -n "$@" >"$dir/said" 2>&1 || ! grep -qF -- "$line" "$dir/said" || [ "$(wc -l <"$dir/said")" != 1 ]; then
        echo "FAIL: make $*: not '$line'"
        head -3 "$dir/said"
        status=1
    fi
}

heeded "--command 'command=sort '\\''a b'\\'''" ab A=glibc B= CMD="sort 'a b'"
heeded "--for='threads=1,2'" ab A=glibc B= WORK=larson-2 FOR=threads=1,2
heeded "--for='threads=1,2'" bench WORK=larson-2 FOR=threads=1,2
heeded "--junit='a b.xml' --markdown='m' --csv='c'" ab A=glibc B= JUNIT='a b.xml' MARKDOWN=m CSV=c
heeded "--junit='j'" experiment E=large JUNIT=j
heeded " --why " ab A=glibc B= WHY=1
heeded " --why='always' " ab A=glibc B= WHY=always
heeded "noise  --pairs '2'" noise ROUNDS=2
refused "METRIC= does nothing with bench; that heeds: " bench METRIC=instructions
refused "WORK= does nothing with report; that heeds: E RUN" report E=large WORK=larson-2
refused "GOOD= does nothing with ab; that heeds: " ab A=glibc B= GOOD=x
refused "WHY= does nothing with experiment; that heeds: " experiment E=large WHY=1
refused "WORK= does nothing with matrix" matrix WORK=larson-2
refused "E= does nothing with all" E=large
heeded "--workload 'larson-2'" deps bench WORK=larson-2
refused "E= does nothing with trace; that heeds: CMD TRACE" trace CMD=true TRACE="$dir/t" E=large
echo "Checks: $checks"
exit $status
