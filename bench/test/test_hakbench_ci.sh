#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_ci.sh - bench/ci/compare compares this tree with a base revision, keeps the exit status of hakbench ab, and
# publishes its summary. In a tree of its own, whose make and phases/build-revision answer with libraries at hand.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
failed=0
fail() { failed=$((failed + 1)); echo "FAIL: $1"; cat "$dir/said" "$dir/errors"; }

if command -v shellcheck >/dev/null; then
    checks=$((checks + 1))
    shellcheck bench/ci/compare || { echo "FAIL: shellcheck"; failed=1; }
fi
checks=$((checks + 1))
python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' bench/ci/github.yml 2>"$dir/errors" ||
    grep -q "No module named 'yaml'" "$dir/errors" || { echo "FAIL: the sample workflow is no YAML"; failed=$((failed + 1)); }

tree="$dir/a tree"
mkdir -p "$tree/out/bench" "$tree/bench/ci" "$tree/core" "$tree/base/out/$HAK_VARIANT" "$tree/base/core" || exit 1
ln -s "$PWD/out/work" "$tree/out/work"
ln -s "$PWD/out/bench/hakbench" "$tree/out/bench/hakbench"
ln -s "$PWD/bench/work" "$tree/bench/work"
cp bench/ci/compare "$tree/bench/ci/"
for to in "$tree" "$tree/base"; do
    cp -r phases "$to/phases" && cp -r core/seam "$to/core/seam" || exit 1
done
cp "$HAK_LIB" "$tree/base/out/$HAK_VARIANT/"
cat >"$tree/phases/build-revision" <<'END_OF'
#!/bin/sh
[ "$1" = base ] || { echo "error: no revision $1" >&2; exit 1; }
echo "$PWD/base/out/$HAK_VARIANT/libhakmem.so"
END_OF
cat >"$tree/Makefile" <<'END_OF'
print-lib: ; @echo "$(HAK_LIB)"
out/bench/hakbench out/work/%: ; @[ -z "$(BROKEN)" ] || { echo "it does not build" >&2; exit 1; }
.PHONY: out/bench/hakbench
END_OF

# compare STATUS ARGUMENT...: as another folder's script calls it.
compare() {
    want=$1
    shift
    checks=$((checks + 1))
    (cd "$dir" && "$tree/bench/ci/compare" "$@" >"$dir/said" 2>"$dir/errors")
    got=$?
    [ $got = "$want" ] || fail "compare $*: exit $got, want $want"
}
has() {
    checks=$((checks + 1))
    grep -qE -- "$1" "$2" || fail "no '$1' in $2: $(cat "$2")"
}
export METRIC=syscalls_own WORK=random_mixed-seed GITHUB_STEP_SUMMARY="$dir/summary"
echo 'of other steps' >"$dir/summary"

compare 0 base results
has '^syscalls_own, B .* against A .*@base' "$dir/said"
has '^\*\*good: 1 of 1\*\*$' "$dir/results/summary.md"
has '<testsuite .* failures="0"' "$dir/results/junit.xml"
has ',random_mixed-seed,syscalls_own,' "$dir/results/samples.csv"
has '^of other steps$' "$dir/summary"
has '^\*\*good: 1 of 1\*\*$' "$dir/summary"

# What hakbench ab says goes through, whatever it is.
compare 2 nowhere results
has 'no revision nowhere' "$dir/errors"
has '^\*\*not compared with nowhere\*\*$' "$dir/summary"
has 'no revision nowhere' "$dir/results/summary.md"
METRIC=cats compare 2 base results
has 'metric cats: no such metric' "$dir/results/summary.md"
BROKEN=1 compare 2 base results
has 'it does not build' "$dir/results/summary.md"
compare 2
has 'want a base revision' "$dir/errors"
rm "$tree/out/bench/hakbench"
for status in 0 1 3; do
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nfor word; do case $word in --markdown=*) echo "it says %s" >"${word#*=}" ;; esac; done\necho "$*"\nexit %s\n' \
        $status $status >"$tree/out/bench/hakbench"
    chmod +x "$tree/out/bench/hakbench"
    SET='PHASE=12 FRONT=0' OPTIONS='--margin=2% --why' WORK=a,b compare $status base results
    has "^ab --same --metric=syscalls_own --workload=a --workload=b --margin=2% --why .* PHASE=12 FRONT=0@base PHASE=12 FRONT=0\$" \
        "$dir/said"
    has "^it says $status\$" "$dir/summary"
done
echo "Checks: $checks, Failures: $failed"
[ $failed = 0 ]
