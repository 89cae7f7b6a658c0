/*
 * dhcp: DHCP for IPv4, and BOOTP, which it grew from: who asks for an
 * address, who gives it, and what both say of themselves.
 *
 * RFC 2131 (the message: 2; its types and their fields: 3, 4), RFC 2132 and
 * RFC 4702 (options), RFC 3396 (long ones), RFC 3046 (relays), RFC 3203 and
 * 4388 (further types), RFC 951 and 1497 (BOOTP).  UDP 67 and 68; 4011 where
 * boot servers answer (PXE).
 *
 *	  0      1       2       3
 *	+------+-------+------+------+
 *	| op   | htype | hlen | hops |  op 1: of a client, 2: of a server
 *	+------+-------+------+------+
 *	| xid                        |  the client's choice
 *	+--------------+-------------+
 *	| secs         | flags       |  flags 0x8000: answer by broadcast
 *	+--------------+-------------+
 *	| ciaddr yiaddr siaddr giaddr|  the client's own, the given one, next
 *	+----------------------------+  server's, relay's: 4 bytes each
 *	| chaddr (16)                |  the client's MAC, hlen bytes of it
 *	| sname (64)  file (128)     |
 *	+----------------------------+
 *	| 63 82 53 63 | options      |  RFC 2132, 2
 *	+----------------------------+
 *
 * A datagram is a message.  Which one it is says option 53; without it the
 * message is BOOTP.  Broadcasts are no pair: answers go by other ends than
 * questions, so only what is unicast both ways (renewals, relays) is paired.
 *
 * Left out: DHCPv6, leases asked for over TCP (RFC 6926), what vendors put
 * into options 43 and 125, authentication (option 90 is never told).
 */
#include "dissectors/dhcp/dhcp.h"

#define COOKIE 0x63825363

#define HTYPE_ETHERNET 1 /* IANA, hardware types */
#define MAC_LEN        6
#define CHADDR_LEN     16
#define HOPS_MAX       16 /* RFC 1542, 4.1.1 */

#define FLAG_BROADCAST 0x8000

