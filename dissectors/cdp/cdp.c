/*
 * cdp: Cisco Discovery Protocol: a device tells its neighbour on the cable who
 * it is.  No standard has it; Cisco describes what the fields mean ("Understand
 * Cisco Discovery Protocol", TLV definitions), and many other vendors send it.
 *
 *	 0     3     5     6     7         9
 *	+-----+-----+-----+-----+---------+------------------------
 *	| OUI | type| ver | TTL | checksum| type 2 | length 2 | ...
 *	+-----+-----+-----+-----+---------+------------------------
 *	 00 00 0c | 20 00: SNAP, IEEE 802 clause 9       the length counts from
 *	                                                 the type on
 *	 1 device id       2 addresses     3 port id     4 capabilities 4
 *	 5 software        6 platform      9 VTP domain  a native VLAN 2
 *	 b duplex 1        e voice VLAN: 1, 2            14 system name
 *	16 management addresses           17 location: 1, text
 *
 *	addresses: count 4 | kind 1 | n 1 | protocol | n 2 | address | ...
 *
 * The checksum is RFC 1071's, over all behind the SNAP header.  Where the
 * length is odd, Cisco adds the last octet as a signed number, less one if it
 * is negative; other vendors do as the RFC says, and both are taken.
 *
 * A time to live of 0 says that the port is being shut down.
 *
 * Not here: power, quality of service, hello messages of clusters, prefixes of
 * on-demand routing, energy management: `others` says that they were there.
 */
#include "dissectors/cdp/cdp.h"

#define SNAP_SAP   0xaa
#define OUI_CISCO  0x00000c
#define TYPE_CDP   0x2000
#define SNAP_LEN   5
#define OTHERS_MAX 64

#define BAD_HEAD      "header"
#define BAD_VERSION   "version"
#define BAD_CHECKSUM  "checksum"
#define BAD_LENGTH    "tlv_length"
#define BAD_VALUE     "tlv_value"
#define BAD_ADDRESSES "addresses"
#define BAD_BUDGET    "budget"

enum field {
	F_VERSION = EV_PROTO_BASE,
	F_TTL,
	F_CHECKSUM,
	F_DEVICE_ID,
	F_PORT_ID,
	F_CAPABILITIES,
	F_ADDRESSES,
	F_MANAGEMENT,
	F_VTP_DOMAIN,
	F_NATIVE_VLAN,
	F_VOICE_VLAN,
	F_DUPLEX,
	F_OTHERS,
	F_TYPE,
	F_LENGTH,
	F_END
};

#define ROW(f) [(f)-EV_PROTO_BASE]

static const struct ev_field_info fields[] = {
    ROW(F_VERSION) = {"version", EV_R_NONE, "header"},
    ROW(F_TTL) = {"ttl", EV_R_NONE, "header"},
    ROW(F_CHECKSUM) = {"checksum", EV_R_NONE, "header"},
    ROW(F_DEVICE_ID) = {"device_id", EV_R_NONE, "type 1"},
    ROW(F_PORT_ID) = {"port_id", EV_R_NONE, "type 3"},
    ROW(F_CAPABILITIES) = {"capabilities", EV_R_NONE, "type 4"},
    ROW(F_ADDRESSES) = {"addresses", EV_R_NONE, "type 2"},
    ROW(F_MANAGEMENT) = {"management", EV_R_NONE, "type 16"},
    ROW(F_VTP_DOMAIN) = {"vtp_domain", EV_R_NONE, "type 9"},
    ROW(F_NATIVE_VLAN) = {"native_vlan", EV_R_NONE, "type a"},
    ROW(F_VOICE_VLAN) = {"voice_vlan", EV_R_NONE, "type e"},
    ROW(F_DUPLEX) = {"duplex", EV_R_NONE, "type b"},
    ROW(F_OTHERS) = {"others", EV_R_NONE, "TLV"},
    ROW(F_TYPE) = {"type", EV_R_NONE, "TLV"},
    ROW(F_LENGTH) = {"length", EV_R_NONE, "TLV"},
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == F_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "cdp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
};

