#!/bin/sh
# SPDX-License-Identifier: MIT
# postgres --single: one process, which reads SQL: generated rows, joins, grouping, sorting, JSON, text search, in a transaction that
# is taken back. It refuses to be root; then it is the user nobody.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
needs="${bin:+$bin/}postgres ${bin:+$bin/}initdb setpriv"
as() {
    if [ "$(plain id -u)" = 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}
prepare() {
    data=$inputs/postgres
    [ ! -e "$data" ] || return 0
    rm -rf "$data.new" && mkdir -p "$data.new" && { [ "$(id -u)" != 0 ] || chown 65534:65534 "$data.new"; } &&
        as "${bin:+$bin/}initdb" -D "$data.new" -U someone --locale=C -E UTF8 --no-sync >/dev/null && mv "$data.new" "$data"
}
run() {
    sed "s/COUNT/$(pick 20000 500)/" bench/program/work-postgres.sql |
        as "${bin:+$bin/}postgres" --single -D "$inputs/postgres" -F -c jit=off -c max_parallel_workers_per_gather=0 -j postgres
}
. bench/program/common.sh
