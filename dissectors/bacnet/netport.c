/*
 * netport: what a Network Port object (12.56) says of its device: addresses,
 * and the tables of a broadcast manager (J.4, J.5) as neighbours.
 */
#include "dissectors/bacnet/bacnet.h"

#define TABLE_MAX 256 /* neighbours of one table */

/* BACnetNetworkType, clause 21; other networks have no IP addresses. */
#define TYPE_ETHERNET 0
#define TYPE_IPV4     5
#define TYPE_IPV6     9
#define TYPE_UNKNOWN  255

static const char *
dotted(struct bn_pdu *p, struct rd c)
{
	char ip[EV_IP_TEXT];
	struct ev_ip addr = {0};
	size_t n = rd_left(&c);

	if (n != 4 && n != 16) {
		return NULL;
	}
	rd_copy(&c, addr.a, n);
	(void)ev_ip_text(ip, n == 4 ? 4 : 6, &addr);
	return bn_text(p->m, "%s", ip);
}

/* The content under a context tag; false when that is not what comes next. */
static bool
under(struct rd *r, uint8_t num, struct rd *ret)
{
	struct bn_tag t;

	if (!bn_at_ctx(r, num) || !bn_tag(r, &t)) {
		return false;
	}
	*ret = bn_content(r, &t);
	return rd_ok(ret);
}

static const char *
port_name(struct bn_pdu *p, const struct bn_item *i)
{
	return bn_numbered(p->m, "network-port", i->instance);
}

/* The network type that the same message tells of the same port. */
static uint64_t
type_of(const struct bn_pdu *p, const struct bn_item *of)
{
	uint64_t v;

	for (uint16_t k = 0; k < p->m->n; k++) {
		const struct bn_item *i = &p->m->item[k];

		if (i->property == BN_PROP_NETWORK_TYPE &&
		    i->type == of->type && i->instance == of->instance &&
		    (i->has & BN_HAS_VALUE) &&
		    bn_lone_uint(i->value, BN_ENUM, &v)) {
			return v;
		}
	}
	return TYPE_UNKNOWN;
}

/* 12.56.10: six bytes are an Ethernet address, or IPv4 address and port. */
static void
mac_address(struct bn_pdu *p, const struct bn_item *i, const char *via)
{
	struct rd c, look;
	uint64_t type = type_of(p, i);
	char text[EV_MAC_TEXT];
	uint8_t mac[6];
	bool bip;

	if (!bn_lone(i->value, BN_OCTETS, &c) || rd_left(&c) == 0) {
		return;
	}
	look = c;
	rd_copy(&look, mac, sizeof(mac));
	bip = rd_left(&c) == sizeof(mac) &&
	      (type == TYPE_IPV4 || (type == TYPE_UNKNOWN && mac[4] == 0xba &&
					mac[5] >= 0xc0 && mac[5] <= 0xcf));
	if (type == TYPE_ETHERNET && rd_left(&c) == sizeof(mac)) {
		(void)ev_mac_text(text, mac);
		bn_identity_text(p, "mac", bn_text(p->m, "%s", text), via);
	} else if (bip || rd_left(&c) == 18) {
		bn_topology(p, "port_address", bn_address_text(p->m, c),
		    port_name(p, i), -1);
	} else {
		bn_topology(p, "port_address", bn_hex_text(p->m, c),
		    port_name(p, i), -1);
	}
}

/* BACnetHostNPort: 1.2.3.4:47808, or a name and its port. */
static const char *
host_port(struct bn_pdu *p, struct rd *r)
{
	struct rd host, inside, port, name;
	struct bn_tag t;
	const char *text = NULL;
	uint64_t number;

	if (!bn_at_open(r, 0) || !bn_tag(r, &t) || !bn_enclosed(r, 0, &host) ||
	    !bn_tag(&host, &t)) {
		return NULL;
	}
	inside = bn_content(&host, &t);
	if (!under(r, 1, &port) || !bn_unsigned(port, &number) ||
	    number > UINT16_MAX) {
		return NULL;
	}
	if (rd_left(&inside) == 4) {
		text = dotted(p, inside);
	} else if (rd_left(&inside) == 16) {
		text = dotted(p, inside);
		text = text != NULL ? bn_text(p->m, "[%s]", text) : NULL;
	} else if (bn_string(inside, &name) == EV_T_TEXT &&
		   rd_left(&name) > 0) {
		text = bn_text(
		    p->m, "%.*s", (int)rd_left(&name), (const char *)name.p);
	}
	return text != NULL ? bn_text(p->m, "%s:%u", text, (unsigned)number)
			    : NULL;
}

