#!/bin/sh
# SPDX-License-Identifier: MIT
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
pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
: "${pg_bin:=/usr/bin}"
export PATH="$PATH:/usr/sbin" LC_ALL=C PYTHONHASHSEED=0 HOME="$tmp" GIT_CONFIG_NOSYSTEM=1 progs
ran=0
failed=0

try_api() {
    "$progs/prog_api" && "$progs/prog_api_glibc"
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

# A conservative collector scans everything writable that is not the allocator's blocks, ours, too. One thread: guile 3.0.8
# itself dies now and then in par-map.
try_guile() {
    cat >work.scm <<'SCM'
(use-modules (srfi srfi-1))
(define (tree depth) (if (zero? depth) '() (cons (tree (- depth 1)) (tree (- depth 1)))))
(define (count t) (if (null? t) 1 (+ (count (car t)) (count (cdr t)))))
(define kept (make-vector 300 #f))
(do ((i 0 (+ i 1))) ((= i 3000)) (vector-set! kept (modulo i 300) (make-string (* i 7) #\a)))
(define (sum n) (fold + 0 (map (lambda (i) (string-length (number->string (* i n)))) (iota 20000))))
(define sums (map sum '(3 5 7 11)))
(define table (make-hash-table))
(for-each (lambda (i) (hash-set! table (modulo (* i 7919) 9973) (list i (number->string i)))) (iota 100000))
(gc)
(define lengths (map string-length (vector->list kept)))
(display (list (count (tree 17)) sums (hash-count (const #t) table) (fold + 0 lengths) (expt 3 500)))
(newline)
SCM
    GUILE_AUTO_COMPILE=0 guile --no-auto-compile work.scm
}

# The program limits its address space when it has threads already: what it asks for afterwards must fit.
try_ruby() {
    cat >work.rb <<'RB'
require "json"
require "zlib"
def work(n) = Thread.new { (1..4000).map { |i| "v#{i * n}" * 20 }.sum(&:size) }
puts (1..4).map { |n| work(n) }.map(&:value).inspect
Process.setrlimit(:AS, 2 << 30, 2 << 30)
puts (1..8).map { |n| work(n) }.map(&:value).inspect
big = (1..40).map { |i| ("%05d" % i) * (1 << 18) }
big.each_index { |i| big[i] = nil if i.odd? }
rows = JSON.generate((1..20000).map { |i| { id: i, name: "n#{i * 7919 % 1000}", list: [i] * (i % 20) } })
puts big.compact.sum(&:size), Zlib.crc32(rows), Zlib.crc32(Zlib.deflate(rows))
puts begin ("y" * (3 << 30)).size rescue NoMemoryError "no memory for 3 GiB" end
puts JSON.parse(rows).size, work(3).value
RB
    ruby work.rb
}

# Only a process of one thread may enter a user namespace of its own.
try_sandbox() {
    ! command -v bwrap >/dev/null || bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /dev/shm --unshare-all sh -c '
        id -u && awk "BEGIN { for (i = 0; i < 200000; i++) s[i % 5000] = s[i % 5000] i; print length(s[77]) }"' 2>&1
    unshare --user --map-root-user --fork --pid sh -c 'id -u && echo $$' 2>&1
    cat >work.pl <<'PL'
for (1 .. 3) { my @large = map { "x" x (30000 + $_) } 1 .. 2000; }
my $number = `uname -m` =~ /x86_64/ ? 272 : 97;
print syscall($number, 0x10000000) == 0 ? "a namespace of its own\n" : "unshare: $!\n";
print "tasks: ", scalar(my @tasks = glob("/proc/self/task/*")), "\n";
PL
    perl work.pl
}

# A clock that stands still, one that runs a hundred times faster; libfaketime before the library and after it.
try_faketime() {
    cat >work.pl <<'PL'
my @kept;
for my $round (1 .. 6) { @kept = map { "x" x ($_ * $round % 4000) } 1 .. 20000; }
print join(" ", (localtime)[5, 4, 3]), " $#kept\n";
PL
    cat >work.py <<'PY'
import threading, time
def work(n):
    for _ in range(40):
        kept = [str(i * n) * (i % 90) for i in range(2000)]
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[t.start() for t in threads], [t.join() for t in threads]
print(time.strftime("%F %T"))
PY
    fake=$(env -u LD_PRELOAD faketime -m -f +0 printenv LD_PRELOAD)
    faketime -f '2020-01-02 03:04:05' perl work.pl && faketime -f '@2020-01-02 03:04:05 x100' perl work.pl
    faketime -m -f '2020-01-02 03:04:05' python3 work.py
    export FAKETIME='2020-01-02 03:04:05' LD_PRELOAD="${LD_PRELOAD:+$LD_PRELOAD:}$fake"
    perl work.pl && python3 work.py
}

# heaptrack wraps the allocator that it finds behind itself; its counts must not change.
try_heaptrack() {
    echo 'for (1 .. 3) { my @kept = map { "x" x ($_ % 3000) } 1 .. 5000; } print "done\n";' >work.pl
    heaptrack -o "$PWD/record" perl work.pl >log || return 1
    grep -x done log && heaptrack_print record.* >report || return 1
    sed -n 's/^calls to allocation functions: \([0-9]*\)[0-9]\{4\} .*/\1 x 10000 calls/p' report
    heaptrack -o "$PWD/api" "$progs/prog_api" >log && grep '^all' log
    heaptrack_print api.* | grep -c '^total memory leaked'
}

# A core file of a threaded program is about as large as the memory that it uses: what is resident, and three SuperSlabs for
# each of 17 threads that use three sizes, where each size has its own. glibc: one arena, as each reserves 64 MiB.
try_gcore() {
    export MALLOC_ARENA_MAX=1
    mkfifo input || return 1
    "$progs/prog_idle_threads" 16 <input >output &
    program=$!
    exec 3>input
    wait_until ready cat output || return 1
    (ulimit -f 400000 && exec gcore -o core "$program") >log 2>&1 || { echo 'no core' && cat log >&2; } # 200 MB at most
    resident=$(awk '/^VmRSS/ { print $2 }' "/proc/$program/status")
    awk -v core="$(cat core.* | wc -c)" -v resident="$resident" 'BEGIN {
        over = core / 1024 - resident
        if (over < 17 * 3 * 2048 + 32 * 1024) print "core: about what is resident"
        else print "core:", core, "B, resident:", resident, "KiB" }'
    exec 3>&-
    wait "$program"
    echo "program: $?"
}

nginx_requests() { # COUNT: asks so often, and prints each kind of answer with its number
    cat >ask.pl <<'PL'
use IO::Socket::UNIX;
my %seen;
for my $i (1 .. $ARGV[0]) {
    my $socket = IO::Socket::UNIX->new(Peer => "socket") or die "no answer: $!";
    my $path = ("/text", "/words?n=$i", "/again/text", "/again/words?n=$i", "/none")[$i % 5];
    my $gzip = $i % 2 ? "Accept-Encoding: gzip\r\n" : "";
    print $socket "GET $path HTTP/1.0\r\nHost: x\r\n${gzip}X-Pad: ", "y" x ($i * 17 % 900), "\r\n\r\n";
    local $/;
    my ($head, $body) = split /\r\n\r\n/, <$socket>, 2;
    $head =~ /^HTTP\S+ (\d+)/;
    $seen{"$1, " . length($body)}++;
}
print "$_: $seen{$_}\n" for sort keys %seen;
PL
    perl ask.pl "$1"
}

children() {
    tr ' ' '\n' <"/proc/$1/task/$1/children" | sort
}

try_nginx() {
    awk 'BEGIN { for (i = 0; i < 40000; i++) print i * 7919 }' >text
    cat >conf <<'CONF'
user root;
daemon off;
worker_processes 2;
pid pid;
events { worker_connections 64; }
http {
    access_log off;
    gzip on; gzip_types text/plain; default_type text/plain;
    client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
    upstream back { server unix:socket; }
    server {
        listen unix:socket;
        location / { root .; }
        location /again/ { proxy_pass http://back/; }
        location /words { return 200 "words $arg_n\n"; }
    }
}
CONF
    nginx -p "$PWD" -e log -c conf 2>log.start &
    server=$!
    wait_until socket ls && nginx_requests 300
    for reload in 1 2; do
        children "$server" >before
        nginx_requests 300 >answers &
        asking=$!
        kill -HUP "$server"
        tries=0
        while children "$server" | comm -12 before - | grep -q .; do
            tries=$((tries + 1))
            [ "$tries" -lt 200 ] || { echo 'the old workers stay' && break; }
            sleep 0.1
        done
        wait "$asking" && cat answers && children "$server" | wc -l
    done
    kill -QUIT "$server"
    wait "$server"
    echo "server: $?"
    grep -hE 'hakmem|signal' log log.start >&2
}

# Not run by root: a user of no rights then, who must be able to read the library.
try_postgres() {
    as=
    chmod 711 .. && [ -z "${LD_PRELOAD:-}" ] || { cp "$LD_PRELOAD" lib.so && export LD_PRELOAD="$PWD/lib.so"; }
    [ "$(id -u)" != 0 ] || { as='setpriv --reuid=65534 --regid=65534 --clear-groups' && chown 65534:65534 .; }
    $as "$pg_bin/initdb" -D data --no-sync -A trust -U someone -E UTF8 --no-locale >log || return 1
    $as "$pg_bin/postgres" -D data -c listen_addresses= -c unix_socket_directories="$PWD" -c fsync=off >log 2>&1 &
    server=$!
    export PGHOST="$PWD" PGUSER=someone PGDATABASE=postgres
    wait_until accepting "$pg_bin/pg_isready" && "$pg_bin/pgbench" -i -q >log.bench 2>&1
    "$pg_bin/pgbench" -n -c 4 -j 2 -t 100 2>&1 | grep -E 'processed|failed'
    "$pg_bin/psql" -Atc 'SELECT count(*), sum(bid) FROM pgbench_accounts' -c 'SELECT count(*) FROM pgbench_history' -c "
        SELECT sum(length(t)), count(DISTINCT t)
            FROM (SELECT repeat(md5(i::text), i % 90) t FROM generate_series(1, 50000) i) x"
    kill -INT "$server"
    wait "$server"
    echo "server: $?"
    grep -E 'hakmem|PANIC|terminated by' log >&2
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
attempt sqlite3 sqlite3
attempt ruby ruby
attempt sandbox unshare perl
attempt gcore gcore awk mkfifo
if [ "${HAK_TEST_SCALE:-1}" -lt 10 ]; then # not in each combination of the matrix
    attempt perl perl
    attempt git git awk
    attempt gcc gcc awk
    attempt redis_server redis-server redis-cli redis-benchmark
    attempt sort sort awk
    attempt xz xz tar gzip awk
    attempt node node
    attempt javac javac java
    attempt guile guile
    attempt faketime faketime perl python3
    attempt heaptrack heaptrack perl
    attempt nginx nginx perl awk comm
    attempt postgres "$pg_bin/initdb" "$pg_bin/pgbench" setpriv
fi

echo "Checks: $ran, Failures: $failed"
[ "$ran" -ge 4 ] && [ "$failed" -eq 0 ]
