/*
 * parent_test_subject: the parent under test and the lines that it and its
 * children tell; included by parent_test.c alone.
 */
#ifndef OTUS_PROC_PARENT_TEST_SUBJECT_H
#define OTUS_PROC_PARENT_TEST_SUBJECT_H

#include <setjmp.h>
#include <stddef.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "base/clock.h"
#include "proc/parent.h"
#include "proc/parent_test_roles.h"

#define WAIT_NS (10 * NS_PER_SEC) /* for a line; a loaded machine is slow */

struct subject {
	pid_t pid;
	int fd;
	char buf[8192];
	size_t have;
	struct {
		char name[32];
		pid_t pid;
	} known[4];
	size_t names;
};

static struct subject current;

/* What the parent under test is given; changed by a test before start(). */
static struct {
	const char *worker, *keeper; /* words; NULL: none of that kind */
	unsigned workers;            /* how many; 0 = one              */
	unsigned group, silent_ms, grace_ms;
	const char *last; /* word of the last worker */
	const char *iface;
	bool link, users;
	int (*reload)(void *, struct parent *);
	void (*changed)(void *, const struct proc_health *);
} cfg;

static void
must(int err)
{
	if (err != 0) {
		_exit(43);
	}
}

static void
ready(void *arg)
{
	say("up");
}

static unsigned
add_worker(struct parent *p, unsigned i, const struct priv_id *id)
{
	const char *word =
	    cfg.last != NULL && i + 1 == cfg.workers ? cfg.last : cfg.worker;
	char label[16];
	struct parent_spec s = {.role = "worker",
	    .label = label,
	    .phase = 1,
	    .id = id,
	    .net_raw = id != NULL,
	    .crash = true,
	    .group = cfg.group,
	    .ifaces = &cfg.iface,
	    .nifaces = cfg.iface != NULL,
	    .silent_ms = cfg.silent_ms,
	    .grace_ms = cfg.grace_ms,
	    .config = word,
	    .config_len = strlen(word)};
	unsigned child;

	snprintf(label, sizeof(label), "w%u", i);
	must(parent_add(p, &s, &child));
	must(parent_fd(p, child, PROC_FD_CHANNEL, "probe", dup(probe)));
	return child;
}

static void
tell_state(void *arg, const struct proc_health *h)
{
	say("state %s %s", h->role, proc_state_name(h->state));
}

static void __attribute__((noreturn)) subject(void)
{
	static const struct priv_id nobody = {.uid = 65534, .gid = 65534};
	static const struct priv_id daemon_id = {.uid = 1, .gid = 1};
	struct parent_options o = {.confine = true,
	    .id = cfg.users ? &nobody : NULL,
	    .log_level = LOG_LEVEL_ERROR,
	    .reload = cfg.reload,
	    .changed = cfg.changed,
	    .ready = ready};
	struct parent_spec store = {.role = "keeper", .health = true};
	unsigned k = 0, w = 0;
	struct parent *p;
	int rc;

	must(parent_new(&o, &p));
	if (cfg.keeper != NULL) {
		store.config = cfg.keeper;
		store.config_len = strlen(cfg.keeper);
		must(parent_add(p, &store, &k));
		must(parent_fd(p, k, PROC_FD_OTHER, "probe", dup(probe)));
	}
	for (unsigned i = 0; i < (cfg.workers != 0 ? cfg.workers : 1); i++) {
		w = add_worker(p, i, cfg.users ? &daemon_id : NULL);
	}
	if (cfg.link) {
		must(parent_link(p, w, "link", k, "worker"));
	}
	rc = parent_run(p);
	parent_free(p);
	_exit(rc);
}

static struct subject *
start(void)
{
	struct subject *const s = &current;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	*s = (struct subject){.fd = fd[0]};
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		/* Log lines would stand between the test's own. */
		int null = open("/dev/null", O_WRONLY);

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		dup2(null, 1);
		if (getenv("PARENT_TEST_LOG") == NULL) {
			dup2(null, 2);
		}
		close(null);
		close(fd[0]);
		probe = fd[1];
		subject();
	}
	close(fd[1]);
	return s;
}

