#!/bin/bash
# SPDX-License-Identifier: MIT
# test_hakbench_fill.sh - `history --fill` measures each commit of a range once, leaves out one that does not build, and after it was
# killed goes on where it was. A tree of its own, whose phases/build-revision answers with a copy of the library at hand.
command -v gnuplot >/dev/null || { echo "needs gnuplot"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
hakbench=$PWD/out/bench/hakbench
checks=0
status=0
mkdir -p "$dir/out" "$dir/core" "$dir/built/out/$HAK_VARIANT" "$dir/built/core" && ln -s "$PWD/out/work" "$dir/out/work" &&
    cp -r phases plots "$dir/" && cp -r core/seam "$dir/core/seam" && cp "$HAK_LIB" "$dir/built/out/$HAK_VARIANT/" &&
    cp -r phases core "$dir/built/" || exit 1
cat >"$dir/phases/build-revision" <<'END'
#!/bin/sh
echo "$*" >>asked
case $1 in "$(cat broken)"*) echo "error: PHASE=12 at $1: it does not build" >&2; exit 1 ;; esac
[ ! -e kill_at ] || [ "$(wc -l <asked)" -lt "$(cat kill_at)" ] || { kill -KILL "$(cat pid)"; exit 1; }
echo "$PWD/built/out/$HAK_VARIANT/libhakmem.so"
END
cd "$dir" || exit 1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a GIT_CONFIG_GLOBAL=/dev/null
git init -q . && for i in $(seq 16); do git commit -q --allow-empty -m "change $i"; done
mapfile -t commit < <(git rev-list --reverse HEAD)

# fill STATUS FROM TO: commits by number, from 1
fill() {
    checks=$((checks + 1))
    : >asked
    "$hakbench" history random_mixed-seed syscalls_own --variant PHASE=12 --fill "${commit[$2 - 1]}..${commit[$3 - 1]}" --db db \
        >said 2>errors </dev/null &
    echo $! >pid
    wait $!
    got=$?
    [ $got = "$1" ] || { echo "FAIL: from $2 to $3: exit $got, want $1"; cat said errors; status=1; }
}
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || { echo "FAIL: $1: '$2', want '$3'"; cat said errors; status=1; }
}
samples() { sqlite3 db "SELECT count(*) FROM samples s JOIN variants v USING (run) WHERE v.position = s.variant AND v.kind = 'hakmem'"; }

echo "${commit[2]:0:12}" >broken
fill 0 2 5
same "builds of four commits" "$(cut -d ' ' -f 1 asked | sort -u | wc -l)" 4
same "samples of three" "$(samples)" 3
same "the one that does not build" "$(grep -c "hakbench history: ${commit[2]:0:12} is left out: .*it does not build" errors)" 1
same "commits that are shown" "$(grep -cE '^  [0-9a-f]{12}  ' said)" 3
same "the C library's allocator makes no such calls" "$(sqlite3 db "SELECT count(*) FROM variants WHERE label = 'glibc'")" 1

# Once more: only the broken one is tried again. Its neighbours: only what is missing.
fill 0 2 5
same "builds" "$(cut -d ' ' -f 1 asked | sort -u)" "${commit[2]:0:12}"
same "no sample is taken twice" "$(samples)" 3
echo none >broken
fill 0 1 6
same "three more commits" "$(samples)" 6

# Killed while the second dozen is built: what was measured is kept, and the same call goes on.
rm db*
echo 13 >kill_at
fill 137 1 16
same "a dozen is kept" "$(samples)" 12
rm kill_at
fill 0 1 16
same "the rest is measured" "$(samples)" 16
same "twelve are not built again" "$(cut -d ' ' -f 1 asked | sort -u | wc -l)" 4
same "all are shown" "$(grep -cE '^  [0-9a-f]{12}  ' said)" 16
same "the same library sixteen times has no change point" "$(grep -c 'no change point' said)" 1
echo "Checks: $checks"
exit $status
