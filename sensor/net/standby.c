/*
 * standby: who is master of a redundancy group.
 *
 * Routers that stand in for each other share an address and a MAC, which are
 * nobody's; the one that has both tells so in its own address, once a second
 * or so.  That is told as topology when it is first heard and when it passes
 * to another: `master_of`, with the group's MAC (and VLAN: groups are numbered
 * in each anew) as peer, and what the message says of the group as detail.
 * Who waits for it is told likewise, where the protocol lets him speak:
 * `standby_of`.
 *
 *	VRRP 2  version and type 0x21 | group 1 | priority 1 | addresses 1 |
 *	        authentication 1 | interval 1 | checksum 2 | IPs 4 each | 8
 *	        RFC 3768, 5.1
 *	VRRP 3  0x31 | group | priority | addresses | interval 2 | checksum 2 |
 *	        IPs 4 or 16 each        RFC 9568, 5.1
 *	CARP    0x21 | group | skew | 7 | demotion | base | checksum 2 |
 *	        counter 8 | digest 20   OpenBSD, ip_carp.h; told from VRRP 2 by
 *	        its length: seven addresses and no authentication data
 *	HSRP    0 | what 1 | state 1 | hello | hold | priority | group | 0 |
 *	        authentication 8 | IP 4 RFC 2281, 5.1
 *	HSRP 2  1 | 40 | 2 | what | state | IP version | group 2 | id 6 |
 *	        priority 4 | hello 4 | hold 4 | IP 16
 *
 * GLBP, in which several answer at once, is not read.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "net/engine.h"
#include "net/net_impl.h"
#include "net/standby.h"

#define CARP_LEN    36
#define VIPS_MAX    4 /* that are told */
#define HSRP_ACTIVE 16

struct says {
	uint8_t mac[6]; /* the group's */
	const char *proto;
	unsigned group, priority;
	bool has_priority, waits;
	uint8_t ipver;
	unsigned nips;
	struct ev_ip ip[VIPS_MAX];
};

static void
addresses(struct rd *r, unsigned n, struct says *x)
{
	size_t size = x->ipver == 4 ? 4 : 16;

	while (x->nips < n && x->nips < VIPS_MAX) {
		memset(&x->ip[x->nips], 0, sizeof(x->ip[0]));
		rd_copy(r, x->ip[x->nips].a, size);
		x->nips++;
	}
}

static bool
vrrp(struct rd *r, uint8_t ipver, struct says *x)
{
	size_t len = rd_left(r);
	uint8_t what = rd_u8(r), n;

	x->group = rd_u8(r);
	x->priority = rd_u8(r);
	n = rd_u8(r);
	rd_skip(r, 4);
	memcpy(x->mac,
	    (const uint8_t[6]){
		0, 0, 0x5e, 0, ipver == 6 ? 2 : 1, (uint8_t)x->group},
	    6);
	x->ipver = ipver;
	if (what == 0x21 && n == 7 && len == CARP_LEN) {
		x->proto = "carp";
		return true;
	}
	/* 0: it resigns */
	if ((what != 0x21 && what != 0x31) || x->priority == 0) {
		return false;
	}
	x->proto = "vrrp";
	x->has_priority = true;
	addresses(r, n, x);
	return rd_ok(r);
}

static bool
hsrp(struct rd *r, struct says *x)
{
	uint8_t what, state;

	rd_skip(r, 1);
	what = rd_u8(r);
	state = rd_u8(r);
	rd_skip(r, 2);
	x->priority = rd_u8(r);
	x->group = rd_u8(r);
	rd_skip(r, 9);
	x->ipver = 4;
	addresses(r, 1, x);
	memcpy(x->mac,
	    (const uint8_t[6]){0, 0, 0x0c, 7, 0xac, (uint8_t)x->group}, 6);
	x->waits = state != HSRP_ACTIVE;
	return rd_ok(r) && what == 0 && (state == HSRP_ACTIVE || state == 8);
}