/* "pid NAME NUMBER": kept, not told. */
static bool
is_pid(struct subject *s, const char *l)
{
	char name[32];
	size_t i = 0;
	int pid;

	if (sscanf(l, "pid %31s %d", name, &pid) != 2) {
		return false;
	}
	while (i < s->names && strcmp(s->known[i].name, name) != 0) {
		i++;
	}
	assert_true(i < sizeof(s->known) / sizeof(s->known[0]));
	s->names += i == s->names;
	snprintf(s->known[i].name, sizeof(s->known[i].name), "%s", name);
	s->known[i].pid = pid;
	return true;
}

/* Takes the first line from the buffer, if a whole one is there. */
static bool
cut_line(struct subject *s, char *out, size_t size)
{
	char *nl = memchr(s->buf, '\n', s->have);
	size_t n;

	if (nl == NULL) {
		return false;
	}
	n = (size_t)(nl - s->buf);
	snprintf(out, size, "%.*s", (int)n, s->buf);
	s->have -= n + 1;
	memmove(s->buf, nl + 1, s->have);
	return true;
}

/* The next line; fails the test when none comes. */
static const char *
line(struct subject *s)
{
	static char out[1024];
	uint64_t end = clock_mono_ns() + WAIT_NS;

	for (;;) {
		struct pollfd p = {.fd = s->fd, .events = POLLIN};
		ssize_t k;

		while (cut_line(s, out, sizeof(out))) {
			if (!is_pid(s, out)) {
				return out;
			}
		}
		if (clock_mono_ns() >= end || poll(&p, 1, 10000) <= 0) {
			fail_msg("no line in time");
		}
		k = read(s->fd, s->buf + s->have, sizeof(s->buf) - s->have);
		if (k <= 0) {
			fail_msg("no more lines");
		}
		s->have += (size_t)k;
	}
}

/* Waits for exactly that line, passing over others. */
static void
expect(struct subject *s, const char *want)
{
	while (strcmp(line(s), want) != 0) {
	}
}

/* Likewise, but none before it may begin with the bad word. */
static void
expect_without(struct subject *s, const char *want, const char *bad)
{
	const char *l;

	while (strcmp(l = line(s), want) != 0) {
		assert_int_not_equal(strncmp(l, bad, strlen(bad)), 0);
	}
}

/* Waits for both, in whichever order: they come from two processes. */
static void
expect_both(struct subject *s, const char *a, const char *b)
{
	const char *l = line(s);

	while (strcmp(l, a) != 0 && strcmp(l, b) != 0) {
		l = line(s);
	}
	expect(s, strcmp(l, a) == 0 ? b : a);
}

/* Waits for one that begins so, and gives the rest of it. */
static const char *
expect_start(struct subject *s, const char *want)
{
	const char *l;

	do {
		l = line(s);
	} while (strncmp(l, want, strlen(want)) != 0);
	return l + strlen(want);
}

/* The latest process of that role and label, as it said itself. */
static pid_t
find_child(struct subject *s, const char *name)
{
	for (size_t i = 0; i < s->names; i++) {
		if (strcmp(s->known[i].name, name) == 0) {
			return s->known[i].pid;
		}
	}
	fail_msg("no process %s", name);
	return 0;
}

/* A line of /proc/PID/status without its name, blanks apart. */
static bool
has_status(pid_t pid, const char *want)
{
	char path[32], got[128];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(got, sizeof(got), f) != NULL) {
		got[strcspn(got, "\n")] = '\0';
		found |= strcmp(got, want) == 0;
	}
	(void)fclose(f);
	return found;
}

/* Waits for the end of the subject. */
static int
end(struct subject *s)
{
	uint64_t until = clock_mono_ns() + WAIT_NS;
	char rest[256];
	int status;

	/* The pipe ends with the last process that holds it. */
	while (read(s->fd, rest, sizeof(rest)) > 0) {
		assert_true(clock_mono_ns() < until);
	}
	close(s->fd);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	s->pid = 0;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
stop(struct subject *s)
{
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	return end(s);
}

#endif
