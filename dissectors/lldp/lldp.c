/*
 * lldp: a device tells its neighbour on the cable who it is: IEEE 802.1AB-2016.
 *
 *	 0        7    9       16          16 + n
 *	+----------+------------+----------+-----
 *	| type   7 | length   9 | value  n | ...      8.4
 *	+----------+------------+----------+-----
 *	    1  chassis id    subtype 1 | id
 *	    2  port id       subtype 1 | id
 *	    3  time to live  seconds 2; 0: the port is being shut down
 *	    4  port description, 5 system name, 6 system description
 *	    7  capabilities  that it has 2 | that are enabled 2
 *	    8  management    n 1 | family 1 | address | numbering 1 | number 4 |
 *	                     n 1 | object identifier
 *	  127  organisation  OUI 3 | subtype 1 | ...
 *	    0  end, which may be missing
 *
 * The first three must be there, in this order and once (8.2).
 *
 * Of organisations' TLVs these are read: VLANs of the port (IEEE 802.1Q, annex
 * D), its speed (IEEE 802.3, clause 79), the inventory of LLDP-MED
 * (ANSI/TIA-1057, 10.2.6), what PROFINET says of the device (IEC 61158-6-10,
 * 4.3), and the address of a usage description (RFC 8520).
 *
 * Not here: network policies, places and power of LLDP-MED, data centre
 * bridging, delays and ring ports of PROFINET: `others` says that they were
 * there.
 */
#include "dissectors/lldp/lldp.h"

#define MANDATORY 3

#define BAD_CHASSIS  "chassis_id"
#define BAD_PORT     "port_id"
#define BAD_TTL      "ttl"
#define BAD_LENGTH   "tlv_length"
#define BAD_VALUE    "tlv_value"
#define BAD_REPEATED "repeated"
#define BAD_END      "end_length"
#define BAD_BUDGET   "budget"

bool
lldp_next(struct rd *more, const uint8_t *base, struct lldp_tlv *ret)
{
	uint16_t head;

	if (rd_left(more) == 0) {
		return false;
	}
	ret->at = (size_t)(more->p - base);
	head = rd_be16(more);
	ret->kind = ret->type = (uint8_t)(head >> 9);
	ret->value = rd_sub(more, head & 0x1ff);
	ret->oui = ret->subtype = 0;
	if (ret->type == LLDP_ORGANISATION && rd_has(&ret->value, 4)) {
		ret->oui = rd_be24(&ret->value);
		ret->subtype = rd_u8(&ret->value);
		ret->kind = LLDP_ORG(ret->oui, ret->subtype);
	}
	return rd_ok(&ret->value);
}

/* --- the three that must be ------------------------------------------------ */

struct id_type {
	const char *name;
	enum lldp_id_form form;
};

static const struct id_type chassis_types[] = {
    [1] = {"chassis_component", ID_TEXT},
    [2] = {"interface_alias", ID_TEXT},
    [3] = {"port_component", ID_TEXT},
    [4] = {"mac_address", ID_MAC},
    [5] = {"network_address", ID_ADDRESS},
    [6] = {"interface_name", ID_TEXT},
    [LLDP_ID_LOCAL] = {"local", ID_TEXT},
};

static const struct id_type port_types[] = {
    [1] = {"interface_alias", ID_TEXT},
    [2] = {"port_component", ID_TEXT},
    [3] = {"mac_address", ID_MAC},
    [4] = {"network_address", ID_ADDRESS},
    [5] = {"interface_name", ID_TEXT},
    [6] = {"agent_circuit_id", ID_BYTES},
    [LLDP_ID_LOCAL] = {"local", ID_TEXT},
};

/* False when the id is none of its kind: 8.5.2.3, 8.5.3.3. */
static bool
read_id(struct rd r, const struct id_type *types, struct lldp_id *ret)
{
	size_t n;

	ret->subtype = rd_u8(&r);
	if (rd_left(&r) == 0 || rd_left(&r) > 255) {
		return false;
	}
	ret->id = rd_rest(&r);
	ret->type = "reserved";
	ret->form = ID_BYTES;
	if (ret->subtype != 0 && ret->subtype <= LLDP_ID_LOCAL) {
		ret->type = types[ret->subtype].name;
		ret->form = types[ret->subtype].form;
	}
	n = rd_left(&ret->id);
	if (ret->form == ID_MAC) {
		return n == NB_MAC_LEN;
	}
	if (ret->form == ID_ADDRESS) {
		struct rd look = ret->id;
		uint8_t family = rd_u8(&look);

		if (family != 1 && family != 2) {
			ret->form = ID_BYTES;
		}
		return family == 1 ? n == 5 : family == 2 ? n == 17 : n > 1;
	}
	return true;
}

