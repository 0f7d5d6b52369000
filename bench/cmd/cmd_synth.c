/* SPDX-License-Identifier: MIT */
/* cmd_synth.c - `hakbench synth PROFILE TRACE`: a trace with the distributions of a profile, for the workload trace_replay.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/data/asked_text.h"
#include "bench/data/synth.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *file[2];
    int count;
    struct synth_order order;
} given = {.order = {.seed = 1}};

static const struct argp_option options[] = {
    {"calls", 'c', "N", 0, "how many calls (as many as the program made, at most a million)", 0},
    {"threads", 't', "N", 0, "how many threads (as many as the program had, at most 256)", 0},
    {"seed", 's', "N", 0, "what the draws begin with (1)", 0},
    {0},
};

static uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end || *text == '-' || errno || value < least || value > most)
        command_bad("--%s %s: want a number from %llu to %llu", option, text, (unsigned long long)least,
                    (unsigned long long)most);
    return value;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case 'c':
        given.order.calls = number("calls", text, 1, SYNTH_CALLS);
        return 0;
    case 't':
        given.order.threads = (uint32_t)number("threads", text, 1, SYNTH_THREADS);
        return 0;
    case 's':
        given.order.seed = number("seed", text, 0, UINT64_MAX);
        return 0;
    case ARGP_KEY_ARG:
        if (given.count == 2)
            command_bad("'%s': want one profile, and one file to write", text);
        given.file[given.count++] = text;
        return 0;
    case ARGP_KEY_END:
        if (given.count != 2)
            command_bad("want a profile, which hakbench profile --write wrote, and the trace to write");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_synth(int argc, char **argv)
{
    static const struct argp argp = {options,
                                     parse,
                                     "PROFILE TRACE",
                                     "Writes a trace with the distributions of a profile, of any length and any number of "
                                     "threads. out/work/trace_replay TRACE does it under any allocator.",
                                     NULL,
                                     NULL,
                                     NULL};
    static struct asked a;
    char why[512];
    command_parse(&argp, argc, argv, NULL);
    if (!asked_read(&a, given.file[0], why, sizeof why))
        command_bad("%s", why);
    if (!(a.blocks >= 1))
        command_bad("%s: a profile of no block: there is nothing to draw from", given.file[0]);
    if (!given.order.calls)
        given.order.calls = a.calls < 1e6 ? (uint64_t)a.calls : 1000000;
    if (!given.order.threads)
        given.order.threads = a.threads < SYNTH_THREADS ? (uint32_t)a.threads : SYNTH_THREADS;
    if (!synth_write(&a, &given.order, given.file[1], why, sizeof why))
        command_bad("%s", why);
    printf("%s: %llu calls of %u thread%s as %s asks them, seed %llu; replay: out/work/trace_replay %s\n", given.file[1],
           (unsigned long long)given.order.calls, given.order.threads, given.order.threads == 1 ? "" : "s", a.name,
           (unsigned long long)given.order.seed, given.file[1]);
    return command_end();
}
