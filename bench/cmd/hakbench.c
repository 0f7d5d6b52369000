/* SPDX-License-Identifier: MIT */
/* hakbench.c - the workbench: one program, a command for each thing one does with it. `hakbench --help` lists them.
 *
 * Each command is a function in a file of its own (cmd_<name>.c) with its own argp; this file only picks one.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/commands.h"
#include "bench/low/text.h"
#include "bench/low/xalloc.h"
#include "bench/show/rule_words.h"
#include "bench/take/identity.h"
#include "bench/take/launcher.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} commands[] = {
    {"run", cmd_run, "measure a variant against the recorded baselines, glibc and every rival installed"},
    {"ab", cmd_ab, "measure two variants against each other: one verdict"},
    {"experiment", cmd_experiment, "run an experiment file: measure, judge its gates, report"},
    {"attribution", cmd_attribution, "what each toggle contributes, alone and in pairs: 2^k builds, effects, waterfall"},
    {"bisect-toggles", cmd_bisect_toggles, "the toggle, or pair of toggles, that makes the difference between two variants"},
    {"oracle", cmd_oracle, "is one library file like another? what bench/bisect asks for each revision"},
    {"task", cmd_task, "measure one block of a run that experiment --slurm or --hosts staged"},
    {"report", cmd_report, "rebuild a report and its plots from stored samples"},
    {"export", cmd_export, "write the samples of a run as TSV or JSON"},
    {"noise", cmd_noise, "measure identical binaries against each other (A/A), and simulate"},
    {"list", cmd_list, "list workloads, metrics, rivals, variants, experiments, runs"},
    {"compare", cmd_compare, "compare two stored runs, cell by cell"},
    {"why", cmd_why, "where two variants of a stored run differ: functions, calls, faults, a flame graph"},
    {"show", cmd_show, "show a stored run: context, samples, tables"},
    {"push", cmd_push, "add the runs here to a shared file of samples"},
    {"pull", cmd_pull, "add the runs of other files of samples to this one"},
    {"history", cmd_history, "a metric over commits: trend, change points, what to bisect"},
    {"site", cmd_site, "write static pages: trends, experiments, phases, rivals"},
    {"profile", cmd_profile, "what a program asks of malloc, and which workload is nearest to it"},
    {"synth", cmd_synth, "a trace with the distributions of a profile, of any length, for trace_replay"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int usage(FILE *out, int status)
{
    fprintf(out, "usage: hakbench COMMAND [ARGUMENT...]\n\n");
    for (int i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-14s %s\n", commands[i].name, commands[i].what);
    fprintf(out,
            "\nhakbench COMMAND --help tells more, hakbench help verdict the rule of verdicts and gates, man\n"
            "bench/hakbench.1 all. Exit status: 0; 1 on a failure, a worse variant or a failed gate; 2 on bad input; 3 when\n"
            "undecided; 130 when interrupted (finished samples are kept).\n");
    return status;
}

static int unknown(const char *name)
{
    const char *names[COMMANDS + 1] = {NULL};
    for (int i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    fprintf(stderr, "hakbench: no command '%s'%s; commands:%s\n", name, text_like(name, names), text_list(names));
    return 2;
}

/* help NAME, where NAME is no command. */
static int help_unknown(const char *name)
{
    const char *names[COMMANDS + 2] = {"verdict"};
    for (int i = 0; i < COMMANDS; i++)
        names[i + 1] = commands[i].name;
    fprintf(stderr, "hakbench: no help on '%s'%s; there is of:%s\n", name, text_like(name, names), text_list(names));
    return 2;
}

static void end(void)
{
    exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
    xalloc_end = end;
    if (argc > 2 && strcmp(argv[1], "--launch") == 0)
        return launcher_main(argc - 2, argv + 2);
    if (argc == 2 && strcmp(argv[1], "--whose-malloc") == 0)
        return variant_whose_malloc();
    char *help[] = {argv[0], argc == 3 ? argv[2] : NULL, "--help", NULL};
    if (argc == 3 && strcmp(argv[1], "help") == 0 && strcmp(argv[2], "verdict") == 0) {
        rule_words_print(stdout);
        return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
    }
    if (argc == 3 && strcmp(argv[1], "help") == 0)
        argv = help;
    else if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0))
        return usage(stdout, 0);
    if (argc > 3 && strcmp(argv[1], "help") == 0) {
        fprintf(stderr, "hakbench: help %s %s: want one command, or verdict\n", argv[2], argv[3]);
        return 2;
    }
    for (int i = 0; argc > 1 && i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (argc < 2)
        return usage(stderr, 2);
    return argv == help ? help_unknown(argv[1]) : unknown(argv[1]);
}
