/* SPDX-License-Identifier: MIT */
/* experiment_file.c - reads an experiment file and checks every name in it.
 *
 * libyaml's tree gives the labels of `variants` and the lines for messages; libcyaml then loads the file by a schema made of
 * them, so that a wrong key or a wrong type is its finding.
 */
#include "bench/cmd/experiment_file.h"
#include "bench/cmd/any.h"
#include "bench/cmd/measure.h"
#include "bench/data/rival.h"
#include "bench/judge/expect.h"
#include "bench/judge/verdict.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include "bench/low/words.h"
#include "bench/low/xalloc.h"
#include "bench/plan/given.h"
#include "bench/show/plot.h"
#include <cyaml/cyaml.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

enum { VARIANTS_MAX = 32 };

/* What libcyaml fills in. */
struct raw {
    char *question, *reference, *subject, *prepare, *cleanup, *sweeps, *margin;
    char *variants[VARIANTS_MAX];
    char **rivals, **workloads, **commands, **modes, **expect, **plots;
    unsigned rivals_count, workloads_count, commands_count, modes_count, expect_count, plots_count, repeat, warmup;
};

static const char *const keys[] = {"question", "variants", "reference", "subject", "rivals", "workloads",
                                   "modes",    "repeat",   "margin",    "expect",  "plots",  "commands",
                                   "prepare",  "cleanup",  "warmup",    "for",     NULL};

/* --- Where things stand in the file --------------------------------------------------------------------------------------- */

static const char *scalar(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "";
}

/* The pair of a key in the file's mapping; NULL: none. */
static const yaml_node_pair_t *find_key(yaml_document_t *doc, const char *key)
{
    yaml_node_t *root = yaml_document_get_root_node(doc);
    if (!root || root->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++)
        if (strcmp(scalar(yaml_document_get_node(doc, p->key)), key) == 0)
            return p;
    return NULL;
}

/* Line of a key, or of the index-th item of its sequence; 0 when unknown. */
static unsigned line_of(yaml_document_t *doc, const char *key, int index)
{
    const yaml_node_pair_t *pair = find_key(doc, key);
    yaml_node_t *node = pair ? yaml_document_get_node(doc, index < 0 ? pair->key : pair->value) : NULL;
    if (node && index >= 0 && node->type == YAML_SEQUENCE_NODE &&
        index < node->data.sequence.items.top - node->data.sequence.items.start)
        node = yaml_document_get_node(doc, node->data.sequence.items.start[index]);
    return node ? (unsigned)node->start_mark.line + 1 : 0;
}

/* The labels of `variants`; answers how many. They stay owned by the document. */
static unsigned find_labels(yaml_document_t *doc, const char **labels)
{
    const yaml_node_pair_t *pair = find_key(doc, "variants");
    yaml_node_t *node = pair ? yaml_document_get_node(doc, pair->value) : NULL;
    unsigned count = 0;
    if (node && node->type == YAML_MAPPING_NODE)
        for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++)
            if (count < VARIANTS_MAX)
                labels[count++] = scalar(yaml_document_get_node(doc, p->key));
    return count;
}

static bool read_tree(const char *path, yaml_document_t *doc, char *why, size_t size)
{
    yaml_parser_t parser;
    FILE *file = fopen(path, "r");
    if (!file)
        return text_fail(why, size, "%s: %m", path);
    bool good = yaml_parser_initialize(&parser);
    yaml_parser_set_input_file(&parser, file);
    good = good && yaml_parser_load(&parser, doc);
    if (!good) {
        const char *problem = parser.problem ? parser.problem : "no YAML";
        const char *hint = strstr(problem, "mapping values") ? "; a text that holds ': ' stands in quotes" : "";
        text_fail(why, size, "%s:%zu: %s%s", path, parser.problem_mark.line + 1, problem, hint);
    }
    yaml_parser_delete(&parser);
    fclose(file);
    if (good && !yaml_document_get_root_node(doc)) {
        yaml_document_delete(doc);
        return text_fail(why, size, "%s: it is empty; wants keys:%s", path, text_list(keys));
    }
    return good;
}

