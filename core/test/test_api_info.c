/* SPDX-License-Identifier: MIT */
/* test_api_info.c - the questions about the allocator tell the truth: counters, mallinfo, malloc_info, malloc_trim, mallopt.
 *
 * Uses the public header only. live_bytes counts whole blocks, so it is compared with what was asked for within the rounding
 * of a size class (a half up to 1 KiB, where a young heap has few classes; a quarter above, and two pages more).
 */
#include "test.h"
#include "test_api.h"

#include <ctype.h>
#include <limits.h>
#include <pthread.h>

static void rose(const struct hak_stats *before, uint64_t blocks, uint64_t bytes, uint64_t slack)
{
    struct hak_stats now = test_stats();
    must(now.live_blocks == before->live_blocks + blocks);
    must(now.live_bytes >= before->live_bytes + bytes);
    must(now.live_bytes <= before->live_bytes + bytes + slack);
    must(hak_mallinfo2().uordblks + hak_mallinfo2().hblkhd == now.live_bytes);
}

START_TEST(live_follows_each_size)
{
    enum { BATCH = 10 };
    void *blocks[BATCH];
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t size = 1; size < 20 * MIB; size += size < 5000 ? 7 : size / 5) {
        struct hak_stats before = test_stats();
        size_t slack = size > 1024 ? size / 4 + 32 + 2 * page : size / 2 + 32;
        for (size_t i = 0; i < BATCH; i++) {
            blocks[i] = hak_malloc(size);
            must(blocks[i]);
            rose(&before, i + 1, (i + 1) * size, (i + 1) * slack);
        }
        for (size_t i = 0; i < BATCH; i++) {
            hak_free(blocks[i]);
            rose(&before, BATCH - 1 - i, (BATCH - 1 - i) * size, (BATCH - 1 - i) * slack);
        }
    }
}
END_TEST

START_TEST(live_follows_realloc_and_aligned)
{
    struct hak_stats before = test_stats();
    void *block = hak_calloc(10, 50);
    rose(&before, 1, 500, 200);
    block = hak_realloc(block, 700);
    rose(&before, 1, 700, 250);
    block = hak_realloc(block, 3 * MIB);
    rose(&before, 1, 3 * MIB, MIB);
    block = hak_realloc(block, 20);
    must(block);
    hak_free(block);
    void *aligned = hak_aligned_alloc(64 * KIB, 100);
    must(aligned && test_stats().live_blocks == before.live_blocks + 1);
    hak_free(aligned);
    must(!hak_malloc((size_t)PTRDIFF_MAX + 1));
    rose(&before, 0, 0, 0);
}
END_TEST

static void *free_all(void *context)
{
    void **blocks = context;
    for (size_t i = 0; i < 3000; i++)
        hak_free(blocks[i]);
    return NULL;
}

START_TEST(freed_elsewhere_is_not_live)
{
    static void *blocks[3000];
    struct hak_stats before = test_stats();
    for (size_t i = 0; i < 3000; i++)
        blocks[i] = hak_malloc(i % 500 ? i : i * 1000);
    must(test_stats().live_blocks == before.live_blocks + 3000);
    pthread_t thread;
    must(!pthread_create(&thread, NULL, free_all, blocks));
    must(!pthread_join(thread, NULL));
    rose(&before, 0, 0, 0);
}
END_TEST

START_TEST(mallinfo_shows_mappings)
{
    void *small = hak_malloc(100);
    struct mallinfo2 before = hak_mallinfo2();
    void *large = hak_malloc(40 * MIB);
    must(small && large);
    struct mallinfo2 now = hak_mallinfo2();
    must(before.arena > 0);
    must(now.hblks == before.hblks + 1 && now.hblkhd >= before.hblkhd + 40 * MIB);
    hak_free(large);
    now = hak_mallinfo2();
    must(now.hblks == before.hblks && now.hblkhd == before.hblkhd && now.uordblks == before.uordblks);
    must(hak_mallinfo().uordblks == (int)now.uordblks);
    hak_free(small);
}
END_TEST

static bool stop_churning;

