/* SPDX-License-Identifier: MIT */
/* output.c - writes a file whole or not at all. See output.h.
 */
#include "bench/low/output.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4200 };

FILE *output_open(const char *path)
{
    char name[PATH_ROOM];
    snprintf(name, sizeof name, "%s.new", path);
    return fopen(name, "w");
}

bool output_possible(const char *path)
{
    char name[PATH_ROOM];
    struct stat info;
    FILE *file = output_open(path);
    if (!file)
        return false;
    fclose(file);
    snprintf(name, sizeof name, "%s.new", path);
    unlink(name);
    errno = EISDIR;
    return stat(path, &info) != 0 || !S_ISDIR(info.st_mode);
}

bool output_close(FILE *file, const char *path)
{
    char name[PATH_ROOM];
    bool good = !ferror(file);
    int error = good ? 0 : errno ? errno : EIO;
    snprintf(name, sizeof name, "%s.new", path);
    if (fclose(file) != 0 && good) {
        error = errno;
        good = false;
    }
    if (good && rename(name, path) == 0)
        return true;
    error = error ? error : errno;
    unlink(name);
    errno = error;
    return false;
}
