/* SPDX-License-Identifier: MIT */
/* build_text.c - reads how a variant is written. See build_text.h.
 */
#include "bench/data/build_text.h"
#include "bench/low/text.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1024 };

static bool all_of(const char *text, const char *marks)
{
    while (isalnum((unsigned char)*text) || (*text && strchr(marks, *text)))
        text++;
    return *text == 0;
}

/* NAME=value without anything that a shell could read. */
static bool word_is_setting(const char *word)
{
    size_t name = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    return name && isupper((unsigned char)word[0]) && word[name] == '=' && all_of(word + name + 1, "_+-.,:/%");
}

static bool revision_set(struct build *out, const char *word, const char *revision, char *why, size_t size)
{
    if (!all_of(revision, "_+-./~^") || !*revision || *revision == '-' || strlen(revision) >= sizeof out->revision)
        return text_fail(why, size, "'%.100s': want TOGGLE=value@REVISION, such as PHASE=12@v0.1; REVISION is a name of "
                         "phases/releases, or a commit, tag or branch", word);
    if (*out->revision && strcmp(out->revision, revision) != 0)
        return text_fail(why, size, "'%.100s': two revisions, %s and %s; a variant is built of one", word, out->revision,
                         revision);
    strcpy(out->revision, revision);
    return true;
}

static bool setting_add(struct build *out, const char *word, char *why, size_t size)
{
    int count = 0;
    while (count < BUILD_SETTINGS_MAX && *out->settings[count])
        count++;
    if (count == BUILD_SETTINGS_MAX || strlen(word) >= sizeof out->settings[0])
        return text_fail(why, size, "%.100s: too many settings: at most %d, of at most %zu characters", word,
                         BUILD_SETTINGS_MAX, sizeof out->settings[0] - 1);
    strcpy(out->settings[count], word);
    return true;
}

bool build_read(const char *text, struct build *out, char *why, size_t size)
{
    char words[TEXT_MAX];
    *out = (struct build){.toggles = ""};
    if (strlen(text) >= sizeof out->toggles)
        return text_fail(why, size, "'%.40s...': too long: at most %zu characters", text, sizeof out->toggles - 1);
    strcpy(words, text);
    for (char *save, *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char whole[TEXT_MAX], *at = strchr(word, '@');
        strcpy(whole, word);
        if (at)
            *at = 0;
        if ((*word || !at) && !word_is_setting(word))
            return text_fail(why, size, "'%.100s' is no variant: want TOGGLE=value words (make help), HAKMEM_X=value", word);
        if (at && !revision_set(out, whole, at + 1, why, size))
            return false;
        if (strncmp(word, "HAKMEM_", strlen("HAKMEM_")) != 0)
            text_add(out->toggles, sizeof out->toggles, "%s%s", *word && *out->toggles ? " " : "", word);
        else if (!setting_add(out, word, why, size))
            return false;
    }
    return true;
}
