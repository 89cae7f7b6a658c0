/*
 * decode_walk: what the files of decode share.  Nobody else includes it.
 *
 * A walk goes from header to header.  Each layer has a function that takes
 * its header from the reader, fills its part of struct pkt, narrows the
 * reader to its own payload and answers which layer comes next.
 *
 * The bytes of a layer are those at hand (the reader) and those that the
 * capture cut off behind them (cut), so that a header's own length fields are
 * judged by what was on the wire.
 *
 *	|<-------------- the layer on the wire -------------->|
 *	| taken headers | r.p ............ r.end | cut        |
 */
#ifndef OTUS_NET_DECODE_WALK_H
#define OTUS_NET_DECODE_WALK_H

#include "limits.h"
#include "net/decode.h"

enum layer {
	LAYER_END,
	LAYER_ETHER,
	LAYER_VLAN,
	LAYER_VNTAG,
	LAYER_CMD,
	LAYER_HSR,
	LAYER_LLC,
	LAYER_ARP,
	LAYER_MPLS,
	LAYER_PPPOE,
	LAYER_PPP,
	LAYER_IP, /* the version nibble tells which */
	LAYER_IP4,
	LAYER_IP6,
	LAYER_GRE,
	LAYER_VXLAN,
};

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_TEB = 0x6558, /* transparent Ethernet bridging, in GRE */
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_PPP = 0x880b,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_UP = 0x8848, /* upstream-assigned labels, RFC 5332 */
	ETHERTYPE_PPPOE = 0x8864,
	ETHERTYPE_QINQ = 0x88a8,
	ETHERTYPE_ERSPAN = 0x88be,
	ETHERTYPE_CMD = 0x8909,
	ETHERTYPE_VNTAG = 0x8926,
	ETHERTYPE_HSR = 0x892f,
	ETHERTYPE_QINQ_OLD = 0x9100,
	ETHERTYPE_ERSPAN3 = 0x22eb,
	ETHERTYPE_MIN = 0x0600, /* below: not a type */
	LENGTH_MAX = 1500,      /* at most: an IEEE 802.3 length */
};

#define VXLAN_PORT 4789
/* Cisco CMD: version 1, and one option of 4 bytes. */
#define CMD_VERSION_LENGTH 0x0101

struct walk {
	struct pkt *pkt;
	struct rd r;         /* of the layer at hand: bytes yet to be read */
	uint32_t cut;        /* bytes behind r.end that were not captured  */
	bool whole;          /* r is a reassembled datagram                */
	const uint8_t *base; /* offsets count from here                    */
	const uint8_t *at;   /* first byte of the header at hand           */
	/* What a PRP trailer protects, the trailer itself included; p is
	 * NULL where there can be none. */
	const uint8_t *lsdu, *lsdu_end;
};

/* Fields inside a span that the reader handed out. */
static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* The next n bytes, NULL when they are not all there: see walk_short. */
static inline const uint8_t *
walk_take(struct walk *w, size_t n)
{
	w->at = w->r.p;
	return rd_bytes(&w->r, n);
}

/* Bytes of the layer on the wire from the reader on. */
static inline size_t
walk_wire(const struct walk *w)
{
	return rd_left(&w->r) + w->cut;
}

/*
 * Narrows the layer to its next n bytes.  Where they are more than there were
 * on the wire, the frame was cut before it was captured.
 */
static inline void
walk_narrow(struct walk *w, size_t n)
{
	size_t left = rd_left(&w->r);

	if (n <= left) {
		w->r = rd_sub(&w->r, n);
		w->cut = 0;
	} else {
		w->cut = (uint32_t)(n - left);
	}
}

/* Id 0 is a priority and no VLAN; beyond EV_VLANS_MAX the outer ones stand. */
static inline void
walk_add_vlan(struct walk *w, uint16_t tag)
{
	uint16_t id = tag & 0x0fff;

	if (id != 0 && w->pkt->vlan_n < EV_VLANS_MAX) {
		w->pkt->vlan[w->pkt->vlan_n++] = id;
	}
}

/* What is left is the packet's payload. */
static inline void
walk_payload(struct walk *w)
{
	w->pkt->payload = w->r;
	w->pkt->missing = w->cut;
}

/* decode.c; each but walk_type returns LAYER_END. */
enum layer walk_bad(struct walk *, const uint8_t *at, const char *reason);
/* A header does not fit: the capture cut it, or its sender did. */
enum layer walk_short(struct walk *, const char *reason);
enum layer walk_deep(struct walk *);
enum layer walk_unknown(struct walk *);
/* The layer of an ethertype (or, from Ethernet, of a length). */
enum layer walk_type(struct walk *, uint16_t type);
/* A carrier's header ends here: what follows is a packet of its own. */
void walk_enter(struct walk *);
/* The inner packet's network header is good: the carrier's is forgotten. */
void walk_forget(struct walk *);
/* Looks for a PRP trailer from p on, behind all that the layers claim;
 * where the payload ends when there is one, else NULL. */
const uint8_t *walk_trailer(struct walk *, const uint8_t *p);
void walk_run(struct walk *, enum layer);

/* decode_ip.c */
enum layer walk_ip4(struct walk *);
enum layer walk_ip6(struct walk *);
/* Whatever an IP protocol number announces. */
enum layer walk_next(struct walk *, uint8_t proto);

/* decode_tunnel.c */
enum layer walk_mpls(struct walk *);
enum layer walk_pppoe(struct walk *);
enum layer walk_ppp(struct walk *);
enum layer walk_gre(struct walk *);
enum layer walk_vxlan(struct walk *);
/* Whether a UDP payload to VXLAN_PORT is VXLAN. */
bool walk_is_vxlan(const struct rd *);

#endif
