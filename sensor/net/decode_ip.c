/*
 * decode_ip: IPv4, IPv6 with its extension headers, and the transports.
 *
 *	IPv4 (RFC 791, 3.1)        IPv6 (RFC 8200, 3)
 *	 0 version 4, words 4       0 version 4, class 8, flow label 20
 *	 2 total length             4 payload length
 *	 4 identification           6 next header
 *	 6 flags 3, offset 13       7 hop limit
 *	 8 time to live             8 source 16
 *	 9 protocol                24 destination 16
 *	12 source 4
 *	16 destination 4
 *
 * TCP: RFC 9293, 3.1.  UDP: RFC 768; RFC 2675, 4 for its length 0.  AH: RFC
 * 4302, 2.  Fragments are not put together here (frag.h).
 *
 * The readers kept in struct pkt are made from the header's address rather
 * than copied from the walk, whose halves were just written one by one: such
 * a copy waits for both stores, and cost a fifth of the whole decode.
 *
 * A length field of the IP header that says more than there was on the wire is
 * no violation: remote mirrors cut frames and do not say so.  But no frame
 * holds more than FRAME_MAX; where so much is announced the header lies.  Hosts
 * drop such a packet, and so do we: its bytes are nobody's, and its length
 * would carry a stream off to where the true bytes look old.
 *
 * A length field of the IP header that is zero means "more than fits": hosts
 * that leave segmentation to their network card show such packets to captures
 * made on themselves, and IPv6 jumbograms do it by RFC 2675.
 */
#include <string.h>

#include "net/decode_walk.h"

enum {
	IP4_HEADER = 20,
	IP4_MORE = 0x2000,
	IP4_OFFSET = 0x1fff,
	IP6_HEADER = 40,
	IP6_OFFSET = 0xfff8,
	IP6_MORE = 0x0001,
	TCP_HEADER = 20,
	UDP_HEADER = 8,
	ICMP_HEADER = 4, /* type, code, checksum */
	PRP_TRAILER_MIN = 6,
	FRAME_MAX = 16384, /* the longest jumbo frames are of 16 000 bytes */
};

/* Protocol numbers (IANA). */
enum {
	PROTO_HOPOPTS = 0,
	PROTO_ICMP = 1,
	PROTO_IPIP = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IPV6 = 41,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_GRE = 47,
	PROTO_AH = 51,
	PROTO_ICMPV6 = 58,
	PROTO_NONE = 59,
	PROTO_DSTOPTS = 60,
};

/* Ports stand first in both transports: a header that does not fit may still
 * tell them. */
static enum layer
ports_only(struct walk *w, enum pkt_l4 l4, const char *reason)
{
	struct rd look = {w->at, w->r.end, RD_OK};

	if (rd_has(&look, 4)) {
		w->pkt->l4 = l4;
		w->pkt->sport = rd_be16(&look);
		w->pkt->dport = rd_be16(&look);
	}
	return walk_short(w, reason);
}

static enum layer
tcp(struct walk *w)
{
	struct pkt *p = w->pkt;
	const uint8_t *h = walk_take(w, TCP_HEADER);
	size_t options, left;

	if (h == NULL) {
		return ports_only(w, PKT_L4_TCP, "TCP header does not fit");
	}
	p->l4 = PKT_L4_TCP;
	p->sport = be16(h);
	p->dport = be16(h + 2);
	options = (size_t)(h[12] >> 4) * 4;
	if (options < TCP_HEADER) {
		return walk_bad(w, h + 12, "TCP data offset below 20 bytes");
	}
	options -= TCP_HEADER;
	if (options > walk_wire(w)) {
		return walk_bad(w, h + 12, "TCP options do not fit");
	}
	p->seq = be32(h + 4);
	p->ack = be32(h + 8);
	p->tcp_flags = h[13];
	p->window = be16(h + 14);
	left = rd_left(&w->r);
	if (p->tcp_flags & PKT_SYN) {
		p->options =
		    rd_make(h + TCP_HEADER, options > left ? 0 : options);
	}
	if (options > left) {
		/* Cut within the options: nothing but them is unknown. */
		w->cut -= (uint32_t)(options - left);
		options = left;
	}
	p->payload = (struct rd){h + TCP_HEADER + options, w->r.end, RD_OK};
	p->missing = w->cut;
	return LAYER_END;
}

