/* SPDX-License-Identifier: MIT */
/* quiet.c - reads /proc/stat and /proc/vmstat. See quiet.h.
 */
#include "bench/take/quiet.h"
#include "bench/take/launch.h"
#include "bench/take/progress.h"
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static double seconds_of(int who)
{
    struct rusage u;
    getrusage(who, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static double pages_swapped(void)
{
    char name[64];
    double value, sum = 0;
    FILE *file = fopen("/proc/vmstat", "r");
    while (file && fscanf(file, "%63s %lf", name, &value) == 2)
        if (strcmp(name, "pswpin") == 0 || strcmp(name, "pswpout") == 0)
            sum += value;
    if (file)
        fclose(file);
    return sum;
}

struct quiet quiet_mark(void)
{
    double user = 0, nice = 0, system = 0, idle, wait, interrupts = 0, soft = 0, steal = 0;
    double tick = (double)sysconf(_SC_CLK_TCK);
    FILE *file = fopen("/proc/stat", "r");
    if (file && fscanf(file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle, &wait, &interrupts, &soft,
                       &steal) != 8)
        steal = 0;
    if (file)
        fclose(file);
    return (struct quiet){.busy_s = (user + nice + system + interrupts + soft) / tick,
                          .steal_s = steal / tick,
                          .own_s = seconds_of(RUSAGE_SELF) + seconds_of(RUSAGE_CHILDREN),
                          .at_s = progress_now(),
                          .swapped = pages_swapped(),
                          .processors = (int)sysconf(_SC_NPROCESSORS_ONLN)};
}

static double others(const struct quiet *since, const struct quiet *now)
{
    double all = (now->at_s - since->at_s) * now->processors;
    double busy = now->busy_s - since->busy_s - (now->own_s - since->own_s);
    return all > 0 && busy > 0 ? busy / all : 0;
}

char *quiet_text(const struct quiet *since, char *out, size_t size)
{
    struct quiet now = quiet_mark();
    double all = (now.at_s - since->at_s) * now.processors;
    snprintf(out, size, "others %.1f %%, steal %.1f %%, swapped %.0f pages, %.1f s", 100 * others(since, &now),
             all > 0 ? 100 * (now.steal_s - since->steal_s) / all : 0, now.swapped - since->swapped, now.at_s - since->at_s);
    return out;
}

bool quiet_wait(int seconds)
{
    for (int waited = 0;; waited++) {
        struct quiet before = quiet_mark(), now;
        sleep(1);
        now = quiet_mark();
        if (others(&before, &now) < QUIET_SHARE)
            return true;
        if (waited + 1 >= seconds || launch_stopped)
            return false;
    }
}
