/* SPDX-License-Identifier: MIT */
/* workload.c - the table of named workloads, and workloads made on the spot from a program of bench/work and its arguments.
 *
 * A name that ends with -seed is a cold start as the seed's report measured it; -steady runs at least 10 million operations.
 * They are different workloads and never compared.
 */
#include "bench/plan/workload.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include "bench/low/xalloc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct workload workloads[] = {
    /* name, command, what, threads, seconds, counts */
    {"random_mixed-seed", "random_mixed 200000 4096 1234567", "the seed's workload: cold start, 4096 slots", 1, 0.02, NULL},
    {"random_mixed-seed256", "random_mixed 100000 256 42", "the seed's workload of phase 11: cold start, 256 slots", 1, 0.02,
     NULL},
    {"random_mixed-steady", "random_mixed 10000000 256 42", "steady state, 256 slots", 1, 0.2, "random_mixed 1000000 256 42"},
    {"random_mixed-8192", "random_mixed 10000000 8192 1234567", "steady state, 8192 slots", 1, 0.3,
     "random_mixed 1000000 8192 1234567"},
    {"random_mixed-65536", "random_mixed 10000000 65536 1234567", "steady state, 65536 slots: beyond the caches", 1, 0.4,
     "random_mixed 1000000 65536 1234567"},
    {"random_mixed-400", "random_mixed 10000000 400 1234567", "steady state, 400 slots: instructions per operation", 1, 0.2,
     "random_mixed 1000000 400 1234567"},
    {"random_mixed-mid", "random_mixed 1000000 16384 1 16 4096", "sizes of 16 B..4 KiB, 16384 slots", 1, 0.2, NULL},
    {"larson-seed", "larson 1 5 1 1000 100 10000 42", "the seed's larson: 42 threads, 1..5 bytes, 1 second", 42, 1.2, NULL},
    {"larson-2", "larson 1 8 1000 5000 100 4141 2", "2 threads, 8..1000 bytes, slots handed to new threads, 1 second", 2, 1.1,
     NULL},
    {"larson-16", "larson 1 8 1000 5000 100 4141 16", "16 threads, 8..1000 bytes, slots handed to new threads, 1 second", 16,
     1.2, NULL},
    {"producer_consumer", "producer_consumer 1 3000000 42", "blocks of 16..256 bytes freed by another thread", 2, 0.5,
     "producer_consumer 1 300000 42"},
    {"exchange", "exchange 2 1000000 2048 42", "2 threads replace 16 B..64 KiB blocks in shared slots", 2, 0.5,
     "exchange 2 100000 2048 42"},
    {"tiny_hot", "tiny_hot 64 100 100000", "batches of 100 blocks of 64 bytes, freed in reverse", 1, 0.2,
     "tiny_hot 64 100 10000"},
    {"fixed_size", "fixed_size 10000000 256 256", "one size, 256 slots", 1, 0.2, "fixed_size 1000000 256 256"},
    {"mid_large_mt", "mid_large_mt 4 40000 2048 42", "4 threads, blocks of 8..34 KiB", 4, 0.1, NULL},
    {"realloc_grow", "realloc_grow 16777216 5 4 100 42", "arrays that double to 16 MiB in turn", 1, 0.5,
     "realloc_grow 16777216 2 4 100 42"},
    {"thread_churn", "thread_churn 5000 4 256 42", "threads that live for a moment and leave blocks behind", 4, 0.5,
     "thread_churn 500 4 256 42"},
    {"burst_idle", "burst_idle 268435456 2 1 42", "256 MiB filled, 99 % freed at random, then 2 s without a call", 1, 3,
     "burst_idle 67108864 0 1 42"},
    {"fragmentation", "fragmentation 1 33554432 7 42", "32 MiB live while the mix of sizes shifts", 1, 1.5,
     "fragmentation 1 8388608 7 42"},
    {"lifo_burst", "lifo_burst 2 200000 100 8 64 42", "2 threads, bursts of 100 blocks of 8..64 bytes, freed in reverse", 2,
     0.3, "lifo_burst 2 20000 100 8 64 42"},
    {"large_pairs", "large_churn 1000000 1 819200 819200 42", "pairs of malloc and free of 800 KiB", 1, 0.5,
     "large_churn 100000 1 819200 819200 42"},
    {"large_churn", "large_churn 100000 20 5242880 26214400 42", "20 live blocks of 5..25 MiB, replaced at random", 1, 2,
     "large_churn 10000 20 5242880 26214400 42"},
    {"idle_return", "burst_idle 1073741824 10 1 42", "1 GiB filled, 99 % freed at random, then 10 s without a call", 1, 13,
     "burst_idle 67108864 0 1 42"},
    {"remote_only-keeps", "remote_only 1 67108864 64 0 42", "64 MiB live, allocated by one thread and freed by another", 2, 1.5,
     "remote_only 1 67108864 8 0 42"},
    {"remote_only-sleeps", "remote_only 16 67108864 64 0 42", "64 MiB live, freed by another thread while 16 owners sleep", 17,
     2, "remote_only 16 67108864 8 0 42"},
    {"remote_only-ended", "remote_only 0 67108864 64 0 42", "64 MiB live, freed by another thread when the owners have ended",
     2, 1.5, "remote_only 0 67108864 8 0 42"},
    {"idle_threads", "idle_threads 1000 262144 2 42", "1,000 threads idle after a burst of 256 KiB each", 1000, 3,
     "idle_threads 1000 262144 0 42"},
    {"realloc_double", "realloc_grow 1073741824 1 1 100 42", "one array doubles from 16 bytes to 1 GiB", 1, 1, NULL},
    {"xmalloc", "xmalloc 2 2 4000 131072 42", "2 threads only allocate, 2 only free, in loads of 128 KiB", 4, 0.5,
     "xmalloc 2 2 400 131072 42"},
    {"cache_scratch", "cache_scratch 2 1000 8 20000 1", "2 threads write to objects beside those they were handed", 2, 0.2,
     "cache_scratch 2 1000 8 100 1"},
    {"cache_thrash", "cache_scratch 2 1000 8 20000 0", "2 threads write to small objects of their own", 2, 0.2,
     "cache_scratch 2 1000 8 100 0"},
    {"stress", "stress 2 5000 50 42", "2 threads keep, free and swap zeroed blocks, as mimalloc's mstress", 2, 0.5,
     "stress 2 500 10 42"},
    {"stress-8", "stress 8 5000 12 42", "8 threads keep, free and swap zeroed blocks, as mimalloc's mstress", 8, 0.5,
     "stress 8 500 3 42"},
    {"bignum", "bignum 40 2000000 42", "numbers of 40 digits, each a block; most live for a few calls, as in cfrac", 1, 0.8,
     "bignum 40 20000 42"},
    {"trace-sqlite", "trace_replay bench/trace/sqlite.trace 30", "what sqlite3 asked of malloc for some SQL, 30 times", 1, 0.2,
     "trace_replay bench/trace/sqlite.trace"},
    {"trace-sqlite-cold", "trace_replay bench/trace/sqlite.trace 1", "what sqlite3 asked of malloc, once, cold", 1, 0.02, NULL},
    {"trace-redis", "trace_replay bench/trace/redis.trace 20", "what redis-server asked of malloc, 6 threads, 20 times", 6, 0.3,
     "trace_replay bench/trace/redis.trace 1 1 0"},
    {"trace-redis-cold", "trace_replay bench/trace/redis.trace 1 1 0", "what redis-server asked of malloc, once, in order", 6,
     0.03, NULL},
    {"superslab_burst", "tiny_hot 512 50000 40", "24 MiB of small blocks filled and emptied 40 times", 1, 0.3, NULL},
    {"burst_empty", "tiny_hot 512 131072 2 3", "64 MiB of small blocks filled and emptied twice, then 3 s without a call", 1,
     3.3, "tiny_hot 512 131072 2"},
    {"larson-1", "larson 1 8 1000 5000 100 4141 1", "1 thread, as larson-2", 1, 1.1, NULL},
    {"larson-4", "larson 1 8 1000 5000 100 4141 4", "4 threads, as larson-2", 4, 1.1, NULL},
    {"larson-8", "larson 1 8 1000 5000 100 4141 8", "8 threads, as larson-2", 8, 1.1, NULL},
    {"exchange-1", "exchange 1 2000000 2048 42", "1 thread, 2,000,000 operations in all, as exchange", 1, 0.5,
     "exchange 1 200000 2048 42"},
    {"exchange-2", "exchange 2 1000000 2048 42", "2 threads, 2,000,000 operations in all, as exchange", 2, 0.5,
     "exchange 2 100000 2048 42"},
    {"exchange-4", "exchange 4 500000 2048 42", "4 threads, 2,000,000 operations in all, as exchange", 4, 0.5,
     "exchange 4 50000 2048 42"},
    {"exchange-8", "exchange 8 250000 2048 42", "8 threads, 2,000,000 operations in all, as exchange", 8, 0.5,
     "exchange 8 25000 2048 42"},
    {"exchange-16", "exchange 16 125000 2048 42", "16 threads, 2,000,000 operations in all, as exchange", 16, 0.5,
     "exchange 16 12500 2048 42"},
    {"producer_consumer-2", "producer_consumer 1 2000000 42", "1 pair of threads, 2,000,000 blocks in all", 2, 0.3,
     "producer_consumer 1 200000 42"},
    {"producer_consumer-4", "producer_consumer 2 1000000 42", "2 pairs of threads, 2,000,000 blocks in all", 4, 0.3,
     "producer_consumer 2 100000 42"},
    {"producer_consumer-8", "producer_consumer 4 500000 42", "4 pairs of threads, 2,000,000 blocks in all", 8, 0.3,
     "producer_consumer 4 50000 42"},
    {"producer_consumer-16", "producer_consumer 8 250000 42", "8 pairs of threads, 2,000,000 blocks in all", 16, 0.3,
     "producer_consumer 8 25000 42"},
    {"lifo_burst-1", "lifo_burst 1 200000 100 8 64 42", "1 thread, 200,000 bursts in all, as lifo_burst", 1, 0.4,
     "lifo_burst 1 20000 100 8 64 42"},
    {"lifo_burst-2", "lifo_burst 2 100000 100 8 64 42", "2 threads, 200,000 bursts in all, as lifo_burst", 2, 0.4,
     "lifo_burst 2 10000 100 8 64 42"},
    {"lifo_burst-4", "lifo_burst 4 50000 100 8 64 42", "4 threads, 200,000 bursts in all, as lifo_burst", 4, 0.4,
     "lifo_burst 4 5000 100 8 64 42"},
    {"lifo_burst-8", "lifo_burst 8 25000 100 8 64 42", "8 threads, 200,000 bursts in all, as lifo_burst", 8, 0.4,
     "lifo_burst 8 2500 100 8 64 42"},
    {"lifo_burst-16", "lifo_burst 16 12500 100 8 64 42", "16 threads, 200,000 bursts in all, as lifo_burst", 16, 0.4,
     "lifo_burst 16 1250 100 8 64 42"},
    {"program-python", "program python",
     "python3, PYTHONMALLOC=malloc: parses and compiles its library, dicts, strings, JSON", 1, 1, "program python small"},
    {"program-gcc", "program gcc", "gcc -O2 (cc1) on a large generated file", 1, 1, "program gcc small"},
    {"program-g++", "program g++", "g++ -O2 (cc1plus) on templates of the standard library", 1, 1.5, "program g++ small"},
    {"program-sqlite", "program sqlite",
     "sqlite3 in memory: inserts, indexes, joins, grouping", 1, 0.6, "program sqlite small"},
    {"program-redis", "program redis", "redis-server, fed through a socket: SET, GET, LPUSH, HSET, DEL", 5, 0.8, NULL},
    {"program-node", "program node", "node: JSON, a parser, Buffers, zlib", 8, 0.6, NULL},
    {"program-perl", "program perl",
     "perl: hashes of arrays, strings, sorting, regular expressions", 1, 0.7, "program perl small"},
    {"program-xmllint", "program xmllint",
     "xmllint: the tree of a document of 20 MiB, a query", 1, 0.6, "program xmllint small"},
    {"program-sort", "program sort", "sort --parallel=4 of 50 MiB, in memory", 4, 0.6, NULL},
    {"program-git", "program git", "git pack-objects: every delta of a generated history anew", 1, 0.5, "program git small"},
    {"program-lua", "program lua", "lua: tables of tables, strings, closures, patterns, sorting", 1, 0.5, NULL},
    {"program-php", "program php",
     "php, USE_ZEND_ALLOC=0: arrays, objects, strings, regular expressions, JSON", 1, 0.5, "program php small"},
    {"program-ruby", "program ruby", "ruby: strings, arrays, hashes, symbols, regular expressions", 2, 0.5, NULL},
    {"program-jq", "program jq", "jq: parses, groups, sorts and prints JSON", 1, 0.6, "program jq small"},
    {"program-gs", "program gs",
     "ghostscript: paths, clipping and text of 12 pages into bitmaps", 1, 0.6, "program gs small"},
    {"program-z3", "program z3", "z3: linear arithmetic and words of bits", 1, 0.5, "program z3 small"},
    {"program-build", "program build",
     "ninja: gcc, as and ld make a program of 13 files, one process after another", 1, 0.7, NULL},
    {"program-cmake", "program cmake", "cmake -P: lists, strings, regular expressions, JSON", 1, 0.7, "program cmake small"},
    {"program-postgres", "program postgres",
     "postgres --single: joins, grouping, sorting, JSON, text in a transaction", 1, 0.7, NULL},
    {"program-convert", "program convert",
     "ImageMagick: a picture is generated, scaled, blurred, turned; its colours are reduced", 1, 0.6, NULL},
    {"program-gawk", "program gawk",
     "gawk: associative arrays, strings, fields, regular expressions", 1, 0.7, "program gawk small"},
    {"program-dot", "program dot", "dot (graphviz): the layout of a graph of 400 nodes", 1, 0.7, "program dot small"},
    /* One pattern each; the warm-up is neither timed nor counted. */
    {"contents", "contents 5000 200 42 2", "every byte of every block is written and checked: 1 B..4 MiB, 2 threads", 2, 1,
     "contents 500 100 42 2"},
    {"pattern-pair-24", "pattern pair-24 2000", "a block of 24 bytes, over and over", 1, 0.2, "pattern pair-24 50"},
    {"pattern-pair-2000", "pattern pair-2000 1000", "a block of 2,000 bytes, over and over", 1, 0.2, "pattern pair-2000 50"},
    {"pattern-pair-20000", "pattern pair-20000 1000",
     "a block of 20,000 bytes, over and over", 1, 0.2, "pattern pair-20000 50"},
    {"pattern-pair-300000", "pattern pair-300000 10000",
     "a block of 300,000 bytes, over and over", 1, 0.2, "pattern pair-300000 10"},
    {"pattern-lifo-100", "pattern lifo-100 100000",
     "100 blocks of 8..64 bytes, the last freed first", 1, 0.2, "pattern lifo-100 500"},
    {"pattern-fifo-300", "pattern fifo-300 50000",
     "300 blocks of 64 bytes, the first freed first", 1, 0.2, "pattern fifo-300 200"},
    {"pattern-fifo-4000", "pattern fifo-4000 4000",
     "4,000 blocks of 64 bytes, the first freed first", 1, 0.2, "pattern fifo-4000 40"},
    {"pattern-lifo-4000", "pattern lifo-4000 4000",
     "4,000 blocks of 64 bytes, the last freed first", 1, 0.2, "pattern lifo-4000 40"},
    {"pattern-shuffled-4000", "pattern shuffled-4000 1000",
     "4,000 blocks of 8..200 bytes, freed in random order", 1, 0.2, "pattern shuffled-4000 40"},
    {"pattern-fifo-20000", "pattern fifo-20000 200",
     "20,000 blocks of 8..200 bytes, the first freed first", 1, 0.2, "pattern fifo-20000 30"},
    {"pattern-fifo-1000-512", "pattern fifo-1000-512 1000",
     "1,000 blocks of 512 bytes, the first freed first", 1, 0.2, "pattern fifo-1000-512 50"},
    {"pattern-fifo-500-4000", "pattern fifo-500-4000 5000",
     "500 blocks of 1,000..4,000 bytes, the first freed first", 1, 0.2, "pattern fifo-500-4000 100"},
    {"pattern-bulk", "pattern bulk 10", "100,000 blocks of 8..200 bytes, then all freed in a row", 1, 0.2, "pattern bulk 12"},
    {"pattern-mixed-400", "pattern mixed-400 1000",
     "400 slots, blocks of 16..1,039 bytes replaced at random", 1, 0.2, "pattern mixed-400 20"},
    {"pattern-mixed-8192", "pattern mixed-8192 500",
     "8,192 slots, blocks of 16..1,039 bytes replaced at random", 1, 0.2, "pattern mixed-8192 80"},
    {"pattern-mixed-64-mid", "pattern mixed-64-mid 60",
     "64 slots, blocks of 2,000..62,000 bytes replaced at random", 1, 0.2, "pattern mixed-64-mid 10"},
    {"pattern-phases", "pattern phases 40",
     "4 MiB in blocks of one size, freed, then of another: nine sizes of 40 bytes to 3 MiB", 1, 0.2, "pattern phases 6"},
    {"pattern-sparse", "pattern sparse 20",
     "4 MiB in blocks of one size, all but 1 % freed, then of another: eight sizes", 1, 0.2, "pattern sparse 6"},
    {"pattern-remote-1000", "pattern remote-1000 3000",
     "1,000 blocks of 16..256 bytes that another thread frees", 2, 0.2, "pattern remote-1000 100"},
    {"pattern-remote-100-mid", "pattern remote-100-mid 1000",
     "100 blocks of 2,000..62,000 bytes that another thread frees", 2, 0.3, "pattern remote-100-mid 100"},
    {"pattern-xmalloc-64", "pattern xmalloc-64 300",
     "4 threads only allocate blocks of 64 bytes, 4 only free them", 9, 0.3, "pattern xmalloc-64 30"},
    {"pattern-workers", "pattern workers 600",
     "8 threads take turns with the blocks in 2,000 shared slots", 9, 0.3, "pattern workers 50"},
    {"pattern-tree", "pattern tree 1000", "a document as parsers build it: nodes and texts", 1, 0.2, "pattern tree 10"},
    {"pattern-append", "pattern append 100000", "a block grows to 4 KiB by 64 bytes at a time", 1, 0.2, "pattern append 500"},
    {"pattern-double", "pattern double 20000", "a block doubles from 16 bytes to 8 MiB", 1, 0.2, "pattern double 20"},
    {"pattern-calloc-100", "pattern calloc-100 1000",
     "a zeroed block of 100 bytes, over and over", 1, 0.2, "pattern calloc-100 50"},
    {"pattern-aligned-64", "pattern aligned-64 1000",
     "a block of 192 bytes aligned to 64, over and over", 1, 0.2, "pattern aligned-64 50"},
    {"pattern-thread", "pattern thread 100",
     "a thread starts, allocates and frees one block, and ends", 2, 0.2, "pattern thread 50"},
    {"pattern-thread-100", "pattern thread-100 100",
     "a thread of 100 blocks starts and ends; it leaves 13 blocks to the next", 2, 0.2, "pattern thread-100 20"},
    {"pattern-process", "pattern process 1", "the whole of a short process: start, one block, end", 1, 0.02, NULL},
    {"startup", "startup 200 64", "process start to the first block, 200 times", 1, 0.3, "startup 20 64"},
};
const size_t workload_count = sizeof workloads / sizeof *workloads;

