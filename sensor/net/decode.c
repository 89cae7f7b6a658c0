/*
 * decode: link types, Ethernet and its tags; the loop that runs all layers.
 *
 *	Ethernet   dmac 6 | smac 6 | type 2
 *	802.1Q     priority 3, DEI 1, VLAN id 12 | type 2
 *	VN-tag     direction, virtual interfaces 4 | type 2
 *	Cisco CMD  version 1 | length 1 | option 2 | security group 2 | type 2
 *	HSR        path 4, size 12 | seq 2 | type 2
 *	PRP        ... LSDU | seq 2 | LAN 4, size 12 | 88 fb | end of frame
 *	SNAP       aa aa 03 | OUI 3 | type 2
 *	Linux SLL  kind 2 | ARPHRD 2 | length 2 | address 8 | type 2
 *	SLL2       type 2 | 0 2 | ifindex 4 | ARPHRD 2 | kind 1 | length 1 |
 *	           address 8
 *	loopback   address family 4, in the byte order of its machine
 *
 * IEEE 802.3-2018, 802.1Q-2018, 802-2014; IEC 62439-3:2016, 4.2.7 and 5.6;
 * tcpdump.org/linktypes.html.
 *
 * A frame shorter than its own length fields is taken as cut, not as a
 * violation: mirrors that truncate are common, and the frame as mirrored is
 * all that the capture knows of.
 *
 * Not here: checksums (offloading makes them wrong on healthy hosts), IEEE
 * 802.11 and other link types of no plant network, MACsec.
 */
#include <string.h>

#include "net/decode_walk.h"

enum {
	RED_SIZE = 0x0fff,
	PRP_SUFFIX = 0x88fb,
	PRP_TRAILER = 6,
	FCS = 4,
	SHORT_LSDU = 46 + FCS, /* of a frame of minimum size */
	LAN_A = 0xa,
	LAN_B = 0xb,
	SNAP_SAP = 0xaa,
	LLC_UI = 0x03,      /* unnumbered information: a datagram         */
	LLC_UNNUMBERED = 3, /* both low bits: control field of one byte   */
	ARPHRD_ETHER = 1,   /* linux/if_arp.h                             */
	ARPHRD_NETLINK = 824,
	SLL_8022 = 0x0004, /* linux/if_ether.h, ETH_P_802_2              */
};

/* The walk ends early: what a carrier left as payload is not dissected. */
static enum layer
stop(struct walk *w, enum pkt_end end, const uint8_t *at)
{
	w->pkt->end = end;
	w->pkt->at = (uint32_t)(at - w->base);
	w->pkt->payload = rd_make(NULL, 0);
	w->pkt->missing = w->cut;
	return LAYER_END;
}

enum layer
walk_bad(struct walk *w, const uint8_t *at, const char *reason)
{
	w->pkt->reason = reason;
	return stop(w, PKT_BAD, at);
}

enum layer
walk_short(struct walk *w, const char *reason)
{
	return w->cut == 0 ? walk_bad(w, w->at, reason)
			   : stop(w, PKT_CUT, w->at);
}

enum layer
walk_deep(struct walk *w)
{
	return stop(w, PKT_DEEP, w->r.p);
}

enum layer
walk_unknown(struct walk *w)
{
	w->pkt->end = PKT_UNKNOWN;
	w->pkt->at = (uint32_t)(w->r.p - w->base);
	walk_payload(w);
	return LAYER_END;
}

void
walk_enter(struct walk *w)
{
	if (w->pkt->tunnels < UINT8_MAX) {
		w->pkt->tunnels++;
	}
	w->lsdu = NULL;
}

void
walk_forget(struct walk *w)
{
	struct pkt *p = w->pkt;

	p->l3 = PKT_L3_NONE;
	p->l4 = PKT_L4_NONE;
	p->ipver = p->ip_proto = p->ttl = 0;
	memset(&p->src, 0, sizeof(p->src));
	memset(&p->dst, 0, sizeof(p->dst));
	p->ip_id = 0;
	p->has_ip_id = false;
	p->sport = p->dport = 0;
	p->payload = p->ip = p->ip_rest = rd_make(NULL, 0);
	p->missing = 0;
}

