/* identity.c - is a library what it is taken for? Its ELF note, its answer from inside a process, where malloc comes from.
 *
 * A result is recorded only under a name that all of these agree with. May include libc and the launcher.
 */
#include "bench/take/launch.h"
#include "bench/plan/variant.h"
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Walks the notes of one segment, which lies whole inside the file. */
static void note_find(const char *at, const char *end, char *out, size_t size)
{
    while ((size_t)(end - at) >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr note;
        memcpy(&note, at, sizeof note);
        const char *owner = at + sizeof note;
        size_t owner_size = (note.n_namesz + 3ul) & ~3ul, name_size = (note.n_descsz + 3ul) & ~3ul;
        if (owner_size > (size_t)(end - owner) || name_size > (size_t)(end - owner) - owner_size)
            return;
        if (note.n_type == 1 && note.n_namesz == sizeof "hakmem" && memcmp(owner, "hakmem", sizeof "hakmem") == 0)
            snprintf(out, size, "%.*s", (int)note.n_descsz, owner + owner_size);
        at = owner + owner_size + name_size;
    }
}

void variant_note(const char *path, char *out, size_t size)
{
    struct stat info;
    out[0] = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    char *file = fstat(fd, &info) == 0 && info.st_size > (off_t)sizeof(Elf64_Ehdr)
                     ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (file == MAP_FAILED)
        return;
    size_t length = (size_t)info.st_size;
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)file;
    bool elf = memcmp(file, ELFMAG, SELFMAG) == 0 && head->e_ident[EI_CLASS] == ELFCLASS64 &&
               head->e_phentsize == sizeof(Elf64_Phdr) && head->e_phoff < length &&
               head->e_phnum <= (length - head->e_phoff) / sizeof(Elf64_Phdr);
    for (int i = 0; elf && i < head->e_phnum; i++) {
        const Elf64_Phdr *part = (const Elf64_Phdr *)(file + head->e_phoff) + i;
        if (part->p_type == PT_NOTE && part->p_offset <= length && part->p_filesz <= length - part->p_offset)
            note_find(file + part->p_offset, file + part->p_offset + part->p_filesz, out, size);
    }
    munmap(file, length);
}

bool variant_sha256(const char *path, char out[65])
{
    out[0] = 0;
    setenv("HAKBENCH_FILE", path, 1); /* whatever the path holds, it is no part of the command */
    FILE *pipe = popen("{ sha256sum <\"$HAKBENCH_FILE\"; } 2>/dev/null", "r");
    unsetenv("HAKBENCH_FILE");
    if (!pipe || fscanf(pipe, "%64[0-9a-f]", out) != 1)
        out[0] = 0;
    return pipe && pclose(pipe) == 0 && strlen(out) == 64;
}

int variant_whose_malloc(void)
{
    static const char *const names[] = {"malloc", "calloc", "realloc", "free"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Dl_info info = {0};
        char *real = dladdr(dlsym(RTLD_DEFAULT, names[i]), &info) && info.dli_fname ? realpath(info.dli_fname, NULL) : NULL;
        printf("%s from %s\n", names[i], real ? real : "nowhere");
        free(real);
    }
    return fflush(stdout) ? 1 : 0;
}

/* The four functions of a process with this library come from its file. */
static bool malloc_is_from(const struct variant *v, const struct launch_result *r, char *why, size_t size)
{
    char real[PATH_MAX], name[16], path[PATH_MAX];
    const char *text = strstr(r->text, "malloc from "); /* what the library says by itself may come before */
    int seen = 0, used;
    if (!realpath(v->library, real))
        real[0] = 0;
    for (; text && sscanf(text, "%15s from %4095[^\n]\n%n", name, path, &used) == 2; text += used, seen++)
        if (strcmp(path, real) != 0) {
            snprintf(why, size, "%s: its file does not serve %s: with it preloaded, %s comes from %s", v->d.label, name, name,
                     path);
            return false;
        }
    if (seen != 4)
        snprintf(why, size, "%s: cannot tell where malloc comes from: %s", v->d.label, r->why);
    return seen == 4;
}

/* What it says of a setting that it does not know or cannot read; it would go on without. */
static bool settings_are_known(const struct variant *v, const struct launch_result *r, char *why, size_t size)
{
    const char *said = strstr(r->text, "hakmem: HAKMEM_");
    if (said)
        snprintf(why, size, "%s: %.*s", v->d.label, (int)strcspn(said + 8, "\n"), said + 8);
    return !said;
}

bool variant_identify(const struct variant *v, char *why, size_t size)
{
    bool own = strcmp(v->d.kind, "hakmem") == 0;
    const char *settings[BUILD_SETTINGS_MAX + 2];
    struct launch_result result;
    char note[64];
    if (!*v->library)
        return true;
    variant_note(v->library, note, sizeof note);
    if (own && !variant_is_named(&v->d, note)) {
        snprintf(why, size, "%s: the ELF note of its file says '%s', wanted '%s'", v->d.label, note, v->d.variant);
        return false;
    }
    char command[PATH_MAX + 32];
    snprintf(command, sizeof command, "%s --whose-malloc", launch_program);
    variant_environment(v, settings);
    int count = 0;
    while (settings[count])
        count++;
    settings[count] = "HAKMEM_HELP=1"; /* then it names every setting that it does not know */
    settings[count + 1] = NULL;
    struct launch_order order = {
        .command = command, .library = v->library, .environment = settings, .mode = MODE_COUNT, .cpu = -1, .plain = true};
    bool good = launch_take(&order, &result);
    if (!good)
        snprintf(why, size, "%s: %s", v->d.label, result.why);
    else if (own && !variant_is_named(&v->d, result.variant)) {
        snprintf(why, size, "%s: from inside a process it says that it is '%s', wanted '%s'", v->d.label, result.variant,
                 v->d.variant);
        good = false;
    } else
        good = settings_are_known(v, &result, why, size) && malloc_is_from(v, &result, why, size);
    launch_free(&result);
    return good;
}
