/* SPDX-License-Identifier: MIT */
/* prog_small_stack.c SIZE BLOCKS - frees in a signal handler so many blocks, and prints how many bytes of stack that takes, beside
 * what the kernel and an empty handler take. Nothing has been freed before but one block of another size.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 5000, STACK = 65536, MARK = 0x5a };

static void *block[BLOCKS];
static unsigned char stack[STACK];
static int blocks;

static void handler(int number)
{
    (void)number;
    for (int i = 0; i < blocks; i++)
        free(block[i]);
}

static int used(void)
{
    int at = 0;
    memset(stack, MARK, STACK);
    raise(SIGUSR1);
    while (at < STACK && stack[at] == MARK)
        at++;
    return STACK - at;
}

int main(int count, char **arguments)
{
    stack_t other = {.ss_sp = stack, .ss_size = STACK};
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    if (count != 3 || sigaltstack(&other, NULL) != 0 || sigaction(SIGUSR1, &action, NULL) != 0)
        return 2;
    free(malloc(300)); /* the program's own free is bound from here on */
    int empty = used(), wanted = atoi(arguments[2]);
    for (int i = 0; i < wanted && i < BLOCKS; i++) {
        if (!(block[i] = malloc((size_t)atol(arguments[1]))))
            return 2;
    }
    blocks = wanted < BLOCKS ? wanted : BLOCKS;
    printf("%d\n", used() - empty);
    return 0;
}
