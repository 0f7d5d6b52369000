#!/bin/sh
# SPDX-License-Identifier: MIT
# test_purge_last.sh - a program whose main leaves by pthread_exit ends when its last thread does, with the allocator's thread or without.
#
# HAK_LIB: the shared library to preload. HAK_OUT: where its build put test/prog_main_leaves.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of the build}"
passed=0
failed=0
for asked in 0 1; do
    said=$(HAKMEM_PURGE_THREAD=$asked LD_PRELOAD=$HAK_LIB timeout -k 1 20 "$HAK_OUT/test/prog_main_leaves")
    status=$?
    if [ "$status" = 0 ] && [ "$said" = "done" ]; then
        passed=$((passed + 1))
    else
        echo "FAIL HAKMEM_PURGE_THREAD=$asked: status $status, said '$said'"
        failed=$((failed + 1))
    fi
done
echo "Checks: $((passed + failed))"
[ "$failed" -eq 0 ]
