#!/bin/sh
# SPDX-License-Identifier: MIT
# sort with four threads, all in memory.
needs=sort
prepare() { make_input "$(pick 1000000 20000).lines" generate lines "$(pick 1000000 20000)"; }
run() { export LC_ALL=C; become sort --parallel=4 -S 400M -k2,2n -k1,1 "$inputs/$(pick 1000000 20000).lines"; }
. bench/program/common.sh
