/* SPDX-License-Identifier: MIT */
/* test_hakbench_store_errors.c - what can be wrong with a file of samples is one line that names it and says what would be
 * right; a full disk loses nothing that was stored.
 */
#include "store_made.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>

/* The last error: one line, with the file's name and the words. */
static void said(const char *word, const char *word2)
{
    const char *line = store_error();
    ck_assert_msg(strncmp(line, made_path, strlen(made_path)) == 0 && !strchr(line, '\n'), "%s", line);
    ck_assert_msg(strstr(line, word) && strstr(line, word2), "no '%s', '%s' in: %s", word, word2, line);
}

static void refused(enum store_access access_wanted, const char *word, const char *word2)
{
    ck_assert_msg(!store_open(made_path, access_wanted), "%s was opened", made_path);
    said(word, word2);
}

static void fill(const char *bytes, size_t size)
{
    FILE *out = fopen(made_path, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, size, out), size);
    fclose(out);
}

static void query(const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(made_path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

START_TEST(missing)
{
    made_begin();
    refused(STORE_READ, "no such file", "--db FILE");
    ck_assert_int_ne(access(made_path, F_OK), 0); /* looking makes nothing */
    snprintf(made_path, sizeof made_path, "%s/none/results.db", made_folder);
    refused(STORE_READ, "no folder", made_folder);
    refused(STORE_WRITE, "no folder", "make it");
    snprintf(made_path, sizeof made_path, "%s", made_folder);
    refused(STORE_READ, "is a folder", "--db FILE");
    refused(STORE_WRITE, "is a folder", "--db FILE");
    made_path[0] = 0;
    refused(STORE_WRITE, "not the name of a file", "--db FILE");
    made_end();
}
END_TEST

START_TEST(not_a_file_of_samples)
{
    static const char text[] =
        "position\tblock\tmode\n1\t2\t3\nand more, to be longer than the head of a database is: 0123456789abcdef0123456789";
    made_begin();
    fill(text, sizeof text);
    refused(STORE_READ, "not a file of samples", "--db FILE");
    refused(STORE_WRITE, "not a file of samples", "--db FILE");
    struct stat info;
    ck_assert_int_eq(stat(made_path, &info), 0);
    ck_assert_int_eq(info.st_size, sizeof text); /* and it is as it was */
    fill("", 0);
    refused(STORE_READ, "is empty", "--db FILE");
    query("CREATE TABLE recipes (name TEXT)");
    refused(STORE_READ, "another program", "--db FILE");
    refused(STORE_WRITE, "another program", "--db FILE");
    unlink(made_path);
    query("PRAGMA application_id = 77");
    refused(STORE_WRITE, "another program", "--db FILE");
    made_end();
}
END_TEST

START_TEST(empty_file_is_taken_for_writing)
{
    made_begin();
    fill("", 0);
    struct store *st = made_open(STORE_WRITE);
    ck_assert(made_add(st, made_run(st), 0));
    store_close(st);
    made_end();
}
END_TEST

START_TEST(damaged)
{
    made_begin();
    struct store *st = made_open(STORE_WRITE);
    int64_t run = made_run(st);
    for (int k = 0; k < 50; k++)
        made_add(st, run, k);
    store_close(st);
    struct stat info;
    ck_assert_int_eq(stat(made_path, &info), 0);
    FILE *file = fopen(made_path, "r+");
    for (long at = 8192; at < info.st_size; at += 512) { /* all but the first pages, which hold the tables' names */
        fseek(file, at, SEEK_SET);
        fputs("\x0d damage damage", file);
    }
    fclose(file);
    st = store_open(made_path, STORE_READ);
    ck_assert(!st || !store_load(st, run));
    said("damaged", "");
    store_close(st);
    made_end();
}
END_TEST

/* In a child, since a user cannot become another one twice. Root may write anywhere, so the child is somebody else. */
static void as_nobody(void test(int64_t run), int64_t run)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        test(run);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static void may_read_only(int64_t run)
{
    struct store *st = made_open(STORE_READ);
    ck_assert_int_eq(made_check(st, run), 1);
    store_close(st);
    refused(STORE_WRITE, "may not be written", "--db FILE");
}

static void may_not_even_read(int64_t run)
{
    (void)run;
    refused(STORE_READ, "may not be read", "--db FILE");
}

static void may_not_make(int64_t run)
{
    (void)run;
    refused(STORE_WRITE, "no such file, and its folder", "may not be written");
    refused(STORE_READ, "no such file, and its folder", "may not be written");
}

START_TEST(read_only_file_and_folder)
{
    made_begin();
    struct store *st = made_open(STORE_WRITE);
    int64_t run = made_run(st);
    ck_assert(made_add(st, run, 0));
    store_close(st);
    chmod(made_path, 0444);
    as_nobody(may_read_only, run);
    chmod(made_folder, 0555);
    as_nobody(may_read_only, run);
    chmod(made_path, 0000);
    as_nobody(may_not_even_read, run);
    chmod(made_folder, 0755);
    unlink(made_path);
    chmod(made_folder, 0555);
    as_nobody(may_not_make, run);
    chmod(made_folder, 0755);
    made_end();
}
END_TEST

/* A name that means something in a URI, in a folder where SQLite has to be asked by URI. */
START_TEST(read_only_folder_with_an_odd_name)
{
    made_begin();
    snprintf(made_path, sizeof made_path, "%s/100%% odd?#&=1.db", made_folder);
    struct store *st = made_open(STORE_WRITE);
    int64_t run = made_run(st);
    ck_assert(made_add(st, run, 0));
    store_close(st);
    chmod(made_folder, 0555);
    as_nobody(may_read_only, run);
    chmod(made_folder, 0755);
    made_end();
}
END_TEST

/* Appends until no more goes; what was stored before is all there, and when there is space again it goes on. */
static void append_until_refused(int64_t run, const char *word)
{
    struct store *st = made_open(STORE_WRITE);
    int k = 0;
    while (k < 5000 && made_add(st, run, k))
        k++;
    said(word, "finished samples are kept");
    ck_assert_int_gt(k, 3);
    ck_assert_int_lt(k, 5000);
    ck_assert(!made_add(st, run, k));
    ck_assert_int_eq(made_check(st, run), k);
    store_close(st);
    st = made_open(STORE_READ);
    ck_assert_int_eq(made_check(st, run), k);
    store_close(st);
}

static void goes_on(int64_t run)
{
    struct store *st = made_open(STORE_WRITE);
    int k = made_check(st, run);
    ck_assert_msg(made_add(st, run, k), "%s", store_error());
    ck_assert_int_eq(made_check(st, run), k + 1);
    store_close(st);
}

START_TEST(file_size_limit)
{
    made_begin();
    struct store *st = made_open(STORE_WRITE);
    int64_t run = made_run(st);
    store_close(st);
    int status;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){400000, 400000});
        append_until_refused(run, "File too large");
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    goes_on(run);
    made_end();
}
END_TEST

