#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# test_includes.sh - the include graph of the core: no file includes itself by any way, and none includes a folder above its own.
# From the bottom: low; heap and seam; api. What answers a seam (seam/plain, check, a phase) stands where the seam stands, and is
# reached through the seam only, by the name HAK_SEAM_<seam>.
cd "$(dirname "$0")/../.." || exit 1
files=$(find core phases -name '*.[ch]' ! -path '*/test/*' ! -name 'test_*' ! -name 'prog_*' | sort)
found=$(awk '
    function folder(file,    part, n) { n = split(file, part, "/"); return part[1] == "core" && n > 2 ? part[2] : part[1] }
    function rank(file) {
        if (file == "core/hakmem.h" || folder(file) == "low") return 0 # the public header includes nothing
        return folder(file) == "api" ? 2 : 1
    }
    function visit(file,    i, n, next_file) {
        state[file] = "open"
        n = split(includes[file], next_file, " ")
        for (i = 1; i <= n; i++) {
            if (state[next_file[i]] == "open") print file " and " next_file[i] " include each other"
            else if (state[next_file[i]] == "") visit(next_file[i]) # being asked makes an entry
        }
        state[file] = "done"
    }
    /^#include "/ {
        split($0, quoted, "\"")
        to = quoted[2]
        if (to == "variant.h") next # generated
        if (to !~ /\//) { base = FILENAME; sub(/[^\/]*$/, "", base); to = base to } # a neighbour
        if (FILENAME !~ /^phases/ && rank(to) > rank(FILENAME)) print FILENAME " includes " to ", which is above it"
        if (FILENAME ~ /^core/ && to ~ /^phases|^core\/(seam\/plain|check)/ && folder(FILENAME) != folder(to))
            print FILENAME " includes " to ", an answer"
        if (!(to in there)) print FILENAME " includes " to ", which is not there"
        includes[FILENAME] = includes[FILENAME] " " to
    }
    BEGIN { for (i = 1; i < ARGC; i++) there[ARGV[i]] }
    END { for (file in includes) if (state[file] == "") visit(file) }' $files)
if [ -n "$found" ]; then
    echo "FAIL: the include graph:"
    echo "$found" | sed 's/^/  /'
fi
echo "Checks: 1, Failures: $([ -z "$found" ] && echo 0 || echo 1), in $(echo "$files" | wc -l) files"
[ -z "$found" ]