static enum layer
udp(struct walk *w)
{
	const uint8_t *h = walk_take(w, UDP_HEADER);
	size_t n;

	if (h == NULL) {
		return ports_only(w, PKT_L4_UDP, "UDP header does not fit");
	}
	w->pkt->l4 = PKT_L4_UDP;
	w->pkt->sport = be16(h);
	w->pkt->dport = be16(h + 2);
	n = be16(h + 4);
	if (n == 0 && w->pkt->ipver == 6) {
		n = UDP_HEADER + walk_wire(w);
	}
	if (n < UDP_HEADER) {
		return walk_bad(w, h + 4, "UDP length below 8 bytes");
	}
	n -= UDP_HEADER;
	if (n > walk_wire(w)) {
		return walk_bad(w, h + 4, "UDP length beyond the datagram");
	}
	walk_narrow(w, n);
	w->pkt->payload = (struct rd){h + UDP_HEADER, w->r.end, RD_OK};
	w->pkt->missing = w->cut;
	if (w->pkt->dport == VXLAN_PORT && walk_is_vxlan(&w->r)) {
		return LAYER_VXLAN;
	}
	return LAYER_END;
}

static enum layer
icmp(struct walk *w)
{
	w->at = w->r.p;
	if (!rd_has(&w->r, ICMP_HEADER)) {
		return walk_short(w, "ICMP header does not fit");
	}
	w->pkt->l4 = PKT_L4_ICMP;
	walk_payload(w);
	return LAYER_END;
}

static enum layer
other(struct walk *w)
{
	w->pkt->l4 = PKT_L4_OTHER;
	walk_payload(w);
	return LAYER_END;
}

/* Inner IP; should it be broken, the carrier's addresses stand. */
static enum layer
carried(struct walk *w, enum layer l)
{
	(void)other(w);
	walk_enter(w);
	return l;
}

static enum layer
fragment(struct walk *w, uint32_t off, bool more)
{
	w->pkt->l4 = PKT_L4_FRAG;
	w->pkt->frag_off = off;
	w->pkt->frag_more = more;
	walk_payload(w);
	return LAYER_END;
}

/* Whether the number is an extension header that starts with its own length;
 * in words of which many bytes, and how much behind that word. */
static bool
is_extension(
    const struct walk *w, uint8_t proto, size_t *ret_unit, size_t *ret_more)
{
	switch (proto) {
	case PROTO_HOPOPTS:
	case PROTO_ROUTING:
	case PROTO_DSTOPTS:
		*ret_unit = 8;
		*ret_more = 8;
		return w->pkt->ipver == 6;
	case PROTO_AH:
		*ret_unit = 4;
		*ret_more = 8;
		return true;
	default: return false;
	}
}

static inline enum layer
transport(struct walk *w, uint8_t proto)
{
	w->pkt->ip_proto = proto;
	switch (proto) {
	case PROTO_TCP: return tcp(w);
	case PROTO_UDP: return udp(w);
	case PROTO_ICMP: return w->pkt->ipver == 4 ? icmp(w) : other(w);
	case PROTO_ICMPV6: return w->pkt->ipver == 6 ? icmp(w) : other(w);
	case PROTO_IPIP: return carried(w, LAYER_IP4);
	case PROTO_IPV6: return carried(w, LAYER_IP6);
	case PROTO_GRE: (void)other(w); return LAYER_GRE;
	case PROTO_NONE:
		/* RFC 8200, 4.7: what stands behind is to be ignored. */
		w->pkt->l4 = PKT_L4_OTHER;
		return LAYER_END;
	default: return other(w);
	}
}

/*
 * RFC 8200, 4.5.  True when the packet is a fragment (or broken) and the walk
 * ends; false for the only one of its datagram ("atomic", RFC 6946), behind
 * which the walk goes on with *ret_next.
 */
static bool
ip6_fragment(struct walk *w, uint8_t *ret_next)
{
	const uint8_t *h;
	uint16_t off;

	if (w->whole) {
		(void)walk_bad(w, w->r.p, "fragment within a whole datagram");
		return true;
	}
	h = walk_take(w, 8);
	if (h == NULL) {
		(void)walk_short(w, "fragment header does not fit");
		return true;
	}
	off = be16(h + 2);
	w->pkt->ip_id = be32(h + 4);
	w->pkt->has_ip_id = true;
	*ret_next = h[0];
	if ((off & (IP6_OFFSET | IP6_MORE)) == 0) {
		return false;
	}
	w->pkt->ip_proto = h[0];
	(void)fragment(w, off & IP6_OFFSET, off & IP6_MORE);
	return true;
}

