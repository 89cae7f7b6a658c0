/*
 * Unit tests of the merge: order, bounds, folders, pipes, and what is told
 * of inputs that are not good.  Files are made in a folder of their own.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "capture/replay.h"
#include "capture/samples.h"
#include "limits.h"

#define MS 1000000ULL

static char dir[64];

/* --- files ---------------------------------------------------------------*/

static void
put_file(const char *name, const void *p, size_t n)
{
	char path[256];
	int fd;

	fd = snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_true(fd > 0 && (size_t)fd < sizeof(path));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), n);
	close(fd);
}

/* A pcap file whose frames have the given stamps in milliseconds; the first
 * byte of each frame is mark, the second counts. */
static void
put_pcap(const char *name, uint8_t mark, const unsigned *ms, size_t n)
{
	static const uint8_t head[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4,
	    0, [16] = 0xff, 0xff, 0, 0, 1, 0, 0, 0};
	uint8_t *p = calloc(1, sizeof(head) + n * 18), *rec;
	uint32_t v;

	memcpy(p, head, sizeof(head));
	for (size_t i = 0; i < n; i++) {
		rec = p + sizeof(head) + i * 18;
		v = ms[i] / 1000;
		memcpy(rec, &v, 4);
		v = ms[i] % 1000 * 1000;
		memcpy(rec + 4, &v, 4);
		rec[8] = rec[12] = 2;
		rec[16] = mark;
		rec[17] = (uint8_t)i;
	}
	put_file(name, p, sizeof(head) + n * 18);
	free(p);
}

#define PCAP(name, mark, ...)                                 \
	put_pcap(name, mark, (const unsigned[]){__VA_ARGS__}, \
	    sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned))

static int
make_dir(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/otus_replay_test.XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
drop_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path);
}

static int
drop_dir(void **state)
{
	return nftw(dir, drop_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- running -------------------------------------------------------------*/

#define ARGS_MAX 80

struct told {
	size_t n;
	char file[8][256];
	struct replay_problem p[8];
};

static void
on_problem(void *arg, const struct replay_problem *p)
{
	struct told *t = arg;

	assert_true(t->n < 8);
	snprintf(t->file[t->n], sizeof(t->file[0]), "%s",
	    strncmp(p->file, dir, strlen(dir)) == 0 ? p->file + strlen(dir) + 1
						    : p->file);
	t->p[t->n++] = *p;
}

static struct replay *
start(struct told *t, int expect, size_t n, const char *const *names)
{
	struct replay *r = NULL;
	char path[ARGS_MAX][256];
	char *paths[ARGS_MAX];

	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < n; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/%s", dir, names[i]);
		paths[i] = strcmp(names[i], "-") == 0 ? "-" : path[i];
	}
	assert_int_equal(replay_open(paths, n, on_problem, t, &r), expect);
	assert_int_equal(r != NULL, expect == 0);
	return r;
}

#define START(t, expect, ...)                                            \
	start(t, expect,                                                 \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), \
	    (const char *const[]){__VA_ARGS__})

static size_t at_once;

/* The marks of all frames, as text: read at_once, looked at together. */
static const char *
marks(struct replay *r)
{
	static char text[256];
	struct frame f[8];
	size_t n = 0;
	int rc;

	while ((rc = replay_some(r, f, at_once)) > 0) {
		assert_true((size_t)rc <= at_once);
		for (int i = 0; i < rc; i++) {
			assert_true(n < sizeof(text) - 1);
			text[n++] = (char)f[i].data[0];
		}
	}
	assert_int_equal(rc, 0);
	assert_int_equal(replay_some(r, f, at_once), 0);
	text[n] = '\0';
	return text;
}

static size_t
open_files(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 1024; fd++) {
		n += fcntl(fd, F_GETFD) >= 0;
	}
	return n;
}

static void
test_frames_of_one_file_come_side_by_side(void **state)
{
	struct frame f[8];
	struct told t;
	struct replay *r;

	PCAP("a", 'a', 1, 2, 3, 7, 8);
	PCAP("b", 'b', 4, 5);
	r = START(&t, 0, "a", "b");
	/* The first frame of a file was kept since it was opened. */
	assert_int_equal(replay_some(r, f, 8), 3);
	assert_int_equal(f[2].data[1], 2);
	assert_int_equal(replay_some(r, f, 1), 1);
	assert_int_equal(f[0].data[0], 'b');
	assert_int_equal(replay_some(r, f, 8), 1);
	assert_int_equal(replay_some(r, f, 8), 2);
	assert_int_equal(f[1].data[1], 4);
	assert_int_equal(replay_some(r, f, 8), 0);
	replay_close(r);
}

