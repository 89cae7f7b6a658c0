/*
 * bvlc: the BACnet virtual link layer (annex J for IPv4, U for IPv6).
 *
 *	+------+------+--------+------------------+
 *	| 81/82| func | length | body             |   length: all four bytes on
 *	+------+------+--------+------------------+
 *
 * What carries an NPDU is read up to it; the rest are messages of their own:
 * tables of broadcast managers, registrations, results, address resolution.
 * The body of a Secure-BVLL is not looked into.
 */
#include "dissectors/bacnet/bacnet.h"

#define V4 0
#define V6 1

struct function {
	const char *name;
	uint8_t cls, dir;
	bool carries;
};

#define ASK  EV_DIR_REQUEST
#define ANSW EV_DIR_RESPONSE
#define TELL EV_DIR_NOTIFY

#define CONFIG  EV_CLASS_CONFIG
#define READ    EV_CLASS_READ
#define SESSION EV_CLASS_SESSION
#define FIND    EV_CLASS_DISCOVERY
#define OTHER   EV_CLASS_OTHER

/* J.2.1 to J.2.13 */
static const struct function v4[] = {
    [0] = {"bvlc_result", EV_CLASS_DIAGNOSTIC, ANSW, false},
    [1] = {"write_broadcast_distribution_table", CONFIG, ASK, false},
    [2] = {"read_broadcast_distribution_table", READ, ASK, false},
    [3] = {"read_broadcast_distribution_table", READ, ANSW, false},
    [4] = {"forwarded_npdu", OTHER, TELL, true},
    [5] = {"register_foreign_device", SESSION, ASK, false},
    [6] = {"read_foreign_device_table", READ, ASK, false},
    [7] = {"read_foreign_device_table", READ, ANSW, false},
    [8] = {"delete_foreign_device_table_entry", CONFIG, ASK, false},
    [9] = {"distribute_broadcast_to_network", OTHER, ASK, true},
    [10] = {"original_unicast_npdu", OTHER, ASK, true},
    [11] = {"original_broadcast_npdu", OTHER, ASK, true},
    [12] = {"secure_bvll", OTHER, ASK, false},
};

/* U.2.1 to U.2.14 */
static const struct function v6[] = {
    [0] = {"bvlc_result", EV_CLASS_DIAGNOSTIC, ANSW, false},
    [1] = {"original_unicast_npdu", OTHER, ASK, true},
    [2] = {"original_broadcast_npdu", OTHER, ASK, true},
    [3] = {"address_resolution", FIND, ASK, false},
    [4] = {"forwarded_address_resolution", FIND, ASK, false},
    [5] = {"address_resolution", FIND, ANSW, false},
    [6] = {"virtual_address_resolution", FIND, ASK, false},
    [7] = {"virtual_address_resolution", FIND, ANSW, false},
    [8] = {"forwarded_npdu", OTHER, TELL, true},
    [9] = {"register_foreign_device", SESSION, ASK, false},
    [10] = {"delete_foreign_device_table_entry", CONFIG, ASK, false},
    [11] = {"secure_bvll", OTHER, ASK, false},
    [12] = {"distribute_broadcast_to_network", OTHER, ASK, true},
};

#define FUNCTIONS 13

static const struct function *
function(const struct bn_pdu *p)
{
	if (p->bvlc < 0 || p->bvlc >= FUNCTIONS) {
		return NULL;
	}
	return p->v6 ? &v6[p->bvlc] : &v4[p->bvlc];
}

const char *
bn_bvlc_name(const struct bn_pdu *p)
{
	const struct function *f = function(p);

	return f != NULL ? f->name : "bvlc_unknown";
}

/* --- with an NPDU -------------------------------------------------------- */

static bool
is_forwarded(const struct bn_pdu *p)
{
	return p->bvlc == (p->v6 ? 8 : 4);
}