static void *churn(void *context)
{
    uint32_t random = (uint32_t)(uintptr_t)context;
    static _Thread_local void *blocks[500];
    while (!__atomic_load_n(&stop_churning, __ATOMIC_RELAXED)) {
        void **at = &blocks[test_random(&random) % 500];
        hak_free(*at);
        *at = hak_malloc(test_random(&random) % (random % 100 ? 3000 : 3 * MIB));
    }
    for (int i = 0; i < 500; i++)
        hak_free(blocks[i]);
    return NULL;
}

/* Whatever other threads do meanwhile: no number is the wrong side of 0, and they add up. TSan is left out: slabs are read while
 * their owners write them, on purpose, and it forgets the reader's name after so many reads, by which it is told so. */
START_TEST(mallinfo_adds_up)
{
    pthread_t threads[2];
    if (strstr(hak_variant(), ".tsan"))
        return;
    for (uintptr_t i = 0; i < 2; i++)
        must(!pthread_create(&threads[i], NULL, churn, (void *)(i + 1)));
    for (size_t i = 0; i < test_scaled(3000); i++) {
        struct mallinfo2 m = hak_mallinfo2();
        must(m.arena == m.uordblks + m.fordblks && m.fsmblks <= m.fordblks && m.keepcost <= m.fordblks);
        must(m.arena < (size_t)1 << 40 && m.hblkhd < (size_t)1 << 40 && m.uordblks < (size_t)1 << 40);
    }
    __atomic_store_n(&stop_churning, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        must(!pthread_join(threads[i], NULL));
}
END_TEST

START_TEST(mallinfo_saturates)
{
    void *huge = hak_malloc(3072 * MIB); /* never touched */
    if (huge)
        must(hak_mallinfo().hblkhd == INT_MAX && hak_mallinfo2().hblkhd >= 3072 * MIB);
    hak_free(huge);
}
END_TEST

struct names {
    char seen[512][64];
    size_t count;
    uint64_t live_blocks;
};

static void collect(void *context, const char *name, uint64_t value)
{
    struct names *names = context;
    must(names->count < 512 && strlen(name) < 64 && *name);
    for (const char *c = name; *c; c++)
        must(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_' || *c == '.');
    for (size_t i = 0; i < names->count; i++)
        must(strcmp(names->seen[i], name) != 0);
    strcpy(names->seen[names->count++], name);
    if (!strcmp(name, "live_blocks"))
        names->live_blocks = value;
}

START_TEST(each_counter_has_a_name)
{
    static struct names names;
    void *block = hak_malloc(10);
    hak_stats_each(collect, &names);
    must(names.count > 3 && names.live_blocks == test_stats().live_blocks);
    bool found = false;
    for (size_t i = 0; i < names.count; i++)
        found |= !strcmp(names.seen[i], "superslabs_peak");
    must(found);
    hak_free(block);
}
END_TEST

/* One tag: from '<' to '>'. Returns the place after it; keeps the names of the open elements on the stack. */
static const char *tag(const char *at, char open[][32], size_t *depth)
{
    const char *end = strchr(at, '>');
    must(end);
    if (at[1] == '?' || at[1] == '!')
        return end + 1;
    bool closing = at[1] == '/';
    const char *name = at + 1 + closing;
    size_t length = strcspn(name, " \t\r\n/>"), quotes = 0;
    must(length > 0 && length < 32);
    for (const char *c = name; c < end; c++) {
        quotes += *c == '"';
        must(*c != '<' && *c != '&');
        must(*c != '=' || c[1] == '"');
    }
    must(quotes % 2 == 0);
    if (closing) {
        must(*depth > 0);
        (*depth)--;
        must(strlen(open[*depth]) == length && !strncmp(open[*depth], name, length));
    } else if (end[-1] != '/') {
        must(*depth < 16);
        memcpy(open[*depth], name, length);
        open[(*depth)++][length] = 0;
    }
    return end + 1;
}

static void well_formed(const char *text)
{
    char open[16][32];
    size_t depth = 0, roots = 0;
    for (const char *at = text; *at;) {
        if (*at == '<') {
            roots += !depth && isalpha((unsigned char)at[1]);
            at = tag(at, open, &depth);
            continue;
        }
        must(*at != '&' && *at != '>');
        must(depth || isspace((unsigned char)*at));
        at++;
    }
    must(roots == 1 && !depth);
}

/* The value of an attribute of the first element at or behind at that begins so. */
static unsigned long long attribute(const char *at, const char *element, const char *name)
{
    char pattern[40];
    at = strstr(at, element);
    must(at);
    snprintf(pattern, sizeof pattern, " %s=\"", name);
    const char *found = strstr(at, pattern);
    must(found && found < strchr(at, '>'));
    return strtoull(found + strlen(pattern), NULL, 10);
}

/* What glibc writes, element by element: tools read that. */
static void like_glibc(char *text)
{
    static const char head[] = "<malloc version=\"1\">\n<heap nr=\"0\">\n<sizes>\n";
    must(strncmp(text, head, sizeof head - 1) == 0);
    unsigned long long heaps = 0, count = 0, bytes = 0;
    char *at = text;
    for (; strstr(at, "<heap "); heaps++) {
        at = strstr(at, "<heap ");
        must(attribute(at, "<heap ", "nr") == heaps);
        char *end = strstr(at, "</heap>");
        must(end && strstr(at, "</sizes>") < end && strstr(at, "<system type=\"current\" size=\"") < end);
        must(strstr(at, "<system type=\"max\" size=\"") < end && strstr(at, "<aspace type=\"total\" size=\"") < end);
        unsigned long long in_sizes = 0, rest = attribute(at, "<total type=\"rest\"", "size");
        for (char *size = at; (size = strstr(size, "<size from=")) && size < end; size++) {
            must(attribute(size, "<size ", "from") <= attribute(size, "<size ", "to"));
            must(attribute(size, "<size ", "count") * attribute(size, "<size ", "to") == attribute(size, "<size ", "total"));
            in_sizes += attribute(size, "<size ", "total");
        }
        must(in_sizes == rest && rest <= attribute(at, "<system type=\"current\"", "size"));
        count += attribute(at, "<total type=\"fast\"", "count");
        bytes += rest;
        at = end;
    }
    must(heaps > 0 && count <= attribute(at, "<total type=\"fast\"", "count"));
    must(bytes <= attribute(at, "<total type=\"rest\"", "size"));
    must(attribute(at, "<total type=\"mmap\"", "count") == 1 && attribute(at, "<total type=\"mmap\"", "size") >= 40 * MIB);
    must(attribute(at, "<system type=\"current\"", "size") <= attribute(at, "<system type=\"max\"", "size"));
    must(attribute(at, "<aspace type=\"total\"", "size") && attribute(at, "<aspace type=\"mprotect\"", "size"));
    must(strcmp(strstr(at, "</malloc>"), "</malloc>\n") == 0);
}

START_TEST(malloc_info_is_xml)
{
    char *text = NULL;
    size_t length = 0;
    void *block = hak_malloc(777), *large = hak_malloc(40 * MIB);
    FILE *out = open_memstream(&text, &length);
    must(out && hak_malloc_info(0, out) == 0);
    must(fclose(out) == 0 && length > 0 && strlen(text) == length);
    well_formed(text);
    like_glibc(text);
    free(text);
    hak_free(block);
    hak_free(large);
    static const int wrong[] = {1, -1, 2, INT_MIN, INT_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        errno = 4711;
        must(hak_malloc_info(wrong[i], stderr) == EINVAL && errno == 4711);
    }
}
END_TEST

START_TEST(malloc_stats_goes_to_stderr)
{
    static char text[65536];
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    must(file && saved >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    hak_malloc_stats();
    fflush(stderr);
    must(dup2(saved, STDERR_FILENO) >= 0);
    ssize_t length = pread(fileno(file), text, sizeof text - 1, 0);
    must(length > 0 && text[length - 1] == '\n');
    must(strstr(text, "superslabs_peak ") && strstr(text, "live_blocks "));
    fclose(file);
    close(saved);
}
END_TEST

static bool came_back;

static void *stats_while_cancelled(void *context)
{
    must(!pthread_cancel(pthread_self()));
    hak_malloc_stats();
    came_back = true;
    pthread_testcancel();
    return context;
}

START_TEST(malloc_stats_does_not_end_a_thread)
{
    pthread_t thread;
    void *result;
    must(freopen("/dev/null", "w", stderr));
    must(!pthread_create(&thread, NULL, stats_while_cancelled, NULL));
    must(!pthread_join(thread, &result));
    must(came_back && result == PTHREAD_CANCELED);
}
END_TEST

START_TEST(trim_gives_back)
{
    enum { MANY = 400000 };
    static void *blocks[MANY];
    size_t before = test_rss(), count = test_scaled(MANY);
    for (size_t i = 0; i < count; i++) {
        size_t size = i % 200 + 1;
        blocks[i] = hak_malloc(size);
        must(blocks[i]);
        test_stamp(blocks[i], size, i);
    }
    for (size_t i = 0; i < count; i++)
        if (i % 1000)
            hak_free(blocks[i]);
    int gave = hak_malloc_trim(0);
    must(gave == 0 || gave == 1);
    for (size_t i = 0; i < count; i += 1000) {
        must(test_stamped(blocks[i], i % 200 + 1, i));
        hak_free(blocks[i]);
    }
    gave = hak_malloc_trim(64 * KIB);
    must(gave == 0 || gave == 1);
    hak_malloc_trim(SIZE_MAX);
    hak_malloc_trim(0);
    must(hak_malloc_trim(0) == 0); /* nothing is left to give */
    must(test_shadowed() || test_rss() < before + 16 * MIB);
    void *block = hak_malloc(100);
    must(block && hak_check());
    hak_free(block);
}
END_TEST

/* 1 would say that something has changed. */
START_TEST(mallopt_options)
{
    static const int options[] = {M_MXFAST,       M_TRIM_THRESHOLD, M_TOP_PAD,    M_MMAP_THRESHOLD, M_MMAP_MAX,
                                  M_CHECK_ACTION, M_PERTURB,        M_ARENA_TEST, M_ARENA_MAX,      12345,
                                  -12345,         INT_MAX,          INT_MIN,      0};
    static const int values[] = {64, 0, 1, 0xaa, -1, INT_MIN, INT_MAX};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            errno = 4711;
            must(hak_mallopt(options[i], values[k]) == 0 && errno == 4711);
        }
    }
    void *block = hak_calloc(1, 100);
    must(block && test_zero(block, 100));
    hak_free(block);
}
END_TEST

/* A program compiled before or after the library has another idea of the size. */
START_TEST(stats_of_another_size)
{
    struct {
        struct hak_stats stats;
        uint64_t more[3];
    } newer;
    void *block = hak_malloc(100);
    memset(&newer, 0xab, sizeof newer);
    must(hak_stats(&newer.stats, sizeof newer) == sizeof newer.stats);
    must(newer.stats.mapped_bytes > 0 && test_zero(newer.more, sizeof newer.more));
    uint64_t older[3];
    memset(older, 0xab, sizeof older);
    must(hak_stats((struct hak_stats *)older, 2 * sizeof *older) == sizeof newer.stats);
    must(older[0] == newer.stats.live_blocks && older[2] == 0xababababababababu);
    must(hak_stats((struct hak_stats *)older, 0) == sizeof newer.stats && older[0] == newer.stats.live_blocks);
    hak_free(block);
}
END_TEST

START_TEST(names_of_the_build)
{
    char version[40];
    snprintf(version, sizeof version, "%d.%d.%d", HAKMEM_VERSION_MAJOR, HAKMEM_VERSION_MINOR, HAKMEM_VERSION_PATCH);
    must(!strcmp(hak_version(), version) && !strcmp(HAKMEM_VERSION, version));
    must(hak_variant()[0] == 'p' && isdigit((unsigned char)hak_variant()[1]));
    must(hak_build()[0] != 0);
}
END_TEST

TEST_MAIN("information", live_follows_each_size, live_follows_realloc_and_aligned, freed_elsewhere_is_not_live,
          mallinfo_shows_mappings, mallinfo_adds_up, mallinfo_saturates, each_counter_has_a_name, malloc_info_is_xml,
          malloc_stats_goes_to_stderr, malloc_stats_does_not_end_a_thread, trim_gives_back, mallopt_options, stats_of_another_size,
          names_of_the_build)
