/*
 * decode_tunnel: what carries packets within packets.
 *
 *	MPLS       label 20, class 3, S 1, TTL 8; S marks the last entry
 *	PPPoE      version 4, type 4 | code | session 2 | length 2
 *	GRE        flags and version 2 | protocol 2 | what the flags announce
 *	ERSPAN II  version 4, VLAN 12 | class 3, En 2, T 1, session 10 |
 *	           reserved 12, index 20
 *	ERSPAN III version 4, VLAN 12 | class 3, BSO 2, T 1, session 10 |
 *	           time 4 | group 2 | P 1, FT 5, hardware 6, D 1, Gra 2, O 1 |
 *	           with O: platform subheader 8
 *	VXLAN      flags 1 | reserved 3 | network 3 | reserved 1
 *
 * RFC 3032 and 4385 (MPLS, control word), RFC 2516 (PPPoE), RFC 2784, 2890,
 * 1701 and 2637 (GRE), draft-foschiano-erspan-03, RFC 7348 (VXLAN).
 *
 * Not here: GTP, L2TP, Geneve, VXLAN-GPE, MACsec; nothing mirrors through
 * them in a plant, and their payload stands as UDP or as unknown.
 */
#include "net/decode_walk.h"

enum {
	MPLS_BOTTOM = 0x100,
	MPLS_IP4_NULL = 0, /* RFC 3032, 2.1: labels that name the payload */
	MPLS_IP6_NULL = 2,
	PPPOE_VERSION = 0x11,
	PPP_ADDRESS = 0xff03, /* address and control of HDLC framing */
	PPP_IP4 = 0x0021,
	PPP_IP6 = 0x0057,
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQ = 0x1000,
	GRE_ACK = 0x0080, /* version 1 only */
	GRE_VERSION = 0x0007,
	ERSPAN_STRIPPED = 2, /* En: the tag was taken off, its id is here */
	ERSPAN_SUBHEADER = 0x0001,
	ERSPAN_ETHERNET = 0, /* FT */
	ERSPAN_IP = 2,
	VXLAN_VNI = 0x08,    /* I: the network id is valid          */
	VXLAN_POLICY = 0x80, /* G: a group id in the reserved bytes */
};

/* --- MPLS ---------------------------------------------------------------- */

/* An Ethernet header whose type is one of those that decode knows and whose
 * payload begins as that type says: nothing else looks like it by chance. */
static bool
looks_like_ether(const struct walk *w, struct rd r)
{
	uint16_t type;
	uint8_t first;

	rd_skip(&r, 12);
	type = rd_be16(&r);
	first = rd_u8(&r);
	if (!rd_ok(&r)) {
		return false;
	}
	switch (type) {
	case ETHERTYPE_IPV4: return first >> 4 == 4;
	case ETHERTYPE_IPV6: return first >> 4 == 6;
	case ETHERTYPE_ARP: return first == 0;
	case ETHERTYPE_VLAN:
	case ETHERTYPE_QINQ:
	case ETHERTYPE_HSR:
	case ETHERTYPE_MPLS: return true;
	default:
		return type >= 3 && type <= LENGTH_MAX &&
		       type <= rd_left(&r) + 1 + w->cut;
	}
}

static bool
looks_like_ip(const struct walk *w, struct rd r)
{
	size_t wire = walk_wire(w);
	uint8_t first = rd_u8(&r);
	size_t length;

	rd_skip(&r, 1);
	length = rd_be16(&r);
	if (first >> 4 == 4) {
		return (first & 0x0f) >= 5 && length >= 20 && length <= wire;
	}
	length = rd_be16(&r);
	return rd_ok(&r) && 40 + length <= wire;
}

/*
 * The label stack does not name its payload: only the routers that set up the
 * path know.  By RFC 4928 the first nibble tells IP (4, 6) from a control
 * word (0) and a control channel (1).  Pseudowires without control word begin
 * with a MAC address, whose first nibble may be any of these, so what looks
 * like Ethernet beyond doubt is taken for it.
 */