/* The device that sent it, told by the broadcast manager that carries it. */
static void
originator(struct bn_pdu *p, size_t ip_len)
{
	struct ev_end *o = &p->origin;

	memset(o, 0, sizeof(*o));
	o->ipver = ip_len == 4 ? 4 : 6;
	rd_copy(&p->body, o->ip.a, ip_len);
	o->port = rd_be16(&p->body);
	o->has_port = true;
	p->has_origin = rd_ok(&p->body);
}

bool
bn_bvlc_carries(struct bn_pdu *p)
{
	const struct function *f = function(p);

	if (f == NULL || !f->carries) {
		return false;
	}
	if (p->v6) {
		/* Virtual addresses: of the source; of the destination, U.2.2;
		 * or the originator's with its address, U.2.9. */
		rd_skip(&p->body, 3);
		if (p->bvlc == 1) {
			rd_skip(&p->body, 3);
		}
	}
	if (is_forwarded(p)) {
		originator(p, p->v6 ? 16 : 4);
	}
	if (!rd_ok(&p->body)) {
		bn_bad(p, BN_BAD_BVLC_BODY, p->end);
		return false;
	}
	return true;
}

/* --- messages of their own ----------------------------------------------- */

#define KEY_RESULT 'r' /* requests that only a result answers */
#define KEY_TABLE  't' /* requests that a table answers */

/*
 * The function that a negative result speaks of; 0: none.  In IPv6 its number
 * is in the code, U.2.1.1; in IPv4 only the refusals are numbered, J.2.2.
 */
static uint8_t
refused(const struct bn_pdu *p, uint16_t code)
{
	static const uint8_t of[] = {0, 1, 2, 5, 6, 8, 9};
	unsigned n = code >> 4;

	if (code & 15 || n >= FUNCTIONS) {
		return 0;
	}
	return p->v6 ? (uint8_t)n : n < sizeof(of) ? of[n] : 0;
}

static bool
has_reply(const struct bn_pdu *p, uint8_t n)
{
	return p->v6 ? n == 3 || n == 6 : n == 2 || n == 6;
}

/* J.2.2, U.2.1.1: what is not zero is a refusal. */
static const char *
result_name(const struct bn_pdu *p, uint16_t code)
{
	switch (code) {
	case 0x00: return "ok";
	case 0x10: return "write_broadcast_distribution_table_nak";
	case 0x20: return "read_broadcast_distribution_table_nak";
	case 0x30:
		return p->v6 ? "address_resolution_nak"
			     : "register_foreign_device_nak";
	case 0x40: return "read_foreign_device_table_nak";
	case 0x50: return "delete_foreign_device_table_entry_nak";
	case 0x60:
		return p->v6 ? "virtual_address_resolution_nak"
			     : "distribute_broadcast_to_network_nak";
	case 0x90: return "register_foreign_device_nak";
	case 0xa0: return "delete_foreign_device_table_entry_nak";
	case 0xc0: return "distribute_broadcast_to_network_nak";
	default: return "unknown_result";
	}
}

static struct ev *
start(struct bn_pdu *p, const struct function *f, enum ev_class cls)
{
	struct ev *e;

	p->dir = (enum ev_dir)f->dir;
	bn_client(p, f->dir != ANSW, f->dir != TELL);
	e = bn_operation(p, f->name, (uint32_t)p->bvlc, cls);
	bn_tell_layers(p, e);
	return e;
}

static void
vmac(struct bn_pdu *p, struct ev *e, uint16_t id)
{
	const uint8_t *mac = rd_bytes(&p->body, 3);

	if (mac != NULL) {
		ev_bytes(e, id, EV_T_HEX, mac, 3);
	}
}

static const char *
end_text(struct bn_pdu *p, const struct ev_end *e)
{
	char ip[EV_IP_TEXT];

	(void)ev_ip_text(ip, e->ipver, &e->ip);
	return bn_text(p->m, e->ipver == 6 ? "[%s]:%u" : "%s:%u", ip, e->port);
}

