/* SPDX-License-Identifier: MIT */
/* gates_table.c - prints gates. See gates_table.h.
 */
#include "bench/show/gates_table.h"
#include "bench/judge/outcome.h"
#include <string.h>

void gates_table_print(FILE *out, const struct experiment *e, const struct gate_result *gates)
{
    size_t width = 24;
    for (unsigned i = 0; i < e->expect_count; i++)
        if (strlen(gates[i].text) > width && strlen(gates[i].text) <= 100)
            width = strlen(gates[i].text);
    fprintf(out, "\n%-12s  %-*s  %s\n", "gate", (int)width, "expected before the run", "measured");
    for (unsigned i = 0; i < e->expect_count; i++)
        fprintf(out, "%-12s  %-*s  %s\n", gate_rows[gates[i].gate].name, (int)width, gates[i].text, gates[i].figure);
}
