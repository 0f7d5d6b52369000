/* SPDX-License-Identifier: MIT */
/* toggles.c - the flips between two variants. See toggles.h.
 */
#include "bench/plan/toggles.h"
#include "bench/low/text.h"
#include "bench/plan/build.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 64 };

/* NAME=value words by name, in order. The revision is one of them. */
struct words { char name[WORDS_MAX][48], value[WORDS_MAX][128]; int count; };

static int words_find(const struct words *w, const char *name)
{
    for (int i = 0; i < w->count; i++)
        if (strcmp(w->name[i], name) == 0)
            return i;
    return -1;
}

static bool words_add(struct words *w, const char *name, const char *value, char *why, size_t size)
{
    if (words_find(w, name) >= 0)
        return text_fail(why, size, "%s is given twice", name);
    if (w->count == WORDS_MAX || strlen(name) >= sizeof w->name[0] || strlen(value) >= sizeof w->value[0])
        return text_fail(why, size, "%.100s: more than %d toggles and settings, or a name of more than %zu characters", name,
                         WORDS_MAX, sizeof w->name[0] - 1);
    strcpy(w->name[w->count], name);
    strcpy(w->value[w->count++], value);
    return true;
}

static bool words_part(char *text, struct words *out, char *why, size_t size)
{
    for (char *save, *word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
        char *value = word + strcspn(word, "=");
        value += *value ? (*value = 0, 1) : 0;
        if (!words_add(out, word, value, why, size))
            return false;
    }
    return true;
}

/* The tree that knows the toggles: a revision's own, which is there once a variant of it is built. */
static bool root_find(const struct build *b, char *root, size_t room, char *why, size_t size)
{
    char library[1024] = "";
    if (*b->revision && !build_library(b, library, sizeof library, why, size))
        return false;
    build_root(b, library, root, room);
    return true;
}

/* A description in full: the revision, every toggle as phases/resolve sets it, then the settings given. */
static bool words_read(const char *text, struct words *out, char *why, size_t size)
{
    struct build b;
    char root[1024], states[4096], setting[sizeof b.settings[0]];
    out->count = 0;
    if (!build_read(text, &b, why, size) || !root_find(&b, root, sizeof root, why, size) ||
        !build_ask(&b, root, "--states", states, sizeof states, why, size))
        return false;
    if (!words_add(out, FLIP_REVISION, b.revision, why, size) || !words_part(states, out, why, size))
        return false;
    for (int i = 0; i < BUILD_SETTINGS_MAX && *b.settings[i]; i++)
        if (!words_part(strcpy(setting, b.settings[i]), out, why, size))
            return false;
    return true;
}

/* A toggle that only one of two revisions knows, and that is off there, makes no difference. */
static bool is_off_and_unknown(const char *name, int in_a, int in_b, const char *value, const char *other)
{
    if (strncmp(name, "HAKMEM_", strlen("HAKMEM_")) == 0)
        return false;
    return (in_a < 0 && strcmp(other, "0") == 0) || (in_b < 0 && strcmp(value, "0") == 0);
}

/* Does phases/resolve refuse both together, as the one replaces the other? */
static bool replaces(const char *toggle, const char *other)
{
    struct build b = {.toggles = ""};
    char said[4096], why[512], words[128];
    snprintf(b.toggles, sizeof b.toggles, "PHASE=0 %s=1 %s=1", toggle, other);
    snprintf(words, sizeof words, "%s=1 replaces it", toggle);
    return !build_ask(&b, ".", "--states", said, sizeof said, why, sizeof why) && strstr(why, words);
}

static bool is_toggle_from(const struct flip *flip, const char *from, const char *to)
{
    return isupper((unsigned char)flip->name[0]) && strncmp(flip->name, "HAKMEM_", strlen("HAKMEM_")) != 0 &&
           strcmp(flip->from, from) == 0 && strcmp(flip->to, to) == 0;
}

/* What a toggle replaces goes off when it comes on: one flip. */
static void replaced_fold(struct flips *f)
{
    for (int i = 0; i < f->count; i++)
        for (int k = 0; k < f->count; k++) {
            struct flip *flip = &f->flip[i], *other = &f->flip[k];
            bool comes = is_toggle_from(flip, "0", "1") && is_toggle_from(other, "1", "0");
            bool goes = is_toggle_from(flip, "1", "0") && is_toggle_from(other, "0", "1");
            if (!(comes || goes) || !replaces(flip->name, other->name))
                continue;
            text_add(flip->replaced, sizeof flip->replaced, " %s", other->name);
            memmove(other, other + 1, (size_t)(--f->count - k) * sizeof *other);
            i -= k < i;
            k--;
        }
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
        if ((i >= a.count && in_a >= 0) || is_off_and_unknown(name, in_a, in_b, value, other))
            continue;
        if (strcmp(value, other) == 0) {
            flip_put(out->common, sizeof out->common, name, value);
            if (flip_is_revision(name))
                snprintf(out->revision, sizeof out->revision, "%s", value);
            continue;
        }
        if (out->count == FLIPS_MAX)
            return text_fail(why, size, "more than %d toggles differ", FLIPS_MAX);
        struct flip *flip = &out->flip[out->count++];
        *flip = (struct flip){.replaced = ""};
        strcpy(flip->name, name);
        strcpy(flip->from, value);
        strcpy(flip->to, other);
    }
    replaced_fold(out);
    return true;
}