static enum layer
mpls_payload(struct walk *w, uint32_t label)
{
	struct rd look = w->r;
	uint32_t word = rd_be32(&look);
	bool ether = looks_like_ether(w, w->r);

	w->at = w->r.p;
	if (label == MPLS_IP4_NULL || label == MPLS_IP6_NULL) {
		return label == MPLS_IP4_NULL ? LAYER_IP4 : LAYER_IP6;
	}
	if (!rd_ok(&look)) {
		return walk_short(w, "MPLS payload does not fit");
	}
	switch (word >> 28) {
	case 4:
	case 6:
		if (looks_like_ip(w, w->r) || !ether) {
			return LAYER_IP;
		}
		break;
	case 0:
		if (looks_like_ether(w, look) || (word == 0 && !ether)) {
			w->r = look;
			ether = true;
		}
		break;
	}
	if (!ether) {
		return walk_unknown(w);
	}
	walk_enter(w);
	return LAYER_ETHER;
}

enum layer
walk_mpls(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);

	if (h == NULL) {
		return walk_short(w, "MPLS label does not fit");
	}
	if ((be32(h) & MPLS_BOTTOM) == 0) {
		return LAYER_MPLS;
	}
	return mpls_payload(w, be32(h) >> 12);
}

/* --- PPP ----------------------------------------------------------------- */

enum layer
walk_pppoe(struct walk *w)
{
	const uint8_t *h = walk_take(w, 6);

	if (h == NULL) {
		return walk_short(w, "PPPoE header does not fit");
	}
	if (h[0] != PPPOE_VERSION) {
		return walk_bad(w, h, "PPPoE version and type are not 1");
	}
	if (h[1] != 0) {
		return walk_bad(w, h + 1, "PPPoE session with a code");
	}
	walk_narrow(w, be16(h + 4));
	return LAYER_PPP;
}

/* RFC 1661, 2: an odd first byte is a protocol number of one byte. */
enum layer
walk_ppp(struct walk *w)
{
	struct rd look = w->r;
	uint16_t proto;

	w->at = w->r.p;
	if (rd_be16(&look) == PPP_ADDRESS) {
		w->r = look;
	}
	look = w->r;
	proto = rd_u8(&look);
	if ((proto & 1) == 0) {
		proto = (uint16_t)(proto << 8 | rd_u8(&look));
	}
	if (!rd_ok(&look)) {
		return walk_short(w, "PPP header does not fit");
	}
	w->pkt->ethertype = ETHERTYPE_PPP;
	switch (proto) {
	case PPP_IP4: w->r = look; return LAYER_IP4;
	case PPP_IP6: w->r = look; return LAYER_IP6;
	default: return walk_unknown(w);
	}
}

/* --- GRE and ERSPAN ------------------------------------------------------ */

static enum layer
erspan3(struct walk *w)
{
	const uint8_t *h = walk_take(w, 12);
	uint16_t flags;

	if (h == NULL) {
		return walk_short(w, "ERSPAN header does not fit");
	}
	flags = be16(h + 10);
	if ((flags & ERSPAN_SUBHEADER) != 0 && walk_take(w, 8) == NULL) {
		return walk_short(w, "ERSPAN subheader does not fit");
	}
	switch (flags >> 10 & 0x1f) {
	case ERSPAN_ETHERNET: walk_enter(w); return LAYER_ETHER;
	case ERSPAN_IP: walk_enter(w); return LAYER_IP;
	default: return walk_unknown(w);
	}
}

/* Type I has no header of its own, and is told by GRE without a number. */
static enum layer
erspan(struct walk *w, bool numbered)
{
	struct rd look = w->r;
	const uint8_t *h;

	if (!numbered) {
		walk_enter(w);
		return LAYER_ETHER;
	}
	if (rd_u8(&look) >> 4 == 2) {
		return erspan3(w);
	}
	h = walk_take(w, 8);
	if (h == NULL) {
		return walk_short(w, "ERSPAN header does not fit");
	}
	if (h[0] >> 4 != 1) {
		return walk_bad(w, h, "ERSPAN version is neither 1 nor 2");
	}
	if ((h[2] >> 3 & 3) == ERSPAN_STRIPPED) {
		walk_add_vlan(w, be16(h));
	}
	walk_enter(w);
	return LAYER_ETHER;
}

/* RFC 1701: source routes, each with its family and length, then zeros. */
static bool
skip_routes(struct walk *w)
{
	const uint8_t *h;

	do {
		h = walk_take(w, 4);
	} while (h != NULL && (be16(h) != 0 || h[3] != 0) &&
		 walk_take(w, h[3]) != NULL);
	return rd_ok(&w->r);
}