static const struct ev_field_info fields[] = {
#define F(id, name, section) \
	[DHF_##id - EV_PROTO_BASE] = {(name), EV_R_NONE, (section)}
    F(HOPS, "hops", "RFC 2131, 2"),
    F(XID, "xid", "RFC 2131, 2"),
    F(SECS, "secs", "RFC 2131, 2"),
    F(BROADCAST, "broadcast", "RFC 2131, 2"),
    F(CIADDR, "ciaddr", "RFC 2131, 2"),
    F(YIADDR, "yiaddr", "RFC 2131, 2"),
    F(SIADDR, "siaddr", "RFC 2131, 2"),
    F(GIADDR, "giaddr", "RFC 2131, 2"),
    F(CHADDR, "chaddr", "RFC 2131, 2"),
    F(HTYPE, "htype", "RFC 2131, 2"),
    F(SNAME, "sname", "RFC 2131, 2"),
    F(FILE, "bootp_file", "RFC 2131, 2"),
    F(REQUESTED, "requested_ip", "RFC 2132, 9.1"),
    F(LEASE, "lease_s", "RFC 2132, 9.2"),
    F(SERVER, "server_id", "RFC 2132, 9.7"),
    F(MASK, "netmask", "RFC 2132, 3.3"),
    F(ROUTERS, "routers", "RFC 2132, 3.5"),
    F(DNS, "dns", "RFC 2132, 3.8"),
    F(HOSTNAME, "hostname", "RFC 2132, 3.14"),
    F(FQDN, "fqdn", "RFC 4702, 2"),
    F(DOMAIN, "domain", "RFC 2132, 3.17"),
    F(NTP, "ntp", "RFC 2132, 8.3"),
    F(PARAMETERS, "parameters", "RFC 2132, 9.8"),
    F(MESSAGE, "message", "RFC 2132, 9.9"),
    F(MAX_SIZE, "max_size", "RFC 2132, 9.10"),
    F(T1, "renew_s", "RFC 2132, 9.11"),
    F(T2, "rebind_s", "RFC 2132, 9.12"),
    F(VENDOR_CLASS, "vendor_class", "RFC 2132, 9.13"),
    F(USER_CLASS, "user_class", "RFC 3004, 4"),
    F(CLIENT_ID, "client_id", "RFC 2132, 9.14"),
    F(TFTP_NAME, "tftp_name", "RFC 2132, 9.4"),
    F(BOOT_FILE, "boot_file", "RFC 2132, 9.5"),
    F(TFTP_SERVERS, "tftp_servers", "RFC 5859, 2"),
    F(CIRCUIT_ID, "circuit_id", "RFC 3046, 3.1"),
    F(REMOTE_ID, "remote_id", "RFC 3046, 3.2"),
    F(SUBSCRIBER_ID, "subscriber_id", "RFC 3993, 2"),
    F(VENDOR_INFO, "vendor_info", "RFC 2132, 8.4"),
    F(VENDOR_IDENT, "vendor_ident", "RFC 3925, 4"),
    F(OPTIONS, "options", "RFC 2132, 2"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == DHF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "dhcp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
};

/* What each type is: whose, and which answer fits which question. */
static const struct type {
	const char *name;
	uint8_t op, cls;
	uint8_t pair; /* questions and answers that belong together; 0: none */
} types[DHCP_TYPES] = {
    [DHCP_DISCOVER] = {"discover", DHCP_FROM_CLIENT, EV_CLASS_DISCOVERY, 1},
    [DHCP_OFFER] = {"offer", DHCP_FROM_SERVER, EV_CLASS_DISCOVERY, 1},
    [DHCP_REQUEST] = {"request", DHCP_FROM_CLIENT, EV_CLASS_SESSION, 2},
    [DHCP_DECLINE] = {"decline", DHCP_FROM_CLIENT, EV_CLASS_SESSION, 0},
    [DHCP_ACK] = {"ack", DHCP_FROM_SERVER, EV_CLASS_SESSION, 2},
    [DHCP_NAK] = {"nak", DHCP_FROM_SERVER, EV_CLASS_SESSION, 2},
    [DHCP_RELEASE] = {"release", DHCP_FROM_CLIENT, EV_CLASS_SESSION, 0},
    [DHCP_INFORM] = {"inform", DHCP_FROM_CLIENT, EV_CLASS_SESSION, 2},
    [DHCP_FORCE_RENEW] = {"force_renew", DHCP_FROM_SERVER, EV_CLASS_SESSION, 0},
    [DHCP_LEASE_QUERY] = {"lease_query", DHCP_FROM_CLIENT, EV_CLASS_DISCOVERY,
	3},
    [DHCP_LEASE_UNASSIGNED] = {"lease_unassigned", DHCP_FROM_SERVER,
	EV_CLASS_DISCOVERY, 3},
    [DHCP_LEASE_UNKNOWN] = {"lease_unknown", DHCP_FROM_SERVER,
	EV_CLASS_DISCOVERY, 3},
    [DHCP_LEASE_ACTIVE] = {"lease_active", DHCP_FROM_SERVER, EV_CLASS_DISCOVERY,
	3},
};

static const struct type bootp[] = {
    {"bootp_request", DHCP_FROM_CLIENT, EV_CLASS_SESSION, 4},
    {"bootp_reply", DHCP_FROM_SERVER, EV_CLASS_SESSION, 4},
};

static const struct type *
type_of(const struct dhcp_msg *m)
{
	static const struct type unknown = {
	    "unknown_message", 0, EV_CLASS_OTHER, 0};

	if (m->option[DHO_TYPE].p == NULL) {
		return &bootp[m->op == DHCP_FROM_SERVER];
	}
	return m->type < DHCP_TYPES && types[m->type].name != NULL
		   ? &types[m->type]
		   : &unknown;
}

/* --- probe ----------------------------------------------------------------- */

static bool
may_be(struct rd r)
{
	uint8_t op = rd_u8(&r);

	rd_skip(&r, 1);
	return (op == DHCP_FROM_CLIENT || op == DHCP_FROM_SERVER) &&
	       rd_u8(&r) <= CHADDR_LEN && rd_u8(&r) <= HOPS_MAX && rd_ok(&r);
}

/* Beyond doubt: of Ethernet, with cookie and the type as first option. */
static bool
is_sure(struct rd r)
{
	uint8_t htype, hlen, code, len, type;
	uint32_t cookie;

	rd_skip(&r, 1);
	htype = rd_u8(&r);
	hlen = rd_u8(&r);
	rd_skip(&r, DHCP_HEAD_LEN - 3);
	cookie = rd_be32(&r);
	code = rd_u8(&r);
	len = rd_u8(&r);
	type = rd_u8(&r);
	return rd_ok(&r) && htype == HTYPE_ETHERNET && hlen == MAC_LEN &&
	       cookie == COOKIE && code == DHO_TYPE && len == 1 &&
	       type != DHCP_BOOTP && type < DHCP_TYPES;
}

static enum dis_rc
dhcp_probe(struct rd in, const struct dis_probe *pr)
{
	bool fits;

	if (pr->transport != DIS_UDP || !may_be(in)) {
		return DIS_NOT_MINE;
	}
	fits = pr->hinted && !pr->searching
		   ? pr->cut || rd_has(&in, DHCP_HEAD_LEN)
		   : is_sure(in);
	if (!fits) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = rd_left(&in);
	}
	return DIS_OK;
}

/* --- reading --------------------------------------------------------------- */

static struct ev_ip
ip(struct rd *r)
{
	struct ev_ip ip = {{0}};

	rd_copy(r, ip.a, 4);
	return ip;
}

/* False when the datagram ends within the fields of fixed place. */
static bool
read_message(struct dhcp_msg *m, struct rd r)
{
	m->start = r.p;
	m->op = rd_u8(&r);
	m->htype = rd_u8(&r);
	m->hlen = rd_u8(&r);
	m->hops = rd_u8(&r);
	m->xid = rd_be32(&r);
	m->secs = rd_be16(&r);
	m->flags = rd_be16(&r);
	m->ciaddr = ip(&r);
	m->yiaddr = ip(&r);
	m->siaddr = ip(&r);
	m->giaddr = ip(&r);
	m->chaddr = rd_bytes(&r, CHADDR_LEN);
	m->sname = rd_sub(&r, DHCP_SNAME_LEN);
	m->file = rd_sub(&r, DHCP_FILE_LEN);
	if (!rd_ok(&r)) {
		return false;
	}
	m->cookie = rd_be32(&r) == COOKIE;
	m->options_at = (size_t)(r.p - m->start);
	if (m->cookie) {
		dhcp_read_options(m, r);
	}
	return true;
}

static bool
is_host(const struct ev_ip *ip)
{
	return ip->a[0] != 0 && ip->a[0] < 224; /* RFC 1122, 3.2.1.3 */
}

/*
 * The client with the address that it has or is given: what is only offered
 * or asked for is neither.  Who asks for a lease by RFC 4388 is another one.
 */
static void
find_client(struct dhcp_msg *m)
{
	static const uint8_t zero[MAC_LEN];
	struct ev_end *c = &m->client;
	const struct ev_ip *has = &m->ciaddr;

	if (m->htype == HTYPE_ETHERNET && m->hlen == MAC_LEN &&
	    !(m->chaddr[0] & 1) && memcmp(m->chaddr, zero, MAC_LEN) != 0) {
		memcpy(c->mac, m->chaddr, MAC_LEN);
		c->has_mac = true;
	}
	if (m->op == DHCP_FROM_SERVER && is_host(&m->yiaddr)) {
		has = &m->yiaddr;
	}
	if (is_host(has) &&
	    (m->type == DHCP_BOOTP || m->type == DHCP_REQUEST ||
		m->type == DHCP_ACK || m->type == DHCP_INFORM)) {
		c->ipver = 4;
		c->ip = *has;
	}
}

static void
judge(struct dhcp_msg *m, const struct type *t)
{
	bool answers =
	    m->type == DHCP_OFFER || m->type == DHCP_ACK || m->type == DHCP_NAK;

	if (t->op == 0) {
		dhcp_bad(m, DHCP_BAD_TYPE, m->option[DHO_TYPE].at);
	} else if (t->op != m->op) {
		dhcp_bad(m, DHCP_BAD_SIDE, 0);
	} else if (answers && m->option[DHO_SERVER].p == NULL) {
		/* RFC 2131, table 3 */
		dhcp_bad(m, DHCP_BAD_SERVER, m->options_at);
	}
}

/* --- telling --------------------------------------------------------------- */

static void
put_text(struct ev *e, uint16_t field, struct rd r)
{
	const uint8_t *end =
	    rd_left(&r) != 0 ? memchr(r.p, 0, rd_left(&r)) : NULL;
	size_t n = end != NULL ? (size_t)(end - r.p) : rd_left(&r);

	if (n != 0) {
		ev_bytes(e, field, EV_T_TEXT, r.p, n);
	}
}

static void
put_ip(struct ev *e, uint16_t field, const struct ev_ip *ip)
{
	if (dhcp_is_ip(ip)) {
		ev_bytes(e, field, EV_T_IP, ip->a, 4);
	}
}

static void
put_head(const struct dhcp_msg *m, struct ev *e)
{
	if (m->hops != 0) {
		ev_uint(e, DHF_HOPS, m->hops);
	}
	ev_hexnum(e, DHF_XID, m->xid, 4);
	if (m->secs != 0) {
		ev_uint(e, DHF_SECS, m->secs);
	}
	if (m->flags & FLAG_BROADCAST) {
		ev_bool(e, DHF_BROADCAST, true);
	}
	put_ip(e, DHF_CIADDR, &m->ciaddr);
	put_ip(e, DHF_YIADDR, &m->yiaddr);
	put_ip(e, DHF_SIADDR, &m->siaddr);
	put_ip(e, DHF_GIADDR, &m->giaddr);
	if (m->htype == HTYPE_ETHERNET && m->hlen == MAC_LEN) {
		ev_bytes(e, DHF_CHADDR, EV_T_MAC, m->chaddr, MAC_LEN);
	} else {
		size_t n = m->hlen < CHADDR_LEN ? m->hlen : CHADDR_LEN;

		ev_uint(e, DHF_HTYPE, m->htype);
		if (n != 0) {
			ev_bytes(e, DHF_CHADDR, EV_T_HEX, m->chaddr, n);
		}
	}
	put_text(e, DHF_SNAME, m->sname);
	put_text(e, DHF_FILE, m->file);
}

/* Both ends are one device's: what is answered comes back this way. */
static bool
is_two_way(const struct dis_ctx *ctx)
{
	const struct ev_end *a = ctx->src, *b = ctx->dst;

	return is_host(&a->ip) && is_host(&b->ip) &&
	       !(b->has_mac && (b->mac[0] & 1));
}

static bool
pair(struct dhcp_msg *m, const struct type *t, struct dis_pair *ret)
{
	struct dis_ctx *ctx = m->ctx;
	struct rd tail = rd_make(m->chaddr + 3, 3);
	uint64_t key = (uint64_t)m->xid << 32 | rd_be24(&tail) << 8 | t->pair;

	if (t->pair == 0 || t->op != m->op || !is_two_way(ctx)) {
		return false;
	}
	if (m->op == DHCP_FROM_CLIENT) {
		(void)ctx->sv->put(ctx, key, NULL, 0);
		return false;
	}
	return ctx->sv->take(ctx, key, NULL, 0, ret);
}

static void
tell(struct dhcp_msg *m, const struct type *t)
{
	struct dis_ctx *ctx = m->ctx;
	enum ev_dir dir = m->op == DHCP_FROM_CLIENT     ? EV_DIR_REQUEST
			  : m->type == DHCP_FORCE_RENEW ? EV_DIR_NOTIFY
							: EV_DIR_RESPONSE;
	struct dis_pair question;
	bool paired = pair(m, t, &question);
	struct ev *e = dis_operation(
	    ctx, PROTO_DHCP, dir, t->name, m->type, (enum ev_class)t->cls);

	if (paired) {
		dis_paired(e, &question);
		dis_confirm(ctx);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	if (dir == EV_DIR_RESPONSE) {
		e->status = m->type == DHCP_NAK ? "nak" : "ok";
	}
	put_head(m, e);
	dhcp_put_options(m, e);
	dis_emit(ctx, e);
}

/* Of a cut message the type may be lost, and with it what it is. */
static enum dis_rc
not_whole(struct dis_ctx *ctx, struct rd *in)
{
	if (ctx->cut) {
		return DIS_MORE;
	}
	if (!ctx->confirmed && !ctx->hinted) {
		return DIS_NOT_MINE;
	}
	dis_malformed(ctx, PROTO_DHCP, EV_DIR_UNKNOWN, DHCP_BAD_HEADER, 0);
	(void)rd_rest(in);
	return DIS_BAD;
}

static enum dis_rc
dhcp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct dhcp_msg m = {.ctx = ctx, .cut = ctx->cut};
	const struct type *t;

	if (!may_be(*in) || !read_message(&m, *in) ||
	    (m.cut && m.type == DHCP_BOOTP)) {
		return not_whole(ctx, in);
	}
	(void)rd_rest(in);
	t = type_of(&m);
	m.op_name = t->name;
	/* The message itself says who asks. */
	ctx->client = m.op == DHCP_FROM_CLIENT ? ctx->side : !ctx->side;
	ctx->client_sure = true;
	judge(&m, t);
	find_client(&m);
	if (m.bad == NULL && m.cookie) {
		dis_confirm(ctx);
		dhcp_bind(&m);
	}
	tell(&m, t);
	if (t->op == m.op && !m.cut) {
		dhcp_facts(&m);
	}
	if (m.bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(
	    ctx, PROTO_DHCP, (enum ev_dir)ctx->ev->dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_dhcp;

const struct dissector dissector_dhcp = {
    .name = "dhcp",
    .proto = PROTO_DHCP,
    .hints = {{DIS_UDP, 67}, {DIS_UDP, 68}, {DIS_UDP, 4011}},
    .probe = dhcp_probe,
    .parse = dhcp_parse,
    .fields = &proto,
};