static void
result(struct bn_pdu *p)
{
	enum ev_class cls = EV_CLASS_DIAGNOSTIC;
	struct rd look = p->body;
	const char *name;
	uint16_t code;
	uint8_t of;
	bool table;
	struct ev *e;

	rd_skip(&look, p->v6 ? 3 : 0);
	code = rd_be16(&look);
	name = result_name(p, code);
	of = refused(p, code);
	table = has_reply(p, of);
	p->has_pair = bn_take(p,
	    bn_key(p, table ? KEY_TABLE : KEY_RESULT, table ? of : 0),
	    BN_OLDEST);
	if (p->has_pair) {
		cls = (enum ev_class)p->wait.cls;
	} else if (of != 0) {
		cls = (enum ev_class)(p->v6 ? v6[of].cls : v4[of].cls);
	}
	e = start(p, p->v6 ? &v6[0] : &v4[0], cls);
	e->status = rd_ok(&look) ? name : "unknown_result";
	if (p->v6) {
		vmac(p, e, BNF_VMAC);
	}
	if (rd_has(&p->body, 2)) {
		const uint8_t *at = p->body.p;

		ev_uint(e, BNF_RESULT, rd_be16(&p->body));
		if (strcmp(e->status, "unknown_result") == 0) {
			bn_bad(p, BN_BAD_RESULT, at);
		}
	} else {
		rd_fail(&p->body);
	}
	dis_emit(p->ctx, e);
	if (of != 0 && !p->cut && p->bad == NULL) {
		bn_topology(p, "refuses", end_text(p, p->ctx->dst), name, -1);
	}
}

/* Address and port, then what the table has beside it. */
static void
entry(struct bn_pdu *p, struct ev *e, bool foreign)
{
	struct rd addr = rd_sub(&p->body, 6);

	ev_object(e, EVF_ELEM);
	bn_put_text(e, BNF_ADDRESS, bn_address_text(p->m, addr));
	if (foreign) {
		ev_uint(e, BNF_TTL, rd_be16(&p->body));
		ev_uint(e, BNF_REMAINING, rd_be16(&p->body));
	} else {
		const uint8_t *mask = rd_bytes(&p->body, 4);

		if (mask != NULL) {
			ev_bytes(e, BNF_MASK, EV_T_IP, mask, 4);
		}
	}
	ev_end(e);
}

/* J.2.3, J.2.5, J.2.8: entries of ten bytes. */
static void
table(struct bn_pdu *p, struct ev *e, bool foreign)
{
	struct rd again = p->body;
	unsigned left = 1000;

	ev_array(e, BNF_ENTRIES);
	while (rd_left(&p->body) >= 10) {
		entry(p, e, foreign);
	}
	ev_end(e);
	if (rd_left(&p->body) > 0) {
		bn_bad(p, BN_BAD_BVLC_BODY, p->body.p);
		(void)rd_rest(&p->body);
	}
	dis_emit(p->ctx, e);
	while (!p->cut && rd_left(&again) >= 10 && left-- > 0) {
		struct rd a = rd_sub(&again, 6);
		const char *peer = bn_address_text(p->m, a);
		uint16_t x = rd_be16(&again), y = rd_be16(&again);

		if (peer == NULL) {
			return;
		}
		if (foreign) {
			bn_topology(p, "foreign_device", peer,
			    bn_text(p->m, "%u s left", y), x);
		} else {
			bn_topology(p, p->bvlc == 1 ? "bbmd_written" : "bbmd",
			    peer,
			    bn_text(p->m, "mask %u.%u.%u.%u", x >> 8, x & 255,
				y >> 8, y & 255),
			    -1);
		}
	}
}

/* What an address is said to be, in IPv6: U.2. */
static void
resolution(struct bn_pdu *p, struct ev *e)
{
	vmac(p, e, BNF_VMAC);
	if (p->bvlc != 6) {
		vmac(p, e, BNF_DVMAC);
	}
	if (p->bvlc == 4) {
		struct rd a = rd_sub(&p->body, 18);

		bn_put_text(e, BNF_ADDRESS, bn_address_text(p->m, a));
	}
	dis_emit(p->ctx, e);
}

