#!/bin/sh
needs="perl"
prepare() { :; }
run() { exec perl -e "print 42; my \$x = q(x) x 50_000_000"; }
. bench/program/common.sh
