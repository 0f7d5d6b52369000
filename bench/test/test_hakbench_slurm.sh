#!/bin/sh
# SPDX-License-Identifier: MIT
# An experiment on a real Slurm of four nodes on this machine (slurm_cluster): interrupted, the array goes on; a node is drained,
# a task is killed and another requeued on the way, a file is broken; what was collected is not added twice, nothing is lost, and
# the verdicts are those of this machine alone.
hakbench=$PWD/out/bench/hakbench
cluster=$PWD/bench/test/slurm_cluster
PATH=$PATH:/usr/sbin:/sbin
for program in slurmctld slurmd sbatch munged; do
    command -v $program >/dev/null || { echo "no $program here: slurm-wlm and munge (make deps-ci)"; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "a cluster of one's own must be started as root"; exit 77; }
began=$(date +%s)
checks=0
status=0
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
finish() { "$cluster" stop "$dir/cluster"; rm -rf "$dir"; }
trap finish EXIT
trap 'exit 1' INT TERM HUP

fail() {
    echo "at $(($(date +%s) - began)) s"
    echo "FAIL: $*"
    tail -n 30 "$dir/said" | sed 's/^/  | /'
    status=1
}
has() { checks=$((checks + 1)); grep -qE -- "$1" "$2" || fail "want: $1"; }
same() { checks=$((checks + 1)); [ "$2" = "$3" ] || fail "$1: '$2', want '$3'"; }
ask() { sqlite3 "$dir/db" "$1"; }

# until_true SECONDS COMMAND: 1 when it does not come to pass.
until_true() {
    end=$(($(date +%s) + $1))
    until eval "$2"; do
        [ "$(date +%s)" -lt $end ] || { fail "waited $1 s for: $2"; return 1; }
        sleep 0.05
    done
}
experiment() { "$hakbench" experiment "$dir/pool.yaml" --db "$dir/db" --out "$dir/report" "$@" >"$dir/out" 2>"$dir/said"; }
gates() { awk '/^(held|failed|undecided|not measured) / {print $1}' "$1"; }

"$cluster" start "$dir/cluster" 4 2>"$dir/said" || { fail "no cluster"; exit 1; }
export SLURM_CONF="$dir/cluster/slurm.conf"

# As 12-shared-pool, with one quick workload, and slow enough around it for what happens to tasks.
cat >"$dir/pool.yaml" <<'END'
question: Does one SuperSlab serving many classes cut SuperSlabs and system calls?
variants: {A: PHASE=11, B: PHASE=12}
workloads: [random_mixed-seed]
prepare: sleep 0.03
repeat: 4
expect:
  - syscalls(B) <= 100
  - superslabs_peak(B) <= 0.5 * superslabs_peak(A)
  - ops_s(B) >= 1.1 * ops_s(A)
plots: [throughput]
END

# --- Refused by Slurm: one line, and no run ---
mkdir "$dir/shared"
checks=$((checks + 1))
experiment --slurm --partition none --shared "$dir/shared"
[ $? = 1 ] || fail "a partition that is not there: status"
has "hakbench: Slurm refuses the job: .*partition" "$dir/said"
same "nothing is left of it" "$(ls "$dir/shared")$(ask 'SELECT id FROM runs')" ""

# --- Submitted and interrupted ---
"$hakbench" experiment "$dir/pool.yaml" --db "$dir/db" --slurm --nodes 4 --time 9 --shared "$dir/shared" >"$dir/out" \
    2>"$dir/said" &
pid=$!
until_true 240 '[ -e "$(echo "$dir"/shared/pool.*/state/3.0)" ]' || exit 1
kill -INT $pid
wait $pid
same "an interruption" $? 130
has "the array goes on \(scancel [0-9]+ ends it\); collect with: hakbench experiment pool --collect --shared" "$dir/said"
folder=$(echo "$dir"/shared/pool.*)
job=$(ask "SELECT value FROM context WHERE key = 'cluster.job'")

# --- A node is drained, a task is killed, one is requeued ---
scontrol update NodeName=n3 State=DRAIN Reason=test
task=$(squeue -h -r -t running -j "$job" -w n2 -o %K)
scontrol requeue "${job}_$task"
# Slurm holds a requeued task back for two minutes; while the task ends, it cannot be told otherwise.
again='scontrol update "JobId=${job}_$task" StartTime=now 2>/dev/null; [ -e "$folder/state/$task.1" ]'
until_true 240 '[ -e "$folder/state/6.0" ]' || exit 1
scancel "${job}_6"
until_true 240 "$again" || exit 1
until_true 240 '! squeue -h -r -j "$job" 2>/dev/null | grep -q .' || exit 1
same "drained, n3 had one task" "$(cat "$folder"/state/* | grep -c n3)" 1

