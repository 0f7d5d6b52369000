/* SPDX-License-Identifier: MIT */
/* context.c - the machine and the tree that a run was made on, as pairs of words.
 *
 * Holds nothing that names the machine or where the tree stands.
 */
#include "bench/take/context.h"
#include "bench/low/binary.h"
#include "bench/low/program.h"
#include "bench/low/tree.h"
#include "bench/low/words.h"
#include "bench/take/launch.h"
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PROGRAM "program."

/* The first line of a file; empty when it cannot be read. */
static void line_of_file(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    out[0] = 0;
    if (file && fgets(out, (int)size, file))
        out[strcspn(out, "\n")] = 0;
    if (file)
        fclose(file);
}

/* The first line that a command prints; empty when it fails. */
static void line_of_command(const char *command, char *out, size_t size)
{
    FILE *pipe = popen(command, "r");
    out[0] = 0;
    if (pipe && fgets(out, (int)size, pipe))
        out[strcspn(out, "\n")] = 0;
    if (pipe && pclose(pipe) != 0)
        out[0] = 0;
}

/* The rest of the first line that begins with key; false when there is none. */
static bool line_with(const char *path, const char *key, char *out, size_t size)
{
    char line[4096];
    FILE *file = fopen(path, "r");
    bool found = false;
    out[0] = 0;
    while (file && !found && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0) {
            const char *at = line + strlen(key) + strspn(line + strlen(key), " \t:\"");
            snprintf(out, size, "%.*s", (int)strcspn(at, "\"\n"), at);
            found = true;
        }
    if (file)
        fclose(file);
    return found;
}

static void set(struct dataset *ds, const char *key, const char *value)
{
    dataset_set_context(ds, key, *value ? value : "not shown here");
}

static void set_file(struct dataset *ds, const char *key, const char *path)
{
    char text[256];
    line_of_file(path, text, sizeof text);
    set(ds, key, text);
}

/* A name by which two machines of one make can be told apart. The machine's id itself is not to be published (machine-id(5)):
 * this is the beginning of its sha256, behind a word of ours. */
static void machine_name(struct dataset *ds)
{
    char id[256], text[300], sum[65] = "";
    line_of_file("/etc/machine-id", id, sizeof id);
    if (!*id)
        gethostname(id, sizeof id - 1);
    id[sizeof id - 1] = 0;
    snprintf(text, sizeof text, "hakbench %s", id);
    binary_text_sha256(text, sum);
    sum[8] = 0;
    set(ds, "machine", sum);
}

