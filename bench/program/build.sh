#!/bin/sh
# SPDX-License-Identifier: MIT
# ninja: builds a C program of a few files from nothing, one process after another: drivers, compilers, assemblers, linker. What is
# printed is what the program that was built says.
needs='ninja gcc'
prepare() {
    folder=$inputs/build-$(pick 12 2)
    [ ! -e "$folder" ] || return 0
    rm -rf "$folder.new" && mkdir -p "$folder.new" && (
        cd "$folder.new" || exit 1
        printf 'rule cc\n  command = gcc -O1 -w -c $in -o $out\nrule link\n  command = gcc $in -o $out\n' >build.ninja
        objects=
        for i in $(plain seq "$(pick 12 2)"); do
            echo "int call$i(int x) { return f7((void *)0, x, $i); }" >"tail$i"
            echo "build part$i.o: cc part$i.c" >>build.ninja
            objects="$objects part$i.o"
        done
        echo "build work: link main.o$objects" >>build.ninja
        echo "build main.o: cc main.c" >>build.ninja
    ) && generate c 8 | sed 's/^int f/static int f/' >"$folder.new/body" && {
        echo '#include <stdio.h>'
        echo 'int main(void) { int sum = 0;'
        for i in $(plain seq "$(pick 12 2)"); do
            cat "$folder.new/body" "$folder.new/tail$i" >"$folder.new/part$i.c"
            echo "extern int call$i(int); sum = sum * 31 + call$i(sum);"
        done
        echo 'return printf("%d,", sum) < 0; }'
    } >"$folder.new/main.c" && mv "$folder.new" "$folder"
}
run() {
    folder=$inputs/build-$(pick 12 2)
    plain ninja -C "$folder" -t clean >&2
    ninja --quiet -j1 -C "$folder" >&2 && become "$folder/work"
}
. bench/program/common.sh
