#!/bin/sh
# SPDX-License-Identifier: MIT
# The statically linked programs, by both names, run the seed's commands on this variant and on nothing else.
status=0
checks=0
expect() {
    checks=$((checks + 1))
    said=$("$@" 2>&1) || { echo "$*: fails: $said"; status=1; }
    case $said in *ops_per_s=*) ;; *) echo "$*: no throughput line: $said"; status=1 ;; esac
}
for name in bench_random_mixed_hakmem random_mixed_hakmem; do
    expect "$HAK_OUT/$name" 200000 4096 1234567
done
for name in bench_larson_hakmem larson_hakmem; do
    expect "$HAK_OUT/$name" 1 5 1 1000 100 10000 42
done
checks=$((checks + 1))
said=$(HAKMEM_STATS=json "$HAK_OUT/bench_random_mixed_hakmem" 1000 16 1 2>&1)
case $said in *"\"variant\":\"$HAK_VARIANT\""*) ;; *) echo "want variant $HAK_VARIANT in: $said"; status=1 ;; esac
echo "Checks: $checks"
exit $status
