#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_profile_command.sh - hakbench profile counts what a program is known to ask of malloc, in one process or several, however it
# ends; it finds the workload that the program is; hakbench synth writes a trace with the same distributions, the same for a seed.
set -u
: "${HAK_OUT:?the directory of a build}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
checks=0
failed=0

# is WHAT GOT WANT
is() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] && return
    failed=$((failed + 1))
    echo "FAIL: $1: got '$2', want '$3'"
}
profile() { # profile NAME PROGRAM...: into $tmp/NAME.profile
    name=$1
    shift
    out/bench/hakbench profile --name "$name" --write "$tmp/$name.profile" -- "$@" >"$tmp/out" 2>"$tmp/said"
}
total() { sed -n "s/^total.* $2=\([0-9]*\).*/\1/p" "$tmp/$1.profile"; }
bin() { sed -n "s/^list $2.* $3=\([0-9]*\).*/\1/p" "$tmp/$1.profile" | grep . || echo 0; }

# --- Known counts: 500 rounds of 12 calls, by two threads --------------------------------------------------------------------------
profile mix "$HAK_OUT/test/prog_trace" 500 return
is "status and words" "$? $(cat "$tmp/said")" "0 "
is "calls" "$(total mix calls)" 6000
is "blocks never freed" "$(total mix left)" 500
is "threads, processes" "$(total mix threads) $(total mix processes) $(total mix cut)" "2 1 0"
is "callocs" "$(bin mix kind 1)" 500
is "aligned" "$(bin mix kind 2)" 1000
is "reallocs" "$(bin mix kind 3)" 500
is "frees of blocks of their own thread, and of another's" "$(bin mix kind 4) $(bin mix kind 5)" "1500 1000"
is "alignments of 64 and 4096" "$(bin mix alignment 6) $(bin mix alignment 12)" "500 500"
is "growth from 60 to 300 bytes" "$(bin mix growth 36)" 500
is "what another thread ended" "$(sed -n 's/^list far_after//p' "$tmp/mix.profile" | tr ' ' '\n' | awk -F= '{ n += $2 } END { print n }')" 1500

# --- However it ends ------------------------------------------------------------------------------------------------------------
profile killed "$HAK_OUT/test/prog_trace" 500 kill
is "a program that is killed: status, calls, cut" "$? $(total killed calls) $(total killed cut)" "0 $(total mix calls) 1"
is "what is said of it" "$(cat "$tmp/said")" \
    "hakbench profile: $HAK_OUT/test/prog_trace ended by signal 9; what it did until then is shown"
profile fork "$HAK_OUT/test/prog_trace" 500 fork
is "a program and its fork's child" $(($(total fork calls) - $(total mix calls))) 12000
is "processes, and children of fork" "$(total fork processes) $(total fork forked) $(total fork missed) $(total fork cut)" "1 1 0 0"
is "which is said" "$(grep -c '^Of the processes, fork made 1 without exec' "$tmp/out")" 1
HAKTRACE_FILE=$tmp/one.trace LD_PRELOAD=$PWD/out/bench/trace_record.so "$HAK_OUT/test/prog_trace" 500 fork 2>"$tmp/said"
out/bench/hakbench profile "$tmp/one.trace" >"$tmp/out"
is "a trace without the child says so" "$(grep -c '^Missing: at least 60[0-9]* calls of 1 process that fork made' "$tmp/out")" 1
profile became sh -c "exec '$HAK_OUT/test/prog_trace' 500 return"
is "what a process was before exec, and after" "$(total became processes) $(total became cut)" "2 0"
profile two sh -c "'$HAK_OUT/test/prog_trace' 500 return; '$HAK_OUT/test/prog_trace' 500 return; exit 3"
is "three processes" "$(total two processes)" 3
is "its status is told" "$(grep -c 'sh ended with exit status 3' "$tmp/said")" 1

# A server that root starts goes on as another user, whose trace is wanted, too.
nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
if [ "$(id -u)" = 0 ] && $nobody test -r "$PWD/out/bench/trace_record.so" 2>/dev/null; then
    cp "$HAK_OUT/test/prog_trace" "$tmp" && chmod 755 "$tmp" "$tmp/prog_trace"
    profile nobody $nobody "$tmp/prog_trace" 500 return
    is "another user's calls: $(cat "$tmp/said")" $(($(total nobody calls) >= $(total mix calls))) 1
fi

# --- What is near ---------------------------------------------------------------------------------------------------------------
profile tree out/work/pattern tree 10
is "the nearest workload to itself" "$(awk -F'[| ]+' '/^\| pattern-|^\| [a-z_]+ \| 0\.0/ { print $2; exit }' "$tmp/out")" pattern-tree
is "which covers it" "$(grep -c 'covers this program' "$tmp/out")" 1
is "a row for each of many" "$(out/bench/hakbench profile --table "$tmp/tree.profile" "$tmp/mix.profile" | wc -l)" 4

