/* SPDX-License-Identifier: MIT */
/* program.c - finds the file of a program, and reads whether the dynamic linker starts it. See program.h.
 */
#include "bench/low/program.h"
#include "bench/low/text.h"
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

/* Is it a file that can be executed? false: why holds one line. */
static bool is_executable(const char *path, char *why, size_t size)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return text_fail(why, size, "%.200s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return text_fail(why, size, "%.200s: a folder, not a program", path);
    if (access(path, X_OK) != 0)
        return text_fail(why, size, "%.200s: not executable", path);
    return true;
}

bool program_find(const char *name, char *path, size_t room, char *why, size_t size)
{
    char folders[PATH_ROOM];
    if (strlen(name) >= room)
        return text_fail(why, size, "%.60s...: too long a name", name);
    if (strchr(name, '/')) {
        strcpy(path, name);
        return is_executable(path, why, size);
    }
    text_fail(why, size, "%.200s: no such program in PATH", name);
    snprintf(folders, sizeof folders, "%s", getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
    for (char *save, *folder = strtok_r(folders, ":", &save); folder; folder = strtok_r(NULL, ":", &save)) {
        char file[2 * PATH_ROOM];
        snprintf(file, sizeof file, "%s/%s", folder, name);
        if (access(file, F_OK) != 0 || !is_executable(file, why, size) || strlen(file) >= room)
            continue;
        strcpy(path, file);
        return true;
    }
    return false;
}

/* Does an ELF file of this machine's class name an interpreter? What is no such file, as a script, counts as if. */
static bool has_interpreter(FILE *file)
{
    Elf64_Ehdr head;
    Elf64_Phdr part;
    if (fread(&head, sizeof head, 1, file) != 1 || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_ident[EI_CLASS] != ELFCLASS64)
        return true;
    for (int i = 0; i < head.e_phnum; i++) {
        long at = (long)head.e_phoff + (long)i * head.e_phentsize;
        if (fseek(file, at, SEEK_SET) != 0 || fread(&part, sizeof part, 1, file) != 1 || part.p_type == PT_INTERP)
            return true;
    }
    return false;
}

bool program_preloads(const char *path, char *why, size_t size)
{
    struct stat st;
    if (stat(path, &st) == 0 && st.st_mode & (S_ISUID | S_ISGID) && st.st_uid != geteuid())
        return text_fail(why, size, "%.200s: it runs with another user's rights, so no allocator can be preloaded", path);
    FILE *file = fopen(path, "r");
    bool can = !file || has_interpreter(file);
    if (file)
        fclose(file);
    return can || text_fail(why, size, "%.200s: linked statically, so no allocator can be preloaded", path);
}
