/*
 * test_dir: a folder for one test program, and its removal.
 */
#ifndef OTUS_PROC_TEST_DIR_H
#define OTUS_PROC_TEST_DIR_H

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define TEST_DIR_MAX 64

static char test_dir[TEST_DIR_MAX];

static bool
test_dir_make(void)
{
	snprintf(test_dir, sizeof(test_dir), "/tmp/otus-proc-XXXXXX");
	return mkdtemp(test_dir) != NULL;
}

static int
test_dir_entry(
    const char *path, const struct stat *st, int kind, struct FTW *where)
{
	return remove(path);
}

static bool
test_dir_remove(void)
{
	return nftw(test_dir, test_dir_entry, 8, FTW_DEPTH | FTW_PHYS) == 0;
}

#endif
