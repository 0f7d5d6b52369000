/* bench.c - the runner of `make bench`: the seed workloads under this variant, glibc, the rivals and the recorded baselines.
 *
 *   run ROUNDS LABEL:VARIANT=LIBRARY...       the first is the variant under test; run from the root of the tree
 *   run --launch ...                          one sample, see sample.h
 *
 * Every allocator runs the same workload binary. Rounds go over all cells, forwards and backwards in turn, so that a drift of
 * the machine meets all alike. Before anything is timed, each of our libraries must name the requested variant, in its ELF
 * note and from inside the process. Counting runs are apart from timing runs.
 */
#include "bench/bench.h"
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WORK "out/work/"

const struct workload workloads[] = {
    {"random_mixed 200000 4096 1234567", "the seed's workload: cold start", 0.1},
    {"random_mixed 100000 256 42", "the seed's workload of phase 11: cold start", 0.1},
    {"random_mixed 10000000 256 1234567", "steady state, 256 slots", 0.3},
    {"random_mixed 10000000 8192 1234567", "steady state, 8192 slots", 0.4},
    {"larson 1 5 1 1000 100 10000 42", "the seed's larson: 42 threads, 1..5 bytes, 1 second", 1.2},
};
const int workload_count = sizeof workloads / sizeof *workloads;

static volatile sig_atomic_t interrupted;
static struct sample sample;

static void on_interrupt(int signal_number)
{
    interrupted = signal_number;
    if (sample_running > 0)
        kill(sample_running, SIGKILL);
}

static _Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

/* --- Progress ----------------------------------------------------------------------------------------------------------- */

static struct {
    int done, total;
    double weight_done, weight_total, started, said;
    bool terminal;
} progress;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void progress_clear(void)
{
    if (progress.terminal)
        fputs("\r\033[K", stderr);
}

/* On a terminal one line that is rewritten, else a line every ten seconds. */
static void progress_step(const char *stage, const char *label, const char *command)
{
    double now = now_s(), spent = now - progress.started;
    if (!progress.terminal && now - progress.said < 10 && progress.done > 0)
        return;
    progress.said = now;
    progress_clear();
    fprintf(stderr, "bench: %d/%d", progress.done, progress.total);
    if (spent > 1)
        fprintf(stderr, ", about %.0f s left", spent / progress.weight_done * (progress.weight_total - progress.weight_done));
    fprintf(stderr, ", %s: %s on %s%s", stage, label, command, progress.terminal ? "" : "\n");
    fflush(stderr);
}

/* --- What to compare ---------------------------------------------------------------------------------------------------- */

