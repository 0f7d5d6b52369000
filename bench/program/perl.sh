#!/bin/sh
# SPDX-License-Identifier: MIT
# perl: hashes of arrays, strings that grow, sorting, regular expressions.
needs=perl
prepare() { :; }
run() { PERL_HASH_SEED=0 exec perl bench/program/work.pl; }
. bench/program/common.sh
