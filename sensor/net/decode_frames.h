/*
 * decode_frames: the bytes of decode_samples.h, annotated.
 *
 * Nearly all of them carry the same datagram: UDP from 10.0.0.1:49153 to
 * 10.0.0.2:502 with the four bytes "otus".
 */
#ifndef OTUS_NET_DECODE_FRAMES_H
#define OTUS_NET_DECODE_FRAMES_H

#include <stdint.h>

/* clang-format off */

/* Two bytes, big-endian. */
#define B2(v)	(uint8_t)((v) >> 8), (uint8_t)(v)

#define MACS \
	0x02, 0, 0, 0, 0, 0x0b,		/* destination		*/ \
	0x02, 0, 0, 0, 0, 0x0a		/* source		*/

/* IPv4 header without options: total length, protocol. */
#define IP4(length, proto) IP4_FRAG(length, proto, 0)
#define IP4_FRAG(length, proto, frag) \
	0x45, 0,			/* version 4, 5 words	*/ \
	B2(length),			/* total length		*/ \
	B2(0x1234),			/* identification	*/ \
	B2(frag),			/* flags and offset	*/ \
	64, proto,			/* time to live		*/ \
	0, 0,				/* checksum		*/ \
	10, 0, 0, 1,			/* source		*/ \
	10, 0, 0, 2			/* destination		*/

/* IPv6 header: payload length, next header. */
#define IP6(length, next) \
	0x60, 0, 0, 0,			/* version 6		*/ \
	B2(length), next, 63,		/* hop limit 63		*/ \
	0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, \
	0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2

#define PORTS	B2(49153), B2(502)
#define OTUS	'o', 't', 'u', 's'
#define UDP	PORTS, B2(12), B2(0), OTUS	/* length, checksum */
#define TCP(words) \
	PORTS, \
	1, 2, 3, 4,			/* sequence number	*/ \
	5, 6, 7, 8,			/* acknowledges		*/ \
	(words) << 4, 0x18,		/* PSH, ACK		*/ \
	B2(4096), B2(0), B2(0)		/* window, checksum, urgent */

/* The datagram that most of them carry: 32 bytes. */
#define INNER	IP4(32, 17), UDP
#define INNER_N	32
#define INNER6	IP6(12, 17), UDP
#define INNER6_N 52
#define ZERO4	0, 0, 0, 0
#define PAD14	ZERO4, ZERO4, ZERO4, 0, 0	/* to 46 bytes of payload */

/* PRP trailer: sequence 0x0102, LAN, size of LSDU and trailer. */
#define RCT(lan, size)	B2(0x0102), B2((lan) << 12 | (size)), B2(0x88fb)

#define FRAME(name) static const uint8_t frame_##name[]

/* --- Ethernet and its tags ---------------------------------------------- */

FRAME(udp) = {MACS, B2(0x0800), INNER, PAD14};

FRAME(tcp) = {
	MACS, B2(0x0800), IP4(56, 6), TCP(8),
	1, 1, 8, 10, ZERO4, ZERO4,		/* time stamps		*/
	OTUS,
};

FRAME(vlan) = {MACS, B2(0x8100), B2(0xe00a), B2(0x0800), INNER};

FRAME(qinq) = {
	MACS,
	B2(0x88a8), B2(100),			/* service tag		*/
	B2(0x8100), B2(10),			/* customer tag		*/
	B2(0x0800), INNER,
};

FRAME(vlan_old) = {MACS, B2(0x9100), B2(7), B2(0x0800), INNER};

/* A priority alone is no VLAN. */
FRAME(vlan_zero) = {MACS, B2(0x8100), B2(0xc000), B2(0x0800), INNER};

/* One more than are kept. */
FRAME(vlan_five) = {
	MACS, B2(0x8100), B2(1), B2(0x8100), B2(2), B2(0x8100), B2(3),
	B2(0x8100), B2(4), B2(0x8100), B2(5), B2(0x0800), INNER,
};

FRAME(vntag) = {
	MACS, B2(0x8926), 0x00, 0x01, 0x00, 0x02, B2(0x8100), B2(10),
	B2(0x0800), INNER,
};