static bool on_path(const char *program)
{
    char path[4096], file[4200];
    snprintf(path, sizeof path, "%s", getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
    for (char *dir = strtok(path, ":"); dir; dir = strtok(NULL, ":")) {
        snprintf(file, sizeof file, "%s/%s", dir, program);
        if (access(file, X_OK) == 0)
            return true;
    }
    return false;
}

static struct allocator *allocator_add(struct bench *bench, const char *label, const char *variant, const char *library)
{
    if (bench->allocator_count == ALLOCATORS_MAX)
        die("more than %d allocators", ALLOCATORS_MAX);
    struct allocator *a = &bench->allocators[bench->allocator_count++];
    snprintf(a->label, sizeof a->label, "%s", label);
    snprintf(a->variant, sizeof a->variant, "%s", variant);
    snprintf(a->library, sizeof a->library, "%s", library);
    return a;
}

/* Rivals that the dynamic linker knows; one that is not installed is named as missing. */
static void rivals_add(struct bench *bench)
{
    static const char *const rivals[][2] = {{"jemalloc", "libjemalloc.so."},
                                            {"mimalloc", "libmimalloc.so."},
                                            {"tcmalloc", "libtcmalloc_minimal.so."},
                                            {"tbbmalloc", "libtbbmalloc_proxy.so."}};
    bool have[4] = {0};
    char line[1024], name[256], path[512];
    FILE *list = popen("PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null", "r");
    while (list && fgets(line, sizeof line, list)) {
        const char *arrow = strstr(line, "=> ");
        if (!arrow || sscanf(line, " %255s", name) != 1 || sscanf(arrow + 3, "%511s", path) != 1)
            continue;
        if (!strstr(line, "64"))
            continue;
        for (int i = 0; i < 4; i++)
            if (!have[i] && strncmp(name, rivals[i][1], strlen(rivals[i][1])) == 0)
                have[i] = allocator_add(bench, rivals[i][0], "", path);
    }
    if (list)
        pclose(list);
    for (int i = 0; i < 4; i++)
        if (!have[i])
            snprintf(bench->missing + strlen(bench->missing), sizeof bench->missing - strlen(bench->missing), " %s", rivals[i][0]);
}

static void baselines_read(struct bench *bench, const char *path)
{
    char line[512];
    FILE *file = fopen(path, "r");
    if (!file)
        die("%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file) && bench->baseline_count < BASELINES_MAX) {
        struct baseline *b = &bench->baselines[bench->baseline_count];
        if (line[0] != '#' && sscanf(line, "%31[^\t]\t%63[^\t]\t%*[^\t]\t%79[^\t]\t%15[^\t]\t%15[^\t]\t%79[^\n]", b->name,
                                     b->toggles, b->command, b->mops, b->date, b->source) == 6)
            bench->baseline_count++;
    }
    fclose(file);
}

/* LABEL:VARIANT=LIBRARY */
static void ours_add(struct bench *bench, const char *word)
{
    char label[64], variant[64], library[1024];
    if (sscanf(word, "%63[^:]:%63[^=]=%1023s", label, variant, library) != 3)
        die("'%s': want LABEL:VARIANT=LIBRARY", word);
    allocator_add(bench, label, variant, library);
}

/* --- Samples ------------------------------------------------------------------------------------------------------------ */

static bool take(const struct allocator *a, const char *command, bool stats, bool strace)
{
    char line[256], why[512];
    snprintf(line, sizeof line, WORK "%s", command);
    struct sample_order order = {line, a->library[0] ? a->library : NULL, stats, strace};
    if (sample_take(&order, &sample, why, sizeof why))
        return true;
    if (interrupted)
        return false;
    progress_clear();
    fprintf(stderr, "bench: %s: %s\n", a->label, why);
    return false;
}

static void identity_check(const struct allocator *a)
{
    char found[64];
    sample_variant_of_file(a->library, found, sizeof found);
    if (strcmp(found, a->variant) != 0)
        die("%s: its ELF note says '%s', wanted '%s'", a->library, found, a->variant);
    if (!take(a, "random_mixed 1000 16 1", true, false))
        exit(1);
    sample_variant_of_text(sample.text, found, sizeof found);
    if (strcmp(found, a->variant) != 0)
        die("%s: the running allocator says it is '%s', wanted '%s'", a->library, found, a->variant);
}

static void cell_time(const struct allocator *a, const struct workload *w, struct cell *cell)
{
    if (!take(a, w->command, false, false)) {
        cell->failed = !interrupted;
        return;
    }
    cell->mops[cell->samples] = sample.mops;
    cell->peak_kb[cell->samples] = sample.peak_kb;
    cell->faults[cell->samples++] = sample.faults;
}

/* strace slows a call down a thousandfold: what counts itself is cross-checked only where that ends soon. */
enum { MOST_TRACED_CALLS = 20000 };

static void cell_count(const struct bench *bench, const struct allocator *a, const struct workload *w, struct cell *cell)
{
    uint64_t own = 0;
    if (a->variant[0] && take(a, w->command, true, false))
        cell->counted_own = sample_calls_own(sample.text, cell->calls_own) &&
                            sample_json_number(sample.text, "superslabs_mapped", &cell->superslabs);
    for (int i = 0; cell->counted_own && i < CALLS; i++)
        own += cell->calls_own[i];
    if (!interrupted && bench->strace && own <= MOST_TRACED_CALLS && take(a, w->command, false, true))
        cell->counted = sample_calls_strace(sample.text, cell->calls);
}

/* One pass over all cells; forwards in even passes, backwards in odd ones. round == bench->rounds: the counting pass. */
static void pass(const struct bench *bench, struct cell *cells, int round)
{
    int count = workload_count * bench->allocator_count;
    bool counting = round == bench->rounds;
    char stage[32];
    snprintf(stage, sizeof stage, counting ? "counting" : "round %d of %d", round + 1, bench->rounds);
    for (int i = 0; i < count && !interrupted; i++) {
        int w = i / bench->allocator_count, a = i % bench->allocator_count;
        if (round % 2)
            a = bench->allocator_count - 1 - a;
        struct cell *cell = &cells[w * bench->allocator_count + a];
        progress_step(stage, bench->allocators[a].label, workloads[w].command);
        if (!cell->failed && counting)
            cell_count(bench, &bench->allocators[a], &workloads[w], cell);
        else if (!cell->failed)
            cell_time(&bench->allocators[a], &workloads[w], cell);
        progress.done++;
        progress.weight_done += workloads[w].weight;
    }
}

static int rounds_read(const char *text)
{
    char *end;
    long rounds = strtol(text, &end, 10);
    if (*text == 0 || *end || rounds < 1 || rounds > ROUNDS_MAX)
        die("ROUNDS=%s: want a number from 1 to %d", text, ROUNDS_MAX);
    return (int)rounds;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    if (argc > 5 && strcmp(argv[1], "--launch") == 0)
        return sample_launcher(argv + 2);
    if (argc < 3)
        die("usage: run ROUNDS LABEL:VARIANT=LIBRARY...");
    bench.rounds = rounds_read(argv[1]);
    ours_add(&bench, argv[2]);
    bench.glibc = bench.allocator_count;
    allocator_add(&bench, "glibc", "", "");
    for (int i = 3; i < argc; i++)
        ours_add(&bench, argv[i]);
    rivals_add(&bench);
    baselines_read(&bench, "bench/baselines.tsv");
    bench.strace = on_path("strace");

    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    for (int i = 0; i < bench.allocator_count && !interrupted; i++)
        if (bench.allocators[i].variant[0])
            identity_check(&bench.allocators[i]);

    int cell_total = workload_count * bench.allocator_count;
    struct cell *cells = calloc((size_t)cell_total, sizeof *cells);
    if (!cells)
        die("out of memory");
    progress.total = cell_total * (bench.rounds + 1);
    for (int w = 0; w < workload_count; w++)
        progress.weight_total += workloads[w].weight * bench.allocator_count * (bench.rounds + 1);
    progress.terminal = isatty(STDERR_FILENO);
    progress.started = progress.said = now_s();
    for (int round = 0; round <= bench.rounds && !interrupted; round++)
        pass(&bench, cells, round);
    progress_clear();
    report_print(&bench, cells);
    bool failed = false;
    for (int i = 0; i < cell_total; i++)
        failed |= cells[i].failed;
    free(cells);
    if (interrupted)
        printf("interrupted: what had finished is above\n");
    return interrupted ? 130 : failed;
}
