/* SPDX-License-Identifier: MIT */
/* prog_lazy_burst.c MIB CYCLES IDLE - fills MIB MiB with blocks of 512 bytes and frees them all, CYCLES times, then makes no
 * call for IDLE seconds. Prints the resident KiB before and after the idle time. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        abort();
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    size_t count = strtoul(argv[1], NULL, 10) * 2048;
    char **blocks = calloc(count, sizeof *blocks);
    for (long cycle = strtol(argv[2], NULL, 10); blocks && cycle > 0; cycle--) {
        for (size_t i = 0; i < count; i++) {
            blocks[i] = malloc(512);
            if (!blocks[i])
                return 1;
            *blocks[i] = 1;
        }
        for (size_t i = 0; i < count; i++)
            free(blocks[i]);
    }
    long before = resident_kib();
    sleep((unsigned)strtoul(argv[3], NULL, 10));
    printf("before %ld after %ld\n", before, resident_kib());
    return 0;
}