static void machine(struct dataset *ds)
{
    char text[4096];
    struct utsname name;
    cpu_set_t cpus;
    machine_name(ds);
    line_with("/proc/cpuinfo", "model name", text, 256);
    set(ds, "cpu", text);
    snprintf(text, sizeof text, "%d", sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 0);
    set(ds, "cores", text);
    bool flags = line_with("/proc/cpuinfo", "flags", text, sizeof text);
    set(ds, "virtual_machine", !flags ? "" : strstr(text, " hypervisor") ? "yes" : "no");
    line_with("/proc/meminfo", "MemTotal", text, 256);
    set(ds, "memory", text);
    uname(&name);
    snprintf(text, sizeof text, "%s %s %s", name.sysname, name.release, name.machine);
    set(ds, "kernel", text);
    set_file(ds, "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    set_file(ds, "thp", "/sys/kernel/mm/transparent_hugepage/enabled");
    set_file(ds, "overcommit", "/proc/sys/vm/overcommit_memory");
    set_file(ds, "aslr", "/proc/sys/kernel/randomize_va_space");
    set_file(ds, "loadavg", "/proc/loadavg");
    set(ds, "hardware_counters", launch_has_counters() ? "yes" : "not supported here");
    set(ds, "strace", launch_can(MODE_STRACE) ? "yes" : "not installed");
    set(ds, "valgrind", launch_can(MODE_INSTRUCTIONS) ? "yes" : "not installed");
}

/* Compiler and flags of every variant, as its own build says; those that are the same stand once. */
static void builds(struct dataset *ds)
{
    char path[256], file[4096], text[512], first[512] = "", key[48];
    for (size_t v = 0; v < ds->variant_count; v++) {
        snprintf(path, sizeof path, "out/%s/variant.h", ds->variants[v].variant);
        tree_path(path, file, sizeof file);
        if (!*ds->variants[v].variant || !line_with(file, "#define HAK_BUILD", text, sizeof text) || strcmp(text, first) == 0)
            continue;
        snprintf(key, sizeof key, *first ? "build.%.40s" : "build", ds->variants[v].label);
        set(ds, key, text);
        if (!*first)
            snprintf(first, sizeof first, "%s", text);
    }
}

/* The program of a user's command, by content. */
static void command_program(struct dataset *ds, const char *line)
{
    char path[4096], why[256], key[48], sum[65];
    char **words = words_split(line, why, sizeof why);
    if (words && program_find(words[0], path, sizeof path, why, sizeof why)) {
        snprintf(key, sizeof key, PROGRAM DATASET_COMMAND "%s", strrchr(path, '/') + 1);
        set(ds, key, binary_sha256(path, sum) ? sum : "");
    }
    words_free(words);
}

/* What the workloads run, by content. */
static void programs(struct dataset *ds)
{
    char path[256], file[4096], key[48], sum[65];
    for (size_t w = 0; w < ds->workload_count; w++) {
        const char *command = ds->workloads[w].command;
        int length = (int)strcspn(command, " ");
        if (dataset_is_command(command)) {
            command_program(ds, command + strlen(DATASET_COMMAND));
            continue;
        }
        snprintf(path, sizeof path, "out/work/%.*s", length, command);
        snprintf(key, sizeof key, PROGRAM "%.*s", length, command);
        if (!*dataset_context(ds, key))
            set(ds, key, binary_sha256(tree_path(path, file, sizeof file), sum) ? sum : "");
    }
}

/* What all samples of a run have in common. */
static void common(struct dataset *ds)
{
    char text[64];
    machine(ds);
    snprintf(text, sizeof text, "glibc %s", gnu_get_libc_version());
    set(ds, "libc", text);
    programs(ds);
}

bool context_matches(const struct dataset *ds, char *why, size_t size)
{
    struct dataset *now = dataset_new();
    bool same = true;
    for (size_t w = 0; w < ds->workload_count; w++)
        dataset_add_workload(now, &ds->workloads[w]);
    common(now);
    for (size_t i = 0; same && i < now->context_count; i++) {
        const char *key = now->context[i].key, *is = now->context[i].value, *was = dataset_context(ds, key);
        bool asked = strcmp(key, "cpu") == 0 || strcmp(key, "kernel") == 0 || strcmp(key, "libc") == 0 ||
                     strncmp(key, PROGRAM, strlen(PROGRAM)) == 0;
        same = !asked || !*was || strcmp(was, is) == 0;
        if (!same)
            snprintf(why, size, "%s is not what run %lld has: '%.80s', then '%.80s'; begin a new run", key,
                     (long long)ds->run, was, is);
    }
    dataset_free(now);
    return same;
}

int context_lock(bool *others)
{
    char path[4096];
    int fd = open(tree_kept("out/measure.lock", path, sizeof path), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    *others = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (fd >= 0)
        flock(fd, LOCK_SH);
    return fd;
}

void context_collect(struct dataset *ds)
{
    char text[256];
    common(ds);
    builds(ds);
    line_of_command("gcc --version 2>/dev/null", text, sizeof text);
    set(ds, "compiler", text);
    setenv("HAKBENCH_ROOT", tree_root(), 1); // whatever the path holds, it is no part of the command
    line_of_command("git -C \"$HAKBENCH_ROOT\" rev-parse --short=12 HEAD 2>/dev/null", text, sizeof text);
    bool git = *text;
    set(ds, "git", git ? text : "no git repository");
    line_of_command("git -C \"$HAKBENCH_ROOT\" status --porcelain --untracked-files=no 2>/dev/null", text, sizeof text);
    unsetenv("HAKBENCH_ROOT");
    set(ds, "dirty", !git ? "" : *text ? "yes" : "no");
}

int context_cpu(void)
{
    cpu_set_t set;
    int cpu = -1;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (int i = 0; i < CPU_SETSIZE; i++)
            cpu = CPU_ISSET(i, &set) ? i : cpu;
    return cpu;
}
