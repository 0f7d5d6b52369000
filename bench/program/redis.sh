#!/bin/sh
# SPDX-License-Identifier: MIT
# redis-server, fed through a socket in a folder of its own: SET, GET, LPUSH, HSET, DEL, RPOP. The server is what is preloaded.
# Where nothing is, the C library is: redis itself is linked with jemalloc in some distributions, which would serve it instead.
needs='redis-server redis-cli'
prepare() { make_input "$(pick 200000 6000).redis" generate redis "$(pick 200000 6000)"; }
run() {
    folder=$(plain mktemp -d) || exit 1
    [ -n "$LD_PRELOAD" ] || LD_PRELOAD=$(plain ldd "$(command -v redis-server)" | plain awk '$1 ~ /^libc\.so/ { print $3 }')
    LD_PRELOAD=$LD_PRELOAD redis-server --port 0 --unixsocket "$folder/socket" --save '' --appendonly no --dir "$folder" \
        --enable-debug-command local --activedefrag no --hz 10 >"$folder/log" &
    server=$!
    trap 'exit 1' HUP INT TERM
    trap 'plain kill "$server" 2>/dev/null; plain rm -rf "$folder"' EXIT
    unset LD_PRELOAD
    ask="redis-cli -s $folder/socket"
    for turn in 1 2 3 4 5 6 7 8 9 10; do
        $ask ping >/dev/null 2>&1 && break
        plain sleep 0.05
    done
    $ask --pipe <"$inputs/$(pick 200000 6000).redis" | grep replies
    $ask dbsize && $ask debug digest && { $ask shutdown nosave; wait "$server"; }
}
. bench/program/common.sh
