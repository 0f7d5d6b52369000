#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_revision.sh - variants at a revision, in ab, bisect-toggles and an experiment file. A tree of its own, whose
# phases/build-revision answers with a copy of the library at hand, so that nothing is built.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
hakbench=$PWD/out/bench/hakbench
checks=0
status=0

mkdir -p "$dir/out" "$dir/core" || exit 1
ln -s "$PWD/out/work" "$dir/out/work"
cp -r phases "$dir/phases" && cp -r core/seam "$dir/core/seam" || exit 1
for rev in one two; do
    mkdir -p "$dir/$rev/out/$HAK_VARIANT" "$dir/$rev/core" && cp "$HAK_LIB" "$dir/$rev/out/$HAK_VARIANT/" &&
        cp -r phases "$dir/$rev/phases" && cp -r core/seam "$dir/$rev/core/seam" || exit 1
done
cat >"$dir/phases/build-revision" <<'END'
#!/bin/sh
case $1 in one | two) ;; *) echo "error: no revision $1; want one or two" >&2; exit 1 ;; esac
echo "$*" >>asked
echo "a line of make"
echo "$PWD/$1/out/$HAK_VARIANT/libhakmem.so"
END
cd "$dir" || exit 1

hakbench() {
    want=$1
    shift
    checks=$((checks + 1))
    $hakbench "$@" --db="$dir/db" >said 2>errors
    got=$?
    [ $got = "$want" ] || { echo "FAIL: $*: exit $got, want $want"; cat said errors; status=1; }
}
says() {
    checks=$((checks + 1))
    grep -qE -- "$1" "${2:-said}" || { echo "FAIL: does not say: $1"; cat said errors; status=1; }
}

hakbench 1 ab --metric=syscalls_own --workload=random_mixed-seed 'PHASE=12 FRONT=0@one' 'PHASE=12@two HAKMEM_SS_PREWARM=16'
says "^syscalls_own, B $HAK_VARIANT@two HAKMEM_SS_PREWARM=16 against A $HAK_VARIANT@one "
says '^one PHASE=12 FRONT=0$' asked
says '^two PHASE=12$' asked
says "^  phases of $HAK_VARIANT@one that did nothing here: 09-lazy-dealloc"
hakbench 2 ab 'PHASE=12@three' 'PHASE=12@one'
says '^hakbench ab: no revision three; want one or two$' errors

# Two revisions of the same file are no difference; the setting is.
hakbench 0 bisect-toggles --good='@one' --bad='HAKMEM_SS_PREWARM=16@two' --metric=syscalls_own --workload=random_mixed-seed
says 'between GOOD and BAD differ: revision one -> two, HAKMEM_SS_PREWARM \(not set\) -> 16$'
says '^made by HAKMEM_SS_PREWARM \(not set\) -> 16: syscalls_own of '

printf '%s\n' 'question: old or new?' 'variants: {old: PHASE=12@one, new: PHASE=12@two}' 'workloads: [random_mixed-seed]' \
    'modes: [count]' 'expect: ["syscalls_own(new) == syscalls_own(old)"]' >file.yaml
hakbench 0 experiment file.yaml --out="$dir/report"
says '^held +syscalls_own'
says "^\| old \| $HAK_VARIANT@one \| PHASE=12@one \|" report/file/report.md
says '^LD_PRELOAD=\$\(phases/build-revision one PHASE=12\) out/work/random_mixed' report/file/report.md
says '^\| random_mixed-seed \| new \| 09-lazy-dealloc \|$' report/file/report.md
echo "Checks: $checks"
exit $status
