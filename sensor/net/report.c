/*
 * report: see report.h.
 */
#include <string.h>

#include "net/engine.h"
#include "net/net_impl.h"
#include "net/report.h"

bool
report_is_unicast(uint8_t ipver, const struct ev_ip *ip)
{
	static const uint8_t zero[16];
	static const uint8_t ones[4] = {255, 255, 255, 255};

	if (ipver == 4) {
		/* RFC 1122, 3.2.1.3: 0/8 is "this host"; 224/4 multicast */
		return ip->a[0] != 0 && (ip->a[0] & 0xf0) != 0xe0 &&
		       memcmp(ip->a, ones, 4) != 0;
	}
	return ip->a[0] != 0xff && memcmp(ip->a, zero, 16) != 0;
}

/* A group or null MAC speaks for nobody. */
static bool
mac_is_station(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return (mac[0] & 1) == 0 && memcmp(mac, zero, 6) != 0;
}

/* Hosts begin with these, Siemens' controllers with 30, and each router takes
 * one off (RFC 1122, 3.2.1.7). */
static bool
is_unrouted(uint8_t ttl)
{
	return ttl == 30 || ttl == 32 || ttl == 64 || ttl == 128 || ttl == 255;
}

/*
 * One to three less than that.  Nobody begins with these; 60 and 100 are what
 * some devices begin with, and 254 is.
 */
static bool
is_routed(uint8_t ttl)
{
	return (ttl >= 61 && ttl <= 63) || (ttl >= 125 && ttl <= 127) ||
	       (ttl >= 251 && ttl <= 253);
}

/* The packet's own MAC and IP; what comes by itself after a router had passed it
 * on is the better evidence, as well. */
bool
report_shows(struct net *n, struct host *h)
{
	const struct pkt *p = n->pkt;
	bool news = host_bind(h, p->smac, n->iface, n->stream_ns);

	if (news && h->told == HOST_TRAFFIC && is_routed(p->ttl)) {
		h->told = HOST_ROUTED;
	} else if (!news && h->told == HOST_ROUTED && is_unrouted(p->ttl) &&
		   bytes_equal(h->mac, p->smac, 6)) {
		h->told = HOST_TRAFFIC;
		news = true;
	}
	return news;
}

/* The first word of ARP or ND is told even where traffic or a lease has bound
 * the pair: it is the stronger evidence. */
bool
report_binds(struct net *n, const uint8_t mac[6], uint8_t ipver,
    const struct ev_ip *ip, enum host_told how)
{
	const struct pkt *p = n->pkt;
	struct host *h;

	if (!mac_is_station(mac) || !report_is_unicast(ipver, ip)) {
		return false;
	}
	h = host_get(&n->hosts, ipver, ip, p->vlan, p->vlan_n, n->stream_ns);
	if (h == NULL || (!host_bind(h, mac, n->iface, n->stream_ns) &&
			     (h->told >= how || memcmp(h->mac, mac, 6) != 0))) {
		return false;
	}
	if (h->told < how) {
		h->told = (uint8_t)how;
	}
	return true;
}

void
report_endpoint(struct net *n, const uint8_t mac[6], uint8_t ipver,
    const struct ev_ip *ip, const char *how)
{
	struct ev *e = engine_event(n, NULL, 0, EV_ENDPOINT);

	if (is_unrouted(n->pkt->ttl)) {
		e->flags |= EV_UNROUTED;
	} else if (is_routed(n->pkt->ttl)) {
		e->flags |= EV_ROUTED;
	}
	e->vlan_n = n->pkt->vlan_n;
	memcpy(e->vlan, n->pkt->vlan, sizeof e->vlan);
	memcpy(e->src.mac, mac, 6);
	e->src.has_mac = true;
	e->src.ipver = ipver;
	e->src.ip = *ip;
	ev_name(e, EVF_HOW, how);
	engine_tell(n, NULL, e);
}

void
report_looks_for(struct net *n, const uint8_t mac[6], uint8_t ipver,
    const struct ev_ip *asker, const struct ev_ip *target)
{
	struct ev *e = engine_event(n, NULL, 0, EV_TOPOLOGY);
	char text[EV_IP_TEXT];

	e->vlan_n = n->pkt->vlan_n;
	memcpy(e->vlan, n->pkt->vlan, sizeof e->vlan);
	memcpy(e->src.mac, mac, 6);
	e->src.has_mac = true;
	e->src.ipver = ipver;
	e->src.ip = *asker;
	(void)ev_ip_text(text, ipver, target);
	ev_name(e, EVF_RELATION, "looks_for");
	ev_bytes(e, EVF_PEER, EV_T_TEXT, text, strlen(text));
	ev_name(e, EVF_DETAIL, ipver == 4 ? "arp" : "nd");
	engine_tell(n, NULL, e);
}

