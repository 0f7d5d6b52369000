/* SPDX-License-Identifier: MIT */
/* tree.c - finds hakmem's source tree. See tree.h.
 */
#include "bench/low/tree.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MARK "phases/resolve" /* what only the root of a tree has */
#define INSTALLED "installed" /* what only one that was installed has */
enum { ROOT_ROOM = 3000 };

const char *tree_root(void)
{
    static char root[ROOT_ROOM];
    char mark[ROOT_ROOM + sizeof "/" MARK];
    if (*root)
        return root;
    ssize_t length = access(MARK, F_OK) == 0 ? 0 : readlink("/proc/self/exe", root, sizeof root - 1);
    root[length > 0 ? length : 0] = 0;
    for (int i = 0; i < 3; i++)
        if (strrchr(root, '/'))
            *strrchr(root, '/') = 0;
    snprintf(mark, sizeof mark, "%s/" MARK, root);
    if (!*root || access(mark, F_OK) != 0)
        strcpy(root, ".");
    return root;
}

const char *tree_path(const char *path, char *out, size_t size)
{
    if (*path == '/' || strcmp(tree_root(), ".") == 0)
        snprintf(out, size, "%s", path);
    else
        snprintf(out, size, "%s/%s", tree_root(), path);
    return out;
}

bool tree_is_installed(void)
{
    char path[ROOT_ROOM + sizeof "/" INSTALLED];
    return access(tree_path(INSTALLED, path, sizeof path), F_OK) == 0;
}

const char *tree_kept(const char *path, char *out, size_t size)
{
    if (!tree_is_installed())
        return tree_path(path, out, size);
    snprintf(out, size, "%s", path);
    return out;
}
