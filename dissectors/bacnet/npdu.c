/*
 * npdu: the network layer (clause 6).
 *
 *	+---+---------+----------------+----------------+-----+------------
 *	| 1 | control | DNET DLEN DADR | SNET SLEN SADR | hop | message or APDU
 *	+---+---------+----------------+----------------+-----+------------
 *
 *	control  80 network message  20 DNET, DADR, hop  08 SNET, SADR
 *	         04 reply expected   03 priority         50 reserved, zero
 */
#include "dissectors/bacnet/bacnet.h"

#define CTL_MESSAGE  0x80
#define CTL_DEST     0x20
#define CTL_SOURCE   0x08
#define CTL_RESERVED 0x50
#define MSG_VENDOR   0x80 /* 6.2.4: from here on the vendor's own */
#define NETS_MAX     512
#define ROUTES_KEPT  64
#define REASON_MAX   6 /* 6.4.4: what is more is reserved */

static void
address(struct bn_pdu *p, struct bn_addr *a)
{
	uint8_t len;

	a->net = rd_be16(&p->body);
	len = rd_u8(&p->body);
	a->len = len <= BN_MAC_MAX ? len : BN_MAC_MAX;
	a->there = rd_ok(&p->body) && rd_has(&p->body, len);
	rd_copy(&p->body, a->mac, a->len);
	rd_skip(&p->body, (size_t)(len - a->len));
}

static void
destination(struct bn_pdu *p)
{
	const uint8_t *at = p->body.p;

	address(p, &p->d);
	if (p->d.there && p->d.net == 0) {
		bn_bad(p, BN_BAD_NET, at);
	}
}

/* 6.2.2.1: a source is one station. */
static void
source(struct bn_pdu *p)
{
	const uint8_t *at = p->body.p;

	address(p, &p->s);
	if (!p->s.there) {
		return;
	}
	if (p->s.net == 0 || p->s.net == BN_NET_ALL) {
		bn_bad(p, BN_BAD_NET, at);
	} else if (p->s.len == 0) {
		bn_bad(p, BN_BAD_SADR, at + 2);
	}
}

bool
bn_npdu(struct bn_pdu *p)
{
	const uint8_t *at = p->body.p;
	uint8_t version = rd_u8(&p->body);

	p->control = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		bn_bad(p, BN_BAD_NPDU_SHORT, p->end);
		return false;
	}
	p->has_npdu = true;
	if (version != BN_VERSION) {
		bn_bad(p, BN_BAD_VERSION, at);
		return false;
	}
	if (p->control & CTL_RESERVED) {
		bn_bad(p, BN_BAD_CONTROL, at + 1);
	}
	if (p->control & CTL_DEST) {
		destination(p);
	}
	if (p->control & CTL_SOURCE) {
		source(p);
	}
	if (p->control & CTL_DEST) {
		p->hop = rd_u8(&p->body);
	}
	if (p->control & CTL_MESSAGE) {
		p->msg = rd_u8(&p->body);
		if (p->msg >= MSG_VENDOR) {
			p->vendor = rd_be16(&p->body);
		}
	}
	if (!rd_ok(&p->body)) {
		p->msg = -1;
		bn_bad(p, BN_BAD_NPDU_SHORT, p->end);
		return false;
	}
	return true;
}

/* --- network layer messages ---------------------------------------------- */

enum body {
	NONE,
	NETS,     /* any number of networks */
	NET,      /* one */
	COULD,    /* a network and how fast */
	REJECT,   /* a reason and a network */
	ROUTES,   /* a routing table */
	CONNECT,  /* a network and minutes */
	NUMBER,   /* a network and where it is from */
	SECURITY, /* not looked into */
};

struct message {
	const char *name;
	uint8_t cls, dir, body;
};

#define FIND   EV_CLASS_DISCOVERY
#define DIAG   EV_CLASS_DIAGNOSTIC
#define CONFIG EV_CLASS_CONFIG
#define SECURE EV_CLASS_SESSION
#define ASK    EV_DIR_REQUEST
#define TELL   EV_DIR_NOTIFY
#define ANSW   EV_DIR_RESPONSE