static void
broken_end(struct ev_end *e, const struct pkt *p, bool src)
{
	const uint8_t *mac = src ? p->smac : p->dmac;

	if (mac != NULL) {
		memcpy(e->mac, mac, 6);
		e->has_mac = true;
	}
	e->ipver = p->ipver;
	e->ip = src ? p->src : p->dst;
	e->has_port = p->l4 == PKT_L4_TCP || p->l4 == PKT_L4_UDP;
	e->port = src ? p->sport : p->dport;
}

/* Of no protocol: rules that ask for one do not see it. */
void
report_broken(struct net *n, const struct pkt *p)
{
	struct ev *e = engine_event(n, NULL, 0, EV_MALFORMED);

	n->counters.malformed++;
	e->vlan_n = p->vlan_n;
	memcpy(e->vlan, p->vlan, sizeof e->vlan);
	broken_end(&e->src, p, true);
	broken_end(&e->dst, p, false);
	ev_name(e, EVF_REASON, p->reason);
	ev_uint(e, EVF_OFFSET, p->at);
	engine_tell(n, NULL, e);
}

/* --- flows that have counters -------------------------------------------- */

/* In the order in which they were marked. */
void
report_mark(struct net *n, struct flow *f)
{
	uint32_t at = flow_index(&n->flows, f);

	f->dirty = true;
	f->dirty_prev = n->dirty_last;
	f->dirty_next = POOL_NONE;
	if (n->dirty_last != POOL_NONE) {
		flow_at(&n->flows, n->dirty_last)->dirty_next = at;
	} else {
		n->dirty = at;
	}
	n->dirty_last = at;
}

void
report_forget(struct net *n, struct flow *f)
{
	if (!f->dirty) {
		return;
	}
	if (f->dirty_prev != POOL_NONE) {
		flow_at(&n->flows, f->dirty_prev)->dirty_next = f->dirty_next;
	} else {
		n->dirty = f->dirty_next;
	}
	if (f->dirty_next != POOL_NONE) {
		flow_at(&n->flows, f->dirty_next)->dirty_prev = f->dirty_prev;
	} else {
		n->dirty_last = f->dirty_prev;
	}
	f->dirty = false;
}

void
report_traffic(struct net *n, uint64_t now_ns)
{
	while (n->dirty != POOL_NONE) {
		struct flow *f = flow_at(&n->flows, n->dirty);

		report_forget(n, f);
		cover_flow(&n->cover, f);
		link_fold(&n->links, f);
	}
	link_table_report(&n->links, now_ns);
}

static const char *
transport_name(const struct link *x)
{
	switch (x->transport) {
	case DIS_TCP: return "tcp";
	case DIS_UDP: return "udp";
	case DIS_LLC: return "llc";
	case DIS_ETHER: return "ethernet";
	default:
		return x->ip_proto == 1    ? "icmp"
		       : x->ip_proto == 58 ? "icmp6"
		       : x->ip_proto == 2  ? "igmp"
					   : "ip";
	}
}

void
report_link(void *arg, struct link *x)
{
	struct net *n = arg;
	struct ev *e = engine_event(n, NULL, 0, EV_TRAFFIC);

	e->frame = 0;
	e->ts_ns = x->last_ns;
	e->proto = x->proto;
	e->vlan_n = x->vlan_n;
	memcpy(e->vlan, x->vlan, sizeof e->vlan);
	link_end(x, 0, &e->src);
	link_end(x, 1, &e->dst);
	ev_name(e, EVF_TRANSPORT, transport_name(x));
	ev_uint(e, EVF_PORT, x->port);
	if (x->label != NULL) {
		ev_name(e, EVF_LABEL, x->label);
	}
	ev_bool(e, EVF_INITIATOR, x->initiator_sure);
	ev_bool(e, EVF_HALF, x->half);
	ev_uint(e, EVF_PACKETS, x->side[0].packets);
	ev_uint(e, EVF_BYTES, x->side[0].bytes);
	ev_uint(e, EVF_PACKETS_BACK, x->side[1].packets);
	ev_uint(e, EVF_BYTES_BACK, x->side[1].bytes);
	ev_uint(e, EVF_REPLIES, x->replies);
	ev_uint(e, EVF_UNANSWERED, x->unanswered);
	ev_uint(e, EVF_ERRORS, x->errors);
	ev_uint(e, EVF_RTT_COUNT, x->rtt_count);
	ev_uint(e, EVF_RTT_SUM, x->rtt_sum_us);
	ev_uint(e, EVF_RTT_MAX, x->rtt_max_us);
	ev_uint(e, EVF_RETRANSMITS, x->retransmits);
	ev_uint(e, EVF_DUPLICATES, x->duplicates);
	ev_uint(e, EVF_FIRST, x->first_ns);
	ev_uint(e, EVF_LAST, x->last_ns);
	/* Classes as an array in the vocabulary's order: a count each. */
	ev_array(e, EVF_OPS);
	for (int i = 0; i < EV_CLASS_COUNT; i++) {
		ev_uint(e, EVF_ELEM, x->ops[i]);
	}
	ev_end(e);
	n->counters.events++;
	n->sink.event(n->sink.arg, e, x);
}