FRAME(cmd) = {
	MACS, B2(0x8909), 1, 1, B2(1), B2(5),	/* security group 5	*/
	B2(0x0800), INNER,
};

/* Another version: not decoded further. */
FRAME(cmd_other) = {MACS, B2(0x8909), 2, 1, B2(1), B2(5), B2(0x0800)};

FRAME(hsr) = {
	MACS, B2(0x892f),
	B2(0x1000 | (INNER_N + 6)),		/* path 1, size		*/
	B2(0x0102), B2(0x0800), INNER,
};

/* What would be a trailer is the padding of a tagged frame. */
FRAME(hsr_prp) = {
	MACS, B2(0x892f), B2(0x1000 | (INNER_N + 6)), B2(0x0102), B2(0x0800),
	INNER, B2(7), B2(0xa000 | (INNER_N + 12)), B2(0x88fb),
};

FRAME(hsr_vlan) = {
	MACS, B2(0x8100), B2(10), B2(0x892f),
	B2(0x0000 | (INNER_N + 6)),		/* path 0		*/
	B2(0x0102), B2(0x0800), INNER,
};

/* Padded by the sender, trailer at the end: 60 + 6 bytes. */
FRAME(prp) = {MACS, B2(0x0800), INNER, PAD14, RCT(0xa, 52)};

FRAME(prp_vlan) = {
	MACS, B2(0x8100), B2(10), B2(0x0800), INNER, RCT(0xb, INNER_N + 6),
};

/* Captured with its FCS. */
FRAME(prp_fcs) = {
	MACS, B2(0x0800), INNER, PAD14, RCT(0xb, 52), 1, 2, 3, 4,
};

/* Padded behind the trailer. */
FRAME(prp_padded) = {
	MACS, B2(0x0800), INNER, RCT(0xa, INNER_N + 6), ZERO4, ZERO4,
};

/* The suffix and a LAN, but a size that is not the frame's. */
FRAME(prp_size) = {MACS, B2(0x0800), INNER, PAD14, RCT(0xa, 51)};

/* All of it right but the LAN. */
FRAME(prp_lan) = {MACS, B2(0x0800), INNER, PAD14, RCT(0xc, 52)};

/* The same bytes within the datagram are its payload. */
FRAME(prp_payload) = {
	MACS, B2(0x0800), IP4(34, 17),
	PORTS, B2(14), B2(0), RCT(0xa, 34),	/* UDP length 14	*/
};

/* A payload that does not tell its length: GOOSE. */
FRAME(prp_goose) = {
	MACS, B2(0x88b8), B2(1), B2(12), ZERO4, OTUS, RCT(0xb, 18),
};

FRAME(prp_arp) = {
	MACS, B2(0x0806),
	B2(1), B2(0x0800), 6, 4, B2(1),		/* Ethernet, IPv4, request */
	0x02, 0, 0, 0, 0, 0x0a, 10, 0, 0, 1,
	0, 0, 0, 0, 0, 0, 10, 0, 0, 2,
	RCT(0xa, 34),
};

FRAME(prp_llc) = {
	MACS, B2(7), 0x82, 0x82, 0x03, OTUS, RCT(0xa, 13),
};

FRAME(arp) = {
	MACS, B2(0x0806),
	B2(1), B2(0x0800), 6, 4, B2(2),		/* Ethernet, IPv4, reply */
	0x02, 0, 0, 0, 0, 0x0a, 10, 0, 0, 1,
	0x02, 0, 0, 0, 0, 0x0b, 10, 0, 0, 2,
	ZERO4, ZERO4, ZERO4, ZERO4, 0, 0,	/* padding		*/
};

FRAME(goose) = {MACS, B2(0x88b8), B2(1), B2(12), ZERO4, OTUS};

/* Neither a length nor a type. */
FRAME(type_1501) = {MACS, B2(1501), OTUS};
FRAME(type_0) = {MACS, B2(0), OTUS};

/* --- IEEE 802.3 with LLC ------------------------------------------------ */

