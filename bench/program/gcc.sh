#!/bin/sh
# SPDX-License-Identifier: MIT
# gcc -O2: the compiler proper, cc1, on a large generated file. The driver and the assembler are left out: cc1 is what allocates.
needs=gcc
prepare() { make_input "$(pick 40 5).c" generate c "$(pick 40 5)"; }
run() { become "$(plain gcc -print-prog-name=cc1)" -quiet -O2 -w -fno-ident -o - "$inputs/$(pick 40 5).c"; }
. bench/program/common.sh