/*
 * The trailer is the frame's last six bytes, or stands before a captured FCS;
 * in a frame of minimum size padding may follow it, when its sender pads late
 * or a bridge took a tag off.  Its size field counts from behind the type,
 * tags aside, to its own end; that and the LAN id tell it from payload.
 */
const uint8_t *
walk_trailer(struct walk *w, const uint8_t *p)
{
	struct pkt *pkt = w->pkt;
	ptrdiff_t most;

	if (w->lsdu == NULL || w->r.end != w->lsdu_end) {
		return NULL;
	}
	most = w->lsdu_end - w->lsdu <= SHORT_LSDU ? SHORT_LSDU : FCS;
	for (ptrdiff_t behind = 0; behind <= most; behind++) {
		const uint8_t *t;
		uint8_t lan;

		if (w->r.end - p < PRP_TRAILER + behind) {
			return NULL;
		}
		t = w->r.end - behind - PRP_TRAILER;
		lan = t[2] >> 4;
		if (be16(t + 4) == PRP_SUFFIX &&
		    (lan == LAN_A || lan == LAN_B) &&
		    (be16(t + 2) & RED_SIZE) == t + PRP_TRAILER - w->lsdu) {
			pkt->has_red = true;
			pkt->red_hsr = false;
			pkt->red_lan = lan;
			pkt->red_seq = be16(t);
			return t;
		}
	}
	return NULL;
}

/* For payloads that do not tell their own length. */
static void
drop_trailer(struct walk *w, size_t claimed)
{
	const uint8_t *end;

	if (!rd_has(&w->r, claimed)) {
		return;
	}
	end = walk_trailer(w, w->r.p + claimed);
	if (end != NULL) {
		walk_narrow(w, (size_t)(end - w->r.p));
	}
}

enum layer
walk_type(struct walk *w, uint16_t type)
{
	w->pkt->ethertype = type;
	switch (type) {
	case ETHERTYPE_IPV4: return LAYER_IP4;
	case ETHERTYPE_IPV6: return LAYER_IP6;
	case ETHERTYPE_ARP: return LAYER_ARP;
	case ETHERTYPE_VLAN:
	case ETHERTYPE_QINQ:
	case ETHERTYPE_QINQ_OLD: return LAYER_VLAN;
	case ETHERTYPE_HSR: return LAYER_HSR;
	case ETHERTYPE_VNTAG: return LAYER_VNTAG;
	case ETHERTYPE_CMD: return LAYER_CMD;
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_UP: return LAYER_MPLS;
	case ETHERTYPE_PPPOE: return LAYER_PPPOE;
	default: drop_trailer(w, 0); return walk_unknown(w);
	}
}

/* In Ethernet the same two bytes hold a length instead; 0 is neither. */
static enum layer
type_or_length(struct walk *w, uint16_t v)
{
	if (v > LENGTH_MAX || v == 0) {
		return walk_type(w, v);
	}
	w->pkt->ethertype = 0;
	drop_trailer(w, v);
	walk_narrow(w, v);
	return LAYER_LLC;
}

static enum layer
ether(struct walk *w)
{
	const uint8_t *h = walk_take(w, 14);

	if (h == NULL) {
		return walk_short(w, "Ethernet header does not fit");
	}
	if (w->pkt->tunnels != 0) {
		walk_forget(w);
	}
	w->pkt->dmac = h;
	w->pkt->smac = h + 6;
	w->lsdu = w->r.p;
	w->lsdu_end = w->r.end;
	return type_or_length(w, be16(h + 12));
}

static enum layer
vlan(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);

	if (h == NULL) {
		return walk_short(w, "VLAN tag does not fit");
	}
	walk_add_vlan(w, be16(h));
	if (w->lsdu != NULL) {
		w->lsdu = w->r.p;
	}
	return type_or_length(w, be16(h + 2));
}

/* Cisco's tag between a switch and its extenders; a mirror may keep it. */
static enum layer
vntag(struct walk *w)
{
	const uint8_t *h = walk_take(w, 6);

	if (h == NULL) {
		return walk_short(w, "VN-tag does not fit");
	}
	return type_or_length(w, be16(h + 4));
}

