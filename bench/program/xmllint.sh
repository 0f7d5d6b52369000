#!/bin/sh
# SPDX-License-Identifier: MIT
# xmllint: the tree of a document of 20 MiB, and a query over it.
needs=xmllint
prepare() { make_input large.xml generate xml 130000; }
run() { exec xmllint --noout --xpath 'count(//item[@id mod 7 = 3]/tag[@kind > 9])' "$inputs/large.xml"; }
. bench/program/common.sh