/* --- Loading -------------------------------------------------------------------------------------------------------------- */

static char **copy_list(char *const *list, unsigned count)
{
    char **copy = xalloc_need(calloc(count + 1, sizeof *copy));
    for (unsigned i = 0; i < count; i++)
        copy[i] = xalloc_need(strdup(list[i]));
    return copy;
}

static void use_raw(const struct raw *raw, const char **labels, unsigned count, struct experiment *e)
{
    e->question = xalloc_need(strdup(raw->question));
    e->variants = xalloc_need(calloc(count + 1, sizeof *e->variants));
    e->variant_count = count;
    for (unsigned i = 0; i < count; i++)
        e->variants[i] = (struct experiment_variant){xalloc_need(strdup(labels[i])), xalloc_need(strdup(raw->variants[i]))};
    bool all = raw->rivals_count == 1 && strcmp(raw->rivals[0], "all") == 0;
    e->rivals = copy_list(raw->rivals, e->rival_count = all ? 0 : raw->rivals_count);
    for (const struct rival *r = rivals; all && r->name; r++)
        experiment_append_rival(e, r->name);
    e->reference = xalloc_need(strdup(raw->reference ? raw->reference : count ? labels[0] : ""));
    e->subject = xalloc_need(strdup(raw->subject ? raw->subject : count ? labels[count - 1] : ""));
    e->workloads = copy_list(raw->workloads, e->workload_count = raw->workloads_count);
    e->prepare = raw->prepare ? xalloc_need(strdup(raw->prepare)) : NULL;
    e->cleanup = raw->cleanup ? xalloc_need(strdup(raw->cleanup)) : NULL;
    e->warmup = (int)raw->warmup;
    e->expect = copy_list(raw->expect, e->expect_count = raw->expect_count);
    e->plots = copy_list(raw->plots, e->plot_count = raw->plots_count);
    e->repeat = raw->repeat ? (int)raw->repeat : EXPERIMENT_REPEAT;
    e->margin = RULE_MARGIN;
}

static bool use_margin(const struct raw *raw, yaml_document_t *doc, struct experiment *e, char *why, size_t size)
{
    char one[128];
    return !raw->margin || margin_read(raw->margin, &e->margin, one, sizeof one) ||
           text_fail(why, size, "%s:%u: margin: %s", e->path, line_of(doc, "margin", -1), one);
}

static void append_workload(struct experiment *e, const char *name)
{
    e->workloads = xalloc_need(reallocarray(e->workloads, e->workload_count + 2, sizeof *e->workloads));
    e->workloads[e->workload_count++] = xalloc_need(strdup(name));
    e->workloads[e->workload_count] = NULL;
}

/* Commands are workloads behind the others. What runs around samples is read, too; whether a program is here is asked when it
 * is needed. */
static bool use_commands(const struct raw *raw, yaml_document_t *doc, struct experiment *e, char *why, size_t size)
{
    const struct {
        const char *key, *line;
    } around[] = {{"prepare", e->prepare}, {"cleanup", e->cleanup}};
    char one[1024];
    for (unsigned i = 0; i < raw->commands_count; i++) {
        const struct workload *w = given_named(raw->commands[i], one, sizeof one);
        if (!w)
            return text_fail(why, size, "%s:%u: %s", e->path, line_of(doc, "commands", (int)i), one);
        for (unsigned k = 0; k < e->workload_count; k++)
            if (strcmp(e->workloads[k], w->name) == 0)
                return text_fail(why, size, "%s:%u: '%s' stands there twice", e->path, line_of(doc, "commands", (int)i),
                                 w->name);
        append_workload(e, w->name);
    }
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        char **words = around[i].line ? words_split(around[i].line, one, sizeof one) : NULL;
        words_free(words);
        if (around[i].line && !words)
            return text_fail(why, size, "%s:%u: %s: %s", e->path, line_of(doc, around[i].key, -1), around[i].key, one);
    }
    return true;
}