static bool
hsrp2(struct rd *r, struct says *x)
{
	uint8_t what, state, ipver;

	rd_skip(r, 3);
	what = rd_u8(r);
	state = rd_u8(r);
	ipver = rd_u8(r);
	x->group = rd_be16(r);
	rd_skip(r, 6);
	x->priority = rd_be32(r);
	rd_skip(r, 8);
	x->ipver = ipver == 6 ? 6 : 4;
	addresses(r, 1, x);
	memcpy(x->mac,
	    x->ipver == 6
		? (const uint8_t[6]){0, 5, 0x73, 0xa0,
		      (uint8_t)(x->group >> 8 & 0xf), (uint8_t)x->group}
		: (const uint8_t[6]){0, 0, 0x0c, 0x9f,
		      (uint8_t)(0xf0 | (x->group >> 8 & 0xf)),
		      (uint8_t)x->group},
	    6);
	x->waits = state != 6;
	return rd_ok(r) && what == 0 && (state == 6 || state == 5);
}

static bool
parse(const struct pkt *p, struct says *x)
{
	struct rd r = p->payload;
	struct rd look = r;

	memset(x, 0, sizeof(*x));
	if (p->ip_proto == STANDBY_VRRP) {
		return vrrp(&r, p->ipver, x);
	}
	x->proto = "hsrp";
	x->has_priority = true;
	if (rd_u8(&look) == 0) {
		return hsrp(&r, x);
	}
	/* Length and version, behind a type that is not 0. */
	return rd_be16(&look) == (40 << 8 | 2) && hsrp2(&r, x);
}

/* True when that is news, and no more than once a second. */
static bool
note(struct net *n, const struct pkt *p, const struct says *x)
{
	uint64_t key[2] = {0, x->waits};
	struct standby *g, *oldest = &n->standby[0];

	memcpy(&key[0], x->mac, 6);
	for (uint8_t i = 0; i < p->vlan_n; i++) {
		key[1] = key[1] << 12 | p->vlan[i];
	}
	for (size_t i = 0; i < STANDBY_MAX; i++) {
		g = &n->standby[i];
		if (g->key[0] == key[0] && g->key[1] == key[1]) {
			if (memcmp(&g->who, &p->src, sizeof(g->who)) == 0 ||
			    n->stream_ns < g->told_ns + NS_PER_SEC) {
				return false;
			}
			oldest = g;
			break;
		}
		oldest = g->told_ns < oldest->told_ns ? g : oldest;
	}
	memcpy(oldest->key, key, sizeof(key));
	oldest->who = p->src;
	oldest->told_ns = n->stream_ns;
	return true;
}

static void
tell(struct net *n, const struct pkt *p, const struct says *x)
{
	struct ev *e = engine_event(n, NULL, 0, EV_TOPOLOGY);
	char mac[EV_MAC_TEXT], peer[64], detail[256], ip[EV_IP_TEXT];
	size_t at;

	e->vlan_n = p->vlan_n;
	memcpy(e->vlan, p->vlan, sizeof e->vlan);
	memcpy(e->src.mac, p->smac, 6);
	e->src.has_mac = true;
	e->src.ipver = p->ipver;
	e->src.ip = p->src;
	(void)ev_mac_text(mac, x->mac);
	if (p->vlan_n != 0) {
		snprintf(peer, sizeof(peer), "%s VLAN %u", mac,
		    p->vlan[p->vlan_n - 1]);
	} else {
		snprintf(peer, sizeof(peer), "%s", mac);
	}
	at = (size_t)snprintf(
	    detail, sizeof(detail), "%s group %u", x->proto, x->group);
	for (unsigned i = 0; i < x->nips; i++) {
		(void)ev_ip_text(ip, x->ipver, &x->ip[i]);
		at += (size_t)snprintf(
		    detail + at, sizeof(detail) - at, ", %s", ip);
	}
	if (x->has_priority) {
		snprintf(detail + at, sizeof(detail) - at, ", priority %u",
		    x->priority);
	}
	ev_name(e, EVF_RELATION, x->waits ? "standby_of" : "master_of");
	ev_bytes(e, EVF_PEER, EV_T_TEXT, peer, strlen(peer));
	ev_bytes(e, EVF_DETAIL, EV_T_TEXT, detail, strlen(detail));
	engine_tell(n, NULL, e);
}

/* To 224.0.0.x and ff02::x: what no router forwards. */
static bool
is_local_group(const struct pkt *p)
{
	return p->ipver == 4
		   ? p->dst.a[0] == 224 && p->dst.a[1] == 0 && p->dst.a[2] == 0
		   : p->dst.a[0] == 0xff && p->dst.a[1] == 2;
}

void
standby_packet(struct net *n, const struct pkt *p)
{
	struct says x;

	if (p->smac != NULL && p->missing == 0 && is_local_group(p) &&
	    parse(p, &x) && note(n, p, &x)) {
		tell(n, p, &x);
	}
}