/* --- order ---------------------------------------------------------------*/

static void
test_files_are_merged_by_time(void **state)
{
	struct replay *r;
	struct told t;

	PCAP("a", 'a', 10, 40, 50);
	PCAP("b", 'b', 20, 30, 60);
	PCAP("c", 'c', 5, 70);
	r = START(&t, 0, "a", "b", "c");
	assert_string_equal(marks(r), "cabbaabc");
	assert_int_equal(t.n, 0);
	replay_close(r);
}

static void
test_equal_stamps_go_by_input(void **state)
{
	struct replay *r;
	struct told t;

	PCAP("a", 'a', 10, 10, 20);
	PCAP("b", 'b', 10, 20, 20);
	r = START(&t, 0, "b", "a");
	assert_string_equal(marks(r), "baabba");
	replay_close(r);
}

/* A file's own order stands, even where its stamps go back. */
static void
test_stamps_that_go_back_stay_in_order(void **state)
{
	struct replay *r;
	struct frame f;
	struct told t;

	PCAP("a", 'a', 10, 50, 20, 60);
	PCAP("b", 'b', 15, 40, 55);
	r = START(&t, 0, "a", "b");
	assert_string_equal(marks(r), "abbaaba");
	replay_close(r);
	r = START(&t, 0, "a");
	for (uint8_t i = 0; i < 4; i++) {
		assert_int_equal(replay_next(r, &f), 1);
		assert_int_equal(f.data[1], i);
		assert_int_equal(f.number, i + 1);
	}
	replay_close(r);
}

static void
test_number_and_input_are_per_file(void **state)
{
	struct replay *r;
	struct frame f;
	struct told t;

	PCAP("a", 'a', 20, 30);
	PCAP("b", 'b', 10, 40);
	r = START(&t, 0, "a", "b");
	assert_int_equal(replay_inputs(r), 2);
	assert_string_equal(replay_input_name(r, 1), "b");
	assert_int_equal(replay_next(r, &f), 1);
	assert_int_equal(f.input, 1);
	assert_int_equal(f.number, 1);
	assert_true(f.ts_ns == 10 * MS);
	assert_int_equal(replay_next(r, &f), 1);
	assert_int_equal(f.input, 0);
	assert_int_equal(f.number, 1);
	assert_int_equal(replay_next(r, &f), 1);
	assert_int_equal(f.number, 2);
	assert_int_equal(replay_next(r, &f), 1);
	assert_int_equal(f.input, 1);
	assert_int_equal(f.number, 2);
	assert_int_equal(replay_ifaces(r, 1), 1);
	assert_string_equal(replay_iface_name(r, 1, 0), "0");
	replay_close(r);
}

/* More files than may be open, all at the same time, frame by frame in
 * turn: each must be closed and opened again many times. */
static void
test_more_files_than_may_be_open(void **state)
{
	enum { N = LIMIT_REPLAY_OPEN_MAX + 9, FRAMES = 5 };
	char name[N][16];
	const char *names[N];
	unsigned ms[FRAMES];
	size_t before = open_files();
	struct replay *r;
	struct frame f;
	struct told t;

	for (unsigned i = 0; i < N; i++) {
		snprintf(name[i], sizeof(name[i]), "many%u", i);
		names[i] = name[i];
		for (unsigned k = 0; k < FRAMES; k++) {
			ms[k] = 1000 + k * N + i;
		}
		put_pcap(name[i], (uint8_t)i, ms, FRAMES);
	}
	r = start(&t, 0, N, names);
	assert_int_equal(open_files(), before);
	for (unsigned k = 0; k < N * FRAMES; k++) {
		assert_int_equal(replay_next(r, &f), 1);
		assert_true(f.ts_ns == (1000 + k) * MS);
		assert_int_equal(f.data[0], k % N);
		assert_int_equal(f.data[1], k / N);
		assert_int_equal(f.number, k / N + 1);
		assert_true(open_files() <= before + LIMIT_REPLAY_OPEN_MAX);
	}
	assert_int_equal(replay_next(r, &f), 0);
	assert_int_equal(t.n, 0);
	replay_close(r);
	assert_int_equal(open_files(), before);
}