/* A real one: a small file system of its own, where the kernel lets this process have one. */
START_TEST(full_disk)
{
    made_begin();
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", made_folder, "tmpfs", 0, "size=700k") != 0) {
        fprintf(stderr, "no small file system here (%s): the full disk is not tested\n", strerror(errno));
        made_end();
        return;
    }
    struct store *st = made_open(STORE_WRITE);
    int64_t run = made_run(st);
    store_close(st);
    append_until_refused(run, "disk is full");
    ck_assert_int_eq(mount("none", made_folder, NULL, MS_REMOUNT, "size=4m"), 0);
    goes_on(run);
    umount(made_folder);
    made_end();
}
END_TEST

START_TEST(devices_and_pipes)
{
    made_begin();
    ck_assert_int_eq(mkfifo(made_path, 0600), 0);
    refused(STORE_READ, "device or pipe", "--db FILE");
    refused(STORE_WRITE, "device or pipe", "--db FILE");
    made_end();
    strcpy(made_path, "/dev/full");
    refused(STORE_READ, "device or pipe", "--db FILE");
    refused(STORE_WRITE, "device or pipe", "--db FILE");
}
END_TEST

TEST_MAIN("what is wrong with a store", missing, not_a_file_of_samples, empty_file_is_taken_for_writing, damaged,
          read_only_file_and_folder, read_only_folder_with_an_odd_name, file_size_limit, full_disk, devices_and_pipes)