/* BACnet: DSAP and SSAP 0x82, unnumbered information; padded. */
FRAME(llc) = {MACS, B2(7), 0x82, 0x82, 0x03, OTUS, ZERO4};

FRAME(llc_vlan) = {
	MACS, B2(0x8100), B2(10), B2(7), 0x42, 0x42, 0x03, OTUS,
};

FRAME(snap_ip) = {
	MACS, B2(8 + INNER_N), 0xaa, 0xaa, 0x03,
	0, 0, 0, B2(0x0800), INNER,		/* OUI 0: an ethertype	*/
};

/* CDP: OUI and protocol are the vendor's and stay in the payload. */
FRAME(snap_vendor) = {
	MACS, B2(12), 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, B2(0x2000), OTUS,
};

FRAME(llc_xid) = {MACS, B2(6), 0x82, 0x83, 0xbf, 0x81, 1, 0};
FRAME(llc_numbered) = {MACS, B2(4), 0xf0, 0xf0, 0x01, 0x02};

/* --- other link types --------------------------------------------------- */

FRAME(sll) = {
	B2(0), B2(1), B2(6),			/* to us, Ethernet, 6	*/
	0x02, 0, 0, 0, 0, 0x0a, 0, 0,		/* source, filled up	*/
	B2(0x0800), INNER,
};

FRAME(sll_loopback) = {
	B2(0), B2(772), B2(6), ZERO4, ZERO4, B2(0x0800), INNER,
};

FRAME(sll_llc) = {
	B2(0), B2(1), B2(6), 0x02, 0, 0, 0, 0, 0x0a, 0, 0,
	B2(4), 0x42, 0x42, 0x03, OTUS,		/* ETH_P_802_2		*/
};

FRAME(sll_netlink) = {
	B2(4), B2(824), B2(0), ZERO4, ZERO4, B2(4), OTUS,
};

FRAME(sll2) = {
	B2(0x0800), B2(0), 0, 0, 0, 3,		/* type, interface 3	*/
	B2(1), 0, 6, 0x02, 0, 0, 0, 0, 0x0a, 0, 0,
	INNER,
};

FRAME(null_le) = {2, 0, 0, 0, INNER};
FRAME(null_be) = {0, 0, 0, 2, INNER};
FRAME(null_24) = {24, 0, 0, 0, INNER6};
FRAME(null_28) = {28, 0, 0, 0, INNER6};
FRAME(null_30) = {30, 0, 0, 0, INNER6};
FRAME(null_other) = {7, 0, 0, 0, OTUS};
FRAME(loop) = {0, 0, 0, 2, INNER};
FRAME(ip4) = {INNER};
FRAME(ip6) = {INNER6};

/* --- MPLS and PPPoE ----------------------------------------------------- */

FRAME(mpls) = {
	MACS, B2(0x8847),
	0x00, 0x01, 0x00, 0x40,			/* label 16		*/
	0x00, 0x01, 0x11, 0x40,			/* label 17, bottom	*/
	INNER,
};

FRAME(mpls_ip6) = {MACS, B2(0x8848), 0x00, 0x01, 0x01, 0x40, INNER6};

/* Explicit null: the label names IPv4. */
FRAME(mpls_null) = {MACS, B2(0x8847), 0x00, 0x00, 0x01, 0x40, INNER};

FRAME(mpls_ether) = {
	MACS, B2(0x8847), 0x00, 0x01, 0x01, 0x40,
	ZERO4,					/* control word		*/
	MACS, B2(0x8100), B2(10), B2(0x0800), INNER,
};

/* The control word counts. */
FRAME(mpls_numbered) = {
	MACS, B2(0x8847), 0x00, 0x01, 0x01, 0x40, 0, 0, 0, 5,
	MACS, B2(0x0800), INNER,
};

/* Without control word; a MAC address may begin with any nibble. */
FRAME(mpls_bare) = {
	MACS, B2(0x8847), 0x00, 0x01, 0x01, 0x40, MACS, B2(0x0800), INNER,
};

FRAME(mpls_bare_4) = {
	MACS, B2(0x8847), 0x00, 0x01, 0x01, 0x40,
	0x40, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0, 0, 0x0a, B2(0x0800), INNER,
};