static void
test_no_descriptor_survives_exec(void **state)
{
	bool before[64];
	struct replay *r;
	struct frame f;
	struct told t;

	for (int fd = 0; fd < 64; fd++) {
		before[fd] = fcntl(fd, F_GETFD) >= 0;
	}
	PCAP("a", 'a', 10, 30);
	PCAP("b", 'b', 20, 40);
	r = START(&t, 0, "a", "b");
	assert_int_equal(replay_next(r, &f), 1);
	for (int fd = 0; fd < 64; fd++) {
		if (!before[fd] && fcntl(fd, F_GETFD) >= 0) {
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		}
	}
	replay_close(r);
}

/* A file is opened when its first frame is due, not before. */
static void
test_later_files_are_opened_later(void **state)
{
	size_t before = open_files();
	struct replay *r;
	struct frame f;
	struct told t;

	PCAP("a", 'a', 10, 11);
	PCAP("b", 'b', 20, 21);
	r = START(&t, 0, "a", "b");
	assert_int_equal(replay_next(r, &f), 1);
	assert_int_equal(replay_next(r, &f), 1);
	assert_int_equal(open_files(), before + 1);
	assert_int_equal(replay_next(r, &f), 1);
	assert_int_equal(f.data[0], 'b');
	assert_int_equal(open_files(), before + 1);
	replay_close(r);
}

static void
test_progress_reaches_the_total(void **state)
{
	uint64_t done, total;
	struct replay *r;
	struct frame f;
	struct told t;

	PCAP("a", 'a', 10, 30);
	PCAP("b", 'b', 20, 40);
	r = START(&t, 0, "a", "b");
	assert_int_equal(replay_next(r, &f), 1);
	replay_progress(r, &done, &total);
	assert_int_equal(total, 2 * (24 + 2 * 18));
	assert_true(done < total);
	(void)marks(r);
	replay_progress(r, &done, &total);
	assert_int_equal(done, total);
	replay_close(r);
}

/* --- folders -------------------------------------------------------------*/

