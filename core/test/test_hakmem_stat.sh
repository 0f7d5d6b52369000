#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakmem_stat.sh - hakmem-stat prints of a running process what that process prints itself, in three forms, and says in one
# line why it cannot.
#
# HAK_LIB, HAK_OUT, HAK_CC, HAK_VARIANT: the build under test.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}" "${HAK_CC:?the compiler}" "${HAK_VARIANT:?}"
tmp=$(mktemp -d) || exit 1
started=
trap 'for pid in $started; do kill "$pid" 2>/dev/null; done; rm -rf "$tmp"' EXIT
unset HAKMEM_STATS HAKMEM_STATS_FILE HAKMEM_PURGE_THREAD
stat=$HAK_OUT/hakmem-stat
checks=0
failed=0

# ok WHAT COMMAND...: the command succeeds; otherwise what it said is shown.
ok() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" >"$tmp/log" 2>&1 && return
    echo "FAIL: $what"
    sed 's/^/    /' "$tmp/log"
    failed=$((failed + 1))
}

# wait_for FILE WORD
wait_for() {
    for _ in $(seq 100); do
        grep -q "$2" "$1" 2>/dev/null && return
        sleep 0.1
    done
    return 1
}

# fails STATUS TEXT COMMAND...: ends so, with that one line and nothing else.
fails() {
    want=$1 says=$2
    shift 2
    "$@" >"$tmp/out" 2>"$tmp/err"
    got=$?
    [ "$got" = "$want" ] && [ ! -s "$tmp/out" ] && [ "$(wc -l <"$tmp/err")" = 1 ] &&
        grep -qE "^hakmem-stat: $says" "$tmp/err" && return
    echo "status $got: $(cat "$tmp/out" "$tmp/err")"
    return 1
}

# --- The same numbers -------------------------------------------------------------------------------------------------
mkfifo "$tmp/in"
LD_PRELOAD=$HAK_LIB "$HAK_OUT/test/prog_counters" <"$tmp/in" >"$tmp/told" &
pid=$!
started=$pid
exec 9>"$tmp/in"
ok "the program runs" wait_for "$tmp/told" '^end$'
ok "the counters" sh -c "'$stat' $pid >'$tmp/text'"
ok "the first lines" test "$(head -n 3 "$tmp/text" | tr '\n' ' ')" = "variant $HAK_VARIANT program prog_counters pid $pid "
sed -n '4,$p' "$tmp/text" | sort >"$tmp/read"
sed '/^end$/d' "$tmp/told" | sort >"$tmp/known"
# What the program prints and nobody can read from outside: constants, and what is computed from the clock or settings.
apart='batch\.limit_bytes|front\.hits|large\.limit_bytes|spare\.allowed_bytes|thread\.off'
same() {
    grep -vE "^($apart) " "$tmp/known" | diff - "$tmp/read"
}
ok "hakmem-stat (>) prints what the program (<) does; what stands in < alone has no PEEK (core/low/peek.h)" same
ok "enough of them" test "$(wc -l <"$tmp/read")" -ge 50
ok "blocks are live" grep -qE '^live_bytes [1-9][0-9]{6}' "$tmp/read"

# --- The other forms --------------------------------------------------------------------------------------------------
ok "--json" sh -c "'$stat' --json $pid >'$tmp/json'"
tr ',{}' '\n\n\n' <"$tmp/json" | sed -nE 's/^"([a-z0-9_.]+)":([0-9]+)$/\1 \2/p' | grep -v '^pid ' | sort >"$tmp/json.read"
ok "--json has the same numbers" diff "$tmp/read" "$tmp/json.read"
ok "--json is one line" test "$(wc -l <"$tmp/json")" = 1
if command -v python3 >/dev/null; then
    ok "--json is JSON" python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$tmp/json"
fi
ok "--prometheus" sh -c "'$stat' $pid --prometheus >'$tmp/prometheus'"
labels='pid="[0-9]+",program="prog_counters",variant="[^"]+"'
sed -nE "s/^hakmem_([a-z0-9_]+)\{$labels\} ([0-9]+)\$/\1 \2/p" "$tmp/prometheus" | sort >"$tmp/prometheus.read"
tr . _ <"$tmp/read" | sort >"$tmp/read.plain"
ok "--prometheus has the same numbers" diff "$tmp/read.plain" "$tmp/prometheus.read"
"$stat" --every 0.2 "$pid" >"$tmp/every" 9>&- &
every=$!
started="$started $every"
ok "--every prints again" wait_for "$tmp/every" '^$'

# --- What it cannot ---------------------------------------------------------------------------------------------------
sleep 60 9>&- &
plain=$!
started="$started $plain"
wait_for "/proc/$plain/comm" '^sleep$'
ok "no hakmem" fails 1 "$plain \(sleep\): no hakmem in it$" "$stat" "$plain"
ok "no number" fails 2 "x: want the number of a process$" "$stat" x
ok "no argument" fails 2 "want the number of a process; see" "$stat"
ok "no interval" fails 2 "--every 0: want seconds" "$stat" 1 --every 0
cat >"$tmp/old.c" <<'END'
#include <unistd.h>
static const struct { unsigned sizes[3]; char owner[8], name[4]; } note
    __attribute__((section(".note.hakmem"), used, aligned(4))) = {{7, 3, 1}, "hakmem", "p9"};
int main(void) { return (int)pause(); }
END
if "$HAK_CC" -o "$tmp/old" "$tmp/old.c" 2>/dev/null; then
    "$tmp/old" 9>&- &
    old=$!
    started="$started $old"
    wait_for "/proc/$old/comm" '^old$'
    ok "another version" fails 1 "$old \(old\): hakmem there is another version: p9$" "$stat" "$old"
fi
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    cp "$stat" "$tmp/stat" && chmod 755 "$tmp" "$tmp/stat"
    ok "not permitted" fails 1 "$pid: not permitted" setpriv --reuid 65534 --clear-groups --inh-caps=-all "$tmp/stat" "$pid"
else
    echo "not tested: another user"
fi

# --- A server ---------------------------------------------------------------------------------------------------------
if command -v redis-server >/dev/null; then
    LD_PRELOAD=$HAK_LIB redis-server --port 0 --unixsocket "$tmp/socket" --save '' --dir "$tmp" >"$tmp/redis" 2>&1 9>&- &
    redis=$!
    started="$started $redis"
    wait_for "$tmp/redis" 'eady to accept'
    ok "redis-server" sh -c "'$stat' $redis | grep -E '^(program redis-server|live_bytes [1-9])' | wc -l | grep -qx 2"
else
    echo "not tested: redis-server is not here"
fi

# --- The end ----------------------------------------------------------------------------------------------------------
exec 9>&-
wait "$pid"
ok "the program has not been disturbed" test $? = 0
wait "$every"
ok "--every ends with the process" test $? -le 1
ok "no such process" fails 1 "$pid: no such process$" "$stat" "$pid"

echo "Checks: $checks, Failures: $failed ($HAK_VARIANT)"
[ "$failed" -eq 0 ]
