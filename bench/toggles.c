/* toggles.c - the flips between two variants. See toggles.h.
 */
#include "bench/toggles.h"
#include "bench/text.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 64, TEXT_MAX = 1024 };

/* NAME=value words by name, in order. */
struct words { char name[WORDS_MAX][48], value[WORDS_MAX][64]; int count; };

static int words_find(const struct words *w, const char *name)
{
    for (int i = 0; i < w->count; i++)
        if (strcmp(w->name[i], name) == 0)
            return i;
    return -1;
}

static bool words_add(struct words *w, const char *word, char *why, size_t size)
{
    size_t name = strcspn(word, "=");
    for (const char *c = word; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_=.,:/%@+-", *c))
            return text_fail(why, size, "'%.100s': want TOGGLE=value or HAKMEM_X=value", word);
    if (!word[name] || !name || name >= sizeof w->name[0] || strlen(word + name + 1) >= sizeof w->value[0])
        return text_fail(why, size, "'%.100s': want TOGGLE=value or HAKMEM_X=value", word);
    if (w->count == WORDS_MAX)
        return text_fail(why, size, "more than %d toggles and settings", WORDS_MAX);
    snprintf(w->name[w->count], sizeof w->name[0], "%.*s", (int)name, word);
    snprintf(w->value[w->count++], sizeof w->value[0], "%s", word + name + 1);
    return true;
}

/* What phases/resolve makes of the words: every toggle with its value. */
static bool states_read(const char *toggles, struct words *out, char *why, size_t size)
{
    char command[TEXT_MAX + 64], line[TEXT_MAX] = "";
    snprintf(command, sizeof command, "phases/resolve --states%s", toggles);
    FILE *pipe = popen(command, "r");
    if (!pipe || !fgets(line, sizeof line, pipe))
        snprintf(line, sizeof line, "error: phases/resolve does not run here; want the root of the tree");
    int status = pipe ? pclose(pipe) : 1;
    line[strcspn(line, "\n")] = 0;
    if (status)
        return text_fail(why, size, "%s", line + (strncmp(line, "error: ", 7) == 0 ? 7 : 0));
    for (char *save, *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save))
        if (!words_add(out, word, why, size))
            return false;
    return true;
}

/* A description in full: every toggle, then the settings given. */
static bool words_read(const char *text, struct words *out, char *why, size_t size)
{
    char copy[TEXT_MAX], toggles[TEXT_MAX] = "";
    struct words given = {.count = 0};
    if (strlen(text) >= sizeof copy)
        return text_fail(why, size, "'%.40s...': too long: at most %d characters", text, TEXT_MAX - 1);
    strcpy(copy, text);
    for (char *save, *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        if (!words_add(&given, word, why, size))
            return false;
        if (strncmp(word, "HAKMEM_", strlen("HAKMEM_")) != 0)
            text_add(toggles, sizeof toggles, " %s", word);
    }
    out->count = 0;
    if (!states_read(toggles, out, why, size))
        return false;
    for (int i = 0; i < given.count; i++) {
        char word[128];
        if (strncmp(given.name[i], "HAKMEM_", strlen("HAKMEM_")) != 0)
            continue;
        if (words_find(out, given.name[i]) >= 0)
            return text_fail(why, size, "%s is given twice", given.name[i]);
        snprintf(word, sizeof word, "%s=%s", given.name[i], given.value[i]);
        if (!words_add(out, word, why, size))
            return false;
    }
    return true;
}

/* NAME=value behind what is there; nothing for a setting that is not given. */
static void word_put(char *text, size_t size, const char *name, const char *value)
{
    if (*value)
        text_add(text, size, " %s=%s", name, value);
}

bool flips_between(const char *from, const char *to, struct flips *out, char *why, size_t size)
{
    struct words a, b;
    *out = (struct flips){.common = "PHASE=0"};
    if (!words_read(from, &a, why, size) || !words_read(to, &b, why, size))
        return false;
    for (int i = 0; i < a.count + b.count; i++) {
        const struct words *source = i < a.count ? &a : &b;
        const char *name = source->name[i < a.count ? i : i - a.count];
        int in_a = words_find(&a, name), in_b = words_find(&b, name);
        const char *value = in_a < 0 ? "" : a.value[in_a], *other = in_b < 0 ? "" : b.value[in_b];
        if (i >= a.count && in_a >= 0)
            continue;
        if (strcmp(value, other) == 0) {
            word_put(out->common, sizeof out->common, name, value);
            continue;
        }
        if (out->count == FLIPS_MAX)
            return text_fail(why, size, "more than %d toggles differ", FLIPS_MAX);
        struct flip *flip = &out->flip[out->count++];
        strcpy(flip->name, name);
        strcpy(flip->from, value);
        strcpy(flip->to, other);
    }
    return true;
}

char *flips_text(const struct flips *f, uint32_t set, char *out, size_t size)
{
    snprintf(out, size, "%s", f->common);
    for (int i = 0; i < f->count; i++)
        word_put(out, size, f->flip[i].name, set >> i & 1 ? f->flip[i].to : f->flip[i].from);
    return out;
}

char *flips_name(const struct flips *f, uint32_t set, char *out, size_t size)
{
    snprintf(out, size, "%s", set ? "" : "nothing");
    for (int i = 0; i < f->count; i++) {
        const struct flip *flip = &f->flip[i];
        if (!(set >> i & 1))
            continue;
        text_add(out, size, "%s%s %s -> %s", *out ? ", " : "", flip->name, *flip->from ? flip->from : "(not set)",
                 *flip->to ? flip->to : "(not set)");
    }
    return out;
}
