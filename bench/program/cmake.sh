#!/bin/sh
# SPDX-License-Identifier: MIT
# cmake as a language: lists, strings, regular expressions, JSON, functions.
needs=cmake
prepare() { :; }
run() { become cmake "-DCOUNT=$(pick 5000 60)" -P bench/program/work.cmake; }
. bench/program/common.sh