/* for: threads=1,2,4 size=16,64: every workload with every combination. */
static bool use_sweeps(const struct raw *raw, yaml_document_t *doc, struct experiment *e, char *why, size_t size)
{
    struct sweep sweeps[SWEEPS_MAX];
    const struct workload *all[PLAN_WORKLOADS_MAX], *w;
    char one[1024], text[512];
    int sweep_count = 0, count = 0, more = 0;
    unsigned line = line_of(doc, "for", -1);
    snprintf(text, sizeof text, "%s", raw->sweeps);
    for (char *save, *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        if (sweep_count == SWEEPS_MAX)
            return text_fail(why, size, "%s:%u: for: at most %d arguments", e->path, line, SWEEPS_MAX);
        if (!sweep_read(word, &sweeps[sweep_count++], one, sizeof one))
            return text_fail(why, size, "%s:%u: %s", e->path, line, one);
    }
    for (unsigned i = 0; i < e->workload_count; i++, count += more) {
        w = workload_find(e->workloads[i], one, sizeof one);
        more = w ? any_expand(w, sweeps, sweep_count, all + count, PLAN_WORKLOADS_MAX - count, one, sizeof one) : -1;
        if (more < 0)
            return text_fail(why, size, "%s:%u: %s", e->path, line, one);
        free(e->workloads[i]);
    }
    e->workload_count = 0;
    for (int i = 0; i < count; i++)
        append_workload(e, all[i]->name);
    return true;
}

/* The modes that are named, as bits. */
static bool use_modes(const struct raw *raw, yaml_document_t *doc, struct experiment *e, char *why, size_t size)
{
    for (unsigned i = 0; i < raw->modes_count; i++) {
        unsigned m = 0;
        while (m < MODES && strcmp(raw->modes[i], mode_rows[m].name) != 0)
            m++;
        if (m == MODES) {
            text_fail(why, size, "%s:%u: no mode '%s'; modes:", e->path, line_of(doc, "modes", (int)i), raw->modes[i]);
            for (m = 0; m < MODES; m++)
                text_add(why, size, " %s", mode_rows[m].name);
            return false;
        }
        e->modes |= 1u << m;
    }
    return true;
}

struct complaint {
    char first[256], field[64];
    unsigned line;
};

/* libcyaml complains in several messages: what, then where. */
static void note_complaint(cyaml_log_t level, void *context, const char *format, va_list list)
{
    struct complaint *c = context;
    char text[256];
    (void)level;
    vsnprintf(text, sizeof text, format, list);
    text[strcspn(text, "\n")] = 0;
    const char *line = strstr(text, "(line: ");
    if (!c->first[0])
        snprintf(c->first, sizeof c->first, "%s", strncmp(text, "Load: ", 6) == 0 ? text + 6 : text);
    else if (line && !c->line) {
        c->line = (unsigned)strtoul(line + 7, NULL, 10);
        sscanf(text, "Load:   in mapping field '%60[^']", c->field);
        sscanf(text, "  in mapping field '%60[^']", c->field);
    }
}

