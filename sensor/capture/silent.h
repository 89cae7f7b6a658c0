/*
 * silent: whether the kernel keeps quiet on a monitored interface.
 *
 * A sensor that sends nothing is not enough: left alone, Linux announces
 * IPv6 addresses, answers ARP and forwards for a bridge on an interface that
 * nobody uses.  silent_check() finds what could make it speak, and what would
 * make a capture show other frames than the wire carried, each with the
 * command that ends it.  Programs with packet sockets of their own (DHCP
 * clients, LLDP daemons) cannot be found this way; README.md names them.
 *
 * Asking needs no privilege; silent_apply() and silent_restore() need
 * CAP_NET_ADMIN.
 */
#ifndef OTUS_CAPTURE_SILENT_H
#define OTUS_CAPTURE_SILENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* In the order in which to run the remedies. */
enum silent_what {
	SILENT_IPV6,    /* IPv6 is on: neighbour and router discovery     */
	SILENT_ARP,     /* ARP is on                                      */
	SILENT_ADDRESS, /* it has an address                              */
	SILENT_MASTER,  /* a bridge or bond owns it                       */
	SILENT_UPPER,   /* another interface is built on it and up        */
	SILENT_OFFLOAD, /* frames are glued together                      */
	SILENT_DOWN,    /* it is down: nothing is heard                   */
	SILENT_PROMISC, /* only what is addressed to it is heard          */
};

struct silent_finding {
	enum silent_what what;
	char text[160];   /* one clause                              */
	char remedy[192]; /* a command; "" where there is none       */
};

#define SILENT_FINDINGS_MAX 16
#define SILENT_SAVED_MAX    512
#define SILENT_WHY_MAX      320

/*
 * Fills the findings and says how many; none: silent.  capturing: the
 * interface is open already, so it must be promiscuous.  0; ERR_NOENT: no
 * such interface; ERR_USAGE: not a name that this module handles (letters,
 * digits, ".", "_", "-", "@"); ERR_IO.
 */
int silent_check(const char *iface, bool capturing,
    struct silent_finding ret[static SILENT_FINDINGS_MAX],
    size_t *ret_n) MUST_CHECK;

/*
 * Makes the interface silent and brings it up; how it was before goes into
 * ret_saved as lines of text, written when anything may have changed, so
 * that the caller can keep it somewhere safe.  On failure what was changed is
 * put back, and why says what to do.
 *
 * It takes no address away that it could not give back: an interface with an
 * IPv4 address or a configured IPv6 address is refused with ERR_STATE, since
 * with the address would go routes, and perhaps the way into this machine.
 * A bridge, a bond or a VLAN interface is left to whoever made it.
 */
int silent_apply(const char *iface, char ret_saved[static SILENT_SAVED_MAX],
    char why[static SILENT_WHY_MAX]) MUST_CHECK;
/* Puts back what silent_apply() saved.  ERR_FORMAT: it did not write that. */
int silent_restore(
    const char *saved, char why[static SILENT_WHY_MAX]) MUST_CHECK;

#endif
