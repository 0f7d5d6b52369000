/* plot.c - data files and a call of gnuplot. */
#include "bench/plot.h"
#include "bench/text.h"

const char *const plot_names[] = {"throughput", "syscalls", "rss-time", "scaling", "gates", NULL};

unsigned plot_modes(const char *name)
{
    static const unsigned modes[] = {1u << MODE_TIME, 1u << MODE_COUNT | 1u << MODE_STRACE, 1u << MODE_MEMORY, 1u << MODE_TIME, 0};
    int index = text_index(plot_names, name);
    return index < 0 ? 0 : modes[index];
}

bool plot_draw(const char *name, const struct dataset *ds, const struct experiment *e, const struct expect_result *gates,
               const char *folder, char *why, size_t size)
{
    (void)ds, (void)e, (void)gates, (void)folder;
    return text_fail(why, size, "plot %s: nothing to draw", name);
}

bool plot_waterfall(const struct waterfall *w, const char *folder, char *why, size_t size)
{
    (void)folder;
    return text_fail(why, size, "plot %s: nothing to draw", w->name);
}
