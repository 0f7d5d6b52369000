/* SPDX-License-Identifier: MIT */
/* expect_parse.c - one `expect` line to a tree, by recursive descent; expect.h has the grammar. */
#include "bench/judge/expect_parse.h"
#include "bench/low/text.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const char *text, *at;
    struct expect_line *line;
    char *why;
    size_t size;
    bool failed;
};

static void skip_blanks(struct parser *p)
{
    p->at += strspn(p->at, " \t");
}

/* Only the first complaint is kept. */
static int complain(struct parser *p, const char *what)
{
    if (!p->failed)
        text_fail(p->why, p->size, "expect '%s': %s at '%s'; form: metric(label) <= 0.3 * metric(label) on workload", p->text,
                  what, *p->at ? p->at : "its end");
    p->failed = true;
    return 0;
}

static int add_node(struct parser *p, struct expect_node node)
{
    if (p->line->node_count == EXPECT_NODES)
        return complain(p, "it is too long");
    p->line->node[p->line->node_count] = node;
    return p->line->node_count++;
}

static bool take(struct parser *p, const char *token)
{
    skip_blanks(p);
    size_t length = strlen(token);
    if (strncmp(p->at, token, length) != 0)
        return false;
    p->at += length;
    return true;
}

static int parse_number(struct parser *p)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {{"%", 0.01}, {"KiB", 1}, {"MiB", 1024}, {"GiB", 1048576}};
    char *end;
    double number = strtod(p->at, &end);
    p->at = end;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (take(p, units[i].name)) {
            number *= units[i].factor;
            break;
        }
    return add_node(p, (struct expect_node){.kind = NODE_NUMBER, .number = number});
}

static void copy_part(char *out, size_t size, const char *from, size_t length)
{
    snprintf(out, size, "%.*s", (int)length, from);
}

/* metric(label), or geomean(metric(label)). */
static int parse_term(struct parser *p)
{
    bool mean = take(p, EXPECT_MEAN "(");
    skip_blanks(p);
    size_t length = strcspn(p->at, "() \t<>=*/+");
    const char *name = p->at;
    p->at += length;
    if (!length || !take(p, "("))
        return complain(p, mean ? "metric(label) is wanted" : "a number or metric(label) is wanted");
    skip_blanks(p);
    const char *label = p->at;
    p->at += strcspn(p->at, ")");
    if (*p->at != ')' || p->at == label)
        return complain(p, "a label and ')' are wanted");
    if (p->line->term_count == EXPECT_TERMS)
        return complain(p, "it has too many terms");
    struct expect_term *term = &p->line->term[p->line->term_count];
    copy_part(term->metric, sizeof term->metric, name, length);
    size_t label_length = (size_t)(p->at++ - label);
    while (isspace((unsigned char)label[label_length - 1]))
        label_length--;
    copy_part(term->label, sizeof term->label, label, label_length);
    term->mean = mean;
    if (mean && !take(p, ")"))
        return complain(p, "')' is wanted");
    return add_node(p, (struct expect_node){.kind = NODE_TERM, .term = p->line->term_count++});
}

static int parse_sum(struct parser *p);

static int parse_factor(struct parser *p)
{
    if (p->failed)
        return 0;
    skip_blanks(p);
    if (isdigit((unsigned char)*p->at) || (*p->at == '.' && isdigit((unsigned char)p->at[1])))
        return parse_number(p);
    if (!take(p, "("))
        return parse_term(p);
    int node = parse_sum(p);
    return take(p, ")") ? node : complain(p, "')' is wanted");
}

static int parse_product(struct parser *p)
{
    int left = parse_factor(p);
    while (!p->failed) {
        bool multiply = take(p, "*");
        if (!multiply && !take(p, "/"))
            break;
        int right = parse_factor(p);
        left = add_node(p, (struct expect_node){.kind = multiply ? NODE_MULTIPLY : NODE_DIVIDE, .left = left, .right = right});
    }
    return left;
}

static int parse_sum(struct parser *p)
{
    int left = parse_product(p);
    while (!p->failed && take(p, "+")) {
        int right = parse_product(p);
        left = add_node(p, (struct expect_node){.kind = NODE_ADD, .left = left, .right = right});
    }
    return left;
}

bool expect_parse(const char *text, struct expect_line *out, char *why, size_t size)
{
    static const char *const ops[EXPECT_OPS] = {"<=", ">=", "<", ">", "=="};
    struct parser p = {.text = text, .at = text, .line = out, .why = why, .size = size};
    memset(out, 0, sizeof *out);
    out->left = parse_sum(&p);
    while (!p.failed && out->op < EXPECT_OPS && !take(&p, ops[out->op]))
        out->op++;
    if (!p.failed && out->op == EXPECT_OPS)
        complain(&p, "one of <= >= < > == is wanted");
    out->right = parse_sum(&p);
    skip_blanks(&p);
    if (!p.failed && *p.at && (strncmp(p.at, "on", 2) != 0 || !isspace((unsigned char)p.at[2])))
        complain(&p, "'on' and a workload, or nothing more, is wanted");
    if (!p.failed && *p.at) {
        p.at += 2;
        skip_blanks(&p);
        size_t length = strlen(p.at);
        while (length && isspace((unsigned char)p.at[length - 1]))
            length--;
        copy_part(out->workload, sizeof out->workload, p.at, length);
    }
    if (!p.failed && !out->term_count)
        complain(&p, "nothing measured is compared");
    return !p.failed;
}

double expect_value(const struct expect_line *line, int node, const double *terms)
{
    const struct expect_node *n = &line->node[node];
    switch (n->kind) {
    case NODE_NUMBER:
        return n->number;
    case NODE_TERM:
        return terms[n->term];
    case NODE_ADD:
        return expect_value(line, n->left, terms) + expect_value(line, n->right, terms);
    case NODE_MULTIPLY:
        return expect_value(line, n->left, terms) * expect_value(line, n->right, terms);
    default:
        return expect_value(line, n->left, terms) / expect_value(line, n->right, terms);
    }
}