static bool program_is(const char *command, const char *program, size_t length)
{
    return strncmp(command, program, length) == 0 && (command[length] == 0 || command[length] == ' ');
}

/* Threads of a command: the argument that says so; else as many as its program has in any row of the table, since it is pinned
 * only if it can have no other thread; 2, that is not pinned, where no row tells. */
static int threads_of(const char *command, size_t length)
{
    static const struct {
        const char *program;
        int argument;
    } says[] = {{"larson", 7}, {"exchange", 1}, {"lifo_burst", 1}, {"mid_large_mt", 1}, {"cache_scratch", 1}, {"stress", 1}};
    int threads = 0;
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        const char *at = program_is(says[i].program, command, length) ? command + length : "";
        for (int k = 1; *at && k < says[i].argument; k++)
            at += strspn(at, " "), at += strcspn(at, " ");
        if (atoi(at) > 0)
            return atoi(at);
    }
    for (size_t i = 0; i < workload_count; i++)
        if (program_is(workloads[i].command, command, length) && workloads[i].threads > threads)
            threads = workloads[i].threads;
    return threads ? threads : 2;
}

int workload_threads(const char *command)
{
    return threads_of(command, strcspn(command, " "));
}

/* What was kept, the newest first. */
static struct kept {
    struct kept *next;
    struct workload row;
} *kept;

