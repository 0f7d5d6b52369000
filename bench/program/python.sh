#!/bin/sh
# SPDX-License-Identifier: MIT
# python3 with malloc for all its objects: parses and compiles sources of its standard library, dict, string and JSON work.
needs=python3
prepare() { :; }
run() { export PYTHONMALLOC=malloc PYTHONHASHSEED=0; become python3 -s -S -B -X utf8 bench/program/work.py "$(pick 16 1)"; }
. bench/program/common.sh
