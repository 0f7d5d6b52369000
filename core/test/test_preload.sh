#!/bin/sh
# test_preload.sh - real programs give the same output and status with the library preloaded as without, and no message of ours.
#
# HAK_LIB: the shared library to preload. HAK_OUT: where its build put test/prog_*. Each try_NAME below runs twice in a fresh
# directory, its whole process tree with and then without the library; what it prints must not depend on time or addresses.
# Programs that are not installed are named and left out; three at least must run.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_OUT:?the directory of its build}"
progs=$(cd "$HAK_OUT/test" && pwd) || exit 1
tmp=$(mktemp -d) || exit 1
server=
trap 'rm -rf "$tmp"' EXIT
unset HAKMEM_STATS HAKMEM_HELP HAKMEM_CRASH_LOG
export LC_ALL=C PYTHONHASHSEED=0 HOME="$tmp" GIT_CONFIG_NOSYSTEM=1 progs
ran=0
failed=0

try_api() {
    "$progs/prog_api"
}

try_python3() {
    cat >work.py <<'PY'
import json, multiprocessing, re, sys, threading, zlib
def row(i):
    return {"id": i, "name": "n%d" % (i * 7919 % 1000), "list": list(range(i % 50)), "text": "x" * (i % 300)}
data = [row(i) for i in range(6000)]
text = json.dumps(data)
print(len(text), zlib.crc32(text.encode()), json.loads(text) == data)
print(len(re.findall(r'"name": "n(\d+)5"', text)), zlib.crc32(re.sub(r"x{3,}", "y", text).encode()))
results = {}
def work(number):
    d = {}
    for i in range(20000):
        d[(i * number) % 5003] = str(i) * (i % 9)
    results[number] = sum(map(len, d.values()))
threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 7)]
[t.start() for t in threads], [t.join() for t in threads]
print(sorted(results.items()))
def square(n):
    return sum(len(str(i)) for i in range(n * 100))
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(3) as pool:
        print(pool.map(square, range(40)))
    big = [bytearray(n * 4096) for n in range(200)]
    print(sum(map(len, big)), sys.getsizeof([]) > 0)
PY
    python3 work.py && PYTHONMALLOC=malloc python3 work.py
}

try_perl() {
    cat >work.pl <<'PL'
my %h;
for my $i (1 .. 120000) { $h{$i * 7919 % 50021} .= "v$i," }
my $t = join "", map { "$_=$h{$_};" } sort keys %h;
my $n = () = $t =~ /v(\d+)7,/g;
print length($t), " $n ", unpack("%32C*", $t), "\n";
my @s = sort { $a cmp $b } split /,/, $t;
print scalar(@s), " $s[1000]\n";
$t =~ s/v(\d)/<$1>/g;
print length($t), "\n";
PL
    perl work.pl
}

try_git() {
    export GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000'
    git init -q -b trunk one && cd one || return 1
    git config user.name someone && git config user.email someone@example.org
    awk 'BEGIN { for (f = 0; f < 500; f++) { name = sprintf("file%03d.txt", f);
        for (l = 0; l < 20 + f % 60; l++) printf "%d line %d of %d\n", f * l, l, f >name; close(name) } }'
    git add . && git commit -q -m first && sed -i 's/7/seven/' file*0.txt && git commit -q -a -m second || return 1
    git gc -q --aggressive && cd .. && git clone -q --no-local one two && cd two && git fsck --full --strict 2>&1
    git log --stat --format='%H %s' | tail -n 5
    git rev-list --objects --all | cksum && git diff HEAD~1 | cksum
}

try_gcc() {
    awk 'BEGIN { print "struct s { int a[16]; double d; };"; for (f = 0; f < 200; f++) {
        printf "int f%d(struct s *p, int n)\n{\n    int r = n;\n    for (int i = 0; i < n; i++) {\n", f;
        for (l = 0; l < 5; l++) printf "        r += p[i].a[%d] * %d - (r >> %d);\n", (f + l) % 16, f * l + 1, l + 1;
        printf "    }\n    return r > %d ? f%d(p, n - 1) : r;\n}\n", f, f ? f - 1 : 0 } }' >large.c
    gcc -O2 -c large.c -o large.o && cksum <large.o
}

