/* SPDX-License-Identifier: MIT */
/* plot.c - calls gnuplot, and turns its SVG into one that takes the ink of the page it stands in. See plot.h.
 *
 * gnuplot reads a data file that is gone afterwards, and is told everything else with -e.
 */
#include "bench/show/plot.h"
#include "bench/data/rival.h"
#include "bench/low/text.h"
#include "bench/low/tree.h"
#include "bench/show/asked_show.h"
#include "bench/show/plot_data.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* One call of gnuplot. */
struct drawing {
    const char *name, *template, *folder;
    char data[700], log[700], settings[8000];
    int width, height;
};

const struct plot_row *plot_find(const char *name)
{
    for (const struct plot_row *row = plot_rows; row->name; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

const char *plot_list(void)
{
    static char text[256];
    text[0] = 0;
    for (const struct plot_row *row = plot_rows; row->name; row++)
        text_add(text, sizeof text, " %s", row->name);
    return text;
}

/* --- gnuplot -------------------------------------------------------------------------------------------------------------- */

/* The last line of what gnuplot said: an error stands below the command that it is about. */
static void last_line(const char *path, char *line, size_t size)
{
    char one[512];
    FILE *file = fopen(path, "r");
    line[0] = 0;
    while (file && fgets(one, sizeof one, file)) {
        one[strcspn(one, "\n")] = 0;
        if (one[strspn(one, " \t^")])
            snprintf(line, size, "%.*s", (int)size - 1, one);
    }
    if (file)
        fclose(file);
}

static bool gnuplot_run(const struct drawing *d, bool svg, char *why, size_t size)
{
    char set[10000], template[128], said[512], path[2][4096];
    posix_spawn_file_actions_t files;
    pid_t pid;
    int status = 0;
    char identifier[64];
    snprintf(identifier, sizeof identifier, "%s", d->name);
    for (char *dash = identifier; (dash = strchr(dash, '-'));)
        *dash = '_';
    snprintf(set, sizeof set, "svg=%d;output='%s/%s.%s';width=%d;height=%d;plot_name='%s';data='%s';families='%s';%s", svg,
             d->folder, d->name, svg ? "svg" : "png", d->width, d->height, identifier, d->data, rival_colours(), d->settings);
    snprintf(template, sizeof template, "plots/%s.gp", d->template);
    char *arguments[] = {"gnuplot", "-e", set, (char *)tree_path("plots/style.gp", path[0], sizeof path[0]),
                         (char *)tree_path(template, path[1], sizeof path[1]), NULL};
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, d->log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int error = posix_spawnp(&pid, "gnuplot", &files, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    if (error)
        return text_fail(why, size, "plot %s: gnuplot cannot be run (%s); try: make deps", d->name, strerror(error));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    last_line(d->log, said, sizeof said);
    unlink(d->log);
    if (status || said[0])
        return text_fail(why, size, "plot %s: gnuplot: %s", d->name, said[0] ? said : "failed without a word");
    return true;
}

/* --- The SVG -------------------------------------------------------------------------------------------------------------- */

/* Writes a line with every `from` in it as `to`; an empty pair ends the list. */
static void write_replaced(FILE *out, const char *line, const char *const (*pair)[2])
{
    while (*line) {
        int hit = 0;
        while (pair[hit][0] && strncmp(line, pair[hit][0], strlen(pair[hit][0])) != 0)
            hit++;
        if (pair[hit][0]) {
            fputs(pair[hit][1], out);
            line += strlen(pair[hit][0]);
        } else {
            fputc(*line++, out);
        }
    }
}

/* Ink becomes currentColor, names get the plot's name before them (several plots stand in one page), and the titles that
 * gnuplot gives to each curve, which are pieces of its own language, go. */
static bool svg_finish(const struct drawing *d, char *why, size_t size)
{
    char root[64], path[700], work[700], symbol[64], use[64], canvas[64], box[64], grey[64], line[65536];
    snprintf(path, sizeof path, "%s/%s.svg", d->folder, d->name);
    snprintf(work, sizeof work, "%s/.%s.svg", d->folder, d->name);
    snprintf(root, sizeof root, "<svg role=\"img\" style=\"max-width:%dpx\" ", d->width);
    snprintf(symbol, sizeof symbol, "id='%s-gp", d->name);
    snprintf(use, sizeof use, "'#%s-gp", d->name);
    snprintf(canvas, sizeof canvas, "id=\"%s-canvas\"", d->name);
    snprintf(box, sizeof box, "id='%s-textbox'", d->name);
    snprintf(grey, sizeof grey, "id='%s-greybox'", d->name);
    const char *const pairs[][2] = {
        {"<svg ", root},
        {"rgb(112, 112, 113)", "currentColor"},
        {"rgb(112,112,113)", "currentColor"},
        {" color=\"black\"", ""},
        {" color=\"gray\"", ""},
        {" color=\"white\"", ""},
        {"id='gp", symbol},
        {"'#gp", use},
        {"id=\"gnuplot_canvas\"", canvas},
        {"id='textbox'", box},
        {"id='greybox'", grey},
        {"<desc>", "<style>svg{color:#404040}@media(prefers-color-scheme:dark){svg{color:#c8c8c8}}</style>\n<desc>"},
        {NULL, NULL}};
    FILE *in = fopen(path, "r"), *out = fopen(work, "w");
    while (in && out && fgets(line, sizeof line, in)) {
        char *title = strstr(line, "<title>"), *end = strstr(line, "</title>");
        if (title && end && strstr(line, "<g id="))
            memmove(title, end + 8, strlen(end + 8) + 1);
        write_replaced(out, line, pairs);
    }
    bool good = in && out && !ferror(out);
    if (in)
        fclose(in);
    if (out && fclose(out))
        good = false;
    if (good && rename(work, path) == 0)
        return true;
    text_fail(why, size, "%s: %m", path);
    unlink(work);
    return false;
}

/* Has gnuplot, which does not look, written all of it? */
static bool is_whole(const struct drawing *d, bool svg, char *why, size_t size)
{
    char path[700], tail[16] = "";
    snprintf(path, sizeof path, "%s/%s.%s", d->folder, d->name, svg ? "svg" : "png");
    FILE *file = fopen(path, "r");
    size_t got = file && fseek(file, -(long)sizeof tail, SEEK_END) == 0 ? fread(tail, 1, sizeof tail, file) : 0;
    if (file)
        fclose(file);
    if (got && memmem(tail, got, svg ? "</svg>" : "IEND", svg ? 6 : 4))
        return true;
    return text_fail(why, size, "plot %s: %s could not be written whole: is there room?", d->name, path);
}

static bool picture(const struct drawing *d, bool svg, char *why, size_t size)
{
    char path[700];
    if (gnuplot_run(d, svg, why, size) && is_whole(d, svg, why, size) &&
        (!svg || (svg_finish(d, why, size) && is_whole(d, svg, why, size))))
        return true;
    snprintf(path, sizeof path, "%s/%s.%s", d->folder, d->name, svg ? "svg" : "png");
    unlink(path); /* it may be a part only */
    return false;
}

/* SVG and PNG; the data file goes. */
static bool draw(const struct drawing *d, char *why, size_t size)
{
    bool good = picture(d, true, why, size) && picture(d, false, why, size);
    unlink(d->data);
    return good;
}

/* --- Drawing -------------------------------------------------------------------------------------------------------------- */

static FILE *data_open(struct drawing *d, const char *name, const char *template, const char *folder, char *why, size_t size)
{
    *d = (struct drawing){.name = name, .template = template, .folder = folder};
    mkdir(folder, 0777);
    snprintf(d->data, sizeof d->data, "%s/.%s.dat", folder, name);
    snprintf(d->log, sizeof d->log, "%s/.%s.log", folder, name);
    FILE *out = strpbrk(folder, "'\"") ? NULL : fopen(d->data, "w");
    if (!out)
        text_fail(why, size, "plot %s: cannot write %s: %m", name, d->data);
    return out;
}

/* The data is whole on the disk; false: it goes, and why says so. */
static bool data_close(const struct drawing *d, FILE *out, char *why, size_t size)
{
    bool good = !ferror(out);
    if (fclose(out) == 0 && good)
        return true;
    unlink(d->data);
    return text_fail(why, size, "plot %s: %s could not be written whole: is there room?", d->name, d->data);
}

/* What legends say: outcomes of gates with colour and mark, kinds of system calls. */
static const char *legends(void)
{
    static char text[512];
    char names[128] = "", colours[64] = "", points[32] = "";
    for (int g = 0; g < GATES; g++) {
        text_add(names, sizeof names, "\"%s\" ", gate_rows[g].name);
        text_add(colours, sizeof colours, "%s ", gate_rows[g].colour);
        text_add(points, sizeof points, "%d ", gate_rows[g].point);
    }
    snprintf(text, sizeof text, "gate_names='%s';gate_colours='%s';gate_points='%s';call_names='", names, colours, points);
    for (int k = 0; k < MEMORY_CALLS; k++)
        text_add(text, sizeof text, "%s ", memory_calls[k]);
    text_add(text, sizeof text, "other'");
    return text;
}

bool plot_draw(const char *name, const struct dataset *ds, const struct experiment *e, const struct gate_result *gates,
               const char *folder, char *why, size_t size)
{
    struct drawing d;
    struct plot_shape shape;
    const struct plot_row *row = plot_find(name);
    if (!row)
        return text_fail(why, size, "no plot '%s'; plots:%s", name, plot_list());
    FILE *out = data_open(&d, row->name, row->name, folder, why, size);
    if (!out)
        return false;
    shape = (struct plot_shape){.row_height = row->row_height, .panel_height = row->panel_height, .width = row->width};
    row->write(out, &(struct plot_source){ds, gates, gates && e ? e->expect_count : 0}, &shape);
    if (!data_close(&d, out, why, size))
        return false;
    if (!shape.panels) {
        unlink(d.data);
        return text_fail(why, size, "plot %s: nothing of it was measured", name);
    }
    int columns = shape.panels > 8 ? 3 : shape.panels > 1 ? 2 : 1, rows = (shape.panels + columns - 1) / columns;
    d.width = columns == 3 ? 1200 : columns == 2 ? 960 : shape.width < 640 ? 640 : shape.width;
    d.height = rows * (shape.panel_height + shape.rows * shape.row_height);
    snprintf(
        d.settings, sizeof d.settings,
        "panels=%d;panel_rows=%d;panel_columns=%d;rows=%d;titles='%s';tops='%s';ends='%s';units='%s';least=%g;%s",
        shape.panels, rows, columns, shape.rows, shape.titles, shape.tops, shape.ends, shape.units, shape.least, legends());
    return draw(&d, why, size);
}

bool plot_own(const struct plot_own *p, const char *folder, char *why, size_t size)
{
    struct drawing d;
    FILE *out = data_open(&d, p->name, p->template, folder, why, size);
    if (!out)
        return false;
    p->write(out, p->from, d.settings, sizeof d.settings);
    if (!data_close(&d, out, why, size))
        return false;
    d.width = p->width;
    d.height = p->height;
    return draw(&d, why, size);
}

bool plot_waterfall(const struct waterfall *w, const char *folder, char *why, size_t size)
{
    struct drawing d;
    struct plot_shape shape = {0};
    FILE *out = data_open(&d, w->name, "waterfall", folder, why, size);
    if (!out)
        return false;
    plot_data_waterfall(out, w, &shape);
    if (!data_close(&d, out, why, size))
        return false;
    d.width = 240 + 110 * (int)w->step_count > 640 ? 240 + 110 * (int)w->step_count : 640;
    d.height = 380;
    snprintf(d.settings, sizeof d.settings, "columns=%zu;title_text='%s';unit_text='%s';%s", w->step_count + 2, w->title,
             w->unit, shape.tops);
    return draw(&d, why, size);
}

bool plot_asked(const struct asked *a, const char *folder, char *why, size_t size)
{
    struct drawing d;
    FILE *out = data_open(&d, a->name, "profile", folder, why, size);
    if (!out)
        return false;
    asked_plot_data(out, a);
    if (!data_close(&d, out, why, size))
        return false;
    d.width = 960;
    d.height = 560;
    return draw(&d, why, size);
}