# --- Broken files: named, left, and the rest is there; once they are whole, they come too ---
whole=$(ls "$folder"/result/1.0.*.tsv)
cp "$whole" "$dir/kept"
head -c 3000 "$dir/kept" >"$whole"
sed 's/^# seed	.*/# seed	1/' "$folder"/result/0.0.*.tsv >"$dir/other"
cp "$dir/other" "$folder/result/5.1.$(sha256sum "$dir/other" | cut -c 1-16).tsv"
experiment --collect --shared "$dir/shared"
has "result/1.0.*tsv: is broken: its sha256 is not the one in its name; it is left out" "$dir/said"
has "result/5.1.*tsv: is of another run" "$dir/said"
has "run 1: [1-9][0-9]* samples added; 6 of 8 blocks are whole" "$dir/said"
has "task 1 is not whole: COMPLETED on n[0-3], nothing of it is there" "$dir/said"
cp "$dir/kept" "$whole"
rm -f "$folder"/result/5.1.*
experiment --collect --shared "$dir/shared"
has "run 1: [1-9][0-9]* samples added; 7 of 8 blocks are whole" "$dir/said"
has "task 6 is not whole: CANCELLED on n[0-2], " "$dir/said"
has "task $task was requeued: it began 2 times, at last on n[0-2]" "$dir/said"
count=$(ask "SELECT count(*) FROM samples")
experiment --collect --shared "$dir/shared"
has "run 1: 0 samples added; 7 of 8 blocks are whole" "$dir/said"
same "twice adds nothing" "$(ask 'SELECT count(*) FROM samples')" "$count"
same "every file's samples, once" "$(cat "$folder"/result/*.tsv | grep -c '^[0-9]')" "$count"

# --- By node ---
report=$dir/report/pool/report.md
has "^## By node" "$report"
for node in n0 n1 n2 n3; do
    has "^\| $node \| .* \| [0-9]+ \| Linux .* \| [1-9] \| " "$report"
done
has "^\| random_mixed-seed \| B \| all \| 4 \| .* \| (GO|UNDECIDED.*) \|" "$report" # a busy machine leaves it open
same "machines of one kind have one row" "$(grep -c "^| random_mixed-seed | B | .* | 4 | " "$report")" 1
has "task 6 is not whole" "$report"
same "no pair straddles nodes" "$(ask "SELECT count(*) FROM (SELECT block FROM samples WHERE mode = 'time' GROUP BY block)
    WHERE block NOT IN (SELECT substr(key, 6) FROM context WHERE key LIKE 'node.%')")" 0
gates "$dir/out" >"$dir/far"
"$hakbench" experiment "$dir/pool.yaml" --repeat 6 --more 0 --db "$dir/here.db" --out "$dir/here" >"$dir/out" 2>"$dir/said"
gates "$dir/out" >"$dir/near"
contrary=$(paste -d ' ' "$dir/far" "$dir/near" | grep -cE 'held.*FAILED|FAILED.*held')
same "no verdict of this machine alone is the contrary" "$contrary" 0
same "three gates" "$(wc -l <"$dir/near")" 3

# --- Another kind of processor ---
for file in $(grep -l "^# context	node	n1$" "$folder"/result/*.tsv); do
    sed 's/^# context	cpu	.*/# context	cpu	Another CPU/' "$file" >"$dir/other"
    cp "$dir/other" "$(echo "$file" | sed 's/[0-9a-f]*\.tsv$//')$(sha256sum "$dir/other" | cut -c 1-16).tsv" && rm "$file"
done
for table in samples measured series; do
    sqlite3 "$dir/db" "DROP TRIGGER ${table}_delete"
done
ask "DELETE FROM series; DELETE FROM measured; DELETE FROM samples;
    DELETE FROM context WHERE key GLOB 'node.*' OR key GLOB 'cpu.*'"
experiment --collect --shared "$dir/shared"
has "node n1 has another processor, 'Another CPU', where most have '" "$dir/said"
has "^\| random_mixed-seed \| B \| Another CPU \| 1 \| " "$report"
has "^\| random_mixed-seed \| B \| .* \| 3 \| " "$report"
has "^\| random_mixed-seed \| B \| all \| 4 \| " "$report"

# --- Nothing is left ---
processes=$(cut -d ' ' -f 1 "$dir/cluster/processes")
"$cluster" stop "$dir/cluster"
for id in $processes; do
    [ ! -e "/proc/$id" ] || grep -qs "^State:.Z" "/proc/$id/status" || fail "process $id is left"
done
same "six processes ended" "$(echo "$processes" | wc -l)" 6
echo "Checks: $checks, Failures: $status"
exit $status