/* What libcyaml found wrong, in words of who wrote the file. */
static void complaint_words(const struct complaint *c, char *out, size_t size)
{
    static const char missing[] = "Missing required mapping field: ", number[] = "Invalid UINT value: ",
                      wide[] = "Invalid uint64_t value: ";
    static const char *const wanted[][2] = {{"Expecting STRING", "want one text"},
                                            {"Expecting SEQUENCE", "want a list, as in [a, b]"},
                                            {"Expecting MAPPING", "want names with values, as in {A: PHASE=11, B: PHASE=12}"},
                                            {"Expecting UINT", "want one number"}};
    const char *field = c->field[0] ? c->field : "the file", *value = strchr(c->first, '\'');
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strncmp(c->first, wanted[i][0], strlen(wanted[i][0])) == 0) {
            snprintf(out, size, "%s: %s", field, wanted[i][1]);
            return;
        }
    if (strncmp(c->first, missing, sizeof missing - 1) == 0)
        snprintf(out, size, "the key '%s' is missing", c->first + sizeof missing - 1);
    else if (value && (strncmp(c->first, number, sizeof number - 1) == 0 || strncmp(c->first, wide, sizeof wide - 1) == 0))
        snprintf(out, size, "%s: %s: want a whole number", field, value);
    else
        snprintf(out, size, "%s%s%s", c->field, c->field[0] ? ": " : "", c->first);
}

#define LIST(key, member) \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw, member, &string, 0, CYAML_UNLIMITED)

#define STRING(key, member) \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw, member, 1, CYAML_UNLIMITED)

/* Loads into e, or says what libcyaml found wrong. */
static bool load_file(const char *path, yaml_document_t *doc, struct experiment *e, char *why, size_t size)
{
    static const cyaml_schema_value_t string = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, CYAML_UNLIMITED)};
    const char *labels[VARIANTS_MAX];
    unsigned count = find_labels(doc, labels);
    cyaml_schema_field_t variants[VARIANTS_MAX + 1] = {0};
    for (unsigned i = 0; i < count; i++)
        variants[i] = (cyaml_schema_field_t){
            .key = labels[i],
            .data_offset = (uint32_t)(i * sizeof(char *)),
            .value = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, char, 0, CYAML_UNLIMITED)}};
    const cyaml_schema_field_t fields[] = {
        CYAML_FIELD_STRING_PTR("question", CYAML_FLAG_POINTER, struct raw, question, 1, CYAML_UNLIMITED),
        STRING("reference", reference),
        STRING("subject", subject),
        CYAML_FIELD_MAPPING("variants", CYAML_FLAG_DEFAULT, struct raw, variants, variants),
        LIST("rivals", rivals),
        LIST("workloads", workloads),
        LIST("commands", commands),
        STRING("prepare", prepare),
        STRING("cleanup", cleanup),
        STRING("for", sweeps),
        CYAML_FIELD_UINT("warmup", CYAML_FLAG_OPTIONAL, struct raw, warmup),
        LIST("modes", modes),
        LIST("expect", expect),
        LIST("plots", plots),
        CYAML_FIELD_UINT("repeat", CYAML_FLAG_OPTIONAL, struct raw, repeat),
        STRING("margin", margin),
        CYAML_FIELD_END};
    const cyaml_schema_value_t top = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw, fields)};
    struct complaint complaint = {0};
    char words[512];
    const cyaml_config_t config = {
        .log_fn = note_complaint, .log_ctx = &complaint, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR};
    struct raw *raw = NULL;
    cyaml_err_t error = cyaml_load_file(path, &config, &top, (cyaml_data_t **)&raw, NULL);
    if (error == CYAML_OK && raw) {
        use_raw(raw, labels, count, e);
        bool good = use_margin(raw, doc, e, why, size) && use_modes(raw, doc, e, why, size) &&
                    use_commands(raw, doc, e, why, size) &&
                    (!raw->sweeps || use_sweeps(raw, doc, e, why, size));
        cyaml_free(&config, &top, raw, 0);
        return good;
    }
    static const char unknown[] = "Unexpected key: ";
    if (strncmp(complaint.first, unknown, sizeof unknown - 1) == 0) {
        const char *key = complaint.first + sizeof unknown - 1;
        return text_fail(why, size, "%s:%u: unknown key '%s'; keys:%s", path, line_of(doc, key, -1), key, text_list(keys));
    }
    if (!complaint.first[0])
        snprintf(complaint.first, sizeof complaint.first, "%s", cyaml_strerror(error));
    complaint_words(&complaint, words, sizeof words);
    return text_fail(why, size, "%s:%u: %s", path, complaint.line ? complaint.line : 1, words);
}

