#!/bin/sh
# SPDX-License-Identifier: MIT
# perl: hashes of arrays, strings that grow, sorting, regular expressions.
needs=perl
prepare() { :; }
run() { export PERL_HASH_SEED=0; become perl bench/program/work.pl "$(pick 25000 1500)"; }
. bench/program/common.sh
