/* SPDX-License-Identifier: MIT */
/* prog_api.c - the C library's own users of malloc, and the plain names of the family that musl has, too; prints what they
 * found. prog_api_glibc.c has the other names.
 *
 * test_preload.sh compares the output with and without the library, so nothing here may depend on addresses or classes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void show(const char *what, int holds)
{
    printf("%s: %s\n", what, holds ? "yes" : "NO");
}

static int fits(void *block, size_t alignment, size_t size)
{
    if (!block || (uintptr_t)block % alignment || malloc_usable_size(block) < size)
        return 0;
    memset(block, 0x5A, malloc_usable_size(block));
    free(block);
    return 1;
}

static void family(void)
{
    void *out = NULL;
    show("malloc", fits(malloc(100), 16, 100));
    show("calloc", fits(calloc(10, 1000), 16, 10000));
    show("realloc", fits(realloc(malloc(10), 100000), 16, 100000));
    show("reallocarray", fits(reallocarray(NULL, 30, 30), 16, 900));
    show("aligned_alloc", fits(aligned_alloc(1024, 2048), 1024, 2048));
    show("memalign", fits(memalign(64, 100), 64, 100));
    show("valloc", fits(valloc(100), 4096, 100));
    show("posix_memalign", !posix_memalign(&out, 32768, 10) && fits(out, 32768, 10));
    show("posix_memalign of 3", posix_memalign(&out, 3, 10) == EINVAL);
    show("malloc too large", !malloc(PTRDIFF_MAX) && errno == ENOMEM);
}

static void streams(void)
{
    char *text = NULL, *line = NULL, *formatted = NULL;
    size_t length = 0, room = 0, lines = 0;
    FILE *out = open_memstream(&text, &length);
    for (int i = 0; i < 3000; i++)
        fprintf(out, "%d %s\n", i, i % 3 ? "word" : "another");
    fclose(out);
    FILE *in = fmemopen(text, length, "r");
    while (getline(&line, &room, in) > 0)
        lines++;
    fclose(in);
    printf("%zu bytes, %zu lines, %d\n", length, lines, asprintf(&formatted, "%01000d", 7));
    free(formatted);
    free(line);
    free(text);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void strings(void)
{
    enum { WORDS = 30000 };
    char **words = malloc(WORDS * sizeof *words);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        char text[32];
        snprintf(text, sizeof text, "%u", i * 2654435761u);
        words[i] = strdup(text);
    }
    qsort(words, WORDS, sizeof *words, by_text);
    for (uint32_t i = 0; i < WORDS; i++) {
        sum = sum * 31 + (uint32_t)atoi(words[i]);
        free(words[i]);
    }
    free(words);
    char *path = realpath("/", NULL);
    wchar_t *wide = wcsdup(L"wide");
    printf("%u %s %ls %s\n", sum, path, wide, setlocale(LC_ALL, "C.UTF-8") ? "locale" : "no locale");
    free(path);
    free(wide);
}

static void *thread_work(void *context)
{
    void **slots = context;
    for (size_t i = 0; i < 20000; i++) {
        void *block = malloc(i % 1100);
        free(__atomic_exchange_n(&slots[i % 512], block, __ATOMIC_ACQ_REL));
    }
    return NULL;
}

static void threads(void)
{
    static void *slots[512];
    for (int round = 0; round < 20; round++) {
        pthread_t ids[4];
        for (int i = 0; i < 4; i++)
            if (pthread_create(&ids[i], NULL, thread_work, slots))
                abort();
        for (int i = 0; i < 4; i++)
            pthread_join(ids[i], NULL);
    }
    for (size_t i = 0; i < 512; i++)
        free(slots[i]);
    puts("threads done");
}

static char *kept;

__attribute__((constructor)) static void early(void)
{
    kept = strdup("kept since before main");
}

__attribute__((destructor)) static void late(void)
{
    puts(kept);
    free(kept);
    free(malloc(5000));
    fflush(stdout);
}

int main(void)
{
    family();
    streams();
    strings();
    threads();
    return 0;
}