static void
sub_dir(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
sub_link(const char *to, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(symlink(to, path), 0);
}

static void
test_folder_gives_its_captures_in_time_order(void **state)
{
	struct replay *r;
	struct told t;

	sub_dir("f");
	sub_dir("f/deep");
	sub_dir("f/deep/er");
	PCAP("f/a", 'a', 30, 31);
	PCAP("f/deep/b.txt", 'b', 10, 11);
	PCAP("f/deep/er/c", 'c', 20);
	put_file("f/notes.pcap", "no capture", 10);
	put_file("f/empty", "", 0);
	put_file("f/log.gz", "\x1f\x8b\x08", 3);
	put_file("f/old.pcap.gz", "\x1f\x8b\x08", 3);
	sub_link(".", "f/loop");
	sub_link("../f", "f/deep/up");
	sub_link("nowhere", "f/dangling");
	r = START(&t, 0, "f");
	assert_int_equal(replay_inputs(r), 4);
	assert_string_equal(replay_input_name(r, 0), "b.txt");
	assert_string_equal(replay_input_name(r, 1), "c");
	assert_string_equal(replay_input_name(r, 2), "a");
	assert_int_equal(replay_skipped(r), 3);
	assert_string_equal(marks(r), "bbcaa");
	/* A compressed capture is worth a word; a compressed log is not. */
	assert_int_equal(t.n, 1);
	assert_string_equal(t.file[0], "f/old.pcap.gz");
	replay_close(r);
}

static void
test_equal_first_stamps_in_a_folder_go_by_path(void **state)
{
	struct replay *r;
	struct told t;

	sub_dir("g");
	PCAP("g/z", 'z', 10);
	PCAP("g/y", 'y', 10);
	PCAP("g/x", 'x', 11);
	PCAP("first", 'f', 99);
	PCAP("last", 'l', 1);
	r = START(&t, 0, "first", "g", "last");
	assert_string_equal(replay_input_name(r, 0), "first");
	assert_string_equal(replay_input_name(r, 1), "y");
	assert_string_equal(replay_input_name(r, 2), "z");
	assert_string_equal(replay_input_name(r, 3), "x");
	assert_string_equal(replay_input_name(r, 4), "last");
	assert_string_equal(marks(r), "lyzxf");
	replay_close(r);
}

static void
test_folder_without_captures_is_told(void **state)
{
	struct told t;

	sub_dir("h");
	put_file("h/text", "text", 4);
	(void)START(&t, ERR_NOENT, "h");
	assert_int_equal(t.n, 1);
	assert_string_equal(t.file[0], "h");
	assert_int_equal(t.p[0].err, ERR_NOENT);
}

static void
test_folder_too_deep_is_told(void **state)
{
	char name[256] = "d";
	size_t n = 1;
	struct replay *r;
	struct told t;

	sub_dir("d");
	PCAP("d/top", 't', 1);
	for (int i = 0; i <= LIMIT_REPLAY_DEPTH_MAX; i++, n += 2) {
		memcpy(name + n, "/d", 3);
		sub_dir(name);
	}
	memcpy(name + n, "/x", 3);
	PCAP(name, 'x', 1);
	r = START(&t, 0, "d");
	assert_string_equal(marks(r), "t");
	assert_int_equal(t.n, 1);
	assert_int_equal(t.p[0].err, ERR_TOOBIG);
	replay_close(r);
}

/* --- what is wrong with inputs -------------------------------------------*/

static void
test_truncated_file_is_told_and_the_next_goes_on(void **state)
{
	char path[256];
	struct replay *r;
	struct told t;

	PCAP("cut", 'c', 10, 20, 30);
	PCAP("later", 'l', 15, 40);
	snprintf(path, sizeof(path), "%s/cut", dir);
	assert_int_equal(truncate(path, 24 + 3 * 18 - 1), 0);
	r = START(&t, 0, "cut", "later");
	assert_string_equal(marks(r), "clcl");
	assert_int_equal(t.n, 1);
	assert_string_equal(t.file[0], "cut");
	assert_int_equal(t.p[0].frame, 2);
	assert_int_equal(t.p[0].offset, 24 + 2 * 18);
	assert_int_equal(t.p[0].err, ERR_TRUNC);
	assert_string_equal(t.p[0].reason, "ends in the middle of a record");
	replay_close(r);
}

static void
test_bad_inputs_are_told_and_keep_their_number(void **state)
{
	struct replay *r;
	struct frame f;
	struct told t;

	put_file("text", "no capture", 10);
	put_file("empty", "", 0);
	PCAP("good", 'g', 1);
	r = START(&t, 0, "missing", "text", "empty", "good");
	assert_int_equal(t.n, 3);
	assert_string_equal(t.file[0], "missing");
	assert_int_equal(t.p[0].err, ERR_NOENT);
	assert_string_equal(t.file[1], "text");
	assert_int_equal(t.p[1].err, ERR_FORMAT);
	assert_string_equal(t.file[2], "empty");
	assert_int_equal(t.p[2].err, ERR_TRUNC);
	assert_int_equal(replay_next(r, &f), 1);
	assert_int_equal(f.input, 3);
	replay_close(r);
}

static void
test_nothing_usable_is_no_replay(void **state)
{
	struct told t;

	put_file("text", "no capture", 10);
	(void)START(&t, ERR_NOENT, "text", "missing");
	assert_int_equal(t.n, 2);
}

static void
test_capture_without_frames_is_good(void **state)
{
	struct replay *r;
	struct told t;

	put_file("none", sample_pcap_us_le, 24);
	r = START(&t, 0, "none");
	assert_string_equal(marks(r), "");
	assert_int_equal(t.n, 0);
	replay_close(r);
}

static void
test_file_that_vanishes_is_told(void **state)
{
	char path[256], to[256];
	struct replay *r;
	struct told t;

	PCAP("a", 'a', 10, 30);
	PCAP("b", 'b', 20, 21);
	PCAP("c", 'c', 25);
	PCAP("e", 'e', 26, 27);
	r = START(&t, 0, "a", "b", "c", "e");
	snprintf(path, sizeof(path), "%s/b", dir);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/c", dir);
	assert_int_equal(unlink(path), 0);
	PCAP("new", 'c', 25);
	snprintf(path, sizeof(path), "%s/e", dir);
	assert_int_equal(truncate(path, 10), 0);
	snprintf(to, sizeof(to), "%s/c", dir);
	snprintf(path, sizeof(path), "%s/new", dir);
	assert_int_equal(rename(path, to), 0);
	assert_string_equal(marks(r), "aa");
	assert_int_equal(t.n, 3);
	assert_string_equal(t.file[0], "b");
	assert_int_equal(t.p[0].err, ERR_NOENT);
	assert_string_equal(t.file[1], "c");
	assert_int_equal(t.p[1].err, ERR_DAMAGED);
	assert_string_equal(t.file[2], "e");
	assert_int_equal(t.p[2].err, ERR_TRUNC);
	replay_close(r);
}

/* --- pipes ---------------------------------------------------------------*/

/* Writes a file into a pipe in small pieces from another process. */
static pid_t
feed(const char *name, int fd)
{
	char path[256];
	uint8_t buf[7];
	ssize_t n;
	pid_t pid = fork();
	int in;

	if (pid != 0) {
		assert_true(pid > 0);
		return pid;
	}
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	in = open(path, O_RDONLY);
	while ((n = read(in, buf, sizeof(buf))) > 0) {
		if (write(fd, buf, (size_t)n) != n) {
			_exit(1);
		}
	}
	_exit(0);
}

static void
test_stdin_is_merged_with_files(void **state)
{
	int saved = dup(STDIN_FILENO), fd[2];
	uint64_t done, total;
	struct replay *r;
	struct told t;
	pid_t pid;

	PCAP("a", 'a', 10, 30);
	PCAP("in", 'i', 20, 40);
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	pid = feed("in", fd[1]);
	close(fd[1]);
	assert_int_equal(dup2(fd[0], STDIN_FILENO), STDIN_FILENO);
	close(fd[0]);
	r = START(&t, 0, "a", "-");
	assert_string_equal(replay_input_name(r, 1), "stdin");
	assert_string_equal(marks(r), "aiai");
	replay_progress(r, &done, &total);
	assert_int_equal(total, 0);
	assert_int_equal(t.n, 0);
	replay_close(r);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	close(saved);
}

static void
test_fifo_is_read_once(void **state)
{
	char path[256];
	struct replay *r;
	struct told t;
	pid_t pid;
	int fd;

	PCAP("a", 'a', 10, 30);
	PCAP("in", 'i', 20, 40);
	snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	/* Both ends, so that neither open waits. */
	fd = open(path, O_RDWR | O_CLOEXEC);
	pid = feed("in", fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	r = START(&t, 0, "fifo", "a");
	close(fd);
	assert_string_equal(marks(r), "aiai");
	assert_int_equal(t.n, 0);
	replay_close(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_files_are_merged_by_time),
	    cmocka_unit_test(test_frames_of_one_file_come_side_by_side),
	    cmocka_unit_test(test_equal_stamps_go_by_input),
	    cmocka_unit_test(test_stamps_that_go_back_stay_in_order),
	    cmocka_unit_test(test_number_and_input_are_per_file),
	    cmocka_unit_test(test_more_files_than_may_be_open),
	    cmocka_unit_test(test_no_descriptor_survives_exec),
	    cmocka_unit_test(test_later_files_are_opened_later),
	    cmocka_unit_test(test_progress_reaches_the_total),
	    cmocka_unit_test(test_folder_gives_its_captures_in_time_order),
	    cmocka_unit_test(test_equal_first_stamps_in_a_folder_go_by_path),
	    cmocka_unit_test(test_folder_without_captures_is_told),
	    cmocka_unit_test(test_folder_too_deep_is_told),
	    cmocka_unit_test(test_truncated_file_is_told_and_the_next_goes_on),
	    cmocka_unit_test(test_bad_inputs_are_told_and_keep_their_number),
	    cmocka_unit_test(test_nothing_usable_is_no_replay),
	    cmocka_unit_test(test_capture_without_frames_is_good),
	    cmocka_unit_test(test_file_that_vanishes_is_told),
	    cmocka_unit_test(test_stdin_is_merged_with_files),
	    cmocka_unit_test(test_fifo_is_read_once),
	};

	static const size_t some[] = {1, 2, 8};
	int failed = 0;

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		at_once = some[i];
		failed += cmocka_run_group_tests(tests, make_dir, drop_dir);
	}
	return failed;
}
