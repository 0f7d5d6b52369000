/* SPDX-License-Identifier: MIT */
/* command.c - how every command of hakbench reads its arguments: argp, but a mistake is one line that says what would be right.
 */
#include "bench/cmd/command.h"
#include "bench/low/output.h"
#include "bench/low/tree.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char command_name[64] = "hakbench";

void command_bad(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "%s: ", command_name);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    exit(EXIT_BAD_INPUT);
}

const char *command_db(const char *db)
{
    static char path[4096];
    return db ? db : tree_kept(DB_DEFAULT, path, sizeof path);
}

const char *command_db_made(const char *db)
{
    const char *path = command_db(db);
    if (!db)
        output_folder(path, true); // what is wrong shows when the file is opened
    return path;
}

int command_end(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_OK;
    fprintf(stderr, "%s: standard output: %s\n", command_name, strerror(errno));
    return EXIT_FAILED;
}

/* What is known of one word while the options, those of children too, are walked. */
struct option_search {
    const char *word;
    size_t length;
    int begin, equal; /* options that begin with it, that are it; argp takes any beginning that fits one only */
    char names[512];
};

static void option_search(const struct argp *argp, struct option_search *s)
{
    for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++) {
        if (!o->name)
            continue;
        s->begin += strncmp(o->name, s->word, s->length) == 0;
        s->equal += strncmp(o->name, s->word, s->length) == 0 && strlen(o->name) == s->length;
        if (strlen(s->names) + strlen(o->name) + 4 < sizeof s->names)
            strcat(strcat(s->names, " --"), o->name);
    }
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        option_search(child->argp, s);
}

static void options_check(const struct argp *argp, int argc, char **argv)
{
    static const struct argp_option own[] = {{"help", 0, NULL, 0, NULL, 0}, {"usage", 0, NULL, 0, NULL, 0}, {0}};
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        struct option_search s = {.word = argv[i] + 2};
        if (strncmp(argv[i], "--", 2) != 0)
            continue;
        s.length = strcspn(s.word, "=");
        option_search(argp, &s);
        option_search(&(struct argp){.options = own}, &s);
        if (s.begin != 1 && s.equal != 1)
            command_bad("no option '%s'; options:%s", argv[i], s.names);
    }
}

/* What argp says goes through here: all but its second line, which sends the reader to --help. */
static ssize_t lines_write(void *cookie, const char *text, size_t size)
{
    (void)cookie;
    if (strncmp(text, "Try `", 5) != 0 && write(STDERR_FILENO, text, size) < 0)
        return 0;
    return (ssize_t)size;
}

static error_t parse_outer(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    if (key == ARGP_KEY_INIT) {
        FILE *lines = fopencookie(NULL, "w", (cookie_io_functions_t){.write = lines_write});
        if (lines && setvbuf(lines, NULL, _IOLBF, BUFSIZ) == 0)
            state->err_stream = lines;
        state->child_inputs[0] = state->input;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

void command_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    const struct argp_child children[] = {{argp, 0, NULL, 0}, {0}};
    const struct argp outer = {.parser = parse_outer, .children = children};
    snprintf(command_name, sizeof command_name, "hakbench %s", argv[0]);
    argv[0] = command_name;
    argp_err_exit_status = EXIT_BAD_INPUT;
    options_check(argp, argc, argv);
    argp_parse(&outer, argc, argv, 0, NULL, input);
}