/* Cisco TrustSec's security group, in the one form that is in use. */
static enum layer
cmd(struct walk *w)
{
	struct rd look = w->r;
	const uint8_t *h;

	if (rd_be16(&look) != CMD_VERSION_LENGTH && rd_ok(&look)) {
		return walk_unknown(w);
	}
	h = walk_take(w, 8);
	if (h == NULL) {
		return walk_short(w, "CMD tag does not fit");
	}
	return type_or_length(w, be16(h + 6));
}

static enum layer
hsr(struct walk *w)
{
	const uint8_t *h = walk_take(w, 6);
	struct pkt *p = w->pkt;

	if (h == NULL) {
		return walk_short(w, "HSR tag does not fit");
	}
	p->has_red = p->red_hsr = true;
	p->red_lan = h[0] >> 4;
	p->red_seq = be16(h + 2);
	w->lsdu = NULL;
	return type_or_length(w, be16(h + 4));
}

/* The header of SNAP: an ethertype where the OUI is 0, else the vendor's. */
static enum layer
snap(struct walk *w)
{
	struct rd look = w->r;
	uint32_t oui = rd_be24(&look);
	uint16_t type = rd_be16(&look);

	w->at = w->r.p;
	if (!rd_ok(&look)) {
		return walk_short(w, "SNAP header does not fit");
	}
	if (oui != 0) {
		w->pkt->snap = (uint64_t)oui << 16 | type;
		walk_payload(w);
		return LAYER_END;
	}
	w->pkt->l3 = PKT_L3_NONE;
	w->pkt->dsap = w->pkt->ssap = 0;
	w->r = look;
	return walk_type(w, type);
}

static enum layer
llc(struct walk *w)
{
	const uint8_t *h = walk_take(w, 3);

	if (h == NULL) {
		return walk_short(w, "LLC header does not fit");
	}
	/* A carrier's tags can lead here without a MAC header of its own. */
	if (w->pkt->tunnels != 0) {
		walk_forget(w);
	}
	w->pkt->l3 = PKT_L3_LLC;
	w->pkt->dsap = h[0];
	w->pkt->ssap = h[1];
	w->pkt->snap = 0;
	if (h[2] == LLC_UI) {
		if (h[0] == SNAP_SAP && h[1] == SNAP_SAP) {
			return snap(w);
		}
		walk_payload(w);
	} else if ((h[2] & LLC_UNNUMBERED) != LLC_UNNUMBERED &&
		   walk_take(w, 1) == NULL) {
		return walk_short(w, "LLC control field does not fit");
	}
	return LAYER_END;
}

/* RFC 826: the lengths of both addresses stand in the header. */
static enum layer
arp(struct walk *w)
{
	struct rd look = w->r;
	const uint8_t *h = rd_bytes(&look, 8);
	size_t n;

	w->at = w->r.p;
	if (h == NULL) {
		return walk_short(w, "ARP header does not fit");
	}
	n = 8 + 2 * ((size_t)h[4] + h[5]);
	if (n > walk_wire(w)) {
		return walk_bad(w, h + 4, "ARP addresses do not fit");
	}
	if (w->pkt->tunnels != 0) {
		walk_forget(w);
	}
	drop_trailer(w, n);
	walk_narrow(w, n);
	w->pkt->l3 = PKT_L3_ARP;
	walk_payload(w);
	return LAYER_END;
}

static enum layer
ip_by_version(struct walk *w)
{
	struct rd look = w->r;

	switch (rd_u8(&look) >> 4) {
	case 4: return LAYER_IP4;
	case 6: return LAYER_IP6;
	default:
		w->at = w->r.p;
		return rd_ok(&look)
			   ? walk_bad(w, w->at, "IP version is neither 4 nor 6")
			   : walk_short(w, "IP header does not fit");
	}
}

static enum layer
loopback(struct walk *w)
{
	const uint8_t *h = walk_take(w, 4);
	uint32_t family;

	if (h == NULL) {
		return walk_short(w, "address family does not fit");
	}
	family = be32(h);
	if (family > UINT16_MAX) {
		family = __builtin_bswap32(family);
	}
	switch (family) {
	case 2: return LAYER_IP4;
	case 10: /* Linux */
	case 23: /* Windows */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */ return LAYER_IP6;
	default: return walk_unknown(w);
	}
}

