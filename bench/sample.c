/* sample.c - takes one sample: launcher, clean environment, capture, and reading what came back. */
#include "bench/sample.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const sample_call_names[CALLS] = {"mmap", "munmap", "mremap", "madvise", "mincore", "other"};
volatile int sample_running;

/* What the launcher hands back through its pipe. */
struct outcome {
    int status;
    long peak_kb, faults;
};

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

int sample_launcher(char **argv)
{
    static char path[4096], preload[4096];
    char *environment[5] = {path, "LANG=C"};
    int count = 2;
    snprintf(path, sizeof path, "PATH=%s", getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
    if (strcmp(argv[1], "-") != 0) {
        snprintf(preload, sizeof preload, "LD_PRELOAD=%s", argv[1]);
        environment[count++] = preload;
    }
    if (strcmp(argv[2], "-") != 0)
        environment[count++] = "HAKMEM_STATS=json";
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    fcntl(atoi(argv[0]), F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(SAMPLE_SECONDS_MAX);
        execvpe(argv[3], argv + 3, environment);
        fprintf(stderr, "cannot run %s: %s\n", argv[3], strerror(errno));
        _exit(127);
    }
    struct outcome outcome = {0};
    struct rusage usage = {0};
    while (wait4(child, &outcome.status, 0, &usage) < 0 && errno == EINTR)
        continue;
    outcome.peak_kb = usage.ru_maxrss;
    outcome.faults = usage.ru_minflt;
    return write(atoi(argv[0]), &outcome, sizeof outcome) == sizeof outcome ? 0 : 1;
}

/* Child side: becomes the launcher, with both pipes in place. Under strace the settings go to the traced program only. */
static void launcher_exec(const struct sample_order *order, int text_fd, int outcome_fd)
{
    static char preload[4096], command[4096], fd[16];
    char *argv[SAMPLE_ARGS_MAX + 16];
    int count = 0;
    snprintf(fd, sizeof fd, "%d", outcome_fd);
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", or_dash(order->library));
    snprintf(command, sizeof command, "%s", order->command);
    bool direct = !order->strace;
    argv[count++] = "run";
    argv[count++] = "--launch";
    argv[count++] = fd;
    argv[count++] = (char *)or_dash(direct ? order->library : NULL);
    argv[count++] = order->stats ? "stats" : "-";
    if (order->strace) {
        argv[count++] = "strace";
        argv[count++] = "-f";
        argv[count++] = "-c";
        if (order->library) {
            argv[count++] = "-E";
            argv[count++] = preload;
        }
    }
    for (char *word = strtok(command, " "); word && count < SAMPLE_ARGS_MAX + 15; word = strtok(NULL, " "))
        argv[count++] = word;
    argv[count] = NULL;
    dup2(text_fd, STDOUT_FILENO);
    dup2(text_fd, STDERR_FILENO);
    execv("/proc/self/exe", argv);
    _exit(127);
}

/* Reads to the end; keeps the tail when there is too much, since that is where the result stands. */
static void read_all(int fd, char *text)
{
    size_t used = 0;
    for (;;) {
        ssize_t n = read(fd, text + used, SAMPLE_TEXT_MAX - 1 - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        used += (size_t)n;
        if (used == SAMPLE_TEXT_MAX - 1) {
            memmove(text, text + used / 2, used - used / 2);
            used -= used / 2;
        }
    }
    text[used] = 0;
}

/* The last line of text that is not blank. */
static void last_line(const char *text, char *out, size_t size)
{
    const char *end = text + strlen(text);
    while (end > text && (end[-1] == '\n' || end[-1] == ' '))
        end--;
    const char *start = end;
    while (start > text && start[-1] != '\n')
        start--;
    snprintf(out, size, "%.*s", (int)(end - start), start);
}

static bool judge(const struct sample_order *order, const struct outcome *outcome, struct sample *out, char *why, size_t size)
{
    char line[200];
    last_line(out->text, line, sizeof line);
    const char *ops = strstr(out->text, "ops_per_s=");
    out->mops = ops ? strtod(ops + strlen("ops_per_s="), NULL) / 1e6 : 0;
    out->peak_kb = outcome->peak_kb;
    out->faults = outcome->faults;
    if (strstr(out->text, "cannot be preloaded"))
        snprintf(why, size, "%s: cannot be preloaded", or_dash(order->library));
    else if (WIFSIGNALED(outcome->status) && WTERMSIG(outcome->status) == SIGALRM)
        snprintf(why, size, "%s: no end within %d s", order->command, SAMPLE_SECONDS_MAX);
    else if (WIFSIGNALED(outcome->status))
        snprintf(why, size, "%s: %s; it said: %s", order->command, strsignal(WTERMSIG(outcome->status)), line);
    else if (WEXITSTATUS(outcome->status) != 0)
        snprintf(why, size, "%s: exit status %d; it said: %s", order->command, WEXITSTATUS(outcome->status), line);
    else if (!ops)
        snprintf(why, size, "%s: no ops_per_s= in its output; it said: %s", order->command, line);
    else
        return true;
    return false;
}

bool sample_take(const struct sample_order *order, struct sample *out, char *why, size_t why_size)
{
    int text[2], back[2];
    struct outcome outcome = {.status = 127 << 8};
    if (pipe2(text, O_CLOEXEC) < 0 || pipe(back) < 0) {
        snprintf(why, why_size, "pipe: %s", strerror(errno));
        return false;
    }
    pid_t child = fork();
    if (child == 0) {
        close(back[0]);
        launcher_exec(order, text[1], back[1]);
    }
    close(text[1]);
    close(back[1]);
    sample_running = child;
    read_all(text[0], out->text);
    ssize_t got = read(back[0], &outcome, sizeof outcome);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    sample_running = 0;
    close(text[0]);
    close(back[0]);
    if (child < 0 || got != sizeof outcome) {
        snprintf(why, why_size, "%s: ended before it gave a result", order->command);
        return false;
    }
    return judge(order, &outcome, out, why, why_size);
}

static void call_add(uint64_t calls[CALLS], const char *name, size_t length, uint64_t count)
{
    int at = CALL_MMAP;
    while (at < CALL_OTHER && (strlen(sample_call_names[at]) != length || strncmp(sample_call_names[at], name, length) != 0))
        at++;
    calls[at] += count;
}

/* Rows of strace -c: % time, seconds, usecs/call, calls, maybe errors, name. */
bool sample_calls_strace(const char *text, uint64_t calls[CALLS])
{
    const char *line = strstr(text, "% time");
    memset(calls, 0, CALLS * sizeof *calls);
    for (; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        unsigned long long count, errors;
        char name[64];
        if (sscanf(line, "%*f %*f %*u %llu %llu %63s", &count, &errors, name) == 3 ||
            sscanf(line, "%*f %*f %*u %llu %63[a-z0-9_]", &count, name) == 2)
            if (strcmp(name, "total") != 0)
                call_add(calls, name, strlen(name), count);
    }
    return strstr(text, "% time") != NULL;
}

/* Sums "os.<call>.<subsystem>": n over the subsystems. */
bool sample_calls_own(const char *text, uint64_t calls[CALLS])
{
    memset(calls, 0, CALLS * sizeof *calls);
    bool found = false;
    for (const char *at = text; (at = strstr(at, "\"os.")); found = true) {
        at += strlen("\"os.");
        const char *colon = strchr(at, ':');
        if (!colon)
            break;
        call_add(calls, at, strcspn(at, ".\""), strtoull(colon + 1, NULL, 10));
    }
    return found;
}

bool sample_json_number(const char *text, const char *key, uint64_t *out)
{
    char quoted[80];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(text, quoted);
    if (at)
        *out = strtoull(at + strlen(quoted), NULL, 10);
    return at != NULL;
}

void sample_variant_of_text(const char *text, char *out, size_t size)
{
    const char *at = strstr(text, "\"variant\":");
    const char *start = at ? strchr(at + strlen("\"variant\":"), '"') : NULL;
    out[0] = 0;
    if (start)
        snprintf(out, size, "%.*s", (int)strcspn(start + 1, "\""), start + 1);
}

/* Walks the notes of one segment, which lies whole inside the file. */
static void note_find(const char *at, const char *end, char *out, size_t size)
{
    while ((size_t)(end - at) >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr note;
        memcpy(&note, at, sizeof note);
        const char *owner = at + sizeof note;
        size_t owner_size = (note.n_namesz + 3ul) & ~3ul, name_size = (note.n_descsz + 3ul) & ~3ul;
        if (owner_size > (size_t)(end - owner) || name_size > (size_t)(end - owner) - owner_size)
            return;
        if (note.n_type == 1 && note.n_namesz == sizeof "hakmem" && memcmp(owner, "hakmem", sizeof "hakmem") == 0)
            snprintf(out, size, "%.*s", (int)note.n_descsz, owner + owner_size);
        at = owner + owner_size + name_size;
    }
}

void sample_variant_of_file(const char *path, char *out, size_t size)
{
    struct stat info;
    out[0] = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    char *file = fstat(fd, &info) == 0 && info.st_size > (off_t)sizeof(Elf64_Ehdr)
                     ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (file == MAP_FAILED)
        return;
    size_t length = (size_t)info.st_size;
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)file;
    bool elf = memcmp(file, ELFMAG, SELFMAG) == 0 && head->e_ident[EI_CLASS] == ELFCLASS64 &&
               head->e_phentsize == sizeof(Elf64_Phdr) && head->e_phoff < length &&
               head->e_phnum <= (length - head->e_phoff) / sizeof(Elf64_Phdr);
    for (int i = 0; elf && i < head->e_phnum; i++) {
        const Elf64_Phdr *part = (const Elf64_Phdr *)(file + head->e_phoff) + i;
        if (part->p_type == PT_NOTE && part->p_offset <= length && part->p_filesz <= length - part->p_offset)
            note_find(file + part->p_offset, file + part->p_offset + part->p_filesz, out, size);
    }
    munmap(file, length);
}
