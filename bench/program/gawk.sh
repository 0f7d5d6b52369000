#!/bin/sh
# SPDX-License-Identifier: MIT
# gawk: associative arrays, strings, fields, regular expressions.
needs=gawk
prepare() { make_input "$(pick 60000 4000).lines" generate lines "$(pick 60000 4000)"; }
run() { export LC_ALL=C; become gawk -f bench/program/work.awk "$inputs/$(pick 60000 4000).lines"; }
. bench/program/common.sh
