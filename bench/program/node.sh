#!/bin/sh
# SPDX-License-Identifier: MIT
# node: JSON, strings, Buffers, a small parser. Its own heap is V8's; buffers, parsers, compilers and the rest are malloc's.
needs=node
prepare() { :; }
run() { become node --predictable-gc-schedule bench/program/work.js "$(pick 1 40)"; }
. bench/program/common.sh
