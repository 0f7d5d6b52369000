#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_command.sh - any program is a workload (--command), any library an allocator by its path, in any folder: what goes
# on around a sample, what is shown of a program that fails, one line for each mistake.
root=$PWD
hakbench=$root/out/bench/hakbench
command -v gcc >/dev/null || { echo "needs gcc"; exit 77; }
checks=0
status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/here" "$dir/tmp" "$dir/a b:c"
export TMPDIR="$dir/tmp"
cd "$dir/here" || exit 1

fail() {
    echo "FAIL: $*"
    sed 's/^/  | /' "$dir/said" "$dir/out"
    status=1
}

# run STATUS WORDS COMMAND...: the command ends so, and what it says has the words.
run() {
    want=$1 words=$2
    shift 2
    checks=$((checks + 1))
    "$hakbench" "$@" --db "$dir/db" >"$dir/out" 2>"$dir/said" </dev/null
    got=$?
    [ $got = "$want" ] || fail "$*: status $got, want $want"
    grep -v '^hakbench: [0-9]*/[0-9]*' "$dir/said" >"$dir/lines"
    cat "$dir/lines" "$dir/out" | grep -qF -- "$words" || fail "$*: want: $words"
    [ "$want" != 2 ] || [ "$(wc -l <"$dir/lines")" = 1 ] || fail "$*: want one line"
}
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1: '$2', want '$3'"
}
ask() { sqlite3 "$dir/db" "$1"; }

cat >"$dir/shim.c" <<'END'
#include <stddef.h>
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);
void *malloc(size_t size) { return __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return __libc_calloc(count, size); }
void *realloc(void *p, size_t size) { return __libc_realloc(p, size); }
void free(void *p) { __libc_free(p); }
END
gcc -shared -fPIC -o "$dir/liba.so" "$dir/shim.c" || exit 1
cp "$dir/liba.so" "$dir/a b:c/lib b.so"
a=$dir/liba.so
b="$dir/a b:c/lib b.so"
few='-n 2 --repeat-max 2'

# --- What runs, and what goes on around it ---
# shellcheck disable=SC2086 # few is words
run 3 'B lib_b.so against A liba.so' ab "$a" "$b" $few --warmup 3 --prepare 'sh -c "echo p >>log"' \
    --cleanup 'sh -c "echo c >>log"' --command 'say=sh -c "echo run >>log; echo $LD_PRELOAD >>preloaded"'
same "order of what runs" "$(uniq -c <log | awk '{print $1 $2}' | sort | uniq -c | awk '{print $1 $2}' | tr '\n' ' ')" "151c 151p 151run "
same "prepare, run, cleanup" "$(tr '\n' ' ' <log | sed 's/p run c //g')" ""
same "samples that are kept" "$(ask 'select count(*) from samples')" 6
same "a path with blanks and colons goes by a link" "$(grep -c "^$dir/tmp/hakbench-[^ :]*/preload.so$" preloaded)" 5
same "another path as it is" "$(grep -cxF "$a" preloaded)" 10
same "the links are gone" "$(ls "$dir/tmp")" ""
same "the command is recorded" "$(ask 'select command from workloads')" '$ sh -c "echo run >>log; echo $LD_PRELOAD >>preloaded"'
same "one run is one operation" "$(ask "select distinct value from measured where metric = 'ops'")" "1.0"
# shellcheck disable=SC2086
run 3 'UNDECIDED' ab "$a" ../liba.so $few --same --command 'words=test "a b" = "a b"'
run 0 'the same' ab "$a" "$b" -m syscalls_all --command 'true=true'
[ ! -e out ] || fail "a folder out was made"

# Interrupted or extended: the command and what goes on around it come from the store.
rm -f log
run 0 '' run --resume 1 --repeat 4 --rival "liba.so=$a" --rival "lib_b.so=$b"
same "extended" "$(ask 'select count(*) from samples where run = 1')" 12
same "extended with prepare and cleanup, not warmed again" "$(tr '\n' ' ' <log)" "p run c p run c p run c p run c p run c p run c "
run 2 'give no others' run --resume 1 --warmup 1

# --- What fails ---
run 1 ': exit status 3; its last lines:' ab "$a" "$b" --command 'bad=sh -c "seq 20; echo end >&2; exit 3"'
same "its last lines" "$(grep -A 9 'last lines' "$dir/said" | tr -d '\n' | sed 's/ under [^:]*//')" \
    "hakbench: bad: exit status 3; its last lines:  17  18  19  20  end"
run 1 'Segmentation fault' ab "$a" "$b" --command 'bad=sh -c "kill -SEGV \$\$"'
run 1 "--prepare 'sh -c \"echo no; exit 4\"': exit status 4" ab "$a" "$b" --command 'a=true' --prepare 'sh -c "echo no; exit 4"'
run 1 "--cleanup 'false': exit status 1" ab "$a" "$b" --command 'a=true' --cleanup 'false'

# --- Bad input ---
bad() { words=$1; shift; run 2 "$words" ab "$a" "$b" "$@"; }
bad "want NAME=program arguments" --command true
bad "want NAME=program arguments" --command '=true'
bad "want NAME=program arguments" --command '7z=true'
bad "want NAME=program arguments" --command 'a b=true'
bad "no_such_program: no such program in PATH" --command 'a=no_such_program 1'
bad "./none: No such file" --command 'a=./none'
bad "$a.c: No such file" --command "a=$a.c"
bad "not executable" --command "a=../shim.c"
bad "a folder, not a program" --command 'a=/'
bad "unbalanced quotes: ' has no end at 'b" --command "a=true 'b"
bad "a: no program is named" --command 'a= '
bad "the name is taken by a workload" --command 'larson-2=true'
bad "the name is taken by a workload" --command 'larson=true'
bad "the name is taken by a workload, '\$ true'" --command 'a=true' --command 'a=false'
bad "it stands there twice" --command 'a=true' --command 'a=true'
bad "too long: at most" --command "a=true $(seq -s ' ' 200)"
bad "--prepare 'no_such_program': no_such_program: no such program in PATH" --command 'a=true' --prepare no_such_program
bad "--cleanup 'true \"': unbalanced quotes" --command 'a=true' --cleanup 'true "'
bad "--warmup -1: want a whole number" --command 'a=true' --warmup -1
bad "--warmup is for timing" --command 'a=true' --warmup 1 -m syscalls
printf 'int main(void) { return 0; }\n' | gcc -static -x c -o static - 2>"$dir/said" &&
    bad "linked statically, so no allocator can be preloaded" --command 'a=./static'
run 2 "$dir/none.so: No such file or directory; want the path of a library" ab "$a" "$dir/none.so" --command 'a=true'
run 2 "are the same variant" ab "$a" "../liba.so" --command 'a=true'

# The tree is found: workloads and the default file of samples are there.
# shellcheck disable=SC2086
run 3 'random_mixed 1000 16 1' ab "$a" "$b" $few -w 'random_mixed 1000 16 1'
checks=$((checks + 1))
"$hakbench" list workloads 2>"$dir/said" | grep -q '^larson-2' || fail "list workloads"

echo "Checks: $checks"
exit $status