/* 6.4; 0A to 11 are those of clause 24 of 135-2010. */
static const struct message messages[] = {
    [0x00] = {"who_is_router_to_network", FIND, ASK, NETS},
    [0x01] = {"i_am_router_to_network", FIND, TELL, NETS},
    [0x02] = {"i_could_be_router_to_network", CONFIG, TELL, COULD},
    [0x03] = {"reject_message_to_network", DIAG, TELL, REJECT},
    [0x04] = {"router_busy_to_network", DIAG, TELL, NETS},
    [0x05] = {"router_available_to_network", DIAG, TELL, NETS},
    [0x06] = {"initialize_routing_table", CONFIG, ASK, ROUTES},
    [0x07] = {"initialize_routing_table", CONFIG, ANSW, ROUTES},
    [0x08] = {"establish_connection_to_network", CONFIG, ASK, CONNECT},
    [0x09] = {"disconnect_connection_to_network", CONFIG, ASK, NET},
    [0x0a] = {"challenge_request", SECURE, ASK, SECURITY},
    [0x0b] = {"security_payload", SECURE, TELL, SECURITY},
    [0x0c] = {"security_response", SECURE, TELL, SECURITY},
    [0x0d] = {"request_key_update", SECURE, ASK, SECURITY},
    [0x0e] = {"update_key_set", SECURE, ASK, SECURITY},
    [0x0f] = {"update_distribution_key", SECURE, ASK, SECURITY},
    [0x10] = {"request_master_key", SECURE, ASK, SECURITY},
    [0x11] = {"set_master_key", SECURE, ASK, SECURITY},
    [0x12] = {"what_is_network_number", FIND, ASK, NONE},
    [0x13] = {"network_number_is", FIND, TELL, NUMBER},
};

static const struct message unknown = {
    "network_message_unknown", EV_CLASS_OTHER, EV_DIR_UNKNOWN, SECURITY};
static const struct message vendors = {
    "network_message_proprietary", EV_CLASS_OTHER, EV_DIR_UNKNOWN, SECURITY};

static const struct message *
message(const struct bn_pdu *p)
{
	if (p->msg >= MSG_VENDOR) {
		return &vendors;
	}
	return (size_t)p->msg < sizeof(messages) / sizeof(messages[0])
		   ? &messages[p->msg]
		   : &unknown;
}

/* 6.4.4 */
static const char *
reject_name(uint8_t reason)
{
	static const char *const names[] = {"other", "not_directly_connected",
	    "router_busy", "unknown_message", "message_too_long",
	    "security_error", "addressing_error"};

	return reason < sizeof(names) / sizeof(names[0]) ? names[reason]
							 : "unknown_reason";
}

/* 6.4.7, 6.4.8: networks with the port that leads there. */
static void
routes(struct bn_pdu *p, struct ev *e)
{
	unsigned n = rd_u8(&p->body);

	ev_uint(e, BNF_COUNT, n);
	ev_array(e, BNF_ENTRIES);
	for (; n > 0 && rd_has(&p->body, 4); n--) {
		size_t len;
		const uint8_t *info;

		ev_object(e, EVF_ELEM);
		ev_uint(e, BNF_NET, rd_be16(&p->body));
		ev_uint(e, BNF_PORT_ID, rd_u8(&p->body));
		len = rd_u8(&p->body);
		info = rd_bytes(&p->body, len);
		if (len != 0 && info != NULL) {
			ev_bytes(e, BNF_PORT_INFO, EV_T_HEX, info, len);
		}
		ev_end(e);
	}
	ev_end(e);
	if (n > 0) {
		rd_fail(&p->body);
	}
}

static void
body(struct bn_pdu *p, const struct message *m, struct ev *e)
{
	ev_object(e, BNF_ARGS);
	switch ((enum body)m->body) {
	case COULD:
		rd_skip(&p->body, 2);
		ev_uint(e, BNF_PERFORMANCE, rd_u8(&p->body));
		break;
	case REJECT: ev_uint(e, BNF_REASON, rd_u8(&p->body)); break;
	case ROUTES:
		if (rd_left(&p->body) > 0) {
			routes(p, e);
		}
		break;
	case CONNECT:
		rd_skip(&p->body, 2);
		ev_uint(e, BNF_MINUTES, rd_u8(&p->body));
		break;
	case NUMBER:
		rd_skip(&p->body, 2);
		ev_bool(e, BNF_CONFIGURED, rd_u8(&p->body) != 0);
		break;
	default: break;
	}
	ev_end(e);
	/* An empty object says nothing. */
	if (e->nfields >= 2 && e->f[e->nfields - 2].type == EV_T_OBJECT) {
		e->nfields -= 2;
	}
}

static void
tell_nets(struct ev *e, struct rd nets)
{
	unsigned n = 0;

	ev_array(e, BNF_NETS);
	while (rd_has(&nets, 2) && n++ < NETS_MAX) {
		ev_uint(e, EVF_ELEM, rd_be16(&nets));
	}
	ev_end(e);
}

/* The networks that a message names, whatever else is in it. */
static struct rd
nets_of(struct bn_pdu *p, const struct message *m)
{
	struct rd look = p->body;

	switch ((enum body)m->body) {
	case NETS: return rd_rest(&p->body);
	case NET: return rd_sub(&p->body, 2);
	case REJECT: rd_skip(&look, 1); return rd_sub(&look, 2);
	case COULD:
	case CONNECT:
	case NUMBER: return rd_sub(&look, 2);
	default: return rd_make(NULL, 0);
	}
}

static void
topology(
    struct bn_pdu *p, struct rd nets, const char *relation, const char *detail)
{
	unsigned n = 0;

	while (rd_has(&nets, 2) && n++ < NETS_MAX) {
		const char *peer = bn_numbered(p->m, "net", rd_be16(&nets));

		if (peer == NULL) {
			return;
		}
		bn_topology(p, relation, peer, detail, -1);
	}
}

