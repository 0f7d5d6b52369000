/* SPDX-License-Identifier: MIT */
/* prog_crash.c WAY [early] - dies of a signal in the given way: null, wild, bus, abort, raise, kill. early: with a handler of the
 * program's own, installed before the constructors of shared libraries run. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void handle(int number, siginfo_t *info, void *context)
{
    static const char text[] = "the program's own handler\n";
    (void)context;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0 || number <= 0)
        _exit(98);
    _exit(info->si_signo == number ? 42 : 99);
}

/* Runs before the constructors of every shared library. */
static void before_all(int count, char **arguments, char **environment)
{
    (void)environment, (void)arguments;
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
    if (count > 2)
        for (int number = 1; number <= SIGSEGV; number++)
            if (number == SIGSEGV || number == SIGBUS || number == SIGABRT)
                sigaction(number, &action, NULL);
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = before_all;

static void touch(volatile char *p)
{
    *p = 1;
}

static void bus(void)
{
    char name[] = "/tmp/prog_crash.XXXXXX";
    int file = mkstemp(name);
    if (file < 0)
        exit(97);
    unlink(name);
    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0); /* of an empty file */
    printf("%p\n", (void *)(map + 64));
    fflush(stdout);
    touch(map + 64);
}

int main(int count, char **arguments)
{
    const char *way = count > 1 ? arguments[1] : "";
    free(malloc(100));
    if (strcmp(way, "null") == 0)
        touch((volatile char *)24);
    if (strcmp(way, "wild") == 0)
        touch((volatile char *)0x123456789000);
    if (strcmp(way, "bus") == 0)
        bus();
    if (strcmp(way, "abort") == 0)
        abort();
    if (strcmp(way, "raise") == 0)
        raise(SIGSEGV);
    if (strcmp(way, "kill") == 0)
        kill(getpid(), SIGBUS);
    puts("alive");
    return 0;
}
