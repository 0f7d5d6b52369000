/* SPDX-License-Identifier: MIT */
/* expect_parse.h - an `expect` line as a tree: what expect_parse.c makes and expect.c evaluates. Nobody else includes it.
 */
#ifndef BENCH_EXPECT_PARSE_H
#define BENCH_EXPECT_PARSE_H

#include <stdbool.h>
#include <stddef.h>

enum { EXPECT_NODES = 48, EXPECT_TERMS = 12 };

enum expect_op { OP_AT_MOST, OP_AT_LEAST, OP_BELOW, OP_ABOVE, OP_EQUAL, EXPECT_OPS };

struct expect_node {
    enum { NODE_NUMBER, NODE_TERM, NODE_ADD, NODE_MULTIPLY, NODE_DIVIDE } kind;
    double number;
    int left, right; /* nodes */
    int term;
};

#define EXPECT_MEAN "geomean"

/* metric(label) */
struct expect_term {
    char metric[64], label[64];
    bool mean; /* geomean(...): its geometric mean over every workload */
};

struct expect_line {
    struct expect_node node[EXPECT_NODES];
    int node_count;
    struct expect_term term[EXPECT_TERMS];
    int term_count;
    int left, right; /* nodes */
    enum expect_op op;
    char workload[256]; /* empty: not said */
};

/* Syntax only. false: why holds one line. */
bool expect_parse(const char *text, struct expect_line *out, char *why, size_t size);

/* The value of a tree, its terms' values given. */
double expect_value(const struct expect_line *line, int node, const double *terms);

#endif
