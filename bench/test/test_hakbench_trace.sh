#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_trace.sh - the recorder writes what a program asked of malloc, however the program ends; the replay does it
# again under any allocator, and refuses a file that is no whole trace.
#
# Run in the root of the project. HAK_OUT, HAK_LIB: a build and its shared library.
set -u
: "${HAK_OUT:?the directory of a build}" "${HAK_LIB:?the path of libhakmem.so}"
replay=out/work/trace_replay
recorder=$PWD/out/bench/trace_record.so
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

record() { # record NAME ARGUMENTS...: the status of prog_trace, its words in $tmp/said
    name=$1
    shift
    HAKTRACE_FILE=$tmp/$name.trace LD_PRELOAD=$recorder "$HAK_OUT/test/prog_trace" "$@" 2>"$tmp/said"
}

# key KEY FILE [ARGUMENTS...]: what the replay of a trace says, under the library $preload
preload=
key() {
    wanted=$1
    shift
    LD_PRELOAD=$preload timeout 20 $replay "$@" 2>"$tmp/said" | tr ' ' '\n' | sed -n "s/^$wanted=//p"
}

# --- What is recorded: the difference of two runs is 12 calls a round, two threads --------------------------------------------
record none 0 return
is "status of the recorded program" $? 0
record mix 500 return
is "what the recorder said" "$(cat "$tmp/said")" ""
none=$(key ops "$tmp/none.trace")
ops=$(key ops "$tmp/mix.trace")
is "calls in 500 rounds" $((ops - none)) 6000
is "objects in 500 rounds" $(($(key objects "$tmp/mix.trace") - $(key objects "$tmp/none.trace"))) 3500
is "left in 500 rounds" $(($(key left "$tmp/mix.trace") - $(key left "$tmp/none.trace"))) 500
is "threads" "$(key threads "$tmp/mix.trace")" 2
record threads threads 300
is "300 threads, one at a time" "$(key threads "$tmp/threads.trace")" 301
is "calls of 300 threads" $(($(key ops "$tmp/threads.trace") - none)) 600

# --- The same replay everywhere ----------------------------------------------------------------------------------------------
whole=$(key checksum "$tmp/mix.trace")
live=$(key live_kb "$tmp/mix.trace")
for preload in "$HAK_LIB" ""; do
    for arguments in "1 0" "1 1 0" "1 1 1" "1 1 1000000"; do
        is "checksum with ${preload##*/} $arguments" "$(key checksum "$tmp/mix.trace" $arguments)" "$whole"
    done
    is "calls of 3 repeats with ${preload##*/}" "$(key ops "$tmp/mix.trace" 3)" $((ops * 3))
    is "live bytes with ${preload##*/}" "$(key live_kb "$tmp/mix.trace")" "$live"
done

# --- However the program ends, and whatever it starts ------------------------------------------------------------------------
for end in _exit exec kill; do
    record $end 500 $end
    is "calls of a program that ends by $end" "$(key ops "$tmp/$end.trace")" "$ops"
done
record fork 500 fork
cp "$tmp/said" "$tmp/words"
is "a program and not its child: calls" "$(key ops "$tmp/fork.trace")" $((ops + 6000))
is "a program and not its child: threads" "$(key threads "$tmp/fork.trace")" 3
is "what is said of its child" "$(sed 's/[0-9][0-9]* calls/N calls/' "$tmp/words")" \
    "trace_record: N calls of 1 process made by fork are not in the trace; with %p in the file's name each process has its own"