static const char *
read_mandatory(struct lldp_pdu *p, const struct lldp_tlv *t)
{
	struct rd r = t->value;

	switch (t->kind) {
	case LLDP_CHASSIS_ID:
		return read_id(r, chassis_types, &p->chassis) ? NULL
							      : BAD_CHASSIS;
	case LLDP_PORT_ID:
		return read_id(r, port_types, &p->port) ? NULL : BAD_PORT;
	default:
		/* 8.5.4: longer is allowed, and the first two count. */
		p->ttl = rd_be16(&r);
		return rd_ok(&r) ? NULL : BAD_TTL;
	}
}

/* --- all others ------------------------------------------------------------ */

bool
lldp_management(struct rd r, uint8_t *ret_family, struct rd *ret_address,
    uint32_t *ret_number)
{
	uint8_t n = rd_u8(&r);
	struct rd address = rd_sub(&r, n), oid;

	*ret_family = rd_u8(&address);
	*ret_address = rd_rest(&address);
	rd_skip(&r, 1); /* what the interface is numbered by */
	*ret_number = rd_be32(&r);
	oid = rd_sub(&r, rd_u8(&r));
	n = (uint8_t)rd_left(ret_address);
	return rd_ok(&oid) && rd_ok(ret_address) && n != 0 && n <= 31 &&
	       (*ret_family != 1 || n == 4) && (*ret_family != 2 || n == 16);
}

bool
lldp_vlan_name(struct rd r, uint16_t *ret_id, struct rd *ret_name)
{
	*ret_id = rd_be16(&r);
	*ret_name = rd_sub(&r, rd_u8(&r));
	return rd_ok(ret_name) && rd_left(ret_name) <= 32;
}

static bool
read_port(struct lldp_pdu *p, const struct lldp_tlv *t)
{
	struct rd r = t->value, name;
	uint16_t id;

	switch (t->kind) {
	case LLDP_PORT_VLAN:
		p->port_vlan = rd_be16(&r);
		p->has_port_vlan = rd_ok(&r);
		return rd_ok(&r);
	case LLDP_VLAN_NAME: return lldp_vlan_name(r, &id, &name);
	case LLDP_MAC_PHY:
		p->autoneg = rd_u8(&r);
		p->advertised = rd_be16(&r);
		p->mau = rd_be16(&r);
		p->has_mac_phy = rd_ok(&r);
		return rd_ok(&r);
	case LLDP_FRAME_SIZE:
		p->frame_size = rd_be16(&r);
		p->has_frame_size = rd_ok(&r);
		return rd_ok(&r);
	case LLDP_MED_CLASS:
		rd_skip(&r, 2); /* which of its TLVs it sends */
		p->med_class = rd_u8(&r);
		p->has_med_class = rd_ok(&r);
		return rd_ok(&r);
	default: return true;
	}
}

static bool
read_system(struct lldp_pdu *p, const struct lldp_tlv *t)
{
	uint8_t family;
	uint32_t number;
	struct rd r = t->value, address;

	p->is_profinet |= t->oui == OUI_PROFINET;
	switch (t->kind) {
	case LLDP_CAPABILITIES:
		p->capabilities = rd_be16(&r);
		p->enabled = rd_be16(&r);
		p->has_capabilities = rd_ok(&r);
		return rd_ok(&r);
	case LLDP_MANAGEMENT:
		return lldp_management(r, &family, &address, &number);
	case LLDP_PNIO_CHASSIS:
		p->chassis_mac = rd_bytes(&r, NB_MAC_LEN);
		return rd_ok(&r);
	case LLDP_MUD_URL: p->mud_url = r; return true;
	default: return read_port(p, t);
	}
}

/* Which text the TLV is; TEXT_COUNT: none that is a fact. */
static unsigned
text_of(uint64_t kind)
{
	if (kind >= LLDP_MED_HARDWARE && kind <= LLDP_MED_ASSET) {
		return TEXT_HARDWARE + (unsigned)(kind - LLDP_MED_HARDWARE);
	}
	return kind == LLDP_SYSTEM_NAME          ? TEXT_NAME
	       : kind == LLDP_SYSTEM_DESCRIPTION ? TEXT_DESCRIPTION
						 : TEXT_COUNT;
}

