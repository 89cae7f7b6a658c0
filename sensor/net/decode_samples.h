/*
 * decode_samples: one frame of every kind that decode knows (decode_frames.h)
 * with what decode must find in it.  The unit test checks them and damages
 * them; decode_seed_tool.c makes the fuzzer's seeds of them.
 */
#ifndef OTUS_NET_DECODE_SAMPLES_H
#define OTUS_NET_DECODE_SAMPLES_H

#include "net/decode_frames.h"
#include "net/pkt.h"

/* clang-format off */

/* What decode must find. */
struct decode_want {
	enum pkt_end end;
	enum pkt_l3 l3;
	enum pkt_l4 l4;
	int macs;		/* offset of the destination's; -1 = none */
	uint16_t ethertype;
	int payload, length;	/* offset and bytes			*/
	uint8_t tunnels, vlan_n;
	uint16_t vlan[EV_VLANS_MAX];
	int red;		/* 0, 'p' or 'h'; number 0x0102		*/
	uint8_t lan;
	const char *reason;	/* PKT_BAD				*/
	int at;
};

struct decode_sample {
	const char *name;
	uint16_t linktype;
	const uint8_t *p;
	size_t n;
	struct decode_want want;
};

#define S(name, link)	#name, link, frame_##name, sizeof(frame_##name)
#define ETHER(name)	S(name, LINKTYPE_ETHERNET)
#define WANT(how, net, transport, mac, type, at_, n) \
	.end = how, .l3 = net, .l4 = transport, .macs = mac, \
	.ethertype = type, .payload = at_, .length = n
/* The usual datagram, its IP header at an offset. */
#define UDP4(mac, at_) \
	WANT(PKT_OK, PKT_L3_IP4, PKT_L4_UDP, mac, 0x0800, (at_) + 28, 4)
#define UDP6(mac, at_) \
	WANT(PKT_OK, PKT_L3_IP6, PKT_L4_UDP, mac, 0x86dd, (at_) + 48, 4)
#define IN4(l4_, at_, n) WANT(PKT_OK, PKT_L3_IP4, l4_, 0, 0x0800, at_, n)
#define IN6(l4_, at_, n) WANT(PKT_OK, PKT_L3_IP6, l4_, 0, 0x86dd, at_, n)
#define ARP		WANT(PKT_OK, PKT_L3_ARP, PKT_L4_NONE, 0, 0x0806, 14, 28)
#define LLC(at_, n)	WANT(PKT_OK, PKT_L3_LLC, PKT_L4_NONE, 0, 0, at_, n)
#define UNKNOWN(mac, type, at_, n) \
	WANT(PKT_UNKNOWN, PKT_L3_NONE, PKT_L4_NONE, mac, type, at_, n)
#define BAD(net, transport, mac, type, why, where) \
	WANT(PKT_BAD, net, transport, mac, type, 0, 0), \
	.reason = why, .at = where
#define BAD0(mac, type, why, where) \
	BAD(PKT_L3_NONE, PKT_L4_NONE, mac, type, why, where)
#define BAD4(l4_, why, where)	BAD(PKT_L3_IP4, l4_, 0, 0x0800, why, where)
#define BAD6(why, where) \
	BAD(PKT_L3_IP6, PKT_L4_NONE, 0, 0x86dd, why, where)
#define VLANS(n, ...)	.vlan_n = n, .vlan = {__VA_ARGS__}
#define RED(kind, id)	.red = kind, .lan = id
#define TUNNEL		.tunnels = 1
#define NO_MAC		-1