/* A control word in front of a type that decode does not know. */
FRAME(mpls_goose) = {
	MACS, B2(0x8847), 0x00, 0x01, 0x01, 0x40, ZERO4,
	MACS, B2(0x88b8), OTUS,
};

/* The control channel of a path. */
FRAME(mpls_channel) = {
	MACS, B2(0x8847), 0x00, 0x00, 0xd1, 0x01, 0x10, 0, 0x00, 0x07, OTUS,
};

FRAME(pppoe) = {
	MACS, B2(0x8864), 0x11, 0, B2(1),	/* session 1		*/
	B2(2 + INNER_N), B2(0x0021), INNER, 0, 0,
};

FRAME(pppoe_short) = {
	MACS, B2(0x8864), 0x11, 0, B2(1),
	B2(1 + INNER6_N), 0x57, INNER6,		/* compressed number	*/
};

FRAME(pppoe_lcp) = {
	MACS, B2(0x8864), 0x11, 0, B2(1), B2(6), B2(0xc021), OTUS,
};

/* --- tunnels ------------------------------------------------------------ */

FRAME(ipip) = {MACS, B2(0x0800), IP4(20 + INNER_N, 4), INNER};
FRAME(ip6_in_ip4) = {MACS, B2(0x0800), IP4(20 + INNER6_N, 41), INNER6};
FRAME(ip4_in_ip6) = {MACS, B2(0x86dd), IP6(INNER_N, 4), INNER};

FRAME(gre) = {
	MACS, B2(0x0800), IP4(24 + INNER_N, 47), B2(0), B2(0x0800), INNER,
};

/* Checksum, routing, key and number. */
FRAME(gre_all) = {
	MACS, B2(0x0800), IP4(48 + INNER_N, 47), B2(0xf000), B2(0x0800),
	B2(0), B2(0),				/* checksum, offset	*/
	0, 0, 0, 1, 0, 0, 0, 2,			/* key, number		*/
	B2(0x0800), 0, 4, 10, 0, 0, 9,		/* one source route	*/
	B2(0), 0, 0,				/* the last		*/
	INNER,
};

FRAME(gre_ether) = {
	MACS, B2(0x0800), IP4(38 + INNER_N, 47), B2(0), B2(0x6558),
	MACS, B2(0x0800), INNER,
};

/* The inner half of a keepalive: back to the sender, and empty. */
FRAME(gre_keepalive) = {
	MACS, B2(0x0800), IP4(48, 47), B2(0), B2(0x0800),
	IP4(24, 47), B2(0), B2(0),
};

FRAME(gre_unknown) = {
	MACS, B2(0x0800), IP4(28, 47), B2(0), B2(0x883e), OTUS,
};

FRAME(gre_cmd) = {
	MACS, B2(0x0800), IP4(32 + INNER_N, 47), B2(0), B2(0x8909),
	B2(0x0800), 1, 1, B2(1), B2(5), INNER,
};

FRAME(gre_cmd_other) = {
	MACS, B2(0x0800), IP4(32, 47), B2(0), B2(0x8909),
	B2(0x0800), 2, 1, B2(1), B2(5),
};

FRAME(gre_mpls) = {
	MACS, B2(0x0800), IP4(28 + INNER_N, 47), B2(0), B2(0x8847),
	0x00, 0x01, 0x01, 0x40, INNER,
};

FRAME(pptp) = {
	MACS, B2(0x0800), IP4(40 + INNER_N, 47), B2(0x3081), B2(0x880b),
	B2(4 + INNER_N), B2(1),			/* length, call		*/
	0, 0, 0, 1, 0, 0, 0, 2,			/* number, acknowledged	*/
	0xff, 0x03, B2(0x0021), INNER,
};

FRAME(pptp_ack) = {
	MACS, B2(0x0800), IP4(32, 47), B2(0x2081), B2(0x880b),
	B2(0), B2(1), 0, 0, 0, 2,
};

