#!/bin/sh
# SPDX-License-Identifier: MIT
# sqlite3 in memory: inserts, indexes, joins, grouping, updates, deletes.
needs=sqlite3
prepare() { make_input "$(pick 3 50).sql" awk -v part="$(pick 3 50)" '{ gsub(/60000/, int(60000 / part)); gsub(/250000/, int(250000 / part)); print }' bench/program/work.sql; }
run() { become sqlite3 -batch -init "$inputs/$(pick 3 50).sql" :memory: .exit; }
. bench/program/common.sh
