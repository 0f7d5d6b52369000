#!/bin/sh
# SPDX-License-Identifier: MIT
# sqlite3 in memory: inserts, indexes, joins, grouping, updates, deletes.
needs=sqlite3
prepare() { :; }
run() { exec sqlite3 -batch -init bench/program/work.sql :memory: .exit; }
. bench/program/common.sh
