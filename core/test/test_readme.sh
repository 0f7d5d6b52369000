#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# test_readme.sh - core/README.md is true: each function that it names exists in the core, each of its walks names a function once,
# and each file that it names is there.
cd "$(dirname "$0")/../.." || exit 1
page=core/README.md
sources=$(find core -name '*.[ch]' ! -path '*/test/*')
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT

for name in $(grep -oE '`[a-z_0-9]+\(\)`' $page | tr -d '`()' | sort -u); do
    grep -qE "(^|[^a-z_0-9])$name(\(|, )" $sources || echo "$page names $name(), which is not in core"
done >>"$failures"
sed -n '/^## Four walks/,/^## Where/p' $page | grep -oE '`[a-z_0-9]+\(\)`' | sort | uniq -d |
    sed "s|\$| is named twice in the walks of $page|" >>"$failures"
for file in $(grep -oE '`(core|phases|bench)/[A-Za-z0-9_./-]+`' $page | tr -d '`' | sort -u); do
    [ -e "$file" ] || echo "$page names $file, which is not there"
done >>"$failures"

sed 's/^/FAIL: /' "$failures"
echo "Checks: 3, Failures: $(wc -l <"$failures")"
[ ! -s "$failures" ]