static const struct decode_sample decode_samples[] = {
	{ETHER(udp), {UDP4(0, 14)}},
	{ETHER(tcp), {IN4(PKT_L4_TCP, 66, 4)}},
	{ETHER(vlan), {UDP4(0, 18), VLANS(1, 10)}},
	{ETHER(qinq), {UDP4(0, 22), VLANS(2, 100, 10)}},
	{ETHER(vlan_old), {UDP4(0, 18), VLANS(1, 7)}},
	{ETHER(vlan_zero), {UDP4(0, 18)}},
	{ETHER(vlan_five), {UDP4(0, 34), VLANS(4, 1, 2, 3, 4)}},
	{ETHER(vntag), {UDP4(0, 24), VLANS(1, 10)}},
	{ETHER(cmd), {UDP4(0, 22)}},
	{ETHER(cmd_other), {UNKNOWN(0, 0x8909, 14, 8)}},
	{ETHER(hsr), {UDP4(0, 20), RED('h', 1)}},
	{ETHER(hsr_prp), {UDP4(0, 20), RED('h', 1)}},
	{ETHER(hsr_vlan), {UDP4(0, 24), VLANS(1, 10), RED('h', 0)}},
	{ETHER(prp), {UDP4(0, 14), RED('p', 0xa)}},
	{ETHER(prp_vlan), {UDP4(0, 18), VLANS(1, 10), RED('p', 0xb)}},
	{ETHER(prp_fcs), {UDP4(0, 14), RED('p', 0xb)}},
	{ETHER(prp_padded), {UDP4(0, 14), RED('p', 0xa)}},
	{ETHER(prp_size), {UDP4(0, 14)}},
	{ETHER(prp_lan), {UDP4(0, 14)}},
	{ETHER(prp_payload), {IN4(PKT_L4_UDP, 42, 6)}},
	{ETHER(prp_goose), {UNKNOWN(0, 0x88b8, 14, 12), RED('p', 0xb)}},
	{ETHER(prp_arp), {ARP, RED('p', 0xa)}},
	{ETHER(prp_llc), {LLC(17, 4), RED('p', 0xa)}},
	{ETHER(arp), {ARP}},
	{ETHER(goose), {UNKNOWN(0, 0x88b8, 14, 12)}},
	{ETHER(type_1501), {UNKNOWN(0, 1501, 14, 4)}},
	{ETHER(type_0), {UNKNOWN(0, 0, 14, 4)}},
	{ETHER(llc), {LLC(17, 4)}},
	{ETHER(llc_vlan), {LLC(21, 4), VLANS(1, 10)}},
	{ETHER(snap_ip), {UDP4(0, 22)}},
	{ETHER(snap_vendor), {LLC(17, 9)}},
	{ETHER(llc_xid), {LLC(0, 0)}},
	{ETHER(llc_numbered), {LLC(0, 0)}},
	{S(sll, LINKTYPE_LINUX_SLL), {UDP4(0, 16)}},
	{S(sll_loopback, LINKTYPE_LINUX_SLL), {UDP4(NO_MAC, 16)}},
	{S(sll_llc, LINKTYPE_LINUX_SLL), {LLC(19, 4)}},
	{S(sll_netlink, LINKTYPE_LINUX_SLL), {UNKNOWN(NO_MAC, 0, 16, 4)}},
	{S(sll2, LINKTYPE_LINUX_SLL2), {UDP4(0, 20)}},
	{S(null_le, LINKTYPE_NULL), {UDP4(NO_MAC, 4)}},
	{S(null_be, LINKTYPE_NULL), {UDP4(NO_MAC, 4)}},
	{S(null_24, LINKTYPE_NULL), {UDP6(NO_MAC, 4)}},
	{S(null_28, LINKTYPE_NULL), {UDP6(NO_MAC, 4)}},
	{S(null_30, LINKTYPE_NULL), {UDP6(NO_MAC, 4)}},
	{S(null_other, LINKTYPE_NULL), {UNKNOWN(NO_MAC, 0, 4, 4)}},
	{S(loop, LINKTYPE_LOOP), {UDP4(NO_MAC, 4)}},
	{S(ip4, LINKTYPE_RAW), {UDP4(NO_MAC, 0)}},
	{S(ip6, LINKTYPE_RAW), {UDP6(NO_MAC, 0)}},
	{S(ip4, LINKTYPE_RAW_BSD), {UDP4(NO_MAC, 0)}},
	{S(ip6, LINKTYPE_RAW_OPENBSD), {UDP6(NO_MAC, 0)}},
	{S(ip4, LINKTYPE_IPV4), {UDP4(NO_MAC, 0)}},
	{S(ip6, LINKTYPE_IPV6), {UDP6(NO_MAC, 0)}},
	{S(ip4, 105), {UNKNOWN(NO_MAC, 0, 0, INNER_N)}}, /* IEEE 802.11 */
	{ETHER(mpls), {UDP4(0, 22)}},
	{ETHER(mpls_ip6), {UDP6(0, 18)}},
	{ETHER(mpls_null), {UDP4(0, 18)}},
	{ETHER(mpls_ether), {UDP4(22, 40), TUNNEL, VLANS(1, 10)}},
	{ETHER(mpls_numbered), {UDP4(22, 36), TUNNEL}},
	{ETHER(mpls_bare), {UDP4(18, 32), TUNNEL}},
	{ETHER(mpls_bare_4), {UDP4(18, 32), TUNNEL}},
	{ETHER(mpls_goose), {UNKNOWN(22, 0x88b8, 36, 4), TUNNEL}},
	{ETHER(mpls_channel), {UNKNOWN(0, 0x8847, 18, 8)}},
	{ETHER(pppoe), {UDP4(0, 22)}},
	{ETHER(pppoe_short), {UDP6(0, 21)}},
	{ETHER(pppoe_lcp), {UNKNOWN(0, 0x880b, 20, 6)}},
	{ETHER(ipip), {UDP4(0, 34), TUNNEL}},
	{ETHER(ip6_in_ip4), {UDP6(0, 34), TUNNEL}},
	{ETHER(ip4_in_ip6), {UDP4(0, 54), TUNNEL}},
	{ETHER(gre), {UDP4(0, 38), TUNNEL}},
	{ETHER(gre_all), {UDP4(0, 62), TUNNEL}},
	{ETHER(gre_ether), {UDP4(38, 52), TUNNEL}},
	{ETHER(gre_keepalive), {IN4(PKT_L4_OTHER, 62, 0), TUNNEL}},
	{ETHER(gre_unknown), {WANT(PKT_UNKNOWN, PKT_L3_IP4, PKT_L4_OTHER, 0,
	    0x883e, 38, 4)}},
	{ETHER(gre_cmd), {UDP4(0, 46), TUNNEL}},
	{ETHER(gre_cmd_other), {WANT(PKT_UNKNOWN, PKT_L3_IP4, PKT_L4_OTHER, 0,
	    0x8909, 38, 8)}},
	{ETHER(gre_mpls), {UDP4(0, 42), TUNNEL}},
	{ETHER(pptp), {UDP4(0, 54), TUNNEL}},
	{ETHER(pptp_ack), {IN4(PKT_L4_OTHER, 46, 0)}},
	{ETHER(pptp_lcp), {WANT(PKT_UNKNOWN, PKT_L3_IP4, PKT_L4_OTHER, 0,
	    0x880b, 46, 6), TUNNEL}},
	{ETHER(erspan1), {UDP4(38, 52), TUNNEL}},
	{ETHER(erspan2), {UDP4(54, 72), TUNNEL, VLANS(2, 99, 10)}},
	{ETHER(erspan2_vlan), {UDP4(50, 64), TUNNEL, VLANS(1, 10)}},
	{ETHER(erspan3), {UDP4(54, 68), TUNNEL}},
	{ETHER(erspan3_sub), {UDP4(62, 76), TUNNEL}},
	{ETHER(erspan3_ip), {UDP4(0, 54), TUNNEL}},
	{ETHER(erspan_prp), {UDP4(38, 52), TUNNEL, RED('p', 0xb)}},
	{ETHER(erspan_goose), {UNKNOWN(38, 0x88b8, 52, 4), TUNNEL}},
	{ETHER(vxlan), {UDP4(50, 64), TUNNEL}},
	{ETHER(vxlan_policy), {UDP4(50, 64), TUNNEL}},
	{ETHER(vxlan_icmp), {WANT(PKT_OK, PKT_L3_IP4, PKT_L4_ICMP, 50, 0x0800,
	    84, 8), TUNNEL}},
	{ETHER(vxlan_gpe), {IN4(PKT_L4_UDP, 42, 12)}},
	{ETHER(vxlan_not), {IN4(PKT_L4_UDP, 42, 12)}},
	{ETHER(ip4_options), {IN4(PKT_L4_UDP, 46, 4)}},
	{ETHER(ip4_tso), {UDP4(0, 14)}},
	{ETHER(ip4_first), {IN4(PKT_L4_FRAG, 34, 16)}},
	{ETHER(ip4_last), {IN4(PKT_L4_FRAG, 34, 4)}},
	{ETHER(ip4_ah), {IN4(PKT_L4_UDP, 66, 4)}},
	{ETHER(icmp), {IN4(PKT_L4_ICMP, 34, 8)}},
	{ETHER(igmp), {IN4(PKT_L4_OTHER, 34, 8)}},
	{ETHER(esp), {IN4(PKT_L4_OTHER, 34, 8)}},
	{ETHER(ip4_beyond), {IN4(PKT_L4_UDP, 42, 4)}},
	{ETHER(ip6_udp), {UDP6(0, 14)}},
	{ETHER(ip6_headers), {IN6(PKT_L4_UDP, 94, 4)}},
	{ETHER(ip6_first), {IN6(PKT_L4_FRAG, 62, 16)}},
	{ETHER(ip6_last), {IN6(PKT_L4_FRAG, 62, 12)}},
	{ETHER(ip6_atomic), {IN6(PKT_L4_UDP, 70, 4)}},
	{ETHER(ip6_none), {IN6(PKT_L4_OTHER, 54, 0)}},
	{ETHER(ip6_jumbo), {IN6(PKT_L4_UDP, 70, 4)}},
	{ETHER(icmp6), {IN6(PKT_L4_ICMP, 54, 8)}},
	{ETHER(ip6_icmp4), {IN6(PKT_L4_OTHER, 54, 8)}},
	{ETHER(ip6_esp), {IN6(PKT_L4_OTHER, 54, 8)}},

	{ETHER(bad_ether), {BAD0(NO_MAC, 0,
	    "Ethernet header does not fit", 0)}},
	{ETHER(bad_vlan), {BAD0(0, 0x8100, "VLAN tag does not fit", 14)}},
	{ETHER(bad_vntag), {BAD0(0, 0x8926, "VN-tag does not fit", 14)}},
	{ETHER(bad_cmd), {BAD0(0, 0x8909, "CMD tag does not fit", 14)}},
	{ETHER(bad_hsr), {BAD0(0, 0x892f, "HSR tag does not fit", 14)}},
	{ETHER(bad_llc), {BAD0(0, 0, "LLC header does not fit", 14)}},
	{ETHER(bad_llc_control), {BAD(PKT_L3_LLC, PKT_L4_NONE, 0, 0,
	    "LLC control field does not fit", 17)}},
	{ETHER(bad_snap), {BAD(PKT_L3_LLC, PKT_L4_NONE, 0, 0,
	    "SNAP header does not fit", 17)}},
	{ETHER(bad_arp), {BAD0(0, 0x0806, "ARP header does not fit", 14)}},
	{ETHER(bad_arp_length), {BAD0(0, 0x0806,
	    "ARP addresses do not fit", 18)}},
	{S(bad_sll, LINKTYPE_LINUX_SLL), {BAD0(NO_MAC, 0,
	    "cooked header does not fit", 0)}},
	{S(bad_family, LINKTYPE_NULL), {BAD0(NO_MAC, 0,
	    "address family does not fit", 0)}},
	{S(bad_raw, LINKTYPE_RAW), {BAD0(NO_MAC, 0,
	    "IP version is neither 4 nor 6", 0)}},
	{ETHER(bad_raw_empty), {BAD0(0, 0x8847,
	    "IPv4 header does not fit", 18)}},
	{ETHER(bad_ip4_short), {BAD0(0, 0x0800,
	    "IPv4 header does not fit", 14)}},
	{ETHER(bad_ip4_version), {BAD0(0, 0x0800,
	    "IPv4 version is not 4", 14)}},
	{ETHER(bad_ip4_header), {BAD0(0, 0x0800,
	    "IPv4 header length below 20 bytes", 14)}},
	{ETHER(bad_ip4_total), {BAD0(0, 0x0800,
	    "IPv4 total length below its header", 16)}},
	{ETHER(bad_ip4_beyond), {BAD4(PKT_L4_NONE,
	    "IPv4 total length beyond the frame", 16)}},
	{ETHER(bad_ip4_options), {BAD0(0, 0x0800,
	    "IPv4 total length below its header", 16)}},
	{ETHER(bad_ip6_short), {BAD0(0, 0x86dd,
	    "IPv6 header does not fit", 14)}},
	{ETHER(bad_ip6_version), {BAD0(0, 0x86dd,
	    "IPv6 version is not 6", 14)}},
	{ETHER(bad_ip6_beyond), {BAD6(
	    "IPv6 payload length beyond the frame", 18)}},
	{ETHER(bad_ip6_header), {BAD6(
	    "extension header beyond the packet", 55)}},
	{ETHER(bad_ip6_header_short), {BAD6(
	    "extension header does not fit", 54)}},
	{ETHER(bad_ip6_fragment), {BAD6(
	    "fragment header does not fit", 54)}},
	{ETHER(bad_tcp_short), {BAD4(PKT_L4_TCP, "TCP header does not fit",
	    34)}},
	{ETHER(bad_tcp_offset), {BAD4(PKT_L4_TCP,
	    "TCP data offset below 20 bytes", 46)}},
	{ETHER(bad_tcp_options), {BAD4(PKT_L4_TCP, "TCP options do not fit",
	    46)}},
	{ETHER(bad_udp_short), {BAD4(PKT_L4_UDP, "UDP header does not fit",
	    34)}},
	{ETHER(bad_udp_length), {BAD4(PKT_L4_UDP, "UDP length below 8 bytes",
	    38)}},
	{ETHER(bad_udp_zero), {BAD4(PKT_L4_UDP, "UDP length below 8 bytes",
	    38)}},
	{ETHER(bad_udp_beyond), {BAD4(PKT_L4_UDP,
	    "UDP length beyond the datagram", 38)}},
	{ETHER(bad_icmp), {BAD4(PKT_L4_NONE, "ICMP header does not fit", 34)}},
	{ETHER(bad_mpls), {BAD0(0, 0x8847, "MPLS label does not fit", 18)}},
	{ETHER(bad_mpls_empty), {BAD0(0, 0x8847, "MPLS payload does not fit",
	    18)}},
	{ETHER(bad_pppoe), {BAD0(0, 0x8864, "PPPoE header does not fit", 14)}},
	{ETHER(bad_pppoe_version), {BAD0(0, 0x8864,
	    "PPPoE version and type are not 1", 14)}},
	{ETHER(bad_pppoe_code), {BAD0(0, 0x8864, "PPPoE session with a code",
	    15)}},
	{ETHER(bad_ppp), {BAD0(0, 0x8864, "PPP header does not fit", 20)}},
	{ETHER(bad_gre), {BAD4(PKT_L4_OTHER, "GRE header does not fit", 34)}},
	{ETHER(bad_gre_key), {BAD4(PKT_L4_OTHER, "GRE header does not fit",
	    38)}},
	{ETHER(bad_gre_version), {BAD4(PKT_L4_OTHER,
	    "GRE version is neither 0 nor 1", 34)}},
	{ETHER(bad_gre_cmd), {BAD4(PKT_L4_OTHER, "CMD tag does not fit",
	    38)}},
	{ETHER(bad_gre_route), {BAD4(PKT_L4_OTHER, "GRE header does not fit",
	    46)}},
	{ETHER(bad_pptp), {BAD4(PKT_L4_OTHER, "GRE version 1 without PPP",
	    34)}},
	{ETHER(bad_pptp_short), {BAD4(PKT_L4_OTHER, "GRE header does not fit",
	    38)}},
	{ETHER(bad_erspan_version), {BAD4(PKT_L4_OTHER,
	    "ERSPAN version is neither 1 nor 2", 42)}},
	{ETHER(bad_erspan), {BAD4(PKT_L4_OTHER, "ERSPAN header does not fit",
	    42)}},
	{ETHER(bad_erspan3), {BAD4(PKT_L4_OTHER, "ERSPAN header does not fit",
	    42)}},
	{ETHER(bad_erspan3_sub), {BAD4(PKT_L4_OTHER,
	    "ERSPAN subheader does not fit", 54)}},
	{ETHER(bad_inner), {BAD4(PKT_L4_OTHER, "IPv4 header does not fit", 34),
	    TUNNEL}},

	{ETHER(deep_tags), {WANT(PKT_DEEP, PKT_L3_NONE, PKT_L4_NONE, 0, 0x8100,
	    0, 0), VLANS(4, 1, 1, 1, 1)}},
	{ETHER(deep_options), {WANT(PKT_DEEP, PKT_L3_IP6, PKT_L4_NONE, 0,
	    0x86dd, 0, 0)}},
};

#define DECODE_SAMPLES (sizeof(decode_samples) / sizeof(decode_samples[0]))

/* clang-format on */

#endif
