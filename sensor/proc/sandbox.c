/*
 * sandbox: loads Landlock and seccomp for a profile.
 *
 * Landlock first: its calls are not in any child's list.  The filter is built
 * by libseccomp for the machine's own system call interface alone; a call
 * through another one (32-bit, x32) kills, or the numbers would mean
 * something else.
 *
 * A sensor's forbidden calls trap rather than kill: the kernel executes them
 * no more than otherwise, and the handler of crash.c still gets to keep the
 * frame that took over the process.
 *
 * Not here: which calls (sandbox_rules.c), users and capabilities (priv.c).
 */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proc/sandbox.h"
#include "proc/sandbox_rules.h"

/*
 * The leak checker of AddressSanitizer stops and traces the process at its
 * exit, which a confined process must not be able to do.  It asks this
 * function whether to stay away.
 */
#if defined(__SANITIZE_ADDRESS__)
#define HAVE_LEAK_CHECK
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_LEAK_CHECK
#endif
#endif
#ifdef HAVE_LEAK_CHECK
static int confined;
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return confined;
}
#endif

static const char *const profile_names[SANDBOX_PROFILES] = {
    [SANDBOX_PARENT] = "parent",
    [SANDBOX_SENSOR] = "sensor",
    [SANDBOX_STORE] = "store",
    [SANDBOX_WEB] = "web",
    [SANDBOX_COURIER] = "courier",
    [SANDBOX_OFFLINE] = "offline",
};

const char *
sandbox_profile_name(enum sandbox_profile p)
{
	assert(p < SANDBOX_PROFILES);
	return profile_names[p];
}

void
sandbox_call_name(int sysno, char *buf)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, sysno);

	if (name != NULL) {
		snprintf(buf, 64, "%s", name);
	} else {
		snprintf(buf, 64, "call %d", sysno);
	}
	free(name);
}

static uint32_t
default_action(enum sandbox_action a)
{
	switch (a) {
	case SANDBOX_TRAP: return SCMP_ACT_TRAP;
	case SANDBOX_ERRNO: return SCMP_ACT_ERRNO(EPERM);
	case SANDBOX_LOG: return SCMP_ACT_LOG;
	case SANDBOX_KILL: break;
	}
	return SCMP_ACT_KILL_PROCESS;
}

/* Rules that differ in nothing but the action do not exist, so EEXIST is
 * two rows that say the same (the parent's union). */
static int
add(scmp_filter_ctx ctx, uint32_t action, int call, unsigned n,
    const struct scmp_arg_cmp *cmp)
{
	int rc = seccomp_rule_add_array(ctx, action, call, n, cmp);

	if (rc == 0 || rc == -EEXIST || rc == -EDOM) {
		return 0; /* EDOM: a call that this architecture lacks */
	}
	return rc == -ENOMEM ? ERR_NOMEM : ERR_INTERNAL;
}

static int
add_rule(scmp_filter_ctx ctx, const struct sandbox_rule *r,
    const struct sandbox_options *o)
{
	uint32_t action =
	    r->error != 0 ? SCMP_ACT_ERRNO((unsigned)r->error) : SCMP_ACT_ALLOW;
	struct scmp_arg_cmp c = {.arg = r->arg};
	int err = 0;

	switch ((enum sandbox_when)r->when) {
	case WHEN_ALWAYS: return add(ctx, action, r->call, 0, NULL);
	case WHEN_FD:
		for (size_t i = 0; i < o->nwrite_fds && err == 0; i++) {
			c.op = SCMP_CMP_EQ;
			c.datum_a = (scmp_datum_t)o->write_fds[i];
			err = add(ctx, action, r->call, 1, &c);
		}
		return err;
	case WHEN_SELF:
		c.op = SCMP_CMP_EQ;
		c.datum_a = (scmp_datum_t)getpid();
		break;
	case WHEN_EQ:
		c.op = SCMP_CMP_EQ;
		c.datum_a = r->value;
		break;
	case WHEN_BITS:
		c.op = SCMP_CMP_MASKED_EQ;
		c.datum_a = c.datum_b = r->value;
		break;
	case WHEN_NO_BITS:
		c.op = SCMP_CMP_MASKED_EQ;
		c.datum_a = r->value;
		c.datum_b = 0;
		break;
	}
	return add(ctx, action, r->call, 1, &c);
}

static bool
has_row(int call, unsigned profiles)
{
	for (size_t i = 0; i < sandbox_nrules; i++) {
		if (sandbox_rules[i].call == call &&
		    (sandbox_rules[i].profiles & profiles) != 0) {
			return true;
		}
	}
	return false;
}

/* Calls that the filter lets through in some form. */
static unsigned
count_calls(unsigned profiles)
{
	unsigned n = 0;

	for (size_t i = 0; i < sandbox_nrules; i++) {
		const struct sandbox_rule *r = &sandbox_rules[i];
		bool seen = r->error != 0 || (r->profiles & profiles) == 0;

		for (size_t k = 0; k < i && !seen; k++) {
			seen = sandbox_rules[k].call == r->call &&
			       sandbox_rules[k].error == 0 &&
			       (sandbox_rules[k].profiles & profiles) != 0;
		}
		n += !seen;
	}
	return n;
}