# --- A trace made from a profile ----------------------------------------------------------------------------------------------------
profile mixed out/work/pattern mixed-400 20
synth() { out/bench/hakbench synth "$tmp/mixed.profile" "$tmp/$1.trace" --calls 20000 --seed "$2" --threads "$3" >"$tmp/out" 2>&1; }
replay() { timeout 60 out/work/trace_replay "$tmp/$1.trace" 1 1 0 2>&1 | tr ' ' '\n' | sed -n "s/^$2=//p"; }
synth a 1 1 && synth again 1 1 && synth b 2 1 && synth three 1 3
is "it is replayed" "$(replay a ops)" 20000
is "the same for a seed" "$(cmp "$tmp/a.trace" "$tmp/again.trace" && echo same)" same
is "another for another" "$(cmp -s "$tmp/a.trace" "$tmp/b.trace" || echo differs)" differs
is "three threads" "$(replay three threads) $(replay three ops)" "3 20000"
out/bench/hakbench profile --name tree-again --write "$tmp/back.profile" "$tmp/a.trace" >"$tmp/out"
for kind in 0 1 4; do
    was=$(bin mixed kind $kind) all=$(total mixed calls) now=$(bin back kind $kind)
    near=$(((was * 1000 / all - now / 20 + 30) / 60)) # within 3 % of all calls: 0
    is "share of kind $kind: $was of $all, $now of 20000" "$near" 0
done

# What the program left, how long blocks live, their sizes to the byte, and the order in which they are freed: of what it frees, tree has
# most blocks beside the one that was freed before.
profile tree out/work/pattern tree 10
out/bench/hakbench synth "$tmp/tree.profile" "$tmp/tree.trace" >"$tmp/out" &&
    out/bench/hakbench profile --name again --write "$tmp/again.profile" "$tmp/tree.trace" >"$tmp/out"
share() { # share NAME LINE BIN: of the calls, in percent
    at=$(sed -n "s/^$2.*[ ]$3=\([0-9]*\).*/\1/p" "$tmp/$1.profile" | grep . || echo 0)
    echo $((at * 100 / $(total "$1" calls)))
}
near() { # near WHAT A B: within 5 percent of all calls
    apart=$(($2 - $3))
    is "$1: $2 % and $3 % of the calls" $(((apart < 0 ? -apart : apart) > 5)) 0
}
most() { # the bin of a line that has the most: most NAME LINE
    sed -n "s/^$2 //p" "$tmp/$1.profile" | tr ' ' '\n' | sort -t= -k2,2nr | sed 's/=.*//;q'
}
near "blocks never freed" $(($(total tree left) * 100 / $(total tree calls))) $(($(total again left) * 100 / $(total again calls)))
for line in 'list life_calls' 'list size' common; do
    frequent=$(most tree "$line")
    near "$line, bin $frequent" "$(share tree "$line" "$frequent")" "$(share again "$line" "$frequent")"
done
long=$(sed -n 's/^steps //p' "$tmp/tree.profile" | tail -n 1 | sed 's/ .*//')
near "steps of the longest lives" "$(share tree "steps $long" "$(most tree "steps $long")")" \
    "$(share again "steps $long" "$(most tree "steps $long")")"

# --- Bad input: one line, status 2, nothing lost --------------------------------------------------------------------------------------
refuses() { # refuses WORDS COMMAND...
    words=$1
    shift
    out/bench/hakbench "$@" >"$tmp/out" 2>"$tmp/said"
    is "status of $*" $? 2
    is "one line of $*" "$(wc -l <"$tmp/said")" 1
    is "words of $*: $(cat "$tmp/said")" "$(grep -c -- "$words" "$tmp/said")" 1
}
printf 'hakprofile 1 x\ntotal calls=5 threads=1\nlist size 3=x\nend\n' >"$tmp/broken"
printf 'hakprofile 1 x\ntotal calls=5 threads=1\n' >"$tmp/short"
printf 'kept\n' >"$tmp/kept"
head -c 6000 /dev/zero >"$tmp/zero"
refuses 'no call was recorded' profile -- "$HAK_OUT/test/prog_trace" 0 return
refuses 'want -- and a program' profile
refuses 'not a trace' profile "$tmp/zero"
refuses 'cannot be opened' profile "$tmp/nothing"
refuses 'cannot be run: No such file' profile -- "$tmp/nothing"
refuses 'cannot be written' profile --write "$tmp/no/where" -- true
refuses 'wants profiles alone' profile --table --name x "$tmp/mix.profile"
printf 'hakprofile 1 x\ntotal calls=5 threads=1\ncommon 8=1 8=2\nend\n' >"$tmp/twice"
refuses ':3: not a line of a profile' synth "$tmp/twice" "$tmp/kept"
refuses ':3: not a line of a profile' synth "$tmp/broken" "$tmp/kept"
refuses 'cut off after line 2' synth "$tmp/short" "$tmp/kept"
refuses 'not a profile' synth "$tmp/zero" "$tmp/kept"
refuses '--calls 0: want a number from 1' synth --calls 0 "$tmp/mix.profile" "$tmp/kept"
refuses '--threads 900: want a number from 1 to 256' synth --threads 900 "$tmp/mix.profile" "$tmp/kept"
is "what stood there" "$(cat "$tmp/kept")" kept
echo "Checks: $checks"
[ "$failed" = 0 ]
