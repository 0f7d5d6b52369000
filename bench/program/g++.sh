#!/bin/sh
# SPDX-License-Identifier: MIT
# g++ -O2: the compiler proper, cc1plus, on templates of the standard library (maps, deques, algorithms).
needs=g++
prepare() { make_input work-$(pick full small).ii g++ -std=c++17 -E -P "-DWORK_$(pick FULL SMALL)" bench/program/work.cc; }
run() { become "$(plain g++ -print-prog-name=cc1plus)" -quiet -fpreprocessed -std=c++17 "-O$(pick 2 0)" -w -fno-ident -o - "$inputs/work-$(pick full small).ii"; }
. bench/program/common.sh
