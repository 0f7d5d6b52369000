#!/bin/sh
# SPDX-License-Identifier: MIT
# python3 with malloc for all its objects: parses and compiles sources of its standard library, dict, string and JSON work.
needs=python3
prepare() { :; }
run() { PYTHONMALLOC=malloc PYTHONHASHSEED=0 exec python3 -s -S -B -X utf8 bench/program/work.py; }
. bench/program/common.sh