static enum layer
linux_cooked(struct walk *w, size_t size, size_t arphrd, size_t length,
    size_t address, size_t proto)
{
	const uint8_t *h = walk_take(w, size);
	uint16_t type;

	if (h == NULL) {
		return walk_short(w, "cooked header does not fit");
	}
	/* Length has one byte in SLL2, and two in SLL of which one is zero. */
	if (be16(h + arphrd) == ARPHRD_ETHER && h[length] == 6) {
		w->pkt->smac = h + address;
	}
	w->lsdu = w->r.p;
	w->lsdu_end = w->r.end;
	type = be16(h + proto);
	if (be16(h + arphrd) == ARPHRD_NETLINK) {
		return walk_unknown(w);
	}
	if (type == SLL_8022) {
		return LAYER_LLC;
	}
	return walk_type(w, type);
}

static enum layer
link_layer(struct walk *w, uint16_t linktype)
{
	switch (linktype) {
	case LINKTYPE_ETHERNET: return LAYER_ETHER;
	case LINKTYPE_LINUX_SLL: return linux_cooked(w, 16, 2, 5, 6, 14);
	case LINKTYPE_LINUX_SLL2: return linux_cooked(w, 20, 8, 11, 12, 0);
	case LINKTYPE_NULL:
	case LINKTYPE_LOOP: return loopback(w);
	case LINKTYPE_RAW:
	case LINKTYPE_RAW_BSD:
	case LINKTYPE_RAW_OPENBSD: return LAYER_IP;
	case LINKTYPE_IPV4: return LAYER_IP4;
	case LINKTYPE_IPV6: return LAYER_IP6;
	default: return walk_unknown(w);
	}
}

static enum layer
step(struct walk *w, enum layer l)
{
	switch (l) {
	case LAYER_ETHER: return ether(w);
	case LAYER_IP4: return walk_ip4(w);
	case LAYER_VLAN: return vlan(w);
	case LAYER_IP6: return walk_ip6(w);
	case LAYER_IP: return ip_by_version(w);
	case LAYER_HSR: return hsr(w);
	case LAYER_VNTAG: return vntag(w);
	case LAYER_CMD: return cmd(w);
	case LAYER_LLC: return llc(w);
	case LAYER_ARP: return arp(w);
	case LAYER_MPLS: return walk_mpls(w);
	case LAYER_PPPOE: return walk_pppoe(w);
	case LAYER_PPP: return walk_ppp(w);
	case LAYER_GRE: return walk_gre(w);
	case LAYER_VXLAN: return walk_vxlan(w);
	case LAYER_END: break;
	}
	return LAYER_END;
}

void
walk_run(struct walk *w, enum layer l)
{
	for (int n = 0; l != LAYER_END; n++) {
		if (n == LIMIT_LAYERS_MAX) {
			(void)walk_deep(w);
			return;
		}
		l = step(w, l);
	}
}

void
decode_frame(const struct frame *f, struct pkt *ret)
{
	struct walk w = {.pkt = ret,
	    .r = rd_make(f->data, f->caplen),
	    .cut = f->len > f->caplen ? f->len - f->caplen : 0,
	    .base = f->data,
	    .at = f->data};

	memset(ret, 0, sizeof(*ret));
	ret->frame = f;
	walk_run(&w, link_layer(&w, f->linktype));
}

void
decode_transport(struct pkt *p, struct rd payload)
{
	struct walk w = {.pkt = p,
	    .r = payload,
	    .whole = true,
	    .base = payload.p,
	    .at = payload.p};

	p->l4 = PKT_L4_NONE;
	p->frag_more = false;
	p->frag_off = 0;
	p->ip = p->payload = rd_make(NULL, 0);
	p->ip_rest = payload;
	p->missing = 0;
	p->end = PKT_OK;
	p->reason = NULL;
	p->at = 0;
	walk_run(&w, walk_next(&w, p->ip_proto));
}
