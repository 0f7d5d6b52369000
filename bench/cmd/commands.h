/* SPDX-License-Identifier: MIT */
/* commands.h - the list of the commands, each in cmd_<name>.c: argv[0] is the command's name; answers the exit status.
 */
#ifndef BENCH_COMMANDS_H
#define BENCH_COMMANDS_H

int cmd_run(int argc, char **argv);
int cmd_ab(int argc, char **argv);
int cmd_experiment(int argc, char **argv);
int cmd_task(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_noise(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_profile(int argc, char **argv);
int cmd_synth(int argc, char **argv);
int cmd_attribution(int argc, char **argv);
int cmd_bisect_toggles(int argc, char **argv);
int cmd_oracle(int argc, char **argv);
int cmd_push(int argc, char **argv);
int cmd_pull(int argc, char **argv);
int cmd_history(int argc, char **argv);
int cmd_site(int argc, char **argv);

#endif
