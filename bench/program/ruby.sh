#!/bin/sh
# SPDX-License-Identifier: MIT
# ruby: strings, arrays, hashes, symbols, regular expressions. Objects lie in its own heap, what they hold in that of malloc.
needs=ruby
prepare() { :; }
run() { become ruby --disable=gems,did_you_mean,error_highlight bench/program/work.rb "$(pick 10000 500)"; }
. bench/program/common.sh
