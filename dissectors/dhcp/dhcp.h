/*
 * dhcp: what the parts of this dissector share.
 *
 *	dhcp.c     finds the message, tells the operation
 *	options.c  walks the options, joins what comes in pieces, their forms
 *	facts.c    what follows: identity, the lease's binding, roles
 */
#ifndef OTUS_DISSECTORS_DHCP_H
#define OTUS_DISSECTORS_DHCP_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

#define DHCP_HEAD_LEN  236 /* RFC 2131, 2: up to the options         */
#define DHCP_SNAME_LEN 64
#define DHCP_FILE_LEN  128

#define DHCP_CLIENT_PORT 68

enum dhcp_op { DHCP_FROM_CLIENT = 1, DHCP_FROM_SERVER = 2 };

/* RFC 2132, 9.6; RFC 3203; RFC 4388.  BOOTP has none. */
enum dhcp_type {
	DHCP_BOOTP = 0,
	DHCP_DISCOVER,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
	DHCP_FORCE_RENEW,
	DHCP_LEASE_QUERY,
	DHCP_LEASE_UNASSIGNED,
	DHCP_LEASE_UNKNOWN,
	DHCP_LEASE_ACTIVE,
	DHCP_TYPES
};

enum dhcp_code {
	DHO_PAD = 0,
	DHO_MASK = 1,
	DHO_ROUTERS = 3,
	DHO_DNS = 6,
	DHO_HOSTNAME = 12,
	DHO_DOMAIN = 15,
	DHO_NTP = 42,
	DHO_VENDOR_INFO = 43,
	DHO_REQUESTED = 50,
	DHO_LEASE = 51,
	DHO_OVERLOAD = 52,
	DHO_TYPE = 53,
	DHO_SERVER = 54,
	DHO_PARAMETERS = 55,
	DHO_MESSAGE = 56,
	DHO_MAX_SIZE = 57,
	DHO_T1 = 58,
	DHO_T2 = 59,
	DHO_VENDOR_CLASS = 60,
	DHO_CLIENT_ID = 61,
	DHO_TFTP_NAME = 66,
	DHO_BOOT_FILE = 67,
	DHO_USER_CLASS = 77,
	DHO_FQDN = 81,
	DHO_RELAY = 82,
	DHO_VENDOR_IDENT = 125,
	DHO_TFTP_SERVERS = 150,
	DHO_END = 255,
	DHO_COUNT = 256
};

enum dhcp_field {
	DHF_HOPS = EV_PROTO_BASE,
	DHF_XID,
	DHF_SECS,
	DHF_BROADCAST,
	DHF_CIADDR,
	DHF_YIADDR,
	DHF_SIADDR,
	DHF_GIADDR,
	DHF_CHADDR,
	DHF_HTYPE,
	DHF_SNAME,
	DHF_FILE,
	DHF_REQUESTED,
	DHF_LEASE,
	DHF_SERVER,
	DHF_MASK,
	DHF_ROUTERS,
	DHF_DNS,
	DHF_HOSTNAME,
	DHF_FQDN,
	DHF_DOMAIN,
	DHF_NTP,
	DHF_PARAMETERS,
	DHF_MESSAGE,
	DHF_MAX_SIZE,
	DHF_T1,
	DHF_T2,
	DHF_VENDOR_CLASS,
	DHF_USER_CLASS,
	DHF_CLIENT_ID,
	DHF_TFTP_NAME,
	DHF_BOOT_FILE,
	DHF_TFTP_SERVERS,
	DHF_CIRCUIT_ID,
	DHF_REMOTE_ID,
	DHF_SUBSCRIBER_ID,
	DHF_VENDOR_INFO,
	DHF_VENDOR_IDENT,
	DHF_OPTIONS,
	DHF_END
};

/* Reasons of malformed events are an interface: rules name them. */
#define DHCP_BAD_HEADER   "header"
#define DHCP_BAD_OPTION   "option_length" /* an option passes its area's end */
#define DHCP_BAD_END      "no_end"
#define DHCP_BAD_VALUE    "value_length" /* not as long as its kind is      */
#define DHCP_BAD_OVERLOAD "overload"
#define DHCP_BAD_TYPE     "message_type"
#define DHCP_BAD_SIDE     "wrong_side" /* a server's message of a client  */
#define DHCP_BAD_SERVER   "no_server_id"
#define DHCP_BAD_FQDN     "fqdn"
#define DHCP_BAD_RELAY    "relay_info"
#define DHCP_BAD_BUDGET   "budget"

/* What options in pieces may be long together: a name has 255 bytes. */
#define DHCP_JOINED_MAX 1024
#define DHCP_NAME_MAX   256

struct dhcp_option {
	const uint8_t *p; /* NULL: not there */
	size_t n;
	size_t at; /* its first piece, from the message's first byte */
};

struct dhcp_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	bool cut;
	uint8_t op, htype, hlen, hops, type;
	bool cookie; /* options as of RFC 1497 follow */
	uint16_t secs, flags;
	uint32_t xid;
	struct ev_ip ciaddr, yiaddr, siaddr, giaddr;
	const uint8_t *chaddr;
	struct rd sname, file;
	size_t options_at;
	/* options.c */
	struct dhcp_option option[DHO_COUNT];
	uint8_t order[DHO_COUNT]; /* codes by first sight */
	size_t count;
	uint8_t joined[DHCP_JOINED_MAX];
	size_t joined_n;
	char name[DHCP_NAME_MAX]; /* of option 81, as text */
	size_t name_n;
	/* dhcp.c */
	const char *op_name;
	struct ev_end client; /* whom it is about, as far as is known */
	const char *bad;      /* the first violation */
	size_t bad_at;
};

static inline void
dhcp_bad(struct dhcp_msg *m, const char *reason, size_t at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at;
	}
}

static inline bool
dhcp_is_ip(const struct ev_ip *ip)
{
	return memcmp(ip->a, "\0\0\0", 4) != 0;
}

/* Reads what the message has of options, wherever they are. */
void dhcp_read_options(struct dhcp_msg *, struct rd);
/* Adds them to the operation. */
void dhcp_put_options(struct dhcp_msg *, struct ev *);
/* The text of an option, without zeros behind it; empty when absent. */
struct rd dhcp_text(const struct dhcp_msg *, enum dhcp_code);
/* The first address of an option; false when there is none. */
bool dhcp_address(const struct dhcp_msg *, enum dhcp_code, struct ev_ip *ret);

/* The binding that a lease is; before the operation. */
void dhcp_bind(struct dhcp_msg *);
/* All else that follows; behind it. */
void dhcp_facts(struct dhcp_msg *);

#endif
