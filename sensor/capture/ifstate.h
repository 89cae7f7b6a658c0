/*
 * ifstate: how an interface is set, of all that decides whether it is
 * silent, and the same as text.
 */
#ifndef OTUS_CAPTURE_IFSTATE_H
#define OTUS_CAPTURE_IFSTATE_H

#include <net/if.h>

#include <stddef.h>

#include "capture/offload.h"

struct ifstate {
	char iface[IF_NAMESIZE];
	bool up, arp;
	bool has_ipv6, ipv6; /* has: this kernel has the switch at all */
	struct offload offload[OFFLOADS];
};

/* Letters, digits and "._-@" only: such a name is safe in a path and in a
 * command that a person pastes. */
bool ifstate_is_plain_name(const char *);

/* fd is any socket.  0, ERR_NOENT, ERR_PERM or ERR_IO. */
int ifstate_get(int fd, const char *iface, struct ifstate *ret) MUST_CHECK;
int ifstate_set(int fd, const struct ifstate *) MUST_CHECK;

/* As lines of text; false when size is too small. */
bool ifstate_print(const struct ifstate *, char *buf, size_t size);
/* Reads them back: 0 or ERR_FORMAT. */
int ifstate_parse(const char *text, struct ifstate *ret) MUST_CHECK;

#endif
