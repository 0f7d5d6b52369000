#!/bin/sh
# SPDX-License-Identifier: MIT
# xmllint: the tree of a generated document, and a query over it.
needs=xmllint
prepare() { make_input "$(pick 130000 4000).xml" generate xml "$(pick 130000 4000)"; }
run() { become xmllint --noout --xpath 'count(//item[@id mod 7 = 3]/tag[@kind > 9])' "$inputs/$(pick 130000 4000).xml"; }
. bench/program/common.sh
