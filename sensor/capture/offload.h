/*
 * offload: the receive offloads that glue frames together before a capture
 * sees them, so that no longer what was on the wire is seen.
 *
 * Asked and set through the ethtool ioctl, by the kernel's names for them,
 * since two of the three have no flag in the older interface.
 */
#ifndef OTUS_CAPTURE_OFFLOAD_H
#define OTUS_CAPTURE_OFFLOAD_H

#include <stdbool.h>

#include "base/err.h"

enum offload_kind {
	OFFLOAD_GRO,    /* by the kernel                             */
	OFFLOAD_LRO,    /* by the driver                             */
	OFFLOAD_GRO_HW, /* by the adapter, or by a virtual machine's host */
	OFFLOADS
};

struct offload {
	bool known; /* this driver has it         */
	bool on;
	bool fixed; /* the driver does not switch it */
};

/* The kernel's name, and the one that `ethtool -K` takes. */
extern const char *const offload_name[OFFLOADS];
extern const char *const offload_option[OFFLOADS];

/* fd is any socket.  0; ERR_NOENT: no such interface; ERR_UNSUPPORTED: the
 * driver answers no such question, so nothing is known; ERR_PERM, ERR_IO. */
int offload_get(
    int fd, const char *iface, struct offload ret[static OFFLOADS]) MUST_CHECK;
/* Switches those that are known and not fixed. */
int offload_set(int fd, const char *iface,
    const struct offload want[static OFFLOADS]) MUST_CHECK;

#endif
