#!/bin/sh
# SPDX-License-Identifier: MIT
# An experiment on several machines without Slurm: what is asked wrongly is one line; a task refuses another architecture,
# another sum, a folder that is not there; --hosts measures by ssh (here a program that runs the line itself), and the report is
# by node.
hakbench=out/bench/hakbench
checks=0
status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

fail() {
    echo "FAIL: $*"
    sed 's/^/  | /' "$dir/said"
    status=1
}
has() { checks=$((checks + 1)); grep -qF -- "$1" "$2" || fail "want: $1"; }

# bad WORDS ARGUMENT...: status 2 and one line that has the words.
bad() {
    words=$1
    shift
    checks=$((checks + 1))
    $hakbench experiment "$@" --db "$dir/db" --out "$dir/report" >"$dir/out" 2>"$dir/said" </dev/null
    [ $? = 2 ] && [ "$(wc -l <"$dir/said")" = 1 ] && grep -qF -- "$words" "$dir/said" || fail "$*: want status 2 and: $words"
}

cat >"$dir/pool.yaml" <<'END'
question: Does one SuperSlab serving many classes cut SuperSlabs and system calls?
variants: {A: PHASE=11, B: PHASE=12}
workloads: [random_mixed 20000 4096 1234567]
repeat: 4
expect:
  - syscalls(B) <= 100
  - superslabs_peak(B) <= 0.5 * superslabs_peak(A)
plots: [throughput]
END
pool=$dir/pool.yaml
mkdir "$dir/bin" "$dir/shared"

# --- Bad input ---
bad "--partition is for --slurm" $pool --partition main
bad "--nodes 0: want a whole number from 1" $pool --slurm --nodes 0
bad "--time 1;reboot: want letters" $pool --slurm --dry-run --time "1;reboot"
bad "--slurm, --hosts and --collect: one of them" $pool --slurm --collect
bad "--hosts a,,b: want names of machines with one comma between them" $pool --hosts a,,b
bad "--shared is for --slurm" $pool --shared "$dir/shared"
bad "--shared $dir/none: No such file or directory; want a folder that every node sees" $pool --slurm --dry-run \
    --shared "$dir/none"
bad "--resume, --more and --wait-quiet are for measuring here" $pool --collect --resume
for program in sh wc grep; do
    ln -s "$(command -v $program)" "$dir/bin/$program"
done
(PATH=$dir/bin bad "--slurm: no sbatch here: want a machine from which one submits" $pool --slurm; exit $status) || status=1
(PATH=$dir/bin bad "--hosts: no ssh here" $pool --hosts a,b; exit $status) || status=1
checks=$((checks + 3))
$hakbench experiment $pool --collect --db "$dir/db" >"$dir/out" 2>"$dir/said"
[ $? = 1 ] && grep -q "pool: no run of it on other machines; first: hakbench experiment pool --slurm" "$dir/said" || fail "no run"
$hakbench task "$dir/none" --block 0 2>"$dir/said"
[ $? = 2 ] && has "$dir/none: No such file or directory; want a folder that hakbench experiment --slurm made" "$dir/said"

# --- The script ---
checks=$((checks + 1))
$hakbench experiment $pool --slurm --dry-run --nodes 3 --partition long --constraint 'zen4&ib' --time 1:00:00 \
    --shared "$dir/shared" >"$dir/job.sh" 2>"$dir/said" && sh -n "$dir/job.sh" || fail "--dry-run"
has "#SBATCH --array=0-5%3" "$dir/job.sh"
has "#SBATCH --nodes=1 --exclusive" "$dir/job.sh"
has "#SBATCH --partition=long" "$dir/job.sh"
has "#SBATCH --constraint=zen4&ib" "$dir/job.sh"
has "#SBATCH --time=1:00:00" "$dir/job.sh"
[ -z "$(ls "$dir/shared")" ] || fail "--dry-run left something"

# --- Two machines by ssh ---
printf '#!/bin/sh\n[ "$1" = a ] || [ "$1" = b ] || exit 255\nexec sh -c "$2"\n' >"$dir/bin/ssh"
chmod +x "$dir/bin/ssh"
PATH=$dir/bin:$PATH $hakbench experiment $pool --hosts a,b --shared "$dir/shared" --db "$dir/db" --out "$dir/report" \
    >"$dir/out" 2>"$dir/said" || fail "--hosts: status $?"
has "4 of 4 blocks are here" "$dir/said"
has "held          syscalls(B) <= 100" "$dir/out"
has "## By node" "$dir/report/pool/report.md"
has "| a |" "$dir/report/pool/report.md"
has "| b |" "$dir/report/pool/report.md"
checks=$((checks + 2))
[ "$(sqlite3 "$dir/db" "SELECT value FROM context WHERE key LIKE 'node.%' ORDER BY key" | tr '\n' ' ')" = "a b a b " ] ||
    fail "which block was measured where"
[ "$(sqlite3 "$dir/db" "SELECT count(DISTINCT block) FROM samples WHERE mode = 'time'")" = 4 ] || fail "each block has its pairs"
$hakbench run --resume 1 --db "$dir/db" >"$dir/out" 2>"$dir/said"
has "run 1 was measured on a cluster: its blocks come by hakbench experiment pool --collect" "$dir/said"

# --- A task looks at what it gets ---
folder=$(echo "$dir"/shared/pool.*)
task() { # STATUS WORDS: the job's script, in a shell
    checks=$((checks + 1))
    sh "$folder/job.sh" 0 >"$dir/said" 2>&1
    [ $? = "$1" ] && [ "$(wc -l <"$dir/said")" = 1 ] && grep -qF -- "$2" "$dir/said" || fail "want status $1 and: $2"
}
printf '#!/bin/sh\n[ "$1" = -m ] && echo riscv64 || echo far\n' >"$dir/bin/uname2"
chmod +x "$dir/bin/uname2"
mkdir "$dir/far" && ln -s "$dir/bin/uname2" "$dir/far/uname"
(PATH=$dir/far:$PATH task 2 "far is riscv64, and what was staged is for $(uname -m)"; exit $status) || status=1
cp "$folder/tree/out/lib/1.so" "$dir/kept"
echo more >>"$folder/tree/out/lib/1.so"
task 2 "not what was staged, by sha256: tree/out/lib/1.so; submit again"
$hakbench task "$folder" --block 0 2>"$dir/said"
has "B is not what run 1 measured: another sha256" "$dir/said"
cp "$dir/kept" "$folder/tree/out/lib/1.so"
mv "$folder" "$folder.away"
cp "$folder.away/job.sh" "$dir/job.sh"
checks=$((checks + 1))
sh "$dir/job.sh" 0 2>"$dir/said"
[ $? = 2 ] && has "is not seen on $(uname -n): want a shared folder that all nodes see" "$dir/said"
$hakbench experiment $pool --collect --shared "$dir/shared" --db "$dir/db" >"$dir/out" 2>"$dir/said"
has "No such file or directory; want the folder that --slurm made" "$dir/said"
echo "Checks: $checks, Failures: $status"
exit $status