/* BACnetBDTEntry, any number of them */
static void
broadcast_table(struct bn_pdu *p, struct rd v)
{
	bool written = p->type == BN_CONFIRMED;
	unsigned left = TABLE_MAX;
	struct bn_tag t;
	struct rd c, entry;

	while (left-- > 0 && bn_at_open(&v, 0) && bn_tag(&v, &t) &&
	       bn_enclosed(&v, 0, &entry)) {
		const char *peer = host_port(p, &entry), *mask = NULL;

		if (under(&v, 1, &c)) {
			mask = dotted(p, c);
		}
		if (peer == NULL) {
			return;
		}
		bn_topology(p, written ? "bbmd_written" : "bbmd", peer,
		    mask != NULL ? bn_text(p->m, "mask %s", mask) : NULL, -1);
	}
}

/* BACnetFDTEntry, any number of them */
static void
foreign_table(struct bn_pdu *p, struct rd v)
{
	unsigned left = TABLE_MAX;
	uint64_t ttl, remaining;
	struct rd mac, c;

	while (left-- > 0 && under(&v, 0, &mac) && under(&v, 1, &c) &&
	       bn_unsigned(c, &ttl) && under(&v, 2, &c) &&
	       bn_unsigned(c, &remaining)) {
		const char *peer = bn_address_text(p->m, mac);

		if (peer == NULL) {
			return;
		}
		bn_topology(p, "foreign_device", peer,
		    bn_text(
			p->m, "%u s left", (unsigned)(remaining & UINT16_MAX)),
		    (int64_t)(ttl & UINT16_MAX));
	}
}

/* BACnetRouterEntry, any number of them: who routes to which network. */
static void
routing_table(struct bn_pdu *p, struct rd v)
{
	static const char *const states[] = {
	    "available", "busy", "disconnected"};
	unsigned left = TABLE_MAX;
	uint64_t net, state;
	struct rd c, mac;

	while (left-- > 0 && under(&v, 0, &c) && bn_unsigned(c, &net) &&
	       under(&v, 1, &mac) && under(&v, 2, &c) &&
	       bn_unsigned(c, &state)) {
		const char *by = bn_address_text(p->m, mac);

		if (by == NULL) {
			return;
		}
		(void)under(&v, 3, &c); /* how fast: optional */
		bn_topology(p, "routes_by",
		    bn_numbered(p->m, "net", (uint16_t)net),
		    bn_text(p->m, "%s %s", by,
			state < sizeof(states) / sizeof(states[0])
			    ? states[state]
			    : "unknown"),
		    -1);
	}
}

/* BACnetVMACEntry, any number of them: whose virtual address is which. */
static void
vmac_table(struct bn_pdu *p, struct rd v)
{
	unsigned left = TABLE_MAX;
	struct rd vmac, mac;

	while (left-- > 0 && under(&v, 0, &vmac) && under(&v, 1, &mac)) {
		const char *text = bn_hex_text(p->m, vmac);

		if (text == NULL) {
			return;
		}
		bn_topology(p, "vmac", bn_address_text(p->m, mac),
		    bn_text(p->m, "vmac %s", text), -1);
	}
}

static void
number(struct bn_pdu *p, const struct bn_item *i)
{
	uint64_t v;

	if (bn_lone_uint(i->value, BN_UINT, &v)) {
		bn_topology(p, "network_number",
		    bn_text(p->m, "net %llu", (unsigned long long)v),
		    port_name(p, i), -1);
	}
}

/* 0.0.0.0 says that there is none. */
static const char *
lone_ip(struct bn_pdu *p, const struct bn_item *i)
{
	static const uint8_t none[16];
	struct rd c;

	if (!bn_lone(i->value, BN_OCTETS, &c) || rd_left(&c) > sizeof(none) ||
	    memcmp(c.p, none, rd_left(&c)) == 0) {
		return NULL;
	}
	return dotted(p, c);
}

void
bn_network_port(struct bn_pdu *p, const struct bn_item *i, const char *via)
{
	const char *text;
	struct rd v = i->value;

	switch (i->property) {
	case 401: /* bacnet-ip-default-gateway, ipv6-default-gateway */
	case 439: bn_identity_text(p, "gateway", lone_ip(p, i), via); break;
	case 411: /* bacnet-ip-subnet-mask */
		bn_identity_text(p, "netmask", lone_ip(p, i), via);
		break;
	case 400: /* bacnet-ip-address, ipv6-address */
	case 436:
		if ((text = lone_ip(p, i)) != NULL) {
			bn_topology(
			    p, "port_address", text, port_name(p, i), -1);
		}
		break;
	case 423: mac_address(p, i, via); break;
	case 425: number(p, i); break;
	case BN_PROP_BDT: broadcast_table(p, v); break;
	case BN_PROP_FDT: foreign_table(p, v); break;
	case BN_PROP_ROUTING_TABLE: routing_table(p, v); break;
	case BN_PROP_VMAC_TABLE: vmac_table(p, v); break;
	case BN_PROP_FD_BBMD:
		if ((text = host_port(p, &v)) != NULL) {
			bn_topology(
			    p, "registers_at", text, port_name(p, i), -1);
		}
		break;
	default: break;
	}
}
