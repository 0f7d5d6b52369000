#!/bin/sh
# SPDX-License-Identifier: MIT
# test_planted_interrupted.sh - Ctrl-C ends bench/planted with 130 and takes away what it made.
command -v strace >/dev/null && command -v valgrind >/dev/null || { echo "needs strace and valgrind"; exit 77; }
command -v perl >/dev/null || { echo "needs perl, which gives SIGINT back to a process in the background"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir" "$dir.said"' EXIT
trap 'exit 130' INT TERM HUP
TMPDIR=$dir perl -e '$SIG{INT} = "DEFAULT"; setpgrp; exec @ARGV' bench/planted >"$dir.said" 2>&1 &
pid=$!
for _ in $(seq 300); do
    ls "$dir"/*/base.so >/dev/null 2>&1 && break
    sleep 0.1
done
made=$(ls "$dir"/*/base.so 2>/dev/null | wc -l)
kill -s INT -- "-$pid"
wait $pid
got=$?
echo "Checks: 3"
[ "$made" != 0 ] && [ $got = 130 ] && [ -z "$(ls "$dir")" ] && exit 0
echo "FAIL: $made files at first, exit $got, want 130; left: $(ls "$dir")"
exit 1
