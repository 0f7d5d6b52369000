/* SPDX-License-Identifier: MIT */
/* variant.c - from what the user wrote to a library: toggles are built (build.h), rivals are found through the dynamic linker.
 * See variant.h.
 */
#include "bench/plan/variant.h"
#include "bench/data/rival.h"
#include "bench/low/binary.h"
#include "bench/low/text.h"
#include "bench/plan/build.h"
#include <ctype.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Rivals --------------------------------------------------------------------------------------------------------------- */

/* The version is what the file's own name tells, once links are followed: libmimalloc.so.2.0 -> 2.0, mi-v2.4.1.so -> 2.4.1. */
static void version_of_file(const char *path, char *out, size_t size)
{
    char real[4096];
    const char *name = realpath(path, real) ? strrchr(real, '/') : NULL, *at = name ? strstr(name, ".so.") : NULL;
    const char *dash = name ? strrchr(name, '-') : NULL, *end = dash ? strstr(dash, ".so") : NULL;
    const char *number = dash ? dash + 1 + (dash[1] == 'v') : "";
    bool told = end && !end[strlen(".so")] && *number >= '0' && *number <= '9';
    snprintf(out, size, "%.*s", told ? (int)(end - number) : 63, told ? number : at ? at + strlen(".so.") : "");
}

/* Is a file for this machine: class, byte order and machine of its ELF head are this program's? */
static bool elf_is_native(const char *path)
{
    const char *paths[] = {"/proc/self/exe", path};
    Elf64_Ehdr head[2] = {0}; /* both classes have these fields at the same place */
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(paths[i], "r");
        size_t got = file ? fread(&head[i], 1, sizeof head[i], file) : 0;
        if (file)
            fclose(file);
        if (got < sizeof head[i])
            return false;
    }
    return memcmp(head[0].e_ident, head[1].e_ident, EI_DATA + 1) == 0 && head[0].e_machine == head[1].e_machine;
}

/* The first file of this machine's kind in the linker's cache whose name begins so. */
static bool rival_find_file(const char *begin, char *out, size_t size)
{
    char line[1024], name[256], path[512];
    bool found = false;
    FILE *list = popen("PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null", "r");
    while (list && fgets(line, sizeof line, list)) {
        const char *arrow = strstr(line, "=> ");
        if (found || !arrow || sscanf(line, " %255s", name) != 1 || sscanf(arrow + 3, "%511s", path) != 1)
            continue;
        if (strncmp(name, begin, strlen(begin)) == 0 && elf_is_native(path)) {
            snprintf(out, size, "%s", path);
            found = true;
        }
    }
    if (list)
        pclose(list);
    return found;
}

static bool rival_resolve(const struct rival *rival, struct variant *out)
{
    snprintf(out->d.label, sizeof out->d.label, "%s", rival->name);
    snprintf(out->d.kind, sizeof out->d.kind, "rival");
    out->d.missing = !rival_find_file(rival->file, out->library, sizeof out->library);
    return true;
}

static bool libc_resolve(struct variant *out)
{
    Dl_info info;
    snprintf(out->d.label, sizeof out->d.label, "glibc");
    snprintf(out->d.kind, sizeof out->d.kind, "libc");
    snprintf(out->d.version, sizeof out->d.version, "%s", gnu_get_libc_version());
    if (dladdr((void *)gnu_get_libc_version, &info) && info.dli_fname)
        binary_sha256(info.dli_fname, out->d.sha256);
    return true;
}

static bool file_resolve(const char *text, struct variant *out, char *why, size_t size)
{
    int length = (int)strcspn(text, "=");
    snprintf(out->d.label, sizeof out->d.label, "%.*s", length, text);
    snprintf(out->d.kind, sizeof out->d.kind, "rival");
    char *path = realpath(text + length + 1, NULL);
    if (!path)
        return text_fail(why, size, "rival %s: %s; want name=/path/lib.so", text, strerror(errno));
    snprintf(out->library, sizeof out->library, "%s", path);
    free(path);
    return true;
}

bool variant_is_path(const char *text)
{
    bool begins = *text == '/' || *text == '.', toggles = strpbrk(text, "=@") != NULL;
    return begins || (!toggles && (strchr(text, '/') || strstr(text, ".so")));
}

