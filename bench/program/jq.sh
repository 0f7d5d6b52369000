#!/bin/sh
# SPDX-License-Identifier: MIT
# jq: parses, groups, sorts and prints generated JSON.
needs=jq
prepare() { make_input "$(pick 16000 400).json" generate json "$(pick 16000 400)"; }
run() { become jq -c -f bench/program/work.jq "$inputs/$(pick 16000 400).json"; }
. bench/program/common.sh