/* --- Names ---------------------------------------------------------------------------------------------------------------- */

/* The item of a list that has a wrong name: "file:line: no <what> 'name'; <what>s: ...". */
static bool wrong_name(const struct experiment *e, yaml_document_t *doc, const char *key, int index, const char *what,
                       const char *name, const char *valid, char *why, size_t size)
{
    return text_fail(why, size, "%s:%u: no %s '%s'; %ss:%s", e->path, line_of(doc, key, index), what, name, what, valid);
}

static bool check_variants(const struct experiment *e, yaml_document_t *doc, char *why, size_t size)
{
    char labels[1024] = "", rival[64], other[64];
    bool found = false, subject = false;
    for (unsigned i = 0; i < e->variant_count; i++) {
        found |= strcmp(e->reference, e->variants[i].label) == 0;
        subject |= strcmp(e->subject, e->variants[i].label) == 0;
        if (strcmp(e->variants[i].label, BEST_RIVAL) == 0)
            return text_fail(why, size, "%s:%u: '" BEST_RIVAL "' means the best rival in gates; give the variant another label",
                             e->path, line_of(doc, "variants", -1));
        text_add(labels, sizeof labels, " %s", e->variants[i].label);
    }
    for (unsigned i = 0; i < e->rival_count; i++) {
        experiment_rival_label(e->rivals[i], rival, sizeof rival);
        found |= strcmp(e->reference, rival) == 0;
        text_add(labels, sizeof labels, " %s", rival);
        if (!rival_find(rival) && !strchr(e->rivals[i], '='))
            return wrong_name(e, doc, "rivals", (int)i, "rival", e->rivals[i], rival_names(), why, size);
        for (unsigned k = 0; k < e->variant_count; k++)
            if (strcmp(rival, e->variants[k].label) == 0)
                return text_fail(why, size, "%s:%u: '%s' is a variant's label, too", e->path, line_of(doc, "rivals", (int)i),
                                 rival);
        for (unsigned k = 0; k < i; k++) {
            experiment_rival_label(e->rivals[k], other, sizeof other);
            if (strcmp(rival, other) == 0)
                return text_fail(why, size, "%s:%u: rival '%s' twice", e->path, line_of(doc, "rivals", (int)i), rival);
        }
    }
    if (!subject)
        return wrong_name(e, doc, "subject", -1, "label", e->subject, labels, why, size);
    if (!found)
        return wrong_name(e, doc, "reference", -1, "label", e->reference, labels, why, size);
    return true;
}

static bool check_names(const struct experiment *e, yaml_document_t *doc, char *why, size_t size)
{
    char one[1500];
    if (!check_variants(e, doc, why, size))
        return false;
    if (!e->workload_count)
        return text_fail(why, size, "%s: no workloads; add: workloads: [random_mixed-seed]", e->path);
    for (unsigned i = 0; i < e->workload_count; i++) {
        if (!workload_find(e->workloads[i], one, sizeof one))
            return text_fail(why, size, "%s:%u: %s", e->path, line_of(doc, "workloads", (int)i), one);
        for (unsigned k = 0; k < i; k++)
            if (strcmp(e->workloads[i], e->workloads[k]) == 0)
                return text_fail(why, size, "%s:%u: '%s' stands there twice", e->path, line_of(doc, "workloads", (int)i),
                                 e->workloads[i]);
    }
    for (unsigned i = 0; i < e->plot_count; i++)
        if (!plot_find(e->plots[i]))
            return wrong_name(e, doc, "plots", (int)i, "plot", e->plots[i], plot_list(), why, size);
    for (unsigned i = 0; i < e->expect_count; i++)
        if (!expect_check(e->expect[i], e, one, sizeof one))
            return text_fail(why, size, "%s:%u: %s", e->path, line_of(doc, "expect", (int)i), one);
    return true;
}

