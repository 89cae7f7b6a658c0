/*
 * priv: who a process is and what it may: user, groups, capabilities,
 * limits.
 *
 *	parent   priv_hold()    own user, at most four capabilities
 *	child    priv_assume()  between fork and exec: the role's user, and
 *	                        CAP_NET_RAW for a sensor that must open its
 *	                        interface
 *	child    priv_harden()  first thing after exec
 *	child    priv_drop()    when its resources are open: nothing left
 *
 * Started by an ordinary user all of them do what they can: the processes
 * stay that user's, and what cannot be given up is not there.
 */
#ifndef OTUS_PROC_PRIV_H
#define OTUS_PROC_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

#define PRIV_USER_MAX 33 /* useradd(8) allows 32 characters */

struct priv_id {
	uid_t uid;
	gid_t gid; /* and no supplementary groups */
	char user[PRIV_USER_MAX];
};

/* How an identity was found, for the line that says so. */
enum priv_found {
	PRIV_NAMED,  /* the configured user                        */
	PRIV_SELF,   /* not root: whoever started it               */
	PRIV_OWNER,  /* no such user: the owner of the state       */
	PRIV_NOBODY, /* no such user, and the state is root's      */
};

/*
 * Whom a role shall run as.  Without the right to change users: the caller.
 * Else user; when there is no such user, owner (of the state directory, 0 =
 * root or none yet), else nobody.  group may be NULL: the user's own.
 * ERR_NOENT: a group was named and does not exist, or there is no nobody.
 */
int priv_lookup(const char *user, const char *group, uid_t owner,
    struct priv_id *ret, enum priv_found *ret_found) MUST_CHECK;

/* May this process take another user's identity? */
bool priv_can_change(void);
bool priv_has_net_raw(void);

/*
 * The parent, once its resources are open: becomes id and keeps of
 * CAP_NET_RAW, CAP_SETUID, CAP_SETGID and CAP_KILL what it has, and nothing
 * else in any set, the bounding set included.
 */
int priv_hold(const struct priv_id *) MUST_CHECK;

/* Between fork and exec. */
int priv_assume(const struct priv_id *, bool net_raw) MUST_CHECK;

/*
 * no_new_privs, not dumpable (so that processes of one user cannot trace
 * each other), no core files, at most nofile descriptors, umask 027.
 */
int priv_harden(unsigned nofile) MUST_CHECK;

/* Drops every capability; ERR_PERM when one is left. */
int priv_drop(void) MUST_CHECK;

#endif
