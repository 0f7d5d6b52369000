#!/bin/sh
# SPDX-License-Identifier: MIT
# node: JSON, strings, Buffers, a small parser. Its own heap is V8's; buffers, parsers, compilers and the rest are malloc's.
needs=node
prepare() { :; }
run() { exec node --predictable-gc-schedule bench/program/work.js; }
. bench/program/common.sh
