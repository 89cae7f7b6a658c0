/*
 * priv: users and capabilities (capabilities(7), credentials(7)), through
 * libcap-ng.
 *
 * The parent is not root either: root without capabilities still owns most
 * files of a system.  It keeps CAP_SETUID and CAP_SETGID to start children
 * under users of their own, CAP_KILL to end them, and CAP_NET_RAW to hand to
 * sensors as an ambient capability, which survives the exec and is gone
 * before the first packet is read.
 *
 * A child cannot shrink its bounding set: that needs CAP_SETPCAP, which the
 * parent has given up.  What is in it are at most the parent's four, and
 * no_new_privs makes it meaningless: no exec can gain anything from it.
 *
 * Not here: system call filters and file access (sandbox.h).
 */
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/priv.h"

static const unsigned held[] = {CAP_NET_RAW, CAP_SETUID, CAP_SETGID, CAP_KILL};

#define NHELD (sizeof(held) / sizeof(held[0]))

static bool
have(capng_type_t set, unsigned cap)
{
	return capng_get_caps_process() == 0 &&
	       capng_have_capability(set, cap) == 1;
}

bool
priv_can_change(void)
{
	return have(CAPNG_EFFECTIVE, CAP_SETUID) &&
	       have(CAPNG_EFFECTIVE, CAP_SETGID);
}

bool
priv_has_net_raw(void)
{
	return have(CAPNG_PERMITTED, CAP_NET_RAW);
}

static void
id_set(struct priv_id *ret, const struct passwd *pw, gid_t gid)
{
	*ret = (struct priv_id){.uid = pw->pw_uid, .gid = gid};
	strncpy(ret->user, pw->pw_name, sizeof(ret->user) - 1);
}

/* The caller itself; it need not have an entry. */
static void
id_self(struct priv_id *ret)
{
	const struct passwd *pw = getpwuid(getuid());

	*ret = (struct priv_id){.uid = getuid(), .gid = getgid()};
	strncpy(
	    ret->user, pw != NULL ? pw->pw_name : "?", sizeof(ret->user) - 1);
}

int
priv_lookup(const char *user, const char *group, uid_t owner,
    struct priv_id *ret, enum priv_found *ret_found)
{
	enum priv_found found = PRIV_NAMED;
	const struct passwd *pw;
	const struct group *gr = NULL;

	if (!priv_can_change()) {
		id_self(ret);
		*ret_found = PRIV_SELF;
		return 0;
	}
	pw = getpwnam(user);
	if (pw == NULL && owner != 0) {
		found = PRIV_OWNER;
		pw = getpwuid(owner);
	}
	if (pw == NULL) {
		found = PRIV_NOBODY;
		pw = getpwnam("nobody");
	}
	if (pw == NULL) {
		return ERR_NOENT;
	}
	/* A fallback user has nothing to do with the named group. */
	if (group != NULL && found == PRIV_NAMED) {
		gr = getgrnam(group);
		if (gr == NULL) {
			return ERR_NOENT;
		}
	}
	id_set(ret, pw, gr != NULL ? gr->gr_gid : pw->pw_gid);
	*ret_found = found;
	return 0;
}

/* Keeps permitted capabilities across the change; the caller sets them. */
static int
change(const struct priv_id *id)
{
	if (!priv_can_change()) {
		return id->uid == getuid() && id->gid == getgid() ? 0
								  : ERR_PERM;
	}
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 ||
	    setgroups(0, NULL) != 0 ||
	    setresgid(id->gid, id->gid, id->gid) != 0 ||
	    setresuid(id->uid, id->uid, id->uid) != 0) {
		return ERR_PERM;
	}
	return prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) == 0 ? 0 : ERR_PERM;
}

int
priv_hold(const struct priv_id *id)
{
	bool keep[NHELD];
	int err;

	for (size_t i = 0; i < NHELD; i++) {
		keep[i] = have(CAPNG_PERMITTED, held[i]);
	}
	if (have(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
		capng_clear(CAPNG_SELECT_BOUNDS);
		for (size_t i = 0; i < NHELD; i++) {
			(void)capng_update(
			    CAPNG_ADD, CAPNG_BOUNDING_SET, held[i]);
		}
		if (capng_apply(CAPNG_SELECT_BOUNDS) != 0) {
			return ERR_PERM;
		}
	}
	err = change(id);
	if (err != 0) {
		return err;
	}
	capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	for (size_t i = 0; i < NHELD; i++) {
		if (keep[i]) {
			(void)capng_update(CAPNG_ADD,
			    CAPNG_EFFECTIVE | CAPNG_PERMITTED, held[i]);
		}
	}
	return capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) == 0
		   ? 0
		   : ERR_PERM;
}

int
priv_assume(const struct priv_id *id, bool net_raw)
{
	bool raw = net_raw && priv_has_net_raw();
	int err = change(id);

	if (err != 0) {
		return err;
	}
	capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	if (raw) {
		/* Inheritable is what an ambient one must be as well. */
		(void)capng_update(CAPNG_ADD,
		    CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE |
			CAPNG_AMBIENT,
		    CAP_NET_RAW);
	}
	return capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) == 0
		   ? 0
		   : ERR_PERM;
}

int
priv_harden(unsigned nofile)
{
	const struct rlimit core = {0, 0};
	struct rlimit files;

	umask(027);
	if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
		return ERR_PERM;
	}
	if (files.rlim_max > nofile) {
		files.rlim_max = nofile;
	}
	files.rlim_cur = files.rlim_max;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &core) != 0 ||
	    setrlimit(RLIMIT_NOFILE, &files) != 0) {
		return ERR_PERM;
	}
	return 0;
}

int
priv_drop(void)
{
	capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
	if (capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) != 0) {
		return ERR_PERM;
	}
	if (capng_get_caps_process() != 0 ||
	    capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE) {
		return ERR_PERM;
	}
	return 0;
}
