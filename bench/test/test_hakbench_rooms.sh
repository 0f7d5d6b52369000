#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# test_hakbench_rooms.sh - the include graph of the workbench: a file includes files of its own room and of rooms below it only, no file
# includes itself by any way, what a header declares stands in the .c of its name, and only commands end the program.
# From the top: cmd; show, judge; and take, plan; both above data, low (bench/README.md). A header and its .c are one file here.
cd "$(dirname "$0")/../.." || exit 1
rooms='low data plan take judge show cmd'
files=$(for room in $rooms; do find "bench/$room" -name '*.[ch]'; done | sort)
found=$(awk -v rooms="$rooms" '
    BEGIN {
        below["data"] = "low"
        below["plan"] = below["judge"] = "data low"
        below["take"] = "plan data low"
        below["show"] = "judge data low"
        below["cmd"] = "show judge take plan data low"
        for (i = 1; i < ARGC; i++) there[ARGV[i]]
    }
    function room(file,    part) { split(file, part, "/"); return part[2] }
    function stem(file) { sub(/\.[ch]$/, "", file); return file }
    function visit(file,    i, n, next_file) {
        state[file] = "open"
        n = split(includes[file], next_file, " ")
        for (i = 1; i <= n; i++)
            if (state[next_file[i]] == "open") print file " and " next_file[i] " include each other"
            else if (state[next_file[i]] == "") visit(next_file[i]) # being asked makes an entry
        state[file] = "done"
    }
    /^#include "/ {
        split($0, quoted, "\"")
        to = quoted[2]
        if (!(to in there)) print FILENAME " includes " to ", which is in no room"
        else if (room(to) != room(FILENAME) && index(" " below[room(FILENAME)] " ", " " room(to) " ") == 0)
            print FILENAME " includes " to ", which is not below it"
        if (stem(to) != stem(FILENAME)) includes[stem(FILENAME)] = includes[stem(FILENAME)] " " stem(to)
    }
    /^[^ \/*].*[^a-z_.]exit\(/ || /^ .*[^a-z_.]exit\(/ {
        if (room(FILENAME) != "cmd") print FILENAME ":" FNR ": exit() outside of bench/cmd"
    }
    # The functions that headers declare, and that their files define: a name at the beginning of a line, before a bracket.
    /^[a-z].*[a-z0-9_]\(/ {
        name = $0
        sub(/\(.*/, "", name)
        sub(/.*[ *]/, "", name)
        if (name == "") next
        if (FILENAME ~ /\.h$/ && $0 !~ /^(static|typedef|enum|struct [a-z_]+ \{)/) declared[name] = FILENAME
        if (FILENAME ~ /\.c$/ && $0 !~ /^static/ && $0 !~ /;$/) defined[name] = FILENAME
    }
    END {
        for (file in includes) if (state[file] == "") visit(file)
        for (name in declared)
            if (declared[name] != "bench/cmd/commands.h" && stem(declared[name]) != stem(defined[name])) # the list of commands
                print declared[name] " declares " name "(), which is in " (name in defined ? defined[name] : "no room")
    }' $files)
if [ -n "$found" ]; then
    echo "FAIL: the rooms of the workbench:"
    echo "$found" | sort | sed 's/^/  /'
fi
echo "Checks: 1, Failures: $([ -z "$found" ] && echo 0 || echo 1), in $(echo "$files" | wc -l) files"
[ -z "$found" ]
