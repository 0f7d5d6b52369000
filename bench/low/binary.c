/* SPDX-License-Identifier: MIT */
/* binary.c - sha256 and ELF note of a file. See binary.h.
 */
#include "bench/low/binary.h"
#include <elf.h>
#include <fcntl.h>
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

void binary_note(const char *path, char *out, size_t size)
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

bool binary_sha256(const char *path, char out[65])
{
    out[0] = 0;
    setenv("HAKBENCH_FILE", path, 1); /* whatever the path holds, it is no part of the command */
    FILE *pipe = popen("{ sha256sum <\"$HAKBENCH_FILE\"; } 2>/dev/null", "r");
    unsetenv("HAKBENCH_FILE");
    if (!pipe || fscanf(pipe, "%64[0-9a-f]", out) != 1)
        out[0] = 0;
    return pipe && pclose(pipe) == 0 && strlen(out) == 64;
}

bool binary_text_sha256(const char *text, char out[65])
{
    char path[64];
    int fd = memfd_create("text", MFD_CLOEXEC);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    snprintf(path, sizeof path, "/proc/%d/fd/%d", getpid(), fd);
    out[0] = 0;
    good = good && binary_sha256(path, out);
    if (fd >= 0)
        close(fd);
    return good;
}
