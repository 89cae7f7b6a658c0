/*
 * facts: what a message says of devices beside what it asks for.
 *
 * A client speaks of itself: its MAC (it may be all that a device without
 * address ever says), its name, what it runs on.  A relay or a broadcast may
 * have carried it, so the subject is whom the message names, not the sender.
 * What a server says of its client is a peer's word: name, netmask, gateway.
 * That an address is leased binds it to the MAC.
 *
 * Roles are told of the sender: the server with the network that it serves
 * and the gateways that it names, the relay with its server.
 */
#include "dissectors/dhcp/dhcp.h"

#define GATEWAYS_MAX   4
#define DHCP_CODES_MAX 64 /* a client asks for a dozen or two */

/* --- the client ------------------------------------------------------------ */

void
dhcp_bind(struct dhcp_msg *m)
{
	bool leased = m->type == DHCP_ACK || m->type == DHCP_BOOTP;

	if (!m->cut && m->op == DHCP_FROM_SERVER && leased &&
	    m->client.has_mac && m->client.ipver == 4) {
		dis_endpoint(m->ctx, &m->client, "dhcp");
	}
}

static void
self(struct dhcp_msg *m, const char *key, enum ev_type type, const void *p,
    size_t n)
{
	if (n != 0) {
		dis_identity(m->ctx, PROTO_DHCP, &m->client, key, type, p, n,
		    m->op_name);
	}
}

