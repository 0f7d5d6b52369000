/* SPDX-License-Identifier: MIT */
/* output.c - writes a file whole or not at all. See output.h.
 */
#include "bench/low/output.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4200 };

/* A device or pipe has its text as it comes, and stays what it is; so does the standard output, whatever it is. */
static bool is_itself(const char *path)
{
    struct stat info;
    return strcmp(path, "/dev/stdout") == 0 || (stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode));
}

/* The file itself, where path is a link to one; in whole[PATH_ROOM]. */
static const char *followed(const char *path, char *whole)
{
    char *real = realpath(path, NULL);
    snprintf(whole, PATH_ROOM, "%s", real ? real : path);
    free(real);
    return whole;
}

/* What is written first, in name[PATH_ROOM + 4]. */
static const char *first_name(const char *path, char *name)
{
    char whole[PATH_ROOM];
    snprintf(name, PATH_ROOM + 4, "%s.new", followed(path, whole));
    return name;
}

FILE *output_open(const char *path)
{
    char name[PATH_ROOM + 4];
    if (!is_itself(path))
        return fopen(first_name(path, name), "w");
    if (strcmp(path, "/dev/stdout") != 0)
        return fopen(path, "w");
    fflush(stdout); // one file, one offset: what was printed before stays before
    int fd = dup(STDOUT_FILENO);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file && fd >= 0)
        close(fd);
    return file;
}

bool output_possible(const char *path)
{
    char name[PATH_ROOM + 4];
    struct stat info;
    if (is_itself(path))
        return access(path, W_OK) == 0; // a pipe that is opened and closed has ended
    FILE *file = output_open(path);
    if (!file)
        return false;
    fclose(file);
    unlink(first_name(path, name));
    errno = EISDIR;
    return stat(path, &info) != 0 || !S_ISDIR(info.st_mode);
}

/* Why a stream failed some time ago, which errno no longer tells: what it says when one more byte is written. */
static int error_of(FILE *file)
{
    errno = 0;
    if (fputc('\n', file) == EOF || fflush(file) != 0)
        return errno ? errno : EIO;
    return EIO;
}

bool output_close(FILE *file, const char *path)
{
    char name[PATH_ROOM + 4], whole[PATH_ROOM];
    bool good = !ferror(file), itself = is_itself(path);
    int error = good ? 0 : error_of(file);
    if (fclose(file) != 0 && good) {
        error = errno;
        good = false;
    }
    if (good && (itself || rename(first_name(path, name), followed(path, whole)) == 0))
        return true;
    error = error ? error : errno;
    if (!itself)
        unlink(first_name(path, name));
    errno = error;
    return false;
}

bool output_folder(const char *path, bool above)
{
    char part[4096];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part) {
        errno = length ? ENAMETOOLONG : ENOENT;
        return false;
    }
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && (path[i] || above))
            continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}
