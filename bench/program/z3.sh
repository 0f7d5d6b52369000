#!/bin/sh
# SPDX-License-Identifier: MIT
# z3: a generated problem of linear arithmetic, and one of bits.
needs=z3
prepare() { make_input "$(pick 200 20).smt2" generate smt "$(pick 200 20)"; }
run() { become z3 "$inputs/$(pick 200 20).smt2"; }
. bench/program/common.sh
