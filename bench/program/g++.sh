#!/bin/sh
# SPDX-License-Identifier: MIT
# g++ -O2: the compiler proper, cc1plus, on templates of the standard library (regular expressions, maps, algorithms).
needs=g++
prepare() { make_input work.ii g++ -std=c++17 -E -P bench/program/work.cc; }
run() { exec "$(plain g++ -print-prog-name=cc1plus)" -quiet -fpreprocessed -std=c++17 -O2 -w -fno-ident -o - "$inputs/work.ii"; }
. bench/program/common.sh
