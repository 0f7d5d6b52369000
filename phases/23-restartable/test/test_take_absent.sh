#!/bin/sh
# SPDX-License-Identifier: MIT
# test_take_absent.sh - where libc does not register rseq, the same stress holds, and nobody takes a front.
set -u
: "${HAK_OUT:?the directory of a build}"
said=$(GLIBC_TUNABLES=glibc.pthread.rseq=0 HAK_STRESS_SECONDS=1 "$HAK_OUT/test/test_take_stress" 2>&1)
status=$?
echo "$said" | grep -q 'taken: 0 blocks of 0 fronts' && [ $status -eq 0 ] && failed=0 || failed=1
[ $failed -eq 0 ] || echo "FAIL: status $status: $said"
echo "Checks: 1, Failures: $failed"
[ $failed -eq 0 ]