missing=$(sed -n 's/.*: \([0-9]*\) calls of.*/\1/p' "$tmp/words")
is "calls of the child that are missing: $missing" $((missing >= 6000 && missing < 6100)) 1
record own%p 500 fork
is "traces of a program and its child, nothing said" "$(ls "$tmp" | grep -c '^own[0-9]*\(-fork\)*.trace$') $(cat "$tmp/said")" "2 "
is "calls of a child: its own, and what it frees of its own" "$(key ops "$tmp"/own*-fork.trace)" $((missing))
is "threads of a child" "$(key threads "$tmp"/own*-fork.trace)" 2
is "calls of its parent" "$(key ops "$(ls "$tmp"/own*.trace | grep -v -e -fork)")" $((ops + 6000))
record each%p 10 exec
is "traces of a program and the one that takes its place" "$(ls "$tmp" | grep -c '^each[0-9]*\(-2\)*.trace$')" 2
HAKTRACE_FILE=$tmp/child.trace LD_PRELOAD=$recorder sh -c "'$HAK_OUT/test/prog_trace' 500 return; exit 3" 2>"$tmp/said"
is "status of a shell that starts a program" "$? $(cat "$tmp/said")" "3 "
HAKTRACE_FILE=$tmp/process%p.trace LD_PRELOAD=$recorder sh -c "'$HAK_OUT/test/prog_trace' 500 return; exit 3"
is "traces of a shell and the program it starts" "$(ls "$tmp" | grep -c '^process')" 2

# --- No room, no file --------------------------------------------------------------------------------------------------------
(trap '' XFSZ; ulimit -f 3000; record full 60000 return)
is "status of a program whose trace has no room" $? 0
is "what it says" "$(cat "$tmp/said")" \
    "trace_record: no room for the trace: File too large; recording stops, the program goes on"
is "its trace can be replayed" "$([ "$(key ops "$tmp/full.trace")" -gt 100000 ] && echo yes)" yes
record missing/folder 10 return
is "a file that cannot be written" "$? $(cat "$tmp/said")" \
    "0 trace_record: HAKTRACE_FILE: cannot write $tmp/missing/folder.trace: No such file or directory; nothing is \
recorded"
LD_PRELOAD=$recorder "$HAK_OUT/test/prog_trace" 10 return 2>"$tmp/said"
is "no file named" "$? $(cat "$tmp/said")" "0 trace_record: HAKTRACE_FILE is not set: name the file to write; nothing is recorded"

# --- Files that are no trace -------------------------------------------------------------------------------------------------
refuses() { # refuses FILE WORDS
    $replay "$1" >"$tmp/out" 2>"$tmp/said"
    is "status for ${1##*/}" $? 2
    is "lines for ${1##*/}" "$(wc -l <"$tmp/said") $(wc -c <"$tmp/out")" "1 0"
    is "words for ${1##*/}" "$(grep -c "$2" "$tmp/said")" 1
}
: >"$tmp/empty"
head -c 5000 "$tmp/mix.trace" >"$tmp/short"
{ printf x; tail -c +2 "$tmp/mix.trace"; } >"$tmp/magic"
{ head -c 8 "$tmp/mix.trace"; printf '\002'; tail -c +10 "$tmp/mix.trace"; } >"$tmp/version"
{ head -c 40 "$tmp/mix.trace"; printf '\001'; tail -c +42 "$tmp/mix.trace"; } >"$tmp/counts"
{ head -c 4104 "$tmp/mix.trace"; printf '\377'; tail -c +4106 "$tmp/mix.trace"; } >"$tmp/kind"
refuses "$tmp/empty" "not a trace: want a file of at least 4096 bytes, got 0"
refuses "$tmp/short" "truncated: it has 5000 bytes"
refuses "$tmp/magic" "does not begin with HAKTRACE"
refuses "$tmp/version" "of version 2: this program reads version 1"
refuses "$tmp/counts" "corrupted trace"
refuses "$tmp/kind" "corrupted trace: page 1, byte 1: no such kind"
refuses "$tmp/nothing" "cannot open"
refuses "$tmp" "not a trace"
refuses --touch "unknown option"

