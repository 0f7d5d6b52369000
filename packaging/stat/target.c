/* SPDX-License-Identifier: MIT */
/* target.c - see target.h. The library is found by its ELF note, which is in memory and survives strip: no file is opened, and
 * no symbol is looked up. So it is found as well in a program that is linked with the archive. */
#define _GNU_SOURCE
#include "packaging/stat/target.h"
#include "core/low/peek.h"
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum { NOTE_VARIANT = 1, NOTE_PEEK = 2, NOTES_MOST = 4096, HEADERS_MOST = 64 };

_Noreturn void fail(int status, const char *format, ...)
{
    va_list rest;
    va_start(rest, format);
    fputs("hakmem-stat: ", stderr);
    vfprintf(stderr, format, rest);
    va_end(rest);
    fputc('\n', stderr);
    exit(status);
}

bool target_gone(const struct target *t)
{
    return kill(t->pid, 0) != 0 && errno == ESRCH;
}

bool target_copy(const struct target *t, uint64_t at, void *to, size_t bytes)
{
    struct iovec here = {to, bytes}, there = {(void *)(uintptr_t)at, bytes};
    return process_vm_readv(t->pid, &here, 1, &there, 1, 0) == (ssize_t)bytes;
}

static _Noreturn void target_refused(const struct target *t)
{
    fail(1, "%d: not permitted: be root, or the user of the process where kernel.yama.ptrace_scope is 0", t->pid);
}

void target_read(const struct target *t, uint64_t at, void *to, size_t bytes)
{
    if (target_copy(t, at, to, bytes))
        return;
    int error = errno;
    if (error == EPERM)
        target_refused(t);
    if (error == ESRCH || target_gone(t))
        fail(1, "%d: the process has ended", t->pid);
    fail(1, "%d: its memory at %#llx cannot be read", t->pid, (unsigned long long)at);
}

uint64_t target_word(const struct target *t, uint64_t at)
{
    uint64_t word;
    target_read(t, at, &word, sizeof word);
    return word;
}

/* A note of the library; at: the address of what it says. */
static void target_note(struct target *t, uint32_t type, uint64_t at, const char *text, size_t bytes)
{
    if (type == NOTE_VARIANT && bytes > 0 && bytes < sizeof t->variant) {
        memcpy(t->variant, text, bytes);
        t->variant[bytes] = '\0';
    }
    int32_t number[3];
    if (type != NOTE_PEEK || bytes < sizeof number)
        return;
    memcpy(number, text, sizeof number);
    if (number[0] != PEEK_VERSION)
        return;
    t->parts = at + 4 + (uint64_t)(int64_t)number[1];
    t->parts_end = at + 8 + (uint64_t)(int64_t)number[2];
}

static void target_notes(struct target *t, uint64_t at, size_t bytes)
{
    char text[NOTES_MOST];
    bytes = bytes < sizeof text ? bytes : sizeof text;
    if (!target_copy(t, at, text, bytes))
        return;
    for (size_t i = 0; i + sizeof(Elf64_Nhdr) <= bytes;) {
        Elf64_Nhdr note;
        memcpy(&note, text + i, sizeof note);
        size_t name = i + sizeof note, says = name + ((note.n_namesz + 3) & ~(size_t)3);
        if (note.n_namesz > bytes || note.n_descsz > bytes || says + note.n_descsz > bytes)
            return;
        if (note.n_namesz == sizeof "hakmem" && memcmp(text + name, "hakmem", sizeof "hakmem") == 0)
            target_note(t, note.n_type, at + says, text + says, note.n_descsz);
        i = says + ((note.n_descsz + 3) & ~(size_t)3);
    }
}

/* A file is mapped from its beginning at `at`: if it is a program or library, its notes are read. */
static void target_file(struct target *t, uint64_t at)
{
    Elf64_Ehdr elf;
    Elf64_Phdr header[HEADERS_MOST];
    uint64_t moved = at;
    if (!target_copy(t, at, &elf, sizeof elf)) {
        if (errno == EPERM)
            target_refused(t);
        return;
    }
    if (memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 || elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_phnum > HEADERS_MOST ||
        elf.e_phentsize != sizeof *header || !target_copy(t, at + elf.e_phoff, header, elf.e_phnum * sizeof *header))
        return;
    for (int i = 0; i < elf.e_phnum; i++) {
        if (header[i].p_type == PT_LOAD && header[i].p_offset == 0)
            moved = at - header[i].p_vaddr;
    }
    for (int i = 0; i < elf.e_phnum && !t->parts; i++) {
        if (header[i].p_type == PT_NOTE)
            target_notes(t, moved + header[i].p_vaddr, header[i].p_memsz);
    }
}

static FILE *target_proc(const struct target *t, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", t->pid, name);
    FILE *file = fopen(path, "re");
    if (!file && (errno == EACCES || errno == EPERM))
        target_refused(t);
    if (!file)
        fail(1, "%d: no such process", t->pid);
    return file;
}

/* named: only files that are called libhakmem something. */
static bool target_search(struct target *t, bool named)
{
    FILE *maps = target_proc(t, "maps");
    char line[4400];
    bool any = false;
    while (!t->parts && fgets(line, sizeof line, maps)) {
        unsigned long long at, offset;
        char may[8], *path = strchr(line, '/');
        any = true;
        if (!path || sscanf(line, "%llx-%*x %7s %llx", &at, may, &offset) != 3 || offset != 0 || may[0] != 'r')
            continue;
        if (!named || strncmp(strrchr(path, '/'), "/libhakmem", strlen("/libhakmem")) == 0)
            target_file(t, at);
    }
    if (ferror(maps))
        target_refused(t);
    fclose(maps);
    return any;
}

void target_open(struct target *t, int pid)
{
    *t = (struct target){.pid = pid};
    FILE *name = target_proc(t, "comm");
    if (fgets(t->program, sizeof t->program, name))
        t->program[strcspn(t->program, "\n")] = '\0';
    fclose(name);
    bool any = target_search(t, true);
    if (!t->parts)
        any = target_search(t, false) || any;
    if (!any)
        fail(1, "%d (%s): a process without memory: it has ended, or is the kernel's", pid, t->program);
    if (!t->parts && t->variant[0])
        fail(1, "%d (%s): hakmem there is another version: %s", pid, t->program, t->variant);
    if (!t->parts)
        fail(1, "%d (%s): no hakmem in it", pid, t->program);
}