/* What the client does not say of itself. */
static void
claimed(struct dhcp_msg *m, const char *key, enum ev_type type, const void *p,
    size_t n, const char *claim)
{
	struct ev *e = dis_event(
	    m->ctx, EV_IDENTITY, PROTO_DHCP, (enum ev_dir)m->ctx->ev->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = m->client;
	ev_name(e, EVF_KEY, key);
	ev_bytes(e, EVF_VALUE, type, p, n);
	ev_name(e, EVF_VIA, m->op_name);
	ev_name(e, EVF_CLAIM, claim);
	dis_emit(m->ctx, e);
}

/* What one side says of the other. */
static void
peer(struct dhcp_msg *m, const char *key, enum ev_type type, const void *p,
    size_t n)
{
	if (n != 0) {
		claimed(m, key, type, p, n, "peer");
	}
}

typedef void tell_fn(
    struct dhcp_msg *, const char *, enum ev_type, const void *, size_t);

static bool
is_same_name(const struct rd *r, const char *name, size_t n)
{
	return rd_left(r) == n && n != 0 && memcmp(r->p, name, n) == 0;
}

/* The long name stands beside the short one, where both are given. */
static void
names(struct dhcp_msg *m, tell_fn *tell)
{
	struct rd host = dhcp_text(m, DHO_HOSTNAME);

	if (rd_left(&host) < DHCP_NAME_MAX) {
		tell(m, "hostname", EV_T_TEXT, host.p, rd_left(&host));
	}
	if (!is_same_name(&host, m->name, m->name_n)) {
		tell(m, "hostname", EV_T_TEXT, m->name, m->name_n);
	}
}

static bool
begins(struct rd *r, const char *with)
{
	size_t n = strlen(with);

	if (!rd_has(r, n) || memcmp(r->p, with, n) != 0) {
		return false;
	}
	rd_skip(r, n);
	return true;
}

/* Up to the byte; all of it where there is none. */
static struct rd
up_to(struct rd *r, char byte)
{
	const uint8_t *at =
	    rd_left(r) != 0 ? memchr(r->p, byte, rd_left(r)) : NULL;
	struct rd part =
	    at != NULL ? rd_sub(r, (size_t)(at - r->p)) : rd_rest(r);

	rd_skip(r, at != NULL);
	return part;
}

/*
 * Option 60 is the vendor's own text (RFC 2132, 9.13).  Some are those of a
 * DHCP client that is part of a system; those of boot ROMs and of udhcp,
 * which is in everything, say nothing of the device.
 */
static void
vendor_class(struct dhcp_msg *m)
{
	static const char android[] = "Android ";
	struct rd all = dhcp_text(m, DHO_VENDOR_CLASS), r = all;
	char text[sizeof(android) + 16];
	size_t n = sizeof(android) - 1;

	if (begins(&r, "MSFT 5.0") && rd_left(&r) == 0) {
		self(m, "os", EV_T_TEXT, "Windows", strlen("Windows"));
	} else if (begins(&r, "MSFT 98") && rd_left(&r) == 0) {
		self(m, "os", EV_T_TEXT, "Windows 98", strlen("Windows 98"));
	} else if (begins(&r, "android-dhcp-")) {
		memcpy(text, android, n);
		if (rd_left(&r) <= sizeof(text) - n) {
			size_t version = rd_left(&r);

			rd_copy(&r, text + n, version);
			self(m, "os", EV_T_TEXT, text, n + version);
		}
	} else if (begins(&r, "dhcpcd-")) {
		(void)up_to(&r, ':');
		r = up_to(&r, ':');
		self(m, "os", EV_T_TEXT, r.p, rd_left(&r));
	} else if (!begins(&r, "udhcp ") && !begins(&r, "PXEClient") &&
		   !begins(&r, "HTTPClient")) {
		self(m, "description", EV_T_TEXT, all.p, rd_left(&all));
	}
}

/*
 * Which parameters a client asks for, and in which order (option 55: RFC 2132,
 * 9.8), is a matter of the program that asks: it tells systems apart that say
 * nothing else, and is a guess whatever one makes of it.
 */
static void
asks_for(struct dhcp_msg *m)
{
	const struct dhcp_option *o = &m->option[DHO_PARAMETERS];
	struct rd r = rd_make(o->p, o->n);
	char text[DHCP_CODES_MAX * sizeof("255,")];
	size_t n = 0;

	for (size_t i = 0; i < DHCP_CODES_MAX && rd_left(&r) > 0; i++) {
		uint8_t code = rd_u8(&r);

		if (i > 0) {
			text[n++] = ',';
		}
		if (code >= 100) {
			text[n++] = (char)('0' + code / 100);
		}
		if (code >= 10) {
			text[n++] = (char)('0' + code / 10 % 10);
		}
		text[n++] = (char)('0' + code % 10);
	}
	if (n != 0) {
		claimed(m, "dhcp_parameters", EV_T_TEXT, text, n, "guess");
	}
}

static void
from_client(struct dhcp_msg *m)
{
	switch (m->type) {
	case DHCP_BOOTP:
	case DHCP_DISCOVER:
	case DHCP_REQUEST:
	case DHCP_INFORM: break;
	default: return;
	}
	if (m->client.has_mac) {
		self(m, "mac", EV_T_MAC, m->client.mac, 6);
	}
	names(m, self);
	vendor_class(m);
	asks_for(m);
}

/* --- the network ----------------------------------------------------------- */

static void
role(struct dhcp_msg *m, const char *relation, const struct ev_ip *ip,
    const char *suffix)
{
	char text[EV_IP_TEXT + 8];
	size_t n = ev_ip_text(text, 4, ip), more = strlen(suffix);

	memcpy(text + n, suffix, more);
	dis_topology(m->ctx, PROTO_DHCP, m->ctx->src, relation, text, n + more);
}

static uint32_t
number(const struct ev_ip *ip)
{
	struct rd r = rd_make(ip->a, 4);

	return rd_be32(&r);
}

/* The network that the client is on: "10.0.0.0" and "/24". */
static bool
network(const struct dhcp_msg *m, struct ev_ip *net, char suffix[4])
{
	struct ev_ip mask;
	uint32_t bits;
	size_t len = 0, n = 1;

	if (!dhcp_address(m, DHO_MASK, &mask)) {
		return false;
	}
	for (bits = number(&mask); bits & 0x80000000; bits <<= 1) {
		len++;
	}
	if (bits != 0) {
		return false; /* no prefix */
	}
	for (size_t i = 0; i < 4; i++) {
		net->a[i] &= mask.a[i];
	}
	if (len >= 10) {
		suffix[n++] = (char)('0' + len / 10);
	}
	suffix[n++] = (char)('0' + len % 10);
	suffix[n] = '\0';
	return true;
}

/* Who leases without a mask is a server, too: of its own address then. */
static void
serves(struct dhcp_msg *m)
{
	struct ev_ip net = dhcp_is_ip(&m->yiaddr) ? m->yiaddr : m->ciaddr;
	char suffix[4] = "/";

	if (!dhcp_is_ip(&net)) {
		return;
	}
	if (network(m, &net, suffix)) {
		role(m, "dhcp_server", &net, suffix);
	} else if (m->ctx->src->ipver == 4) {
		role(m, "dhcp_server", &m->ctx->src->ip, "");
	}
}

static void
gateways(struct dhcp_msg *m)
{
	const struct dhcp_option *o = &m->option[DHO_ROUTERS];
	struct rd r = rd_make(o->p, o->n);
	struct ev_ip ip = {{0}};

	for (size_t i = 0; i < GATEWAYS_MAX && rd_has(&r, 4); i++) {
		rd_copy(&r, ip.a, 4);
		if (dhcp_is_ip(&ip)) {
			role(m, "names_gateway", &ip, "");
		}
	}
}

static void
from_server(struct dhcp_msg *m)
{
	struct ev_ip ip;
	bool binds = m->type == DHCP_ACK || m->type == DHCP_BOOTP;
	bool relay =
	    dhcp_is_ip(&m->giaddr) && m->ctx->dst->port == DHCP_CLIENT_PORT;

	if (binds && (m->client.has_mac || m->client.ipver != 0)) {
		names(m, peer);
		if (dhcp_address(m, DHO_MASK, &ip)) {
			peer(m, "netmask", EV_T_IP, ip.a, 4);
		}
		if (dhcp_address(m, DHO_ROUTERS, &ip)) {
			peer(m, "gateway", EV_T_IP, ip.a, 4);
		}
	}
	if (relay) {
		if (dhcp_address(m, DHO_SERVER, &ip)) {
			role(m, "dhcp_relay", &ip, "");
		}
	} else if (binds || m->type == DHCP_OFFER) {
		serves(m);
		gateways(m);
	}
}

/* --- all of it ------------------------------------------------------------- */

static bool
is_unicast(const struct ev_end *e)
{
	return e->ipver == 4 && dhcp_is_ip(&e->ip) && e->ip.a[0] < 224 &&
	       (!e->has_mac || !(e->mac[0] & 1));
}

void
dhcp_facts(struct dhcp_msg *m)
{
	if (m->op == DHCP_FROM_SERVER) {
		from_server(m);
		return;
	}
	from_client(m);
	if (dhcp_is_ip(&m->giaddr) && is_unicast(m->ctx->src) &&
	    is_unicast(m->ctx->dst)) {
		role(m, "dhcp_relay", &m->ctx->dst->ip, "");
	}
}
