/* SPDX-License-Identifier: MIT */
/* hakmem-stat.c - prints the counters of hakmem in a running process. The process is neither stopped nor signalled, and it runs
 * no code for this: its memory is read. See README.md of this folder. */
#include "packaging/stat/counters.h"
#include "core/hakmem.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] = "usage: hakmem-stat PID [--json | --prometheus] [--every SECONDS]\n"
                            "Prints the counters of hakmem in a running process. See hakmem-stat(1).\n";

enum form { TEXT, JSON, PROMETHEUS };

struct request {
    int pid;
    enum form form;
    double every; /* seconds; 0: once */
};

static int read_pid(const char *text)
{
    char *end;
    errno = 0;
    long pid = strtol(text, &end, 10);
    if (errno || end == text || *end || pid < 1 || pid > INT32_MAX)
        fail(2, "%s: want the number of a process", text);
    return (int)pid;
}

static double read_seconds(const char *text)
{
    char *end;
    double seconds = text ? strtod(text, &end) : 0;
    if (!text || end == text || *end || !(seconds >= 0.01 && seconds <= 1e6))
        fail(2, "--every %s: want seconds, 0.01 to 1000000", text ? text : "");
    return seconds;
}

static struct request read_request(char **argument)
{
    struct request r = {0};
    while (*++argument) {
        if (strcmp(*argument, "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strcmp(*argument, "--version") == 0) {
            puts("hakmem-stat " HAKMEM_VERSION);
            exit(0);
        }
        if ((strcmp(*argument, "--json") == 0 || strcmp(*argument, "--prometheus") == 0) && r.form == TEXT)
            r.form = (*argument)[2] == 'j' ? JSON : PROMETHEUS;
        else if (strcmp(*argument, "--every") == 0)
            r.every = read_seconds(*++argument);
        else if (**argument == '-' || r.pid)
            fail(2, "%s: unknown argument; see: hakmem-stat --help", *argument);
        else
            r.pid = read_pid(*argument);
    }
    if (!r.pid)
        fail(2, "want the number of a process; see: hakmem-stat --help");
    return r;
}

/* A name may hold any byte but 0; it is printed as a string of JSON and of Prometheus. */
static void print_string(const char *text)
{
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else
            putchar(*c < ' ' || *c > '~' ? '?' : *c);
    }
    putchar('"');
}

static void print_prometheus(const struct target *t, const char *name, uint64_t value)
{
    char plain[COUNTER_NAME];
    strcpy(plain, name);
    for (char *dot = plain; (dot = strchr(dot, '.'));)
        *dot = '_';
    printf("# TYPE hakmem_%s untyped\nhakmem_%s{pid=\"%d\",program=", plain, plain, t->pid);
    print_string(t->program);
    printf(",variant=\"%s\"} %" PRIu64 "\n", t->variant, value);
}

static void print(const struct target *t, const struct counters *c, enum form form)
{
    if (form == TEXT)
        printf("variant %s\nprogram %s\npid %d\n", t->variant, t->program, t->pid);
    if (form == JSON) {
        printf("{\"variant\":\"%s\",\"program\":", t->variant);
        print_string(t->program);
        printf(",\"pid\":%d", t->pid);
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct counter *k = &c->at[i];
        if (k->name[0] == '_')
            continue;
        if (form == TEXT)
            printf("%s %" PRIu64 "\n", k->name, k->value);
        else if (form == JSON)
            printf(",\"%s\":%" PRIu64, k->name, k->value);
        else
            print_prometheus(t, k->name, k->value);
    }
    if (form == JSON)
        puts("}");
    if (fflush(stdout) != 0)
        fail(1, "cannot write: %s", strerror(errno));
}

static void wait_for(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

int main(int argc, char **argv)
{
    static struct counters c;
    struct target t;
    (void)argc;
    struct request r = read_request(argv);
    target_open(&t, r.pid);
    for (;;) {
        counters_read(&t, &c);
        print(&t, &c, r.form);
        if (r.every <= 0)
            return 0;
        wait_for(r.every);
        if (target_gone(&t))
            return 0;
        if (r.form == TEXT)
            putchar('\n');
    }
}
