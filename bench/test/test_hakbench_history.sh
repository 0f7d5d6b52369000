#!/bin/bash
# SPDX-License-Identifier: MIT
# test_hakbench_history.sh - a regression that is planted at commit 12 of 20 is found as a change point, with the commits to
# bisect; 20 identical commits show none. Made-up samples in a repository of its own.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
command -v gnuplot >/dev/null || { echo "needs gnuplot"; exit 77; }
hakbench=$PWD/out/bench/hakbench
cp -r plots "$dir/plots" && mkdir -p "$dir/phases" "$dir/out" && cp phases/revision phases/releases phases/resolve "$dir/phases/" || exit 1
cd "$dir" || exit 1
checks=0
status=0

# run STATUS WORDS COMMAND...: ends so, and says the words.
run() {
    want=$1 words=$2
    shift 2
    checks=$((checks + 1))
    "$hakbench" "$@" --db "$dir/db" >said 2>errors </dev/null
    got=$?
    [ $got = "$want" ] && cat said errors | grep -qE -- "$words" && { [ "$want" != 2 ] || [ "$(wc -l <errors)" = 1 ]; } && return
    echo "FAIL: $*: exit $got, want $want and: $words"
    sed 's/^/  | /' said errors
    status=1
}
says() {
    checks=$((checks + 1))
    grep -qE -- "$1" said || { echo "FAIL: does not say: $1"; sed 's/^/  | /' said; status=1; }
}
never() {
    checks=$((checks + 1))
    ! grep -qE -- "$1" said || { echo "FAIL: says: $1"; sed 's/^/  | /' said; status=1; }
}

