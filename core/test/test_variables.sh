#!/bin/sh
# SPDX-License-Identifier: MIT
# test_variables.sh - the list of settings in the manual core/hakmem.7 is what the newest variant prints for HAKMEM_HELP=1, and
# the texts for users name no other settings. A list that is wrong, and a name that is wrong, are found.
set -u
: "${HAK_LIB:?the path of libhakmem.so}"
[ -z "${HAK_TOGGLES-}" ] || { echo "the manual lists the settings of the newest variant; this is another" && exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failures=0
ok() { "$@" || { echo "FAIL: $*" && failures=$((failures + 1)); }; }
wrong() { ! "$@" >"$dir/said" 2>&1; }

ok core/variables "$HAK_LIB"
ok [ "$(grep -c '^\.It Ev HAKMEM_' core/hakmem.7)" -ge 25 ]

# The same on a copy, with faults put in.
mkdir -p "$dir/core" "$dir/packaging" "$dir/phases" "$dir/.github"
for file in README.md core/README.md core/variables core/hakmem.3 core/hakmem.7 packaging/README.md phases/README.md \
    .github/CONTRIBUTING.md; do
    cp -p "$file" "$dir/$file"
done
cd "$dir" || exit 1
sed -i 's/^Default 65536; 0 to 65536 blocks\.$/Default 255; 0 to 65536 blocks./' core/hakmem.7
ok wrong core/variables "$HAK_LIB"
ok grep -q '^< Default 255' said
ok core/variables --write "$HAK_LIB"
ok core/variables "$HAK_LIB"
echo 'HAKMEM_STTS=1 prints counters.' >>README.md
ok wrong core/variables "$HAK_LIB"
ok grep -qx 'README.md names HAKMEM_STTS, which HAKMEM_HELP=1 does not print' said

echo "Checks: 8, Failures: $failures"
[ "$failures" = 0 ]