/* A telephone goes first (neighbour.c).  Access points, too, call themselves
 * transparent bridges. */
const struct nb_bit cdp_capabilities[] = {
    {0x80, "telephone", "telephone", NB_PHONE},
    {0x01, "router", "router", NB_ROUTER},
    {0x02, "transparent_bridge", NULL, NB_ANY},
    {0x04, "source_route_bridge", NULL, NB_ANY},
    {0x08, "switch", "switch", NB_BRIDGE},
    {0x10, "host", NULL, NB_STATION},
    {0x20, "igmp", NULL, NB_ANY},
    {0x40, "repeater", "repeater", NB_ANY},
    {0x100, "remotely_managed", NULL, NB_ANY},
    {0x200, "cvta", NULL, NB_ANY},
    {0x400, "two_port_mac_relay", NULL, NB_ANY},
    {0, NULL, NULL, NB_ANY},
};

/* --- reading --------------------------------------------------------------- */

struct tlv {
	uint16_t type;
	size_t at;
	struct rd value;
};

/* False at the end, and when it does not fit: r is failed then. */
static bool
next(struct rd *r, const uint8_t *base, struct tlv *ret)
{
	size_t n;

	if (rd_left(r) == 0) {
		return false;
	}
	ret->at = (size_t)(r->p - base);
	ret->type = rd_be16(r);
	n = rd_be16(r);
	if (n < 4) {
		rd_fail(r);
		return false;
	}
	ret->value = rd_sub(r, n - 4);
	return rd_ok(r);
}

bool
cdp_next_address(struct rd *list, struct cdp_address *ret)
{
	static const uint8_t ip6[] = {0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd};
	uint8_t kind = rd_u8(list), n = rd_u8(list);
	const uint8_t *protocol = rd_bytes(list, n);
	size_t len;

	ret->bytes = rd_sub(list, rd_be16(list));
	if (!rd_ok(list)) {
		return false;
	}
	/* 1: a protocol of ISO/IEC TR 9577; 2: what stands behind an LLC. */
	len = rd_left(&ret->bytes);
	ret->is_ip = (kind == 1 && n == 1 && protocol[0] == 0xcc && len == 4) ||
		     (kind == 2 && n == sizeof(ip6) && len == 16 &&
			 memcmp(protocol, ip6, sizeof(ip6)) == 0);
	return true;
}

/* Every element takes four octets at least, so the count ends with them. */
static bool
are_addresses(struct rd r)
{
	uint32_t count = rd_be32(&r);
	struct cdp_address a;

	for (; count > 0; count--) {
		if (!cdp_next_address(&r, &a)) {
			return false;
		}
	}
	return rd_ok(&r);
}

static bool
read_numbers(struct cdp_pdu *p, uint16_t type, struct rd r)
{
	switch (type) {
	case CDP_CAPABILITIES:
		p->capabilities = rd_be32(&r);
		p->has_capabilities = rd_ok(&r);
		return rd_ok(&r);
	case CDP_NATIVE_VLAN:
		p->native_vlan = rd_be16(&r);
		p->has_native_vlan = rd_ok(&r);
		return rd_ok(&r);
	case CDP_DUPLEX:
		p->duplex = rd_u8(&r);
		p->has_duplex = rd_ok(&r);
		return rd_ok(&r);
	case CDP_VOICE_VLAN:
		rd_skip(&r, 1); /* whose it is: 1 for telephones */
		p->voice_vlan = rd_be16(&r);
		/* Without one, and with 0, there is none. */
		p->has_voice_vlan = rd_ok(&r);
		return true;
	default: return true;
	}
}

/* Of a text that is there twice the first counts. */
static const char *
read_tlv(struct cdp_pdu *p, const struct tlv *t)
{
	if (t->type < CDP_TEXTS && rd_left(&p->text[t->type]) == 0) {
		p->text[t->type] = t->value;
	}
	if (t->type == CDP_ADDRESSES || t->type == CDP_MANAGEMENT) {
		return are_addresses(t->value) ? NULL : BAD_ADDRESSES;
	}
	return read_numbers(p, t->type, t->value) ? NULL : BAD_VALUE;
}