# Traces made by hand: two threads, each with one page of the given events (trace.h), in octal.
page() { # page THREAD EVENTS
    printf "\\$1\\0\\0\\0\\$(printf %o $((${#2} / 4)))\\0\\0\\0$2"
    head -c $((4088 - ${#2} / 4)) /dev/zero
}
craft() { # craft NAME EVENTS EVENTS
    {
        printf 'HAKTRACE\001\0\0\0\0\0\0\0\003\0\0\0\0\0\0\0\002'
        head -c 4071 /dev/zero
        page 000 "$2"
        page 001 "$3"
    } >"$tmp/$1"
}
craft sound '\001\020\007\001\000' '\001\020'
craft later '\001\020\007\001\000' '\101\020'
craft twice '\001\020\005\001\005\001' '\001\020'
craft range '\001\020\005\002' '\001\020'
craft far '\001\020\007\001\001' '\001\020'
craft spawned '\010\005' '\001\020'
craft again '\010\001\010\001' '\141\020'
craft early '\001\020\010\001' '\001\020'
craft cut '\001' '\001\020'
craft long '\001\377\377\377\377\377\377\377\377\377\377\001' '\001\020'
craft huge '\001\377\377\377\377\377\377\377\001' '\001\020'
craft align '\003\020\077' '\001\020'
is "a trace made by hand" "$(key ops "$tmp/sound") $(cat "$tmp/said")" "3 "
refuses "$tmp/later" "event 2 frees what is not made before it"
refuses "$tmp/twice" "event 3 frees .* what was freed"
refuses "$tmp/range" "no such object of this thread"
refuses "$tmp/far" "no such object of another thread"
refuses "$tmp/spawned" "no such thread to create"
refuses "$tmp/again" "for the second time"
refuses "$tmp/early" "thread 1 is created after its first event"
refuses "$tmp/cut" "page 1, byte 1: an event is cut off"
refuses "$tmp/long" "a number has too many bytes"
refuses "$tmp/huge" "a size or a sequence number is too large"
refuses "$tmp/align" "an alignment is too large"

# A byte changed anywhere: a replay, or one line; never a crash or a hang.
record small 20 return
size=$(wc -c <"$tmp/small.trace")
for i in $(seq 1 60); do
    at=$((4096 + i * 7919 % (size - 4096)))
    byte=$(printf %o $((i * 37 % 256)))
    { head -c $at "$tmp/small.trace"; printf "\\$byte"; tail -c +$((at + 2)) "$tmp/small.trace"; } >"$tmp/flip"
    (ulimit -v 2000000; timeout 20 $replay "$tmp/flip" 1 0 >"$tmp/out" 2>"$tmp/said")
    status=$?
    checks=$((checks + 1))
    [ $status -le 2 ] && [ "$(cat "$tmp/out" "$tmp/said" | wc -l)" = 1 ] && continue
    failed=$((failed + 1))
    echo "FAIL: byte $at changed: status $status: $(cat "$tmp/out" "$tmp/said")"
done

# --- The traces that come with the project ------------------------------------------------------------------------------------
for trace in bench/trace/*.trace; do
    [ -e "$trace" ] || continue
    whole=$(key checksum "$trace" 1 0)
    for preload in "$HAK_LIB" ""; do
        is "checksum of $trace with ${preload##*/}" "$(key checksum "$trace")" "$whole"
    done
    is "$trace is whole" "$(od -A n -t u4 -j 12 -N 4 "$trace" | tr -d ' ')" 1
done

# The replay, recorded in its turn: the same calls in the same order, and at the end the frees of what is left.
trace=bench/trace/redis.trace
HAKTRACE_FILE=$tmp/again.trace LD_PRELOAD=$recorder $replay $trace 1 0 0 >"$tmp/out"
is "calls of a recorded replay" "$(key ops "$tmp/again.trace")" $(($(key ops $trace) + $(key left $trace) + 1))
is "peak of live bytes of a recorded replay" "$(key live_kb "$tmp/again.trace")" "$(key live_kb $trace)"
is "threads of a recorded replay" "$(key threads "$tmp/again.trace")" "$(key threads $trace)"

echo "Checks: $checks, Failures: $failed"
[ $failed = 0 ]
