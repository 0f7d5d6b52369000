#!/bin/sh
# SPDX-License-Identifier: MIT
# sort with four threads, all in memory.
needs=sort
prepare() { make_input lines.txt generate lines 1000000; }
run() { LC_ALL=C exec sort --parallel=4 -S 400M -k2,2n -k1,1 "$inputs/lines.txt"; }
. bench/program/common.sh