/* The parent: what any child may, on any argument, but for its own rows. */
static int
add_union(scmp_filter_ctx ctx)
{
	const unsigned parent = 1U << SANDBOX_PARENT;
	int err = 0;

	for (size_t i = 0; i < sandbox_nrules && err == 0; i++) {
		const struct sandbox_rule *r = &sandbox_rules[i];

		if (!has_row(r->call, parent)) {
			err = add(ctx, SCMP_ACT_ALLOW, r->call, 0, NULL);
		}
	}
	return err;
}

static int
load_filter(const struct sandbox_options *o)
{
	const unsigned bit = 1U << o->profile;
	scmp_filter_ctx ctx = seccomp_init(default_action(o->action));
	int rc, err = 0;

	if (ctx == NULL) {
		return ERR_NOMEM;
	}
	if (seccomp_attr_set(
		ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0 ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 1) != 0) {
		err = ERR_INTERNAL;
		goto out;
	}
	/* Searched by halves rather than in a row; an old library may not. */
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (o->profile == SANDBOX_PARENT) {
		err = add_union(ctx);
	}
	for (size_t i = 0; i < sandbox_nrules && err == 0; i++) {
		if ((sandbox_rules[i].profiles & bit) != 0) {
			err = add_rule(ctx, &sandbox_rules[i], o);
		}
	}
	if (err != 0) {
		goto out;
	}
	rc = seccomp_load(ctx);
	if (rc != 0) {
		err = rc == -ENOMEM ? ERR_NOMEM : ERR_UNSUPPORTED;
	}
out:
	seccomp_release(ctx);
	return err;
}

/* A file, a terminal or a unix socket; anything else could reach a wire. */
static bool
is_harmless(int fd)
{
	socklen_t n = sizeof(int);
	int domain;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) != 0) {
		return errno == ENOTSOCK;
	}
	return domain == AF_UNIX;
}

int
sandbox_enter(const struct sandbox_options *o, struct sandbox_state *ret)
{
	struct sandbox_state st = {.profile = o->profile, .action = o->action};
	int err;

	assert(o->profile < SANDBOX_PROFILES);
	for (size_t i = 0; i < o->nwrite_fds; i++) {
		if (!is_harmless(o->write_fds[i])) {
			return ERR_STATE;
		}
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		return ERR_UNSUPPORTED;
	}
	if (o->profile != SANDBOX_PARENT) {
		err = landlock_enter(LANDLOCK_ABI_MAX, o->paths, o->npaths,
		    o->ports, o->nports, &st.landlock);
		if (err != 0) {
			return err;
		}
	}
#ifdef HAVE_LEAK_CHECK
	confined = 1;
#endif
	err = load_filter(o);
	if (err != 0) {
		return err;
	}
	st.calls = count_calls(
	    o->profile == SANDBOX_PARENT ? UINT_MAX : 1U << o->profile);
	*ret = st;
	return 0;
}

bool
sandbox_offered(char buf[SANDBOX_TEXT])
{
	const uint32_t kill = SECCOMP_RET_KILL_PROCESS;
	bool seccomp =
	    syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &kill) == 0;
	int abi = landlock_abi();
	int n;

	n = snprintf(buf, SANDBOX_TEXT, "seccomp: %s; ",
	    seccomp ? "available" : "NOT available, otus does not run here");
	if (abi == 0) {
		snprintf(buf + n, SANDBOX_TEXT - (size_t)n,
		    "Landlock: NOT available (not built in, or not in the "
		    "kernel's lsm= list)");
	} else {
		snprintf(buf + n, SANDBOX_TEXT - (size_t)n,
		    "Landlock: ABI %d, of %d that otus makes use of", abi,
		    LANDLOCK_ABI_MAX);
	}
	return seccomp;
}

void
sandbox_describe(const struct sandbox_state *st, char buf[SANDBOX_TEXT])
{
	static const char *const actions[] = {
	    [SANDBOX_KILL] = "else killed",
	    [SANDBOX_TRAP] = "else killed, frame kept",
	    [SANDBOX_ERRNO] = "else refused",
	    [SANDBOX_LOG] = "else only logged",
	};
	const struct landlock_state *l = &st->landlock;
	int n;

	n = snprintf(buf, SANDBOX_TEXT, "seccomp %s: %u system calls, %s; ",
	    profile_names[st->profile], st->calls, actions[st->action]);
	if (st->profile == SANDBOX_PARENT) {
		snprintf(buf + n, SANDBOX_TEXT - (size_t)n, "no Landlock");
	} else if (l->abi == 0) {
		snprintf(buf + n, SANDBOX_TEXT - (size_t)n,
		    "NO Landlock in this kernel: files and ports are "
		    "restricted by seccomp and file permissions alone");
	} else {
		snprintf(buf + n, SANDBOX_TEXT - (size_t)n,
		    "Landlock ABI %d: files restricted%s%s%s", l->abi,
		    l->truncate ? ", truncation too" : ", NOT truncation",
		    l->net ? ", TCP ports too" : ", NOT TCP ports",
		    l->scope ? ", signals and abstract sockets too"
			     : ", NOT signals or abstract sockets");
	}
}