/* Bytes behind the length are not its own. */
FRAME(pptp_lcp) = {
	MACS, B2(0x0800), IP4(40, 47), B2(0x3001), B2(0x880b),
	B2(6), B2(1), 0, 0, 0, 1, B2(0xc021), OTUS, 0, 0,
};

FRAME(erspan1) = {
	MACS, B2(0x0800), IP4(38 + INNER_N, 47), B2(0), B2(0x88be),
	MACS, B2(0x0800), INNER,
};

FRAME(erspan2) = {
	MACS, B2(0x8100), B2(99), B2(0x0800), IP4(54 + INNER_N, 47),
	B2(0x1000), B2(0x88be), 0, 0, 0, 1,	/* GRE with number	*/
	B2(0x100a), B2(0x1801),			/* VLAN 10, tag kept	*/
	0, 0, 0, 0,				/* index		*/
	MACS, B2(0x8100), B2(10), B2(0x0800), INNER,
};

/* The tag was taken off; its id is in the ERSPAN header. */
FRAME(erspan2_vlan) = {
	MACS, B2(0x0800), IP4(50 + INNER_N, 47),
	B2(0x1000), B2(0x88be), 0, 0, 0, 1,
	B2(0x100a), B2(0x1001), 0, 0, 0, 0,
	MACS, B2(0x0800), INNER,
};

FRAME(erspan3) = {
	MACS, B2(0x0800), IP4(54 + INNER_N, 47),
	B2(0x1000), B2(0x22eb), 0, 0, 0, 1,
	B2(0x200a), B2(0x0001),			/* version 2		*/
	0, 0, 0, 9, B2(0), B2(0x0000),		/* time, group, Ethernet */
	MACS, B2(0x0800), INNER,
};

FRAME(erspan3_sub) = {
	MACS, B2(0x0800), IP4(62 + INNER_N, 47),
	B2(0x1000), B2(0x22eb), 0, 0, 0, 1,
	B2(0x200a), B2(0x0001), 0, 0, 0, 9, B2(0), B2(0x0001),
	ZERO4, ZERO4,				/* platform subheader	*/
	MACS, B2(0x0800), INNER,
};

FRAME(erspan3_ip) = {
	MACS, B2(0x0800), IP4(40 + INNER_N, 47),
	B2(0x1000), B2(0x22eb), 0, 0, 0, 1,
	B2(0x200a), B2(0x0001), 0, 0, 0, 9, B2(0), B2(0x0800),
	INNER,
};

/* PRP within the mirrored frame. */
FRAME(erspan_prp) = {
	MACS, B2(0x0800), IP4(44 + INNER_N, 47), B2(0), B2(0x88be),
	MACS, B2(0x0800), INNER, RCT(0xb, INNER_N + 6),
};

/* What the carrier says of IP ends where the inner frame is not IP. */
FRAME(erspan_goose) = {
	MACS, B2(0x0800), IP4(42, 47), B2(0), B2(0x88be),
	MACS, B2(0x88b8), OTUS,
};

FRAME(vxlan) = {
	MACS, B2(0x0800), IP4(50 + INNER_N, 17),
	B2(49999), B2(4789), B2(30 + INNER_N), B2(0),
	0x08, 0, 0, 0, 0, 0, 42, 0,		/* network 42		*/
	MACS, B2(0x0800), INNER,
};

FRAME(vxlan_policy) = {
	MACS, B2(0x0800), IP4(50 + INNER_N, 17),
	B2(49999), B2(4789), B2(30 + INNER_N), B2(0),
	0x88, 0, 0, 5, 0, 0, 42, 0,		/* group 5		*/
	MACS, B2(0x0800), INNER,
};

/* No ports inside: those of the carrier must not show. */
FRAME(vxlan_icmp) = {
	MACS, B2(0x0800), IP4(78, 17),
	B2(49999), B2(4789), B2(58), B2(0), 0x08, 0, 0, 0, 0, 0, 42, 0,
	MACS, B2(0x0800), IP4(28, 1), 8, 0, 0, 0, OTUS,
};

/* Next protocol: VXLAN-GPE, which is somebody else's. */
FRAME(vxlan_gpe) = {
	MACS, B2(0x0800), IP4(40, 17), B2(49153), B2(4789), B2(20), B2(0),
	0x0c, 0, 0, 3, 0, 0, 42, 0, OTUS,
};