export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a GIT_CONFIG_GLOBAL=/dev/null
git init -q . && for i in $(seq 20); do git commit -q --allow-empty -m "change $i"; done
mapfile -t commit < <(git rev-list --reverse HEAD)
[ ${#commit[@]} = 20 ] || exit 1

# samples SEED WORKLOAD METRIC MODE NOISE STEP: a run of all commits, three blocks of two samples; STEP times as much from the 12th on.
samples() {
    { printf '# hakbench samples 1\n# run\t1\n# experiment\t-\n# command\thakbench history %s\n# started\t2026-01-02T03:04:%02dZ\n' \
        "$2" "$1"
    printf '# seed\t%s\n# finished\tyes\n# context\tcpu\tA CPU\n# context\tmachine\t%s\n' "$1" "${machine:-m1}"
    for i in "${!commit[@]}"; do printf '# variant\tp12@%.12s\thakmem\tPHASE=12@%.12s\tp12\t%s\t-\t-\t-\n' "${commit[i]}" "${commit[i]}" "$i"; done
    printf '# variant\tglibc\tlibc\t-\t-\tg\t2.36\t-\t-\n# workload\t%s\trandom_mixed 1 2 3\tcold\t1\n' "$2"
    printf 'position\tblock\tmode\tvariant\tworkload\tfailed\twhy\t%s\trss_series\n' "$3"
    # Sums of twelve uniform numbers are normal enough; the generator is Park and Miller's.
    awk -v seed="$1" -v w="$2" -v mode="$4" -v noise="$5" -v step="$6" -v commits="${commit[*]}" '
        function uniform() { state = state * 16807 % 2147483647; return state / 2147483647 }
        function normal(    i, sum) { for (i = 0; i < 12; i++) sum += uniform(); return sum - 6 }
        BEGIN {
            state = seed * 7919 + 1
            n = split(commits, hash, " ")
            for (i = 1; i <= n; i++) shift[i] = noise * normal()
            for (block = 0; block < 3; block++) for (k = 0; k < 2; k++) {
                for (i = 1; i <= n; i++)
                    printf "%d\t%d\t%s\tp12@%.12s\t%s\tno\t-\t%.3f\t-\n", at++, block, mode, hash[i], w,
                        1000000 * (i < 12 ? 1 : step) * (1 + shift[i] + noise * normal())
                printf "%d\t%d\t%s\tglibc\t%s\tno\t-\t%.3f\t-\n", at++, block, mode, w, 900000 * (1 + noise * normal())
            }
        }'
    } >run.tsv
    run 0 '1 runs added' pull run.tsv
}

# --- Times, with noise ---
samples 1 slower ops_s time 0.005 0.95
run 0 'plot: out/history/slower-ops_s.svg' history slower ops_s
says '^ops_s of slower, on machine m1$'
says '^PHASE=12$'
says '^  change point: worse by -[45]\.[0-9]* % \[-[0-9.]+ %, -[0-9.]+ %\]$'
says "^    after ${commit[10]:0:12}, up to ${commit[11]:0:12}: one commit, change 12$"
says "make bisect GOOD=${commit[10]:0:12} BAD=${commit[11]:0:12} WORK='slower' METRIC=ops_s PHASE=12$"
says '^  glibc 2.36 .*median of 6$'
[ "$(grep -c 'change point:' said)" = 1 ] || { echo "FAIL: more than one change point"; status=1; }
checks=$((checks + 3))
grep -q '<svg role="img"' out/history/slower-ops_s.svg && grep -q ' %' out/history/slower-ops_s.svg || { echo "FAIL: the plot"; status=1; }
for seed in $(seq 2 11); do
    samples "$seed" "same-$seed" ops_s time 0.005 1
    run 0 'no change point' history "same-$seed" ops_s
    never 'change point:'
done
run 0 'no change point' history slower ops_s --margin 10%
run 0 'change point: worse' history slower ops_s --variant PHASE=12

# Commits that were not measured between the two: a range.
sed -E "/(${commit[10]:0:12}|${commit[11]:0:12})/d; s/2026-01-02T03/2026-01-02T04/" run.tsv >/dev/null
samples 12 gap ops_s time 0.005 0.95
grep -vE "${commit[10]:0:12}|${commit[11]:0:12}" run.tsv | sed 's/gap/hole/g' >hole.tsv
run 0 '1 runs added' pull hole.tsv
run 0 "after ${commit[9]:0:12}, up to ${commit[12]:0:12}: 3 commits" history hole ops_s
says "to find the one: make bisect GOOD=${commit[9]:0:12} BAD=${commit[12]:0:12} "

# --- Counts, that never vary ---
samples 13 counted instructions instructions 0 1.02
run 0 'change point: worse by \+2\.' history counted instructions
says "after ${commit[10]:0:12}, up to ${commit[11]:0:12}: one commit, change 12"
samples 14 counted-same instructions instructions 0 1
run 0 'no change point' history counted-same instructions
run 0 'too few commits to see a change: want 6' history slower ops_s --range "${commit[2]}"
says 'left out: 17 of commits that are not among these'

# --- Machines are told apart ---
machine=m2
samples 1 slower ops_s time 0.005 1
run 0 'no change point' history slower ops_s --machine m2
run 0 'change point: worse' history slower ops_s --machine m1
run 2 "no run of this machine has the workload slower; --machine NAME is one of: 'm1' 'm2'" history slower ops_s
run 2 "--machine m3: no run of it has the workload; machines: 'm1' 'm2'" history slower ops_s --machine m3

# --- A name of phases/releases, in a clone without tags ---
echo "first ${commit[0]} 2026-01-02" >>phases/releases
run 0 'change point: worse' history slower ops_s --machine m1 --range first..HEAD
run 0 'too few commits to see a change' history slower ops_s --machine m1 --range first

# --- Bad input ---
run 2 'want a workload and a metric' history slower
run 2 'none: no such metric; metrics: ops_s' history slower none
run 2 "no workload 'none'; workloads: random_mixed-seed " history none ops_s
run 2 'no run has the workload tiny_hot; first: hakbench history tiny_hot ops_s --fill FROM..TO' history tiny_hot ops_s
run 2 'no_such: no commits of that name' history slower ops_s --range no_such
run 2 -- "--variant 'PHASE=9': no samples of it on a commit of HEAD; there are of: 'PHASE=12'" history slower ops_s --machine m1 --variant PHASE=9
run 2 'no sample of slower has faults on a commit of HEAD' history slower faults --machine m1
run 2 -- '--fill HEAD: want two revisions, the older one first: FROM..TO' history slower ops_s --fill HEAD
run 2 -- '--fill nowhere: no commits of that name' history slower ops_s --fill nowhere..HEAD
run 2 -- '--repeat is of --fill' history slower ops_s --repeat 3
echo "Checks: $checks"
exit $status