enum layer
walk_next(struct walk *w, uint8_t proto)
{
	/* Nearly every packet. */
	if (proto == PROTO_TCP) {
		w->pkt->ip_proto = proto;
		return tcp(w);
	}
	for (int n = 0; n < LIMIT_LAYERS_MAX; n++) {
		const uint8_t *h;
		size_t unit, more, rest;

		if (proto == PROTO_FRAGMENT && w->pkt->ipver == 6) {
			if (ip6_fragment(w, &proto)) {
				return LAYER_END;
			}
			continue;
		}
		if (!is_extension(w, proto, &unit, &more)) {
			return transport(w, proto);
		}
		w->pkt->ip_proto = proto;
		h = walk_take(w, 2);
		if (h == NULL) {
			return walk_short(w, "extension header does not fit");
		}
		rest = h[1] * unit + more - 2;
		if (rest > walk_wire(w)) {
			return walk_bad(
			    w, h + 1, "extension header beyond the packet");
		}
		if (walk_take(w, rest) == NULL) {
			return walk_short(w, "extension header does not fit");
		}
		proto = h[0];
	}
	return walk_deep(w);
}

/* Whether no frame can have held the n bytes that the IP header claims. */
static inline bool
is_beyond(const struct walk *w, size_t n)
{
	return n > FRAME_MAX && n > walk_wire(w);
}

/*
 * Narrows the layer to the n bytes that the IP header claims; what stands
 * behind them is Ethernet's padding and perhaps a PRP trailer.
 */
static inline void
narrow_to_datagram(struct walk *w, size_t n)
{
	size_t left = rd_left(&w->r);

	if (n <= left && left - n >= PRP_TRAILER_MIN) {
		(void)walk_trailer(w, w->r.p + n);
	}
	walk_narrow(w, n);
}

enum layer
walk_ip4(struct walk *w)
{
	struct pkt *p = w->pkt;
	const uint8_t *h = walk_take(w, IP4_HEADER);
	size_t header, total;
	uint16_t frag;
	bool beyond;

	if (h == NULL) {
		return walk_short(w, "IPv4 header does not fit");
	}
	header = (size_t)(h[0] & 0x0f) * 4;
	total = be16(h + 2);
	if (h[0] >> 4 != 4) {
		return walk_bad(w, h, "IPv4 version is not 4");
	}
	if (header < IP4_HEADER) {
		return walk_bad(w, h, "IPv4 header length below 20 bytes");
	}
	if (total == 0) {
		total = IP4_HEADER + walk_wire(w);
	}
	if (total < header) {
		return walk_bad(w, h + 2, "IPv4 total length below its header");
	}
	if (p->tunnels != 0) {
		walk_forget(w);
	}
	beyond = is_beyond(w, total - IP4_HEADER);
	if (!beyond) {
		narrow_to_datagram(w, total - IP4_HEADER);
	}
	frag = be16(h + 6);
	p->ethertype = ETHERTYPE_IPV4;
	p->ip = (struct rd){h, w->r.end, RD_OK};
	p->l3 = PKT_L3_IP4;
	p->ipver = 4;
	p->ip_proto = h[9];
	p->ttl = h[8];
	p->ip_id = be16(h + 4);
	p->has_ip_id = true;
	memcpy(p->src.a, h + 12, 4);
	memcpy(p->dst.a, h + 16, 4);
	if (beyond) {
		return walk_bad(w, h + 2, "IPv4 total length beyond the frame");
	}
	if (header > IP4_HEADER && walk_take(w, header - IP4_HEADER) == NULL) {
		return walk_short(w, "IPv4 options do not fit");
	}
	p->ip_rest = (struct rd){h + header, w->r.end, RD_OK};
	if ((frag & (IP4_MORE | IP4_OFFSET)) != 0) {
		return fragment(
		    w, (uint32_t)(frag & IP4_OFFSET) * 8, frag & IP4_MORE);
	}
	return walk_next(w, h[9]);
}

enum layer
walk_ip6(struct walk *w)
{
	struct pkt *p = w->pkt;
	const uint8_t *h = walk_take(w, IP6_HEADER);
	bool beyond;
	size_t n;

	if (h == NULL) {
		return walk_short(w, "IPv6 header does not fit");
	}
	if (h[0] >> 4 != 6) {
		return walk_bad(w, h, "IPv6 version is not 6");
	}
	n = be16(h + 4);
	if (n == 0) {
		n = walk_wire(w);
	}
	if (p->tunnels != 0) {
		walk_forget(w);
	}
	beyond = is_beyond(w, n);
	if (!beyond) {
		narrow_to_datagram(w, n);
	}
	p->ethertype = ETHERTYPE_IPV6;
	p->ip = (struct rd){h, w->r.end, RD_OK};
	p->l3 = PKT_L3_IP6;
	p->ipver = 6;
	p->ttl = h[7];
	memcpy(p->src.a, h + 8, 16);
	memcpy(p->dst.a, h + 24, 16);
	if (beyond) {
		return walk_bad(
		    w, h + 4, "IPv6 payload length beyond the frame");
	}
	p->ip_rest = (struct rd){h + IP6_HEADER, w->r.end, RD_OK};
	return walk_next(w, h[6]);
}
