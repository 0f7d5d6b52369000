#!/bin/sh
# SPDX-License-Identifier: MIT
# gcc -O2: the compiler proper, cc1, on a large generated file. The driver and the assembler are left out: cc1 is what allocates.
needs=gcc
prepare() { make_input large.c generate c 170; }
run() { exec "$(plain gcc -print-prog-name=cc1)" -quiet -O2 -w -fno-ident -o - "$inputs/large.c"; }
. bench/program/common.sh