/* Of a text that is there twice the first counts. */
static const char *
read_more(struct lldp_pdu *p, const struct lldp_tlv *t)
{
	unsigned text = text_of(t->kind);
	struct rd *to = text != TEXT_COUNT ? &p->text[text]
			: t->kind == LLDP_PORT_DESCRIPTION
			    ? &p->port_description
			    : NULL;

	if (t->kind >= LLDP_CHASSIS_ID && t->kind <= LLDP_TTL) {
		return BAD_REPEATED;
	}
	if (t->type == LLDP_ORGANISATION && t->kind == LLDP_ORGANISATION) {
		return BAD_VALUE; /* no OUI and subtype */
	}
	if (to == NULL) {
		return read_system(p, t) ? NULL : BAD_VALUE;
	}
	/* 8.5.5 to 8.5.7: up to 255; ANSI/TIA-1057: 32. */
	if (rd_left(&t->value) > 255) {
		return BAD_VALUE;
	}
	if (rd_left(to) == 0) {
		*to = t->value;
	}
	return NULL;
}

/* --- the message ----------------------------------------------------------- */

static void
bad(struct lldp_pdu *p, const char *reason, size_t at)
{
	if (p->bad == NULL) {
		p->bad = reason;
		p->bad_at = at;
	}
}

/* Reads the three; false when nothing behind them can be trusted. */
static bool
read_start(struct lldp_pdu *p, struct rd *r)
{
	static const char *const reasons[MANDATORY] = {
	    BAD_CHASSIS, BAD_PORT, BAD_TTL};

	for (; p->mandatory < MANDATORY; p->mandatory++) {
		struct lldp_tlv t;
		const char *reason = NULL;
		size_t at = (size_t)(r->p - p->base);

		if (!lldp_next(r, p->base, &t)) {
			p->cut = p->ctx->cut;
			if (!p->cut) {
				bad(p,
				    rd_ok(r) ? reasons[p->mandatory]
					     : BAD_LENGTH,
				    at);
			}
			return false;
		}
		reason = t.kind == p->mandatory + LLDP_CHASSIS_ID
			     ? read_mandatory(p, &t)
			     : reasons[p->mandatory];
		if (reason != NULL) {
			bad(p, reason, t.at);
			return false;
		}
	}
	return true;
}

static void
read_pdu(struct lldp_pdu *p, struct rd r)
{
	struct lldp_tlv t = {.at = 0};
	const uint8_t *more;

	p->base = r.p;
	if (!read_start(p, &r)) {
		return;
	}
	more = r.p;
	p->more = rd_make(more, 0);
	while (lldp_next(&r, p->base, &t)) {
		const char *reason;

		if (t.kind == LLDP_END) {
			if (rd_left(&t.value) != 0) {
				bad(p, BAD_END, t.at);
			}
			return;
		}
		reason = read_more(p, &t);
		if (reason != NULL) {
			bad(p, reason, t.at);
		}
		p->more = rd_make(more, (size_t)(r.p - more));
	}
	/* The end may be missing, and the capture's may be anywhere. */
	p->cut = p->ctx->cut;
	if (!p->cut && !rd_ok(&r)) {
		bad(p, BAD_LENGTH, t.at);
	}
}

/*
 * A message with its three in order is nobody else's.  One that is about to go
 * says nothing of the device, and what the capture cut may lack whom it is
 * about.
 */
static enum dis_rc
lldp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct lldp_pdu p = {.ctx = ctx};
	const char *op;

	read_pdu(&p, rd_rest(in));
	op = p.mandatory == MANDATORY && p.ttl == 0 ? "shutdown" : "advertise";
	if (p.mandatory == MANDATORY) {
		dis_confirm(ctx);
	}
	lldp_tell(&p, op);
	if (p.mandatory == MANDATORY && !p.cut && p.ttl != 0) {
		lldp_facts(&p, op);
	}
	if (p.bad != NULL) {
		nb_bad(ctx, PROTO_LLDP, p.bad, p.bad_at, 0);
	} else if (p.skipped != 0) {
		nb_bad(ctx, PROTO_LLDP, BAD_BUDGET, 0, p.skipped);
	}
	return p.bad != NULL || p.skipped != 0 ? DIS_BAD : DIS_OK;
}

/* Nothing else has its ethertype, and it has no other. */
static enum dis_rc
lldp_probe(struct rd in, const struct dis_probe *pr)
{
	(void)in;
	return pr->transport == DIS_ETHER && pr->hinted ? DIS_OK : DIS_NOT_MINE;
}

extern const struct dissector dissector_lldp;

const struct dissector dissector_lldp = {
    .name = "lldp",
    .proto = PROTO_LLDP,
    .hints = {{DIS_ETHER, 0x88cc}},
    .probe = lldp_probe,
    .parse = lldp_parse,
    .fields = &lldp_proto,
};