/* Data to the port without a valid network id. */
FRAME(vxlan_not) = {
	MACS, B2(0x0800), IP4(40, 17), B2(49153), B2(4789), B2(20), B2(0),
	0x00, 0, 0, 0, 0, 0, 42, 0, OTUS,
};

/* --- IPv4 --------------------------------------------------------------- */

FRAME(ip4_options) = {
	MACS, B2(0x0800),
	0x46, 0, B2(36), B2(0x1234), B2(0), 64, 17, 0, 0,
	10, 0, 0, 1, 10, 0, 0, 2,
	0x94, 4, 0, 0,				/* router alert		*/
	UDP,
};

/* Segmentation left to the network card. */
FRAME(ip4_tso) = {MACS, B2(0x0800), IP4(0, 17), UDP};

FRAME(ip4_first) = {
	MACS, B2(0x0800), IP4_FRAG(36, 17, 0x2000),
	PORTS, B2(24), B2(0), OTUS, OTUS,
};

FRAME(ip4_last) = {MACS, B2(0x0800), IP4_FRAG(24, 17, 0x0002), OTUS, PAD14};

FRAME(ip4_ah) = {
	MACS, B2(0x0800), IP4(56, 51),
	17, 4, B2(0), ZERO4, ZERO4, ZERO4, ZERO4, ZERO4, /* 24 bytes	*/
	UDP,
};

FRAME(icmp) = {MACS, B2(0x0800), IP4(28, 1), 8, 0, 0, 0, OTUS};
FRAME(igmp) = {MACS, B2(0x0800), IP4(28, 2), 0x16, 0, 0, 0, OTUS};
FRAME(esp) = {MACS, B2(0x0800), IP4(28, 50), ZERO4, OTUS};

/* A frame that something cut before it was captured. */
FRAME(ip4_beyond) = {MACS, B2(0x0800), IP4(1500, 17), PORTS, B2(1480), B2(0),
	OTUS};

/* --- IPv6 --------------------------------------------------------------- */

FRAME(ip6_udp) = {MACS, B2(0x86dd), INNER6};

FRAME(ip6_headers) = {
	MACS, B2(0x86dd), IP6(44, 0),
	43, 0, 5, 2, 0, 0, 1, 0,		/* hop by hop: alert	*/
	60, 0, 0, 0, ZERO4,			/* routing		*/
	51, 0, 1, 4, ZERO4,			/* destination		*/
	17, 0, B2(0), 0, 0, 0, 1,		/* AH, 8 bytes		*/
	UDP,
};

FRAME(ip6_first) = {
	MACS, B2(0x86dd), IP6(24, 44),
	17, 0, B2(0x0001), 0, 1, 2, 3,		/* more follow		*/
	PORTS, B2(24), B2(0), OTUS, OTUS,
};

FRAME(ip6_last) = {
	MACS, B2(0x86dd), IP6(20, 44),
	17, 0, B2(0x0010), 0, 1, 2, 3,		/* from byte 16 on	*/
	OTUS, OTUS, OTUS,
};

FRAME(ip6_atomic) = {
	MACS, B2(0x86dd), IP6(20, 44), 17, 0, B2(0), 0, 1, 2, 3, UDP,
};

FRAME(ip6_none) = {MACS, B2(0x86dd), IP6(4, 59), OTUS};

/* Jumbogram lengths: both fields say nothing. */
FRAME(ip6_jumbo) = {
	MACS, B2(0x86dd), IP6(0, 0),
	17, 0, 0xc2, 4, 0, 0, 0, 20,		/* jumbo payload 20	*/
	PORTS, B2(0), B2(0), OTUS,
};

FRAME(icmp6) = {MACS, B2(0x86dd), IP6(8, 58), 128, 0, 0, 0, OTUS};
/* ICMP of the other version. */
FRAME(ip6_icmp4) = {MACS, B2(0x86dd), IP6(8, 1), 8, 0, 0, 0, OTUS};
FRAME(ip6_esp) = {MACS, B2(0x86dd), IP6(8, 50), ZERO4, OTUS};

