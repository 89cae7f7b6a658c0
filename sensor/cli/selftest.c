/*
 * otus selftest: whether this installation works on this machine: a capture
 * through the whole pipeline into a database of its own, the rules, and the
 * sandbox as this kernel gives it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "net/net.h"
#include "net/novelty.h"
#include "proc/priv.h"
#include "proc/sandbox.h"
#include "rules/rules.h"
#include "store/query.h"
#include "store/store.h"

/* Ethernet, IPv4, TCP: a client reads two holding registers of unit 1. */
static const uint8_t request[] = {
    0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00, /* Ethernet */
    0x45, 0, 0, 52, 0, 1, 0, 0, 64, 6, 0, 0,              /* IPv4     */
    192, 0, 2, 1, 192, 0, 2, 2,                           /* RFC 5737 */
    0x9c, 0x40, 0x01, 0xf6, 0, 0, 0, 100, 0, 0, 0, 200,   /* TCP      */
    0x50, 0x18, 0x20, 0, 0, 0, 0, 0,                      /*          */
    0, 7, 0, 0, 0, 6, 1,                                  /* MBAP     */
    3, 0, 10, 0, 2,                                       /* read     */
};
static const uint8_t reply[] = {
    0x02,
    0,
    0,
    0,
    0,
    1,
    0x02,
    0,
    0,
    0,
    0,
    2,
    0x08,
    0x00,
    0x45,
    0,
    0,
    53,
    0,
    2,
    0,
    0,
    64,
    6,
    0,
    0,
    192,
    0,
    2,
    2,
    192,
    0,
    2,
    1,
    0x01,
    0xf6,
    0x9c,
    0x40,
    0,
    0,
    0,
    200,
    0,
    0,
    0,
    112,
    0x50,
    0x18,
    0x20,
    0,
    0,
    0,
    0,
    0,
    0,
    7,
    0,
    0,
    0,
    7,
    1,
    3,
    4,
    0,
    1,
    0,
    2,
};

struct test {
	struct net *net;
	struct novelty *novelty;
	struct store *store;
	int err;
	unsigned failed;
};

static void
say(struct test *t, bool ok, const char *what, const char *detail)
{
	printf("%s  %s%s%s\n", ok ? "ok    " : "FAILED", what,
	    detail[0] != '\0' ? ": " : "", detail);
	t->failed += !ok;
}

static void
to_store(void *arg, const struct ev *e)
{
	struct test *t = arg;

	if (t->err == 0) {
		t->err = store_event(t->store, e);
	}
}

static void
on_event(void *arg, struct ev *e, struct link *link)
{
	struct test *t = arg;

	novelty_event(t->novelty, e, link);
}

static void
on_tick(void *arg, uint64_t ns)
{
	struct test *t = arg;

	novelty_tick(t->novelty, ns);
	if (t->err == 0) {
		t->err = store_tick(t->store, ns);
	}
}

static void
feed(struct test *t, const uint8_t *p, size_t n, uint64_t number)
{
	const struct frame f = {
	    .data = p,
	    .caplen = (uint32_t)n,
	    .len = (uint32_t)n,
	    .ts_ns = 1700000000000000000 + number * 1000000,
	    .number = number,
	    .linktype = LINKTYPE_ETHERNET,
	};

	net_frame(t->net, &f);
}

static int
pipeline(struct test *t, const char *dir)
{
	const struct net_options no = {.links = true, .second = true};
	const struct net_sink sink = {
	    .event = on_event, .tick = on_tick, .arg = t};
	const struct store_options so = {.dir = dir, .deterministic = true};
	int err;

	if ((err = store_open(&so, &t->store)) < 0 ||
	    (err = net_new(&no, &sink, &t->net)) < 0 ||
	    (err = novelty_new(net_links(t->net), to_store, t, &t->novelty)) <
		0) {
		return err;
	}
	feed(t, request, sizeof request, 1);
	feed(t, reply, sizeof reply, 2);
	net_finish(t->net);
	novelty_finish(t->novelty);
	err = store_close(t->store);
	t->store = NULL;
	return t->err < 0 ? t->err : err;
}

static void
test_pipeline(struct test *t, const char *dir)
{
	struct query_totals totals = {0};
	struct query_status s = {0};
	struct query *q = NULL;
	char detail[160] = "";
	int err = pipeline(t, dir);

	if (err == 0 && (err = query_open(dir, &q)) == 0 &&
	    (err = query_status(q, &s)) == 0) {
		err = query_totals(q, &totals);
	}
	if (err < 0) {
		snprintf(detail, sizeof detail, "%s", err_text(err));
	} else {
		snprintf(detail, sizeof detail, "%llu devices, %llu operations",
		    (unsigned long long)s.assets,
		    (unsigned long long)totals.operations);
	}
	say(t, err == 0 && s.assets == 2 && totals.operations == 2,
	    "a capture becomes an inventory", detail);
	query_close(q);
	novelty_free(t->novelty);
	net_free(t->net);
	if (t->store != NULL && store_close(t->store) < 0) {
		t->failed++;
	}
}

static void
count_problem(void *arg, const struct rules_problem *p)
{
	(void)p;
	(*(unsigned *)arg)++;
}

static void
test_rules(struct test *t)
{
	unsigned problems = 0;
	char detail[80];
	size_t n = 0;
	int err = rules_check(NULL, count_problem, &problems, &n);

	snprintf(detail, sizeof detail, "%zu rules, %u problems", n, problems);
	say(t, err == 0 && n > 0, "the rules load", detail);
}

/* In a child, since a sandbox is for good. */
static void
test_sandbox(struct test *t)
{
	char detail[SANDBOX_TEXT] = "";
	struct sandbox_state state;
	int fd[2], status = -1;
	ssize_t n;
	pid_t pid;

	if (pipe(fd) < 0 || (pid = fork()) < 0) {
		say(t, false, "the sandbox holds", strerror(errno));
		return;
	}
	if (pid == 0) {
		const struct sandbox_options so = {
		    .profile = SANDBOX_OFFLINE, .action = SANDBOX_ERRNO};

		if (priv_harden(64) < 0 || sandbox_enter(&so, &state) < 0) {
			_exit(2);
		}
		sandbox_describe(&state, detail);
		n = write(fd[1], detail, strlen(detail));
		_exit(n < 0 || socket(AF_INET, SOCK_STREAM, 0) >= 0);
	}
	close(fd[1]);
	n = read(fd[0], detail, sizeof detail - 1);
	detail[n > 0 ? n : 0] = '\0';
	close(fd[0]);
	(void)waitpid(pid, &status, 0);
	say(t, WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "the sandbox holds", detail);
}

static void
remove_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.') {
			(void)unlinkat(dirfd(d), e->d_name, 0);
		}
	}
	if (d != NULL) {
		closedir(d);
	}
	(void)rmdir(dir);
}

int
cmd_selftest(const struct options *o)
{
	static struct test t;
	char dir[] = "/tmp/otus-selftest-XXXXXX";

	(void)o;
	if (mkdtemp(dir) == NULL) {
		fprintf(stderr, "otus: no temporary directory: %s\n",
		    strerror(errno));
		return err_exit_code(ERR_IO);
	}
	fflush(stdout);
	test_sandbox(&t);
	test_rules(&t);
	test_pipeline(&t, dir);
	remove_dir(dir);
	return t.failed == 0 ? 0 : err_exit_code(ERR_INTERNAL);
}
