#!/bin/sh
# SPDX-License-Identifier: MIT
# lua: tables of tables, strings, closures, patterns, sorting.
needs=lua5.4
prepare() { :; }
run() { become lua5.4 bench/program/work.lua "$(pick 18000 1000)"; }
. bench/program/common.sh
