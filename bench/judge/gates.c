/* gates.c - the gates of an experiment, judged together. See gates.h.
 */
#include "bench/judge/gates.h"
#include "bench/low/xalloc.h"

struct expect_result *gates_judge(const struct dataset *ds, const struct experiment *e)
{
    struct expect_result *gates = xalloc_zeroed(e->expect_count, sizeof *gates);
    for (unsigned i = 0; i < e->expect_count; i++)
        gates[i] = expect_judge(e->expect[i], ds, e->margin);
    return gates;
}
