/* SPDX-License-Identifier: MIT */
/* prog_signal_free.c SECONDS [SIZE] - frees in a signal handler what the interrupted code gives to it, up to 200 blocks of all
 * sizes at a time, while that code allocates, frees, clears and moves others of the same sizes. No byte may belong to two blocks: each block
 * carries its own stamp at both ends and in every page. SIZE: all blocks are about so large. Prints how many the handler freed.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { BLOCKS = 300, BOX = 200, STEP = 4096 };

static struct block {
    unsigned char *p;
    size_t size;
    uint64_t number;
} block[BLOCKS];
static void *volatile box[BOX];
static volatile sig_atomic_t filled; /* by the program, up to BOX; emptied by the handler */
static volatile long freed;
static uint64_t numbers;
static size_t only; /* SIZE, or 0 */
static uint32_t seed = 2463534242;

static uint32_t next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    return seed ^= seed << 5;
}

static void on_alarm(int number)
{
    (void)number;
    int count = filled;
    if (count < 1 + (int)(freed % BOX)) /* now one, now many */
        return;
    for (int i = 0; i < count; i++)
        free(box[i]);
    freed += count;
    filled = 0;
}

static size_t some_size(void)
{
    static const size_t most[] = {32, 64, 128, 400, 1024, 2000, 8192, 20000, 70000, 300000, 1 << 20, 2 << 20};
    uint32_t r = next() % 64; /* mostly small */
    size_t m = most[r < 48 ? r % 6 : r < 62 ? 6 + r % 4 : 10 + r % 2];
    m = only ? only : m;
    return m / 2 + next() % (m / 2);
}

static void stamp(struct block *b)
{
    for (size_t at = 0; at + 16 <= b->size; at += STEP)
        memcpy(b->p + at, &b->number, 8);
    memcpy(b->p + b->size - 8, &b->number, 8);
}

static void check(const struct block *b, size_t size)
{
    for (size_t at = 0; at + 16 <= size; at += STEP) {
        if (memcmp(b->p + at, &b->number, 8) != 0) {
            printf("a block of %zu bytes at %p is in two hands\n", b->size, (void *)b->p);
            exit(1);
        }
    }
    if (size == b->size && memcmp(b->p + size - 8, &b->number, 8) != 0) {
        printf("the end of a block of %zu bytes at %p is in two hands\n", b->size, (void *)b->p);
        exit(1);
    }
}

static void make(struct block *b)
{
    b->size = some_size();
    b->number = ++numbers;
    b->p = next() % 4 ? malloc(b->size) : calloc(1, b->size);
    if (!b->p)
        exit(2);
    stamp(b);
}

static void step(struct block *b)
{
    if (!b->p) {
        make(b);
        return;
    }
    check(b, b->size);
    uint32_t r = next() % 8;
    if (r == 0) {
        size_t size = some_size(), less = size < b->size ? size : b->size;
        b->p = realloc(b->p, size);
        if (!b->p)
            exit(2);
        check(b, less);
        b->size = size;
        stamp(b);
    } else if (r < 4 && filled < BOX) {
        sigset_t all, old;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, &old);
        box[filled] = b->p;
        filled = filled + 1;
        sigprocmask(SIG_SETMASK, &old, NULL);
        b->p = NULL;
    } else {
        free(b->p);
        b->p = NULL;
    }
}

int main(int argc, char **argv)
{
    time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 2);
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct itimerval every = {{0, 100}, {0, 100}};
    only = argc > 2 ? (size_t)atol(argv[2]) : 0;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    for (uint64_t i = 0; i % 1024 || time(NULL) < end; i++)
        step(&block[next() % BLOCKS]);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
    printf("%ld blocks freed in the handler\n", freed);
    return freed > 0 ? 0 : 3;
}