try_sqlite3() {
    sqlite3 work.db <<'SQL'
CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, value REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO t SELECT i, 'name' || (i * 7919 % 100003), i * 0.5 FROM n;
CREATE INDEX by_name ON t (name);
DELETE FROM t WHERE id % 7 = 0;
UPDATE t SET name = name || 'x' WHERE id % 11 = 0;
VACUUM;
PRAGMA integrity_check;
SELECT count(*), sum(value), min(name), max(name) FROM t;
SELECT substr(name, 1, 6), count(*) FROM t GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5;
SQL
}

try_node() {
    cat >work.js <<'JS'
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
function work(seed) {
    const rows = [];
    for (let i = 0; i < 20000; i++)
        rows.push({ id: i, key: 'k' + (i * seed) % 9973, list: [i, i + 1, { deep: 'x'.repeat(i % 50) }] });
    const text = JSON.stringify(rows);
    const back = JSON.parse(text).reduce((sum, row) => (sum * 31 + row.list[1] + row.key.length) % 1000003, 7);
    const buffers = Array.from({ length: 300 }, (_, i) => Buffer.alloc(i * 1000, i % 256));
    return [seed, text.length, back, Buffer.concat(buffers).length];
}
if (!isMainThread) parentPort.postMessage(work(workerData));
else Promise.all([3, 5, 7, 11].map(seed => new Promise((done, fail) => {
    new Worker(__filename, { workerData: seed }).on('message', done).on('error', fail);
}))).then(all => console.log(JSON.stringify(all), JSON.stringify(work(13))));
JS
    node work.js
}

redis() {
    redis-cli -s "$PWD/socket" "$@"
}

wait_until() { # TEXT COMMAND...: until the output contains the text; 20 s at most
    text=$1 tries=0
    shift
    until "$@" 2>/dev/null | grep -q "$text"; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || return 1
        sleep 0.1
    done
}

redis_session() {
    wait_until PONG redis ping || return 1
    awk 'BEGIN { for (i = 0; i < 20000; i++) { print "SET key:" i, i * 7919
        if (i % 10 == 0) print "RPUSH list:" i % 70, i, i + 1
        if (i % 20 == 0) print "HSET hash:" i % 300, "f" i, i
        if (i % 50 == 0) print "ZADD zset", i, "m" i } }' |
        redis --pipe | tail -n 1
    redis-benchmark -s "$PWD/socket" -q -n 10000 -c 20 -r 1000 -d 200 -t set,get,lpush,hset,mset >bench.txt || return 1
    redis get key:777 && redis lrange list:20 0 9 && redis zcard zset && redis hlen hash:20
    redis bgsave >/dev/null && wait_until 'rdb_bgsave_in_progress:0' redis info persistence
    redis info persistence | grep rdb_last_bgsave_status
    redis config set save '' && redis shutdown nosave
}

try_redis_server() {
    redis-server --port 0 --unixsocket "$PWD/socket" --save '' --dir "$PWD" --daemonize no >server.log 2>&1 &
    server=$!
    redis_session || kill "$server"
    wait "$server"
    echo "server: $?"
    grep -E '^hakmem' server.log >&2
    redis-server --port 0 --unixsocket "$PWD/socket" --save '' --dir "$PWD" --daemonize no >server.log 2>&1 &
    server=$!
    wait_until PONG redis ping && redis get key:19999 && redis zscore zset m50 && redis shutdown nosave
    wait "$server"
    echo "server: $?"
}