static bool
is_sum(uint32_t sum, uint32_t last)
{
	sum += last;
	while (sum > 0xffff) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum == 0xffff;
}

static bool
is_checksum_good(struct rd r)
{
	uint32_t sum = 0, last;

	while (rd_left(&r) > 1) {
		sum += rd_be16(&r);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	if (rd_left(&r) == 0) {
		return is_sum(sum, 0);
	}
	last = rd_u8(&r);
	return is_sum(sum, last < 0x80 ? last : 0xff00 + last - 1) ||
	       is_sum(sum, last << 8);
}

static void
bad(struct cdp_pdu *p, const char *reason, size_t at)
{
	if (p->bad == NULL) {
		p->bad = reason;
		p->bad_at = at;
	}
}

static bool
read_head(struct cdp_pdu *p, struct rd *r)
{
	struct rd all;

	rd_skip(r, SNAP_LEN);
	all = *r;
	p->version = rd_u8(r);
	p->ttl = rd_u8(r);
	p->checksum = rd_be16(r);
	p->has_head = rd_ok(r);
	p->cut = p->ctx->cut;
	if (!p->has_head) {
		if (!p->cut) {
			bad(p, BAD_HEAD, SNAP_LEN);
		}
		return false;
	}
	if (p->version != 1 && p->version != 2) {
		bad(p, BAD_VERSION, SNAP_LEN);
		return false;
	}
	if (!p->cut && !is_checksum_good(all)) {
		bad(p, BAD_CHECKSUM, SNAP_LEN + 2);
	}
	p->is_sound = p->bad == NULL;
	return true;
}

static void
read_pdu(struct cdp_pdu *p, struct rd r)
{
	struct tlv t = {.at = 0};
	const uint8_t *start;

	p->base = r.p;
	if (!read_head(p, &r)) {
		return;
	}
	start = r.p;
	while (next(&r, p->base, &t)) {
		const char *reason = read_tlv(p, &t);

		if (reason != NULL) {
			bad(p, reason, t.at);
		}
		p->tlvs = rd_make(start, (size_t)(r.p - start));
	}
	if (!p->cut && !rd_ok(&r)) {
		bad(p, BAD_LENGTH, t.at);
	}
}

/* --- the operation --------------------------------------------------------- */

static void
tell_text(struct ev *e, uint16_t field, struct rd text)
{
	text = nb_trimmed(text);
	if (rd_left(&text) != 0) {
		ev_bytes(e, field, nb_is_ascii(text) ? EV_T_TEXT : EV_T_HEX,
		    text.p, rd_left(&text));
	}
}

static void
tell_addresses(struct cdp_pdu *p, struct ev *e, uint16_t field, struct rd list)
{
	uint32_t count = rd_be32(&list), n = 0;
	struct cdp_address a;

	for (; n < count && cdp_next_address(&list, &a); n++) {
		if (n >= CDP_ADDRESSES_MAX) {
			p->skipped++;
			continue;
		}
		if (n == 0) {
			ev_array(e, field);
		}
		ev_bytes(e, EVF_ELEM, a.is_ip ? EV_T_IP : EV_T_HEX, a.bytes.p,
		    rd_left(&a.bytes));
	}
	if (n != 0) {
		ev_end(e);
	}
}

static bool
is_other(uint16_t type)
{
	switch (type) {
	case CDP_DEVICE_ID:
	case CDP_ADDRESSES:
	case CDP_PORT_ID:
	case CDP_CAPABILITIES:
	case CDP_SOFTWARE:
	case CDP_PLATFORM:
	case CDP_VTP_DOMAIN:
	case CDP_NATIVE_VLAN:
	case CDP_DUPLEX:
	case CDP_VOICE_VLAN:
	case CDP_SYSTEM_NAME:
	case CDP_MANAGEMENT:
	case CDP_LOCATION: return false;
	default: return true;
	}
}

static void
tell_others(struct cdp_pdu *p, struct ev *e)
{
	struct rd r = p->tlvs;
	struct tlv t;
	unsigned n = 0;

	while (next(&r, p->base, &t)) {
		if (!is_other(t.type)) {
			continue;
		}
		if (n == OTHERS_MAX) {
			p->skipped++;
			continue;
		}
		if (n++ == 0) {
			ev_array(e, F_OTHERS);
		}
		ev_object(e, EVF_ELEM);
		ev_uint(e, F_TYPE, t.type);
		ev_uint(e, F_LENGTH, rd_left(&t.value));
		ev_end(e);
	}
	if (n != 0) {
		ev_end(e);
	}
}

static void
tell_port(struct cdp_pdu *p, struct ev *e)
{
	tell_text(e, F_VTP_DOMAIN, p->text[CDP_VTP_DOMAIN]);
	if (p->has_native_vlan) {
		ev_uint(e, F_NATIVE_VLAN, p->native_vlan);
	}
	if (p->has_voice_vlan) {
		ev_uint(e, F_VOICE_VLAN, p->voice_vlan);
	}
	if (p->has_duplex) {
		ev_name(e, F_DUPLEX, p->duplex != 0 ? "full" : "half");
	}
}

static void
tell(struct cdp_pdu *p, const char *op)
{
	struct ev *e = nb_operation(p->ctx, PROTO_CDP, op);

	if (p->cut) {
		e->flags |= EV_CUT;
	}
	if (p->has_head) {
		ev_uint(e, F_VERSION, p->version);
		ev_uint(e, F_TTL, p->ttl);
		ev_hexnum(e, F_CHECKSUM, p->checksum, 2);
	}
	tell_text(e, F_DEVICE_ID, p->text[CDP_DEVICE_ID]);
	tell_text(e, F_PORT_ID, p->text[CDP_PORT_ID]);
	if (p->has_capabilities) {
		nb_bits(e, F_CAPABILITIES, p->capabilities, cdp_capabilities);
	}
	tell_addresses(p, e, F_ADDRESSES, p->text[CDP_ADDRESSES]);
	tell_addresses(p, e, F_MANAGEMENT, p->text[CDP_MANAGEMENT]);
	tell_port(p, e);
	tell_others(p, e);
	dis_emit(p->ctx, e);
}

/* --- the dissector --------------------------------------------------------- */

/* Behind SNAP the vendor's protocols are told apart by these alone. */
static bool
is_mine(struct rd r)
{
	uint32_t oui = rd_be24(&r);

	return oui == OUI_CISCO && rd_be16(&r) == TYPE_CDP;
}

/*
 * The name differs from that of LLDP's: what a device says of itself there,
 * often in other words, is another fact.  A checksum proves whose it is; what
 * the capture cut has none.
 */
static enum dis_rc
cdp_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct cdp_pdu p = {.ctx = ctx};
	const char *op;

	if (!is_mine(*in)) {
		return DIS_NOT_MINE;
	}
	read_pdu(&p, rd_rest(in));
	op = p.has_head && p.ttl == 0 ? "shutdown" : "announce";
	if (p.is_sound && !p.cut) {
		dis_confirm(ctx);
	}
	tell(&p, op);
	if (p.is_sound && !p.cut && p.ttl != 0) {
		cdp_facts(&p, op);
	}
	if (p.bad != NULL) {
		nb_bad(ctx, PROTO_CDP, p.bad, p.bad_at, 0);
	} else if (p.skipped != 0) {
		nb_bad(ctx, PROTO_CDP, BAD_BUDGET, 0, p.skipped);
	}
	return p.bad != NULL || p.skipped != 0 ? DIS_BAD : DIS_OK;
}

static enum dis_rc
cdp_probe(struct rd in, const struct dis_probe *pr)
{
	return pr->transport == DIS_LLC && pr->hinted && is_mine(in)
		   ? DIS_OK
		   : DIS_NOT_MINE;
}

extern const struct dissector dissector_cdp;

const struct dissector dissector_cdp = {
    .name = "cdp",
    .proto = PROTO_CDP,
    .hints = {{DIS_LLC, SNAP_SAP}},
    .probe = cdp_probe,
    .parse = cdp_parse,
    .fields = &proto,
};
