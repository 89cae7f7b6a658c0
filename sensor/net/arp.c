/*
 * arp: see arp.h.
 *
 * Only what a device says of itself binds: the sender pair of ARP, the source
 * link-layer address of a solicitation, the target's of an advertisement.
 * Whom they ask for is told when nobody answers: `looks_for`.
 *
 *	ARP body:  htype 2 | ptype 2 | hlen 1 | plen 1 | oper 2 |
 *	           sender MAC 6 | sender IP 4 | target MAC 6 | target IP 4
 */
#include <string.h>

#include "net/arp.h"
#include "net/net_impl.h"
#include "net/report.h"

#define ARP_ETHERNET  1
#define ARP_IPV4      0x0800
#define ARP_REQUEST   1
#define ND_SOLICIT    135
#define ND_ADVERTISE  136
#define ND_OPT_SOURCE 1
#define ND_OPT_TARGET 2

static void
bind(struct net *n, const uint8_t mac[6], uint8_t ipver, const struct ev_ip *ip,
    const char *how)
{
	if (report_binds(n, mac, ipver, ip, HOST_FIRM)) {
		report_endpoint(n, mac, ipver, ip, how);
	}
}

static bool
is_zero(uint8_t ipver, const struct ev_ip *ip)
{
	static const uint8_t zero[16];

	return memcmp(ip->a, zero, ipver == 4 ? 4 : 16) == 0;
}

/*
 * A sender without an address asks whether its own to be is free (RFC 5227,
 * 2.1.1; RFC 4862, 5.4.2), and one that asks for itself tells it (RFC 5227, 3).
 */
static void
look_for(struct net *n, const uint8_t mac[6], uint8_t ipver,
    const struct ev_ip *asker, const struct ev_ip *target)
{
	const struct pkt *p = n->pkt;
	struct host *h;

	if (is_zero(ipver, asker) || is_zero(ipver, target) ||
	    memcmp(asker->a, target->a, ipver == 4 ? 4 : 16) == 0 ||
	    !report_is_unicast(ipver, target)) {
		return;
	}
	h = host_get(
	    &n->hosts, ipver, target, p->vlan, p->vlan_n, n->stream_ns);
	if (h != NULL && host_missed(h, n->stream_ns)) {
		report_looks_for(n, mac, ipver, asker, target);
	}
}

void
arp_frame(struct net *n, const struct pkt *p)
{
	struct rd r = p->payload;
	struct ev_ip ip = {0}, target = {0};
	uint8_t mac[6];
	uint16_t what;

	if (rd_be16(&r) != ARP_ETHERNET || rd_be16(&r) != ARP_IPV4 ||
	    rd_u8(&r) != 6 || rd_u8(&r) != 4) {
		return;
	}
	what = rd_be16(&r);
	rd_copy(&r, mac, 6);
	rd_copy(&r, ip.a, 4);
	if (!rd_ok(&r)) {
		return;
	}
	bind(n, mac, 4, &ip, "arp");
	rd_skip(&r, 6);
	rd_copy(&r, target.a, 4);
	if (rd_ok(&r) && what == ARP_REQUEST) {
		look_for(n, mac, 4, &ip, &target);
	}
}

/* The link-layer address option of the wanted type (RFC 4861, 4.6.1). */
static bool
find_option(struct rd *r, uint8_t want, uint8_t ret_mac[6])
{
	while (rd_left(r) >= 8) {
		uint8_t type = rd_u8(r), len = rd_u8(r);
		struct rd body;

		if (len == 0) {
			return false;
		}
		body = rd_sub(r, (size_t)len * 8 - 2);
		if (rd_ok(&body) && type == want) {
			rd_copy(&body, ret_mac, 6);
			return rd_ok(&body);
		}
	}
	return false;
}

void
arp_neighbour(struct net *n, const struct pkt *p)
{
	struct rd r = p->payload;
	struct ev_ip target;
	uint8_t type = rd_u8(&r), mac[6];

	if (p->ipver != 6 || (type != ND_SOLICIT && type != ND_ADVERTISE)) {
		return;
	}
	rd_skip(&r, 7);
	rd_copy(&r, target.a, 16);
	if (!rd_ok(&r)) {
		return;
	}
	if (type == ND_SOLICIT) {
		if (find_option(&r, ND_OPT_SOURCE, mac)) {
			bind(n, mac, 6, &p->src, "nd");
			look_for(n, mac, 6, &p->src, &target);
		}
	} else if (find_option(&r, ND_OPT_TARGET, mac)) {
		bind(n, mac, 6, &target, "nd");
	}
}
