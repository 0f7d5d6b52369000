/* cmd_noise.c - hakbench noise: identical binaries measured against each other, and simulated comparisons. See command.h.
 */
#include "bench/command.h"
#include <stdio.h>

int cmd_noise(int argc, char **argv)
{
    fprintf(stderr, "hakbench %s: %d arguments\n", argv[0], argc - 1);
    return EXIT_BAD_INPUT;
}
