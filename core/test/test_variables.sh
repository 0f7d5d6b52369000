#!/bin/sh
# SPDX-License-Identifier: MIT
# test_variables.sh - the table of environment variables in README.md is what the newest variant prints for HAKMEM_HELP=1.
set -u
: "${HAK_LIB:?the path of libhakmem.so}"
[ -z "${HAK_TOGGLES-}" ] || { echo "README.md lists the variables of the newest variant; this is another" && exit 77; }
core/variables "$HAK_LIB" && echo "Checks: 1"