/* --- violations --------------------------------------------------------- */

FRAME(bad_ether) = {MACS, 0x08};
FRAME(bad_vlan) = {MACS, B2(0x8100), B2(10), 0x08};
FRAME(bad_vntag) = {MACS, B2(0x8926), ZERO4, 0x08};
FRAME(bad_cmd) = {MACS, B2(0x8909), 1, 1, B2(1), B2(5), 0x08};
FRAME(bad_hsr) = {MACS, B2(0x892f), B2(6), B2(1), 0x08};
FRAME(bad_llc) = {MACS, B2(2), 0x82, 0x82, 0x03};
FRAME(bad_llc_control) = {MACS, B2(3), 0xf0, 0xf0, 0x00, 0x00};
FRAME(bad_snap) = {MACS, B2(7), 0xaa, 0xaa, 0x03, 0, 0, 0, 0x08};
FRAME(bad_arp) = {MACS, B2(0x0806), B2(1), B2(0x0800), 6, 4, 0};
FRAME(bad_arp_length) = {
	MACS, B2(0x0806), B2(1), B2(0x0800), 6, 40, B2(1), ZERO4, ZERO4,
};
FRAME(bad_sll) = {B2(0), B2(1), B2(6), ZERO4, ZERO4};
FRAME(bad_family) = {2, 0, 0};
FRAME(bad_raw) = {0x50, 0, 0, 0};
FRAME(bad_raw_empty) = {MACS, B2(0x8847), 0, 0, 0x01, 0x40};
FRAME(bad_ip4_short) = {MACS, B2(0x0800), 0x45, 0, 0, 20};
FRAME(bad_ip4_version) = {MACS, B2(0x0800), INNER6};
FRAME(bad_ip4_header) = {
	MACS, B2(0x0800), 0x44, 0, B2(32), B2(0), B2(0), 64, 17, B2(0),
	10, 0, 0, 1, 10, 0, 0, 2, UDP,
};
FRAME(bad_ip4_total) = {MACS, B2(0x0800), IP4(19, 17), UDP};
FRAME(bad_ip4_beyond) = {MACS, B2(0x0800), IP4(65320, 17), UDP};
FRAME(bad_ip4_options) = {
	MACS, B2(0x0800), 0x46, 0, B2(22), B2(0), B2(0), 64, 17, B2(0),
	10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 1,
};
FRAME(bad_ip6_short) = {MACS, B2(0x86dd), 0x60, 0, 0, 0, B2(0), 17, 64};
FRAME(bad_ip6_version) = {MACS, B2(0x86dd), INNER, ZERO4, ZERO4};
FRAME(bad_ip6_beyond) = {MACS, B2(0x86dd), IP6(65280, 17), UDP};
FRAME(bad_ip6_header) = {
	MACS, B2(0x86dd), IP6(12, 60), 17, 1, 1, 2, 0, 0, 1, 0, ZERO4,
};
FRAME(bad_ip6_header_short) = {MACS, B2(0x86dd), IP6(1, 60), 17};
FRAME(bad_ip6_fragment) = {MACS, B2(0x86dd), IP6(4, 44), 17, 0, B2(1)};
FRAME(bad_tcp_short) = {MACS, B2(0x0800), IP4(28, 6), PORTS, 1, 2, 3, 4};
FRAME(bad_tcp_offset) = {MACS, B2(0x0800), IP4(40, 6), TCP(4)};
FRAME(bad_tcp_options) = {MACS, B2(0x0800), IP4(44, 6), TCP(7), OTUS};
FRAME(bad_udp_short) = {MACS, B2(0x0800), IP4(24, 17), PORTS};
FRAME(bad_udp_length) = {
	MACS, B2(0x0800), IP4(32, 17), PORTS, B2(7), B2(0), OTUS,
};
/* Zero means "longer than the field" in IPv6 only. */
FRAME(bad_udp_zero) = {
	MACS, B2(0x0800), IP4(32, 17), PORTS, B2(0), B2(0), OTUS,
};
FRAME(bad_udp_beyond) = {
	MACS, B2(0x0800), IP4(32, 17), PORTS, B2(13), B2(0), OTUS, PAD14,
};
FRAME(bad_icmp) = {MACS, B2(0x0800), IP4(23, 1), 8, 0, 0};
FRAME(bad_mpls) = {MACS, B2(0x8847), 0x00, 0x01, 0x00, 0x40, 0x00};
FRAME(bad_mpls_empty) = {MACS, B2(0x8847), 0x00, 0x01, 0x01, 0x40, 0x00};
FRAME(bad_pppoe) = {MACS, B2(0x8864), 0x11, 0, B2(1), 0};
FRAME(bad_pppoe_version) = {
	MACS, B2(0x8864), 0x21, 0, B2(1), B2(2), B2(0x0021),
};
FRAME(bad_pppoe_code) = {
	MACS, B2(0x8864), 0x11, 7, B2(1), B2(2), B2(0x0021),
};
FRAME(bad_ppp) = {MACS, B2(0x8864), 0x11, 0, B2(1), B2(1), 0x00, 0x21};
FRAME(bad_gre) = {MACS, B2(0x0800), IP4(23, 47), B2(0), 0x08};
FRAME(bad_gre_key) = {
	MACS, B2(0x0800), IP4(26, 47), B2(0x2000), B2(0x0800), B2(0),
};
FRAME(bad_gre_version) = {
	MACS, B2(0x0800), IP4(24, 47), B2(2), B2(0x0800),
};
FRAME(bad_gre_cmd) = {
	MACS, B2(0x0800), IP4(30, 47), B2(0), B2(0x8909),
	B2(0x0800), 1, 1, B2(1),
};
FRAME(bad_gre_route) = {
	MACS, B2(0x0800), IP4(32, 47), B2(0x4000), B2(0x0800), ZERO4,
	B2(0x0800), 0, 9,
};
FRAME(bad_pptp) = {
	MACS, B2(0x0800), IP4(28, 47), B2(0x2001), B2(0x0800), ZERO4,
};
FRAME(bad_pptp_short) = {
	MACS, B2(0x0800), IP4(28, 47), B2(0x3001), B2(0x880b), ZERO4,
};
FRAME(bad_erspan_version) = {
	MACS, B2(0x0800), IP4(36, 47), B2(0x1000), B2(0x88be), ZERO4,
	B2(0x300a), B2(0), ZERO4,
};
FRAME(bad_erspan) = {
	MACS, B2(0x0800), IP4(32, 47), B2(0x1000), B2(0x88be), ZERO4,
	B2(0x100a), B2(0),
};
FRAME(bad_erspan3) = {
	MACS, B2(0x0800), IP4(36, 47), B2(0x1000), B2(0x22eb), ZERO4,
	B2(0x200a), B2(0), ZERO4,
};
FRAME(bad_erspan3_sub) = {
	MACS, B2(0x0800), IP4(40, 47), B2(0x1000), B2(0x22eb), ZERO4,
	B2(0x200a), B2(0), ZERO4, B2(0), B2(0x0001),
};
/* The inner packet is broken: the carrier is who sent it. */
FRAME(bad_inner) = {MACS, B2(0x0800), IP4(24, 4), OTUS};

/* --- deep --------------------------------------------------------------- */

#define TAG	B2(0x8100), B2(1)
FRAME(deep_tags) = {
	MACS, TAG, TAG, TAG, TAG, TAG, TAG, TAG, TAG, TAG, TAG, TAG, TAG,
	TAG, TAG, TAG, TAG, B2(0x0800), INNER,
};

/* More destination options than layers. */
#define OPTION	60, 0, 1, 4, 0, 0, 0, 0
FRAME(deep_options) = {
	MACS, B2(0x86dd), IP6(148, 60), OPTION, OPTION, OPTION, OPTION, OPTION,
	OPTION, OPTION, OPTION, OPTION, OPTION, OPTION, OPTION, OPTION,
	OPTION, OPTION, OPTION, 17, 0, 1, 4, 0, 0, 0, 0, UDP,
};

/* clang-format on */

#endif