const struct workload *workload_keep(const struct workload *w)
{
    struct kept *k = xalloc_zeroed(1, sizeof *k);
    k->row = (struct workload){xalloc_need(strdup(w->name)), xalloc_need(strdup(w->command)), xalloc_need(strdup(w->what)),
                               w->threads, w->seconds, w->counts ? xalloc_need(strdup(w->counts)) : NULL};
    k->next = kept;
    kept = k;
    return &k->row;
}

/* Some valid names, and where the others are. */
static void names_append(char *out, size_t size)
{
    enum { SHOWN = 10 };
    for (size_t i = 0; i < SHOWN; i++)
        text_add(out, size, " %s", workloads[i].name);
    text_add(out, size, " and %zu more (hakbench list workloads); or a program of bench/work with its arguments",
             workload_count - SHOWN);
}

const struct workload *workload_find(const char *text, char *why, size_t size)
{
    for (const struct kept *k = kept; k; k = k->next)
        if (strcmp(k->row.name, text) == 0)
            return &k->row;
    for (size_t i = 0; i < workload_count; i++)
        if (strcmp(workloads[i].name, text) == 0)
            return &workloads[i];
    size_t length = strcspn(text, " ");
    char path[128], whole[4096];
    snprintf(path, sizeof path, "bench/work/%.*s.c", (int)length, text);
    if (!memchr(text, '/', length) && length && access(tree_path(path, whole, sizeof whole), R_OK) == 0) {
        if (strlen(text) < 64)
            return workload_keep(&(struct workload){text, text, "as given", threads_of(text, length), 1, NULL});
        snprintf(why, size, "workload '%.80s': too long: at most 63 characters", text);
        return NULL;
    }
    const char *names[sizeof workloads / sizeof *workloads + 1];
    for (size_t i = 0; i <= workload_count; i++)
        names[i] = i < workload_count ? workloads[i].name : NULL;
    snprintf(why, size, "no workload '%.80s'%s; workloads:", text, text_like(text, names));
    names_append(why, size);
    return NULL;
}

bool workload_here(const struct workload *w, char *why, size_t size)
{
    char command[320], line[128] = "";
    if (!dataset_is_program(w->command) || strpbrk(w->command, "\"'$`\\;|&<>"))
        return true;
    if (tree_is_installed()) {
        snprintf(why, size, "%s: its script is part of hakmem's source, and this hakbench was installed; call it in a checkout",
                 w->name);
        return false;
    }
    const char *name = w->command + strlen("program ");
    setenv("HAKBENCH_ROOT", tree_root(), 1); // whatever the path holds, it is no part of the command
    snprintf(command, sizeof command, "cd \"$HAKBENCH_ROOT\" && bench/program/%.*s.sh check 2>&1",
             (int)strcspn(name, " "), name);
    FILE *pipe = popen(command, "r");
    if (pipe && fgets(line, sizeof line, pipe))
        line[strcspn(line, "\n")] = 0;
    bool here = pipe && pclose(pipe) == 0;
    unsetenv("HAKBENCH_ROOT");
    if (!here)
        snprintf(why, size, "%s: %s", w->name, line);
    return here;
}