try_javac() {
    cat >Work.java <<'JAVA'
import java.nio.ByteBuffer;
import java.util.*;
import java.util.stream.*;
import java.util.zip.*;
public class Work {
    public static void main(String[] words) throws Exception {
        Map<Integer, String> map = new TreeMap<>();
        for (int i = 0; i < 100000; i++) map.merge(i * 7919 % 9973, "v" + i, (a, b) -> a.length() < 50 ? a + b : b);
        System.out.println(map.hashCode() + " " + IntStream.range(0, 100000).parallel().mapToLong(i -> i % 77).sum());
        CRC32 crc = new CRC32();
        for (int i = 1; i < 300; i++) { ByteBuffer b = ByteBuffer.allocateDirect(i * 1000); b.putInt(0, i); crc.update(b); }
        Deflater deflater = new Deflater();
        deflater.setInput(map.toString().getBytes());
        deflater.finish();
        System.out.println(crc.getValue() + " " + deflater.deflate(new byte[1 << 20]));
        Thread[] threads = new Thread[8];
        for (int t = 0; t < 8; t++) { threads[t] = new Thread(() -> ByteBuffer.allocateDirect(100000)); threads[t].start(); }
        for (Thread t : threads) t.join();
    }
}
JAVA
    javac -J-XX:TieredStopAtLevel=1 Work.java && java -Xmx256m Work
}

try_sort() {
    awk 'BEGIN { for (i = 0; i < 150000; i++) printf "%d %s%d\n", i * 7919 % 100003, "word", i * 31 % 1009 }' >lines
    sort --parallel=2 -S 3M -k 2 -n lines | cksum && sort -u -k 2 lines | cksum
    awk '{ n[$2] += $1; s = substr(s, 1, 60) substr($2, 5, 1) $1 } END { for (w in n) t += n[w] * length(w); print s, t }' lines
    sed 's/word\([0-9]\)/<\1>/g' lines | tr 0-9 a-j | cksum && grep -c 'd1.*9' lines
}

try_xz() {
    mkdir tree && awk 'BEGIN { for (f = 0; f < 300; f++) for (l = 0; l < f; l++) print f * l % 977 >("tree/" f) }'
    tar --sort=name --mtime=@0 --owner=0 --group=0 -cf all.tar tree && cksum <all.tar
    xz -T2 -3 -k all.tar && xz -dc all.tar.xz | cmp - all.tar && cksum <all.tar.xz && gzip -9n all.tar && cksum <all.tar.gz
}

# attempt NAME PROGRAM...: try_NAME twice, when the programs are installed.
attempt() {
    name=$1
    shift
    for program; do
        command -v "$program" >/dev/null || { echo "not installed: $program"; return; }
    done
    started=$(date +%s%N)
    for way in without with; do
        mkdir "$tmp/$way"
        (
            cd "$tmp/$way" || exit 1
            [ "$way" = without ] || export LD_PRELOAD="$HAK_LIB"
            "try_$name"
        ) >"$tmp/$way.out" 2>"$tmp/$way.err" </dev/null
        echo "status $?" >>"$tmp/$way.out"
        rm -rf "${tmp:?}/$way"
    done
    verdict=ok
    cmp -s "$tmp/without.out" "$tmp/with.out" || verdict='FAIL, other output:'
    ! grep -q 'hakmem' "$tmp/with.err" || verdict='FAIL, messages:'
    [ "$(wc -l <"$tmp/without.out")" -gt 1 ] || verdict='FAIL, no output even without the library:'
    echo "$name: $verdict ($(($(date +%s%N) / 1000000 - started / 1000000)) ms)"
    ran=$((ran + 1))
    [ "$verdict" = ok ] && return
    failed=$((failed + 1))
    diff "$tmp/without.out" "$tmp/with.out" | head -n 20
    head -n 20 "$tmp/with.err"
}

if [ "$(LD_PRELOAD=$HAK_LIB "$progs/prog_variant")" = none ]; then
    echo "FAIL: $HAK_LIB is not preloaded"
    exit 1
fi
if ! "$progs/prog_late_dlopen" "$HAK_LIB"; then
    echo "FAIL: dlopen after start"
    failed=1
fi
attempt api
attempt python3 python3
attempt perl perl
attempt git git awk
attempt gcc gcc awk
attempt sqlite3 sqlite3
attempt redis_server redis-server redis-cli redis-benchmark
attempt sort sort awk
attempt xz xz tar gzip awk
if [ "${HAK_TEST_SCALE:-1}" -lt 10 ]; then # the slow ones, but for the matrix
    attempt node node
    attempt javac javac java
fi

echo "Checks: $ran, Failures: $failed"
[ "$ran" -ge 4 ] && [ "$failed" -eq 0 ]