/* A file by its path alone; it is called by its name: "liba.so". */
static bool path_resolve(const char *text, struct variant *out, char *why, size_t size)
{
    char *path = realpath(text, NULL);
    bool here = path && (size_t)snprintf(out->library, sizeof out->library, "%s", path) < sizeof out->library;
    const char *wrong = path ? "too long" : strerror(errno);
    free(path);
    if (!here)
        return text_fail(why, size, "%.300s: %s; want the path of a library", text, wrong);
    const char *name = strrchr(text, '/') ? strrchr(text, '/') + 1 : text;
    snprintf(out->d.label, sizeof out->d.label, "%s%.50s", islower((unsigned char)*name) ? "" : "lib-", name);
    for (char *c = out->d.label; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._+-", *c))
            *c = '_';
    snprintf(out->d.kind, sizeof out->d.kind, "rival");
    return true;
}

/* --- Our own -------------------------------------------------------------------------------------------------------------- */

/* The folder that the library was built in is the canonical name; the revision follows it: p12@v0.1. */
static bool own_name(struct variant *out, const struct build *b, const char *text, char *why, size_t size)
{
    char folder[sizeof out->library], name[sizeof folder + sizeof b->revision];
    snprintf(folder, sizeof folder, "%s", out->library);
    *strrchr(folder, '/') = 0;
    snprintf(name, sizeof name, "%s%s%s", strrchr(folder, '/') + 1, *b->revision ? "@" : "", b->revision);
    if (strlen(name) >= sizeof out->d.variant)
        return text_fail(why, size, "%.200s: a name of more than %zu characters; name the revision by a shorter word", name,
                         sizeof out->d.variant - 1);
    strcpy(out->d.variant, name);
    snprintf(out->d.toggles, sizeof out->d.toggles, "%s", text);
    snprintf(out->d.kind, sizeof out->d.kind, "hakmem");
    snprintf(out->d.label, sizeof out->d.label, "%s", out->d.variant);
    for (int i = 0; i < BUILD_SETTINGS_MAX && *out->settings[i]; i++)
        text_add(out->d.label, sizeof out->d.label, " %s", out->settings[i]);
    return true;
}

static bool own_resolve(const char *text, struct variant *out, char *why, size_t size)
{
    struct build b;
    char root[sizeof out->library], folders[4096];
    if (strlen(text) >= sizeof out->d.toggles)
        return text_fail(why, size, "'%.40s...': too long: at most %zu characters", text, sizeof out->d.toggles - 1);
    if (!build_read(text, &b, why, size)) {
        if (strstr(why, "is no variant"))
            text_add(why, size, "; or another allocator:%s, name=/path/lib.so, /path/lib.so", rival_names());
        return false;
    }
    if (!build_library(&b, out->library, sizeof out->library, why, size))
        return false;
    memcpy(out->settings, b.settings, sizeof out->settings);
    if (!own_name(out, &b, text, why, size))
        return false;
    build_root(&b, out->library, root, sizeof root);
    return build_ask(&b, root, "--folders", folders, sizeof folders, why, size) &&
           (out->proof_count = proofs_read(root, folders, out->proof, why, size)) >= 0;
}

bool variant_is_named(const struct ds_variant *d, const char *said)
{
    size_t length = strcspn(d->variant, "@");
    return strncmp(d->variant, said, length) == 0 && !said[length];
}

static bool settings_among(const struct variant *a, const struct variant *b)
{
    for (int i = 0; i < BUILD_SETTINGS_MAX && *a->settings[i]; i++) {
        bool found = false;
        for (int k = 0; k < BUILD_SETTINGS_MAX && *b->settings[k]; k++)
            found |= strcmp(a->settings[i], b->settings[k]) == 0;
        if (!found)
            return false;
    }
    return true;
}

bool variant_same(const struct variant *a, const struct variant *b)
{
    return !a->d.missing && !b->d.missing && strcmp(a->library, b->library) == 0 && settings_among(a, b) &&
           settings_among(b, a);
}

bool variant_resolve(const char *label, const char *text, struct variant *out, char *why, size_t size)
{
    const struct rival *rival = rival_find(text);
    bool good;
    memset(out, 0, sizeof *out);
    out->d.twin_of = -1;
    if (rival)
        good = *rival->file ? rival_resolve(rival, out) : libc_resolve(out);
    else if (variant_is_path(text))
        good = path_resolve(text, out, why, size);
    else if (islower((unsigned char)text[0]) && text[strcspn(text, "= ")] == '=')
        good = file_resolve(text, out, why, size);
    else
        good = own_resolve(text, out, why, size);
    if (!good)
        return false;
    if (*label)
        snprintf(out->d.label, sizeof out->d.label, "%s", label);
    if (!*out->library)
        return true;
    if (!elf_is_native(out->library))
        return text_fail(why, size, "%s: %.300s is no shared library of this machine", out->d.label, out->library);
    if (strcmp(out->d.kind, "rival") == 0)
        version_of_file(out->library, out->d.version, sizeof out->d.version);
    return binary_sha256(out->library, out->d.sha256) || text_fail(why, size, "%s: cannot be read", out->library);
}

void variant_environment(const struct variant *v, const char *out[BUILD_SETTINGS_MAX + 1])
{
    int count = 0;
    while (count < BUILD_SETTINGS_MAX && *v->settings[count]) {
        out[count] = v->settings[count];
        count++;
    }
    out[count] = NULL;
}