/* RFC 2637: PPP, with the payload's length; none in an acknowledgement. */
static enum layer
gre_pptp(struct walk *w, uint16_t flags, uint16_t type)
{
	size_t n = 4 + ((flags & GRE_SEQ) != 0 ? 4u : 0) +
		   ((flags & GRE_ACK) != 0 ? 4u : 0);
	const uint8_t *h;

	if (type != ETHERTYPE_PPP || (flags & GRE_KEY) == 0) {
		return walk_bad(w, w->at, "GRE version 1 without PPP");
	}
	h = walk_take(w, n);
	if (h == NULL) {
		return walk_short(w, "GRE header does not fit");
	}
	walk_narrow(w, be16(h));
	walk_payload(w);
	if ((flags & GRE_SEQ) == 0 || be16(h) == 0) {
		return LAYER_END;
	}
	walk_enter(w);
	return LAYER_PPP;
}

/* Cisco's security group tag; here the type stands in front of it. */
static enum layer
gre_cmd(struct walk *w)
{
	struct rd look = w->r;

	rd_skip(&look, 2);
	if (rd_be16(&look) != CMD_VERSION_LENGTH && rd_ok(&look)) {
		w->pkt->ethertype = ETHERTYPE_CMD;
		return walk_unknown(w);
	}
	look = w->r;
	if (walk_take(w, 8) == NULL) {
		return walk_short(w, "CMD tag does not fit");
	}
	walk_enter(w);
	return walk_type(w, rd_be16(&look));
}

static enum layer
gre_payload(struct walk *w, uint16_t flags, uint16_t type)
{
	walk_payload(w);
	switch (type) {
	case ETHERTYPE_IPV4: walk_enter(w); return LAYER_IP4;
	case ETHERTYPE_IPV6: walk_enter(w); return LAYER_IP6;
	case ETHERTYPE_TEB: walk_enter(w); return LAYER_ETHER;
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_UP: walk_enter(w); return LAYER_MPLS;
	case ETHERTYPE_PPP: walk_enter(w); return LAYER_PPP;
	case ETHERTYPE_CMD: return gre_cmd(w);
	case ETHERTYPE_ERSPAN: return erspan(w, flags & GRE_SEQ);
	case ETHERTYPE_ERSPAN3: return erspan3(w);
	case 0:
		/* A keepalive's inner header: nothing follows. */
		if (walk_wire(w) == 0) {
			return LAYER_END;
		}
		break;
	}
	w->pkt->ethertype = type;
	return walk_unknown(w);
}

enum layer
walk_gre(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);
	uint16_t flags, type;
	size_t n = 0;

	if (h == NULL) {
		return walk_short(w, "GRE header does not fit");
	}
	flags = be16(h);
	type = be16(h + 2);
	if ((flags & GRE_VERSION) == 1) {
		return gre_pptp(w, flags, type);
	}
	if ((flags & GRE_VERSION) != 0) {
		return walk_bad(w, h, "GRE version is neither 0 nor 1");
	}
	n += (flags & (GRE_CHECKSUM | GRE_ROUTING)) != 0 ? 4 : 0;
	n += (flags & GRE_KEY) != 0 ? 4 : 0;
	n += (flags & GRE_SEQ) != 0 ? 4 : 0;
	if (walk_take(w, n) == NULL ||
	    ((flags & GRE_ROUTING) != 0 && !skip_routes(w))) {
		return walk_short(w, "GRE header does not fit");
	}
	return gre_payload(w, flags, type);
}

/* --- VXLAN --------------------------------------------------------------- */

bool
walk_is_vxlan(const struct rd *in)
{
	struct rd r = *in;
	const uint8_t *h = rd_bytes(&r, 8);

	/* Senders set all that is reserved to zero: what is not is data of
	 * somebody who happens to use the port, or VXLAN-GPE. */
	return h != NULL && (h[0] & ~VXLAN_POLICY) == VXLAN_VNI && h[7] == 0 &&
	       ((h[0] & VXLAN_POLICY) != 0 || (h[1] | h[2] | h[3]) == 0);
}

enum layer
walk_vxlan(struct walk *w)
{
	rd_skip(&w->r, 8);
	walk_enter(w);
	return LAYER_ETHER;
}