static void
registration(struct bn_pdu *p, struct ev *e)
{
	uint16_t ttl;

	if (p->v6) {
		vmac(p, e, BNF_VMAC);
	}
	ttl = rd_be16(&p->body);
	if (rd_ok(&p->body)) {
		ev_uint(e, BNF_TTL, ttl);
	}
	dis_emit(p->ctx, e);
	if (rd_ok(&p->body) && !p->cut) {
		bn_topology(
		    p, "registers_at", end_text(p, p->ctx->dst), NULL, ttl);
	}
}

static void
deletion(struct bn_pdu *p, struct ev *e)
{
	const char *peer = NULL;
	struct rd a;

	if (p->v6) {
		vmac(p, e, BNF_VMAC);
	}
	a = rd_sub(&p->body, p->v6 ? 18 : 6);
	if (rd_ok(&a)) {
		peer = bn_address_text(p->m, a);
		bn_put_text(e, BNF_ADDRESS, peer);
	}
	dis_emit(p->ctx, e);
	if (peer != NULL && !p->cut) {
		bn_topology(p, "foreign_device_deleted", peer, NULL, -1);
	}
}

/* A request waits for its table, or for its result. */
static void
expect(struct bn_pdu *p, const struct function *f)
{
	bool replied = has_reply(p, (uint8_t)p->bvlc);
	uint64_t key;

	if (f->dir != ASK || f->carries ||
	    strcmp(f->name, "secure_bvll") == 0) {
		return;
	}
	memset(&p->wait, 0, sizeof(p->wait));
	p->wait.cls = f->cls;
	p->wait.service = (uint8_t)p->bvlc;
	key = bn_key(p, replied ? KEY_TABLE : KEY_RESULT,
	    replied ? (uint8_t)p->bvlc : 0);
	(void)p->ctx->sv->put(p->ctx, key, &p->wait, sizeof(p->wait));
}

static void
answer(struct bn_pdu *p)
{
	/* Each acknowledgement's number follows its request's, but for U's. */
	uint8_t asked = (uint8_t)(p->v6 && p->bvlc == 5 ? 3 : p->bvlc - 1);

	p->has_pair = bn_take(p, bn_key(p, KEY_TABLE, asked), BN_OLDEST);
}

static void
unknown(struct bn_pdu *p)
{
	struct ev *e;

	p->dir = EV_DIR_UNKNOWN;
	e = bn_operation(p, "bvlc_unknown", (uint32_t)p->bvlc, EV_CLASS_OTHER);
	bn_tell_layers(p, e);
	dis_emit(p->ctx, e);
	(void)rd_rest(&p->body);
}

static void
body(struct bn_pdu *p, const struct function *f, struct ev *e)
{
	if (strcmp(f->name, "secure_bvll") == 0 || f->carries) {
		(void)rd_rest(&p->body);
		dis_emit(p->ctx, e);
	} else if (p->bvlc == (p->v6 ? 9 : 5)) {
		registration(p, e);
	} else if (p->bvlc == (p->v6 ? 10 : 8)) {
		deletion(p, e);
	} else if (p->v6) {
		resolution(p, e);
	} else if (p->bvlc == 1 || p->bvlc == 3 || p->bvlc == 7) {
		table(p, e, p->bvlc == 7);
	} else {
		dis_emit(p->ctx, e);
	}
}

void
bn_bvlc_message(struct bn_pdu *p)
{
	const struct function *f = function(p);
	struct ev *e;

	if (f == NULL) {
		unknown(p);
	} else if (p->bvlc == 0) {
		result(p);
	} else {
		if (f->dir == ANSW) {
			answer(p);
		}
		if (!p->cut) {
			expect(p, f);
		}
		e = start(p, f, (enum ev_class)f->cls);
		if (f->dir == ANSW) {
			e->status = "ok";
		}
		body(p, f, e);
	}
	if (!rd_ok(&p->body) || rd_left(&p->body) > 0) {
		bn_bad(
		    p, BN_BAD_BVLC_BODY, rd_ok(&p->body) ? p->body.p : p->end);
	}
}
