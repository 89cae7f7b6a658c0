/*
 * pkt: what decode found in one frame: addresses, layers, payload.
 *
 * Filled by decode.c from the outermost layer inwards; in a tunnel the inner
 * packet's addresses stand here and the carriers are counted.  Everything
 * points into the frame.
 */
#ifndef OTUS_NET_PKT_H
#define OTUS_NET_PKT_H

#include "base/rd.h"
#include "capture/capture.h"
#include "event/event.h"

enum pkt_l3 {
	PKT_L3_NONE, /* not decoded further: see ethertype, llc   */
	PKT_L3_ARP,
	PKT_L3_IP4,
	PKT_L3_IP6,
	PKT_L3_LLC, /* IEEE 802.3 with LLC; dsap, ssap, payload */
};

enum pkt_l4 {
	PKT_L4_NONE,
	PKT_L4_TCP,
	PKT_L4_UDP,
	PKT_L4_ICMP,  /* ICMP or ICMPv6; payload is the message    */
	PKT_L4_OTHER, /* ip_proto tells                            */
	PKT_L4_FRAG,  /* a fragment: payload is its piece; frag_*  */
};

/* How decoding ended; counted, and told as events where it is a violation. */
enum pkt_end {
	PKT_OK,
	PKT_CUT,     /* the capture cut the frame inside a header        */
	PKT_BAD,     /* a header contradicts itself: reason and at       */
	PKT_UNKNOWN, /* ethertype or link type that decode does not know */
	PKT_DEEP,    /* more layers than LAYERS_MAX                     */
};

enum pkt_tcp_flag {
	PKT_FIN = 0x01,
	PKT_SYN = 0x02,
	PKT_RST = 0x04,
	PKT_PSH = 0x08,
	PKT_ACK = 0x10,
};

struct pkt {
	const struct frame *frame;
	/* link layer */
	const uint8_t *smac, *dmac;  /* NULL where the link type has none   */
	uint16_t vlan[EV_VLANS_MAX]; /* VLAN ids, outermost first           */
	uint8_t vlan_n;
	uint8_t tunnels;    /* ERSPAN, GRE, VXLAN, IP-in-IP passed */
	uint16_t ethertype; /* innermost                           */
	uint8_t dsap, ssap;
	uint64_t snap; /* LLC: OUI 3, type 2 of a vendor's SNAP; else 0 */
	/* redundancy: PRP trailer or HSR tag */
	bool has_red;
	bool red_hsr;    /* an HSR tag; else a PRP trailer      */
	uint8_t red_lan; /* PRP LAN id (0xA, 0xB) or HSR path   */
	uint16_t red_seq;
	/* network layer */
	enum pkt_l3 l3;
	enum pkt_l4 l4;
	uint8_t ipver; /* 4, 6, 0                             */
	uint8_t ip_proto, ttl;
	struct ev_ip src, dst; /* unused bytes are zero               */
	uint32_t ip_id;        /* IPv4 id, or IPv6 fragment id        */
	bool has_ip_id;
	bool frag_more;
	uint32_t frag_off; /* in bytes                            */
	struct rd ip;      /* innermost IP packet from its header on */
	struct rd ip_rest; /* IP payload, for duplicate detection */
	/* transport */
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t tcp_flags;
	uint16_t window;
	struct rd options; /* of a SYN; none where they are cut   */
	/*
	 * Payload of the innermost layer decoded, without padding.  missing:
	 * bytes of it that the capture cut off (snap length).
	 */
	struct rd payload;
	uint32_t missing;
	/* how it ended */
	enum pkt_end end;
	const char *reason; /* PKT_BAD: static text                */
	uint32_t at;        /* its offset in the frame             */
};

#endif
