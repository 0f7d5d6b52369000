/* variant.c - from what the user wrote to a library: toggles are built by make, rivals are found through the dynamic linker.
 *
 * The canonical name is the folder that make built into; nothing of the phase table's rules is repeated here. May include libc
 * and this module's header.
 */
#include "bench/variant.h"
#include <ctype.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 512 };

const char *const variant_rivals[] = {"glibc", "mimalloc", "jemalloc", "tcmalloc", "tbbmalloc", NULL};

/* How the file of a rival begins, in the order of the names above. */
static const char *const rival_files[] = {"", "libmimalloc.so.", "libjemalloc.so.", "libtcmalloc_minimal.so.",
                                          "libtbbmalloc_proxy.so."};

static __attribute__((format(printf, 3, 4))) bool fail(char *why, size_t size, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(why, size, format, list);
    va_end(list);
    return false;
}

/* --- Rivals --------------------------------------------------------------------------------------------------------------- */

/* The version is what the file's own name tells, once links are followed: libmimalloc.so.2.0 -> 2.0. */
static void version_of_file(const char *path, char *out, size_t size)
{
    char real[4096];
    const char *at = realpath(path, real) ? strstr(real, ".so.") : NULL;
    snprintf(out, size, "%s", at ? at + strlen(".so.") : "");
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
static bool rival_find(const char *begin, char *out, size_t size)
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

static bool rival_resolve(const char *name, const char *begin, struct variant *out)
{
    snprintf(out->d.label, sizeof out->d.label, "%s", name);
    snprintf(out->d.kind, sizeof out->d.kind, "rival");
    out->d.missing = !rival_find(begin, out->library, sizeof out->library);
    return true;
}

static bool libc_resolve(struct variant *out)
{
    Dl_info info;
    snprintf(out->d.label, sizeof out->d.label, "glibc");
    snprintf(out->d.kind, sizeof out->d.kind, "libc");
    snprintf(out->d.version, sizeof out->d.version, "%s", gnu_get_libc_version());
    if (dladdr((void *)gnu_get_libc_version, &info) && info.dli_fname)
        variant_sha256(info.dli_fname, out->d.sha256);
    return true;
}

static bool file_resolve(const char *text, struct variant *out, char *why, size_t size)
{
    int length = (int)strcspn(text, "=");
    snprintf(out->d.label, sizeof out->d.label, "%.*s", length, text);
    snprintf(out->d.kind, sizeof out->d.kind, "rival");
    char *path = realpath(text + length + 1, NULL);
    if (!path)
        return fail(why, size, "rival %s: %s; want name=/path/lib.so", text, strerror(errno));
    snprintf(out->library, sizeof out->library, "%s", path);
    free(path);
    return true;
}

/* --- Our own -------------------------------------------------------------------------------------------------------------- */

/* A word that make, or the allocator's environment, may be given: NAME=value without anything that a shell could read. */
static bool word_is_setting(const char *word)
{
    size_t name = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"), i = name + 1;
    if (!name || !isupper((unsigned char)word[0]) || word[name] != '=')
        return false;
    while (isalnum((unsigned char)word[i]) || (word[i] && strchr("_+-.,:/%@", word[i])))
        i++;
    return word[i] == 0;
}

/* Runs a shell command; what it says goes to out (the beginning of it, when there is too much). Answers its exit status. */
static int command_run(const char *command, char *out, size_t size)
{
    size_t used = 0, got;
    char rest[256];
    FILE *pipe = popen(command, "r");
    out[0] = 0;
    if (!pipe)
        return 127;
    while (used < size - 1 && (got = fread(out + used, 1, size - 1 - used, pipe)) > 0)
        used += got;
    while (fread(rest, 1, sizeof rest, pipe) > 0)
        continue;
    out[used] = 0;
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The line of make's output that tells what is wrong: its own error, else a compiler's, else the last. */
static void make_complaint(char *said, char *why, size_t size)
{
    static const char *const marks[] = {"*** ", "error:", "hakmem: "};
    char *line = NULL;
    for (size_t i = 0; i < sizeof marks / sizeof *marks && !line; i++)
        if ((line = strstr(said, marks[i])) && i == 0)
            line += strlen(marks[i]);
        else
            while (line && line > said && line[-1] != '\n')
                line--;
    if (!line) {
        size_t end = strlen(said);
        while (end && said[end - 1] == '\n')
            said[--end] = 0;
        line = strrchr(said, '\n') ? strrchr(said, '\n') + 1 : said;
    }
    line[strcspn(line, "\n")] = 0;
    char *stop = strstr(line, ".  Stop.");
    if (stop)
        *stop = 0;
    snprintf(why, size, "%s", *line ? line : "make failed and said nothing");
}

/* make TOGGLES print-lib, one at a time in this tree; its last line is the library's path. */
static bool library_build(const char *toggles, char *library, size_t room, char *why, size_t size)
{
    static char said[65536];
    char command[TEXT_MAX + 256];
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[Khakbench: building %s", *toggles ? toggles : "the newest variant");
    int lock = open("out/.make.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock >= 0)
        flock(lock, LOCK_EX);
    snprintf(command, sizeof command,
             "env -u MAKEFLAGS -u MFLAGS -u GNUMAKEFLAGS -u MAKELEVEL make -s -j\"$(nproc)\" %s print-lib 2>&1 </dev/null",
             toggles);
    int status = command_run(command, said, sizeof said);
    if (lock >= 0)
        close(lock);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (status) {
        make_complaint(said, why, size);
        return false;
    }
    size_t end = strlen(said);
    while (end && said[end - 1] == '\n')
        said[--end] = 0;
    const char *last = strrchr(said, '\n') ? strrchr(said, '\n') + 1 : said;
    snprintf(library, room, "%s", last);
    return access(library, R_OK) == 0 || fail(why, size, "%s: this build has no library to preload", toggles);
}

/* What must be counted for each phase that is on: the first line of phases/<folder>/proof, where there is one. */
static void proofs_read(const char *toggles, struct variant *out)
{
    char command[TEXT_MAX + 256], folders[2048], path[256];
    size_t count = 0;
    snprintf(
        command, sizeof command,
        "set -- %s; set -- $(for w; do case \" $(phases/resolve --names) \" in *\" ${w%%%%=*} \"*) echo \"$w\";; esac; done); "
        "phases/resolve --folders \"$@\"",
        toggles);
    if (command_run(command, folders, sizeof folders) != 0)
        return;
    for (char *save, *folder = strtok_r(folders, " \n", &save); folder && count < VARIANT_PROOFS_MAX;
         folder = strtok_r(NULL, " \n", &save)) {
        snprintf(path, sizeof path, "%s/proof", folder);
        FILE *file = fopen(path, "r");
        char *line = out->proof[count];
        if (file && fgets(line, sizeof out->proof[0], file)) {
            line[strcspn(line, "\n")] = 0;
            count += *line != 0;
        }
        if (file)
            fclose(file);
    }
}

/* Parts the words: make's to toggles, the allocator's settings to out. */
static bool words_part(const char *text, char *toggles, size_t room, struct variant *out, char *why, size_t size)
{
    char words[TEXT_MAX];
    int settings = 0;
    toggles[0] = 0;
    snprintf(words, sizeof words, "%s", text);
    for (char *save, *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        if (!word_is_setting(word))
            return fail(why, size,
                        "'%.100s' is no allocator: want TOGGLE=value words (make help), HAKMEM_X=value, glibc, mimalloc, "
                        "jemalloc, tcmalloc, tbbmalloc or name=/path/lib.so",
                        word);
        if (strncmp(word, "HAKMEM_", strlen("HAKMEM_")) != 0)
            snprintf(toggles + strlen(toggles), room - strlen(toggles), "%s%s", *toggles ? " " : "", word);
        else if (settings < VARIANT_SETTINGS_MAX && strlen(word) < sizeof out->settings[0])
            strcpy(out->settings[settings++], word);
        else
            return fail(why, size, "%.100s: too many settings: at most %d, of at most 127 characters", word,
                        VARIANT_SETTINGS_MAX);
    }
    return true;
}

static bool own_resolve(const char *text, struct variant *out, char *why, size_t size)
{
    char toggles[TEXT_MAX], folder[1024];
    if (strlen(text) >= sizeof out->d.toggles)
        return fail(why, size, "'%.40s...': too long: at most %zu characters", text, sizeof out->d.toggles - 1);
    if (!words_part(text, toggles, sizeof toggles, out, why, size) ||
        !library_build(toggles, out->library, sizeof out->library, why, size))
        return false;
    snprintf(folder, sizeof folder, "%s", out->library);
    *strrchr(folder, '/') = 0;
    snprintf(out->d.variant, sizeof out->d.variant, "%s", strrchr(folder, '/') + 1);
    snprintf(out->d.toggles, sizeof out->d.toggles, "%s", text);
    snprintf(out->d.kind, sizeof out->d.kind, "hakmem");
    snprintf(out->d.label, sizeof out->d.label, "%s", out->d.variant);
    for (int i = 0; i < VARIANT_SETTINGS_MAX && *out->settings[i]; i++)
        snprintf(out->d.label + strlen(out->d.label), sizeof out->d.label - strlen(out->d.label), " %s", out->settings[i]);
    proofs_read(toggles, out);
    return true;
}

bool variant_resolve(const char *label, const char *text, struct variant *out, char *why, size_t size)
{
    int rival = 0;
    bool good;
    memset(out, 0, sizeof *out);
    out->d.twin_of = -1;
    while (variant_rivals[rival] && strcmp(variant_rivals[rival], text) != 0)
        rival++;
    if (rival == 0)
        good = libc_resolve(out);
    else if (variant_rivals[rival])
        good = rival_resolve(text, rival_files[rival], out);
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
    if (strcmp(out->d.kind, "rival") == 0)
        version_of_file(out->library, out->d.version, sizeof out->d.version);
    return variant_sha256(out->library, out->d.sha256) || fail(why, size, "%s: cannot be read", out->library);
}

void variant_environment(const struct variant *v, const char *out[VARIANT_SETTINGS_MAX + 1])
{
    int count = 0;
    while (count < VARIANT_SETTINGS_MAX && *v->settings[count]) {
        out[count] = v->settings[count];
        count++;
    }
    out[count] = NULL;
}
