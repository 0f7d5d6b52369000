#!/bin/sh
# SPDX-License-Identifier: MIT
# dot, of graphviz: the layout of a generated graph.
needs=dot
prepare() { make_input "$(pick 400 30).dot" generate dot "$(pick 400 30)"; }
run() { become dot -Tplain "$inputs/$(pick 400 30).dot"; }
. bench/program/common.sh
