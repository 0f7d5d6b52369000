#!/bin/sh
# SPDX-License-Identifier: MIT
# test_gdb.sh - the command that packaging/gdb/hakmem.py adds to gdb says of known addresses what they are: in a process, in the
# core dump of it, where the library is installed; and in one line what it cannot say.
#
# HAK_LIB, HAK_OUT, HAK_MODE, HAK_CC, HAK_VARIANT: the build under test.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}"
: "${HAK_MODE:?release}" "${HAK_CC:?}" "${HAK_VARIANT:?}"
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
command -v gdb >/dev/null || { echo "gdb is not here"; exit 77; }
gdb -nx -batch -ex 'python print(gdb.VERSION)' >/dev/null 2>&1 || { echo "gdb is here without python"; exit 77; }
case $(gdb -nx -batch -ex run -ex 'print $_exitcode' /bin/true 2>&1) in
*' = 0') ;;
*) echo "gdb may not run a program here"; exit 77 ;;
esac
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
unset HAKMEM_STATS HAKMEM_STATS_FILE DEBUGINFOD_URLS
export HAKMEM_YOUNG=0 # all sizes from the first block on
program=$HAK_OUT/test/prog_gdb
checks=0
failed=0

# says FILE TITLE LINE...: in the file, below the line "== TITLE" come lines that match these patterns.
says() {
    file=$1 title=$2
    shift 2
    checks=$((checks + 1))
    sed -n "/^== $title\$/,/^==/p" "$file" | sed 1d >"$tmp/got"
    for line; do
        if ! head -n 1 "$tmp/got" | grep -qxE -- " *$line"; then
            echo "FAIL: $(basename "$file"): $title: want: $line"
            sed 's/^/    /' "$tmp/got"
            failed=$((failed + 1))
            return
        fi
        sed -i 1d "$tmp/got"
    done
}

# ask TITLE COMMAND: for gdb, a title and what follows.
ask() { printf 'echo == %s\\n\n%s\n' "$1" "$2"; }
commands() {
    for name in tiny_live tiny_freed mid_live mid_freed large_live large_freed other_thread far_freed; do
        ask "$name" "hakmem address $name"
    done
    ask tiny_interior 'hakmem address tiny_live + 7'
    ask mid_interior 'hakmem address mid_live + 5000'
    ask large_interior 'hakmem address large_live + 2999999'
    ask never 'hakmem address tiny_live + 30000'
    ask slot 'hakmem address tiny_live + 20 * 65536'
    ask foreign 'hakmem address &foreign'
    ask stack 'hakmem address $sp'
    ask null 'hakmem address 0'
    ask heap 'hakmem address thread_heaps'
    ask superslab 'hakmem address superslab_list'
    ask heaps 'hakmem heaps'
    ask nothing 'python print("the end")'
}

# What is to be said, of a process and of its core dump alike.
expect() {
    x='0x[0-9a-f]+'
    mine="heap: $x, owned by thread [0-9]+ \(in gdb 1\)" other="heap: $x, owned by thread [0-9]+ \(in gdb 2\)"
    says "$1" tiny_live "$x: byte 0 of the block of 112 bytes at $x" "state: live, as far as the metadata tells" \
        "slab: class 6, 112 bytes, [0-9]+ of [0-9]+ blocks used, 64 KiB at $x" "$mine" "==.*"
    says "$1" tiny_interior "$x: byte 7 of the block of 112 bytes at $x" "state: live, as far.*" "slab.*" "$mine"
    says "$1" tiny_freed "$x: byte 0 of the block of 112 bytes at $x" "state: free, in the front" "slab.*" "$mine"
    says "$1" mid_live "$x: byte 0 of the block of 5120 bytes at $x" "state: live" "slab: class [0-9]+, 5120 bytes.*" "$mine"
    says "$1" mid_interior "$x: byte 5000 of the block of 5120 bytes at $x" "state: live" "slab.*" "$mine"
    says "$1" mid_freed "$x: byte 0 of the block of 5120 bytes at $x" "state: free, in the front" "slab.*" "$mine"
    says "$1" large_live "$x: byte 0 of the block of [0-9]+ bytes at $x" "state: live; a mapped block, of no slab and no heap"
    says "$1" large_interior "$x: byte 2999999 of the block of [0-9]+ bytes at $x" "state: live; a mapped.*"
    says "$1" large_freed "$x: kept memory: a range of [0-9]+ bytes at $x, of freed large blocks"
    says "$1" other_thread "$x: byte 0 of the block of 208 bytes at $x" "state: live, as far.*" "slab.*" "$other"
    says "$1" far_freed "$x: byte 0 of the block of 48 bytes at $x" \
        "state: free, freed by another thread, and in a packet that is not sent yet, of heap $x" "slab.*" "$other"
    says "$1" never "$x: free: a block of 112 bytes that was never handed out" "slab.*" "$mine"
    says "$1" slot "$x: kept memory: a slot that no heap has, of the SuperSlab $x"
    says "$1" foreign "$x: not of hakmem"
    says "$1" stack "$x: not of hakmem"
    says "$1" null "0x0: not of hakmem"
    says "$1" heap "$x: metadata: heap $x, owned by thread [0-9]+ \(in gdb 2\)"
    says "$1" superslab "$x: metadata: of the SuperSlab at $x"
    says "$1" heaps "heap $x: owned by thread [0-9]+ \(in gdb 2\); 2 slabs, [0-9]+ bytes used, [0-9]+ blocks cached" \
        "heap $x: owned by thread [0-9]+ \(in gdb 1\); 3 slabs, [0-9]+ bytes used, [0-9]+ blocks cached" "==.*"
    says "$1" nothing "the end"
}

