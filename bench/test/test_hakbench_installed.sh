#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_installed.sh - make install-bench: hakbench in any folder, without a tree: it measures rivals, a library, a command
# of the user's and a file of experiments; it reports and compares; what only a checkout can do is one line. make uninstall-bench
# leaves nothing.
command -v valgrind >/dev/null || { echo "needs valgrind"; exit 77; }
: "${HAK_VARIANT:?the name of a build}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failed=0
fail() { failed=$((failed + 1)); echo "FAIL: $1"; sed 's/^/  /' "$tmp/out" "$tmp/err"; }
quiet_make() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make "$@" PREFIX="$tmp/a prefix" </dev/null >"$tmp/out" 2>"$tmp/err"; }

checks=$((checks + 1))
quiet_make install-bench || fail "make install-bench"
hakbench="$tmp/a prefix/bin/hakbench"
mkdir "$tmp/away"
find "$tmp/a prefix" | sort >"$tmp/files"
# run STATUS WORDS ARGUMENT...: in another folder; a line that it says has WORDS.
run() {
    want=$1 words=$2
    shift 2
    checks=$((checks + 1))
    (cd "$tmp/away" && exec "$hakbench" "$@") >"$tmp/out" 2>"$tmp/err"
    got=$?
    [ $got = "$want" ] || fail "hakbench $*: exit $got, want $want"
    cat "$tmp/out" "$tmp/err" | grep -qE -- "$words" || fail "hakbench $*: does not say: $words"
}

# --- Measured ----------------------------------------------------------------------------------------------------------------
run 0 '^tiny_hot ' list workloads
run 0 '^12-shared-pool ' list experiments
run 0 '^syscalls_own, B .* \(2\) against A '"$HAK_VARIANT" ab --same --metric=syscalls_own --workload=random_mixed-seed '' ''
work='random_mixed 2000 64 42'
run 1 "^syscalls, B lib.* against A glibc" ab --metric=syscalls --margin=50% --workload="$work" --same glibc \
    "$tmp/a prefix/libexec/hakmem/out/$HAK_VARIANT/libhakmem.so"
run 0 'one +1.0000 exactly, EQUIVALENT' ab --same --metric=instructions --command='one=true' glibc glibc
printf '%s\n' 'question: Does it count?' 'variants: {ours: ""}' 'rivals: [glibc]' "workloads: [$work]" 'modes: [count, strace]' \
    'plots: [syscalls]' 'expect:' '  - superslabs_peak(ours) <= 9' >"$tmp/away/mine.yaml"
run 0 '^held ' experiment mine.yaml
run 0 '^report: out/report/mine/report.md' report mine.yaml
run 2 'run [0-9]* is of mine.yaml, which is not among the experiments: name the file' report
checks=$((checks + 1))
[ -s "$tmp/away/out/report/mine/syscalls.svg" ] || ! command -v gnuplot >/dev/null || fail "no plot"
run 0 'mine +hakbench experiment mine.yaml$' list runs
run 0 'the same file: drift$' compare 1 1 --metric=syscalls_own

# --- What needs a checkout ---------------------------------------------------------------------------------------------------
for word in PHASE=11 PHASE=11@v0.1; do
    run 2 "^hakbench ab: $word: hakbench was installed without the source" ab glibc $word
done
run 2 '^hakbench ab: program-sqlite: .* call it in a checkout$' ab --workload program-sqlite glibc ''
run 2 'those of a checkout' list variants
run 2 'without the source of variants' attribution

# --- And away ----------------------------------------------------------------------------------------------------------------
checks=$((checks + 2))
find "$tmp/a prefix" | sort | cmp - "$tmp/files" >"$tmp/out" 2>"$tmp/err" || fail "something was written into what is installed"
quiet_make uninstall-bench || fail "make uninstall-bench"
checks=$((checks + 1))
[ ! -d "$tmp/a prefix" ] || [ -z "$(find "$tmp/a prefix" -type f -o -type l)" ] || fail "files stay: $(find "$tmp/a prefix" -type f)"
echo "Checks: $checks, Failures: $failed"
[ $failed = 0 ]