/* Unless the file gives its modes: those that gates and plots need, and count. */
static void choose_modes(struct experiment *e)
{
    unsigned all = 1u << MODE_COUNT;
    e->modes_given = e->modes != 0;
    e->workload_modes = xalloc_zeroed(e->workload_count, sizeof *e->workload_modes);
    for (unsigned i = 0; i < e->plot_count; i++)
        all |= plot_find(e->plots[i])->modes;
    for (unsigned w = 0; w < e->workload_count; w++) {
        e->workload_modes[w] = all;
        for (unsigned i = 0; i < e->expect_count; i++)
            e->workload_modes[w] |= expect_modes(e->expect[i], e->workloads[w]);
    }
    for (unsigned w = 0; w < e->workload_count && !e->modes_given; w++)
        all |= e->workload_modes[w];
    e->modes = e->modes_given ? e->modes : all;
}

/* What only timing heeds is refused where nothing is timed. */
static bool check_timing(const struct experiment *e, yaml_document_t *doc, char *why, size_t size)
{
    static const char *const timed[] = {"repeat", "warmup", NULL};
    for (int i = 0; timed[i] && !(e->modes & 1u << MODE_TIME); i++)
        if (find_key(doc, timed[i]))
            return text_fail(why, size, "%s:%u: %s is for times, but no gate, plot or mode of this file asks for times",
                             e->path, line_of(doc, timed[i], -1), timed[i]);
    return true;
}

struct experiment *experiment_load(const char *path, char *why, size_t size)
{
    yaml_document_t doc;
    if (!read_tree(path, &doc, why, size))
        return NULL;
    struct experiment *e = xalloc_need(calloc(1, sizeof *e));
    char copy[512];
    snprintf(e->path, sizeof e->path, "%s", path);
    snprintf(copy, sizeof copy, "%s", path);
    snprintf(e->name, sizeof e->name, "%s", basename(copy));
    size_t length = strlen(e->name);
    if (length > 5 && strcmp(e->name + length - 5, ".yaml") == 0)
        e->name[length - 5] = 0;
    bool good = load_file(path, &doc, e, why, size) && check_names(e, &doc, why, size);
    if (good) {
        choose_modes(e);
        good = check_timing(e, &doc, why, size);
    }
    yaml_document_delete(&doc);
    if (good)
        return e;
    experiment_free(e);
    return NULL;
}

/* --- The folder ----------------------------------------------------------------------------------------------------------- */

char **experiment_names(void)
{
    glob_t found;
    char path[4096];
    size_t count = glob(tree_path("experiments/*.yaml", path, sizeof path), 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    char **names = xalloc_need(calloc(count + 1, sizeof *names));
    for (size_t i = 0; i < count; i++) {
        const char *file = strrchr(found.gl_pathv[i], '/') + 1;
        names[i] = xalloc_need(strndup(file, strlen(file) - 5));
    }
    globfree(&found);
    return names;
}

void experiment_names_free(char **names)
{
    for (size_t i = 0; names[i]; i++)
        free(names[i]);
    free(names);
}

struct experiment *experiment_find(const char *name, char *why, size_t size)
{
    char path[512], whole[4096];
    if (strchr(name, '/') || strstr(name, ".yaml") || strstr(name, ".yml"))
        return experiment_load(name, why, size);
    snprintf(path, sizeof path, "experiments/%s.yaml", name);
    if (access(tree_path(path, whole, sizeof whole), F_OK) == 0)
        return experiment_load(whole, why, size);
    char **names = experiment_names();
    const char *const *known = (const char *const *)names;
    text_fail(why, size, "no experiment '%s'%s; experiments:%s", name, text_like(name, known), text_list(known));
    experiment_names_free(names);
    return NULL;
}