# --- A process --------------------------------------------------------------------------------------------------------
cat >"$tmp/run" <<END
set pagination off
set breakpoint pending on
set environment LD_PRELOAD $HAK_LIB
break stop_here
run
END
{
    cat "$tmp/run"
    echo 'source packaging/gdb/hakmem.py'
    commands
    ask stats 'hakmem stats'
    ask hakmem-stat 'python import subprocess'
    echo "python print(subprocess.run(['$HAK_OUT/hakmem-stat', str(gdb.selected_inferior().pid)], stdout=-1).stdout.decode())"
    echo "generate-core-file $tmp/core"
    ask cannot 'hakmem address' # ends the script
} >"$tmp/live"
timeout 60 gdb -nx -batch -x "$tmp/live" "$program" >"$tmp/process" 2>&1 </dev/null
expect "$tmp/process"
says "$tmp/process" cannot ".*" "hakmem address: want an expression"
numbers() { sed -n "/^== $1\$/,/^== /p" "$tmp/process" | grep -E '^[a-z0-9_.]+ [0-9]+$' | grep -v '^pid ' | sort; }
numbers stats >"$tmp/stats"
numbers hakmem-stat >"$tmp/read"
checks=$((checks + 1))
if [ "$(wc -l <"$tmp/stats")" -lt 50 ] || ! diff "$tmp/stats" "$tmp/read"; then
    echo "FAIL: hakmem stats (<) and hakmem-stat (>) differ, or are short"
    failed=$((failed + 1))
fi

# --- Its core dump ----------------------------------------------------------------------------------------------------
commands >"$tmp/dead"
timeout 60 gdb -nx -batch -x packaging/gdb/hakmem.py -x "$tmp/dead" "$program" "$tmp/core" >"$tmp/core.said" 2>&1 </dev/null
expect "$tmp/core.said"

# --- Where it cannot --------------------------------------------------------------------------------------------------
mkdir "$tmp/bare" && strip -o "$tmp/bare/libhakmem.so" "$HAK_LIB"
{
    sed "s|LD_PRELOAD .*|LD_PRELOAD $tmp/bare/libhakmem.so|" "$tmp/run"
    echo 'source packaging/gdb/hakmem.py'
    ask stripped 'hakmem address tiny_live'
} >"$tmp/live"
timeout 60 gdb -nx -batch -x "$tmp/live" "$program" >"$tmp/stripped" 2>&1 </dev/null
says "$tmp/stripped" stripped ".*" "no debug data of hakmem in this program: .*"

# --- Installed --------------------------------------------------------------------------------------------------------
# gdb finds the command by the path of the library, below a folder that it trusts.
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make CC="$HAK_CC" install PREFIX="$tmp/prefix" LIBDIR="$tmp/prefix/lib" \
    >"$tmp/install" 2>&1 </dev/null
auto=$tmp/prefix/share/gdb/auto-load
{
    sed "s|LD_PRELOAD .*|LD_PRELOAD $tmp/prefix/lib/libhakmem.so|" "$tmp/run"
    ask installed 'hakmem address tiny_live'
} >"$tmp/live"
timeout 60 gdb -nx -batch -iex "add-auto-load-scripts-directory $auto" -iex "add-auto-load-safe-path $auto" -x "$tmp/live" \
    "$program" >"$tmp/installed" 2>&1 </dev/null
says "$tmp/installed" installed "0x[0-9a-f]+: byte 0 of the block of 112 bytes at 0x[0-9a-f]+" "state: live.*"

echo "Checks: $checks, Failures: $failed ($HAK_VARIANT)"
[ "$failed" -eq 0 ]