/* 6.4.2: what it routes to is known from now on, to a sane number. */
static void
routes_known(struct bn_pdu *p, struct rd nets)
{
	for (unsigned n = 0; n < ROUTES_KEPT && rd_has(&nets, 2); n++) {
		bn_router_put(p, rd_be16(&nets));
	}
}

static void
tell_topology(struct bn_pdu *p, struct rd nets, uint8_t reason, bool configured)
{
	switch (p->msg) {
	case 0x01:
		routes_known(p, nets);
		topology(p, nets, "routes", NULL);
		break;
	case 0x02: topology(p, nets, "could_route", NULL); break;
	case 0x03: topology(p, nets, "rejects", reject_name(reason)); break;
	case 0x04: topology(p, nets, "busy", NULL); break;
	case 0x05: topology(p, nets, "available", NULL); break;
	case 0x13:
		topology(p, nets, "network_number",
		    configured ? "configured" : "learned");
		break;
	default: break;
	}
}

/* A routing table that is set or reported: 6.4.7, 6.4.8. */
static void
tell_routes(struct bn_pdu *p, struct rd r)
{
	unsigned n = rd_u8(&r);

	for (; n > 0 && rd_has(&r, 4); n--) {
		unsigned net = rd_be16(&r), port = rd_u8(&r);
		const char *peer = bn_numbered(p->m, "net", net);

		rd_skip(&r, rd_u8(&r));
		if (peer == NULL) {
			return;
		}
		bn_topology(p, p->msg == 0x06 ? "routes_set" : "routes", peer,
		    bn_numbered(p->m, "port", port), -1);
	}
}

/* A routing table is asked for or set, and acknowledged: 6.4.7, 6.4.8. */
static void
pair(struct bn_pdu *p)
{
	uint64_t key = bn_key(p, 'n', 6);

	if (p->msg == 0x07) {
		p->has_pair = bn_take(p, key, BN_OLDEST);
	} else if (p->msg == 0x06 && !p->cut) {
		memset(&p->wait, 0, sizeof(p->wait));
		(void)p->ctx->sv->put(p->ctx, key, &p->wait, sizeof(p->wait));
	}
}

static bool
names_nets(const struct message *m)
{
	return m->body != SECURITY && m->body != NONE && m->body != ROUTES;
}

/* Reads on behind what body() has told; whether it fits the message. */
static void
finish(
    struct bn_pdu *p, const struct message *m, struct rd nets, uint8_t reason)
{
	if (m->body == SECURITY) {
		(void)rd_rest(&p->body);
	} else if (m->body == REJECT) {
		rd_skip(&p->body, 2);
		if (rd_ok(&p->body) && reason > REASON_MAX) {
			bn_bad(p, BN_BAD_REASON, p->body.p - 3);
		}
	}
	if (m == &unknown) {
		bn_bad(p, BN_BAD_NET_MESSAGE, p->body.p - 1);
	} else if (!rd_ok(&p->body) ||
		   (m->body == NETS && rd_left(&nets) % 2 != 0)) {
		bn_bad(p, BN_BAD_NET_MESSAGE, p->end);
	} else if (rd_left(&p->body) > 0) {
		bn_bad(p, BN_BAD_NET_MESSAGE, p->body.p);
	}
}

static void
conclude(
    struct bn_pdu *p, const struct message *m, struct rd nets, struct rd look)
{
	uint8_t reason, last;

	if (m->body == ROUTES) {
		tell_routes(p, look);
		return;
	}
	reason = rd_u8(&look);
	rd_skip(&look, 1);
	last = rd_u8(&look);
	tell_topology(p, nets, reason, last != 0);
}

void
bn_npdu_message(struct bn_pdu *p)
{
	const struct message *m = message(p);
	struct rd look = p->body, nets = nets_of(p, m), start = look;
	uint8_t first = rd_u8(&start);
	struct ev *e;

	p->dir = (enum ev_dir)m->dir;
	bn_client(p, m->dir == ASK || m->dir == EV_DIR_UNKNOWN,
	    m->dir == ASK || m->dir == ANSW);
	pair(p);
	e = bn_operation(p, m->name, (uint32_t)p->msg, (enum ev_class)m->cls);
	if (m->dir == ANSW) {
		e->status = "ok";
	}
	bn_tell_layers(p, e);
	if (names_nets(m)) {
		/* Within npdu, as its last member. */
		e->nfields--;
		tell_nets(e, nets);
		ev_end(e);
	}
	if (p->msg >= MSG_VENDOR) {
		ev_object(e, BNF_ARGS);
		ev_uint(e, BNF_VENDOR_ID, p->vendor);
		ev_end(e);
	}
	body(p, m, e);
	finish(p, m, nets, first);
	dis_emit(p->ctx, e);
	if (!p->cut && p->bad == NULL) {
		conclude(p, m, nets, look);
	}
}
