/*
 * addr_key: what makes an address the same again: as numbers for the cache,
 * as text for the database, and as text for people.
 *
 *	kind   key                             text
 *	MAC    the MAC                         02:00:0a:00:00:01
 *	IP     the IP and a slot               10.0.0.1, 10.0.0.1#1
 *	GROUP  a multicast or broadcast IP     to 224.0.0.251
 *	       or MAC
 *	SUB    address in front, transport,    4/tcp/502/unit 10
 *	       server port, address behind
 */
#include <arpa/inet.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"
#include "store/text.h"

bool
addr_ip_is_group(uint8_t ipver, const struct ev_ip *ip)
{
	static const uint8_t ones[4] = {255, 255, 255, 255};

	/* RFC 5771 and RFC 919; RFC 4291, 2.7 */
	return ipver == 4 ? (ip->a[0] & 0xf0) == 0xe0 ||
				memcmp(ip->a, ones, sizeof(ones)) == 0
			  : ip->a[0] == 0xff;
}

/* The unspecified address is a sender that has none yet (RFC 1122, 3.2.1.3). */
bool
addr_has_ip(const struct ev_end *e)
{
	static const uint8_t zero[16];

	return (e->ipver == 4 && memcmp(e->ip.a, zero, 4) != 0) ||
	       (e->ipver == 6 && memcmp(e->ip.a, zero, 16) != 0);
}

/* A loopback capture writes zeros where a MAC would be. */
bool
addr_has_mac(const struct ev_end *e)
{
	static const uint8_t zero[6];

	return e->has_mac && memcmp(e->mac, zero, sizeof(zero)) != 0;
}

bool
addr_parse_ip(const char *text, uint8_t *ret_ver, struct ev_ip *ret)
{
	struct ev_end e = {.ipver = strchr(text, ':') != NULL ? 6 : 4};

	if (inet_pton(e.ipver == 6 ? AF_INET6 : AF_INET, text, e.ip.a) != 1) {
		return false;
	}
	*ret_ver = e.ipver;
	*ret = e.ip;
	return addr_has_ip(&e) && !addr_ip_is_group(e.ipver, &e.ip);
}

/* --- keys ----------------------------------------------------------------- */

void
addr_key_ip(struct addr *k, uint8_t kind, uint8_t ipver, const struct ev_ip *ip,
    uint8_t slot)
{
	memset(k, 0, sizeof(*k));
	k->kind = kind;
	k->ipver = ipver;
	memcpy(k->ip.a, ip->a, ipver == 4 ? 4 : 16);
	k->slot = slot;
	k->key[0] =
	    (uint64_t)kind | (uint64_t)ipver << 8 | (uint64_t)slot << 16;
	memcpy(&k->key[1], k->ip.a, 16);
}

void
addr_key_mac(struct addr *k, uint8_t kind, const uint8_t mac[6])
{
	memset(k, 0, sizeof(*k));
	k->kind = kind;
	k->has_mac = true;
	memcpy(k->mac, mac, 6);
	k->key[0] = kind;
	memcpy(&k->key[1], mac, 6);
}

static void
set_sub_key(struct addr *k, int64_t carrier, uint8_t transport, uint16_t port,
    uint8_t kind, uint32_t num)
{
	k->key[0] = (uint64_t)ADDR_SUB | (uint64_t)transport << 24 |
		    (uint64_t)port << 32 | (uint64_t)kind << 48;
	k->key[1] = (uint64_t)carrier;
	k->key[2] = num;
}

static void
set_sub_hash(struct addr *k, const char *text, size_t n)
{
	(void)crypto_generichash(
	    (uint8_t *)&k->key[3], 16, (const uint8_t *)text, n, NULL, 0);
}

/* Whether the sub is told by a text, of at most so many bytes, or by a number
 * (0). */
static size_t
sub_text_max(uint8_t kind)
{
	return kind == EV_SUB_BACNET ? EV_SUB_MAC_MAX
	       : kind == EV_SUB_PATH ? EV_SUB_PATH_MAX
				     : 0;
}

void
addr_key_row(struct addr *k, int64_t carrier, uint8_t transport, uint16_t port,
    uint8_t kind, uint32_t num, const char *text)
{
	bool by_text = sub_text_max(kind) != 0;

	memset(k, 0, sizeof(*k));
	k->kind = ADDR_SUB;
	set_sub_key(k, carrier, transport, port, kind, by_text ? 0 : num);
	if (by_text) {
		set_sub_hash(k, text, strlen(text));
	}
}

/*
 * Numbers as they are.  Other subs are another's bytes: their key is made of
 * the text that the row's key has, so that the two always agree.
 */
void
addr_key_sub(struct addr *k, int64_t carrier, uint8_t transport, uint16_t port,
    const struct ev_sub *sub)
{
	size_t max = sub_text_max(sub->kind);
	size_t n = sub->len < max ? sub->len : max;
	char text[EV_SUB_TEXT];

	memset(k, 0, sizeof(*k));
	k->kind = ADDR_SUB;
	k->carrier = carrier;
	k->transport = transport;
	k->port = port;
	k->sub.kind = sub->kind;
	k->sub.net = sub->kind == EV_SUB_BACNET ? sub->net : 0;
	k->sub.num = max == 0 ? sub->num : 0;
	k->sub.len = (uint8_t)n;
	memcpy(k->sub.path, sub->path, n);
	set_sub_key(k, carrier, transport, port, sub->kind, k->sub.num);
	if (max != 0) {
		set_sub_hash(k, text, text_sub(&k->sub, text, sizeof(text)));
	}
}

void
addr_text(const struct addr *a, char *buf, size_t size)
{
	char text[EV_SUB_TEXT];

	if (a->kind == ADDR_SUB) {
		(void)text_sub(&a->sub, text, sizeof(text));
	} else if (a->ipver != 0) {
		(void)ev_ip_text(text, a->ipver, &a->ip);
	} else {
		(void)ev_mac_text(text, a->mac);
	}
	(void)snprintf(buf, size, "%s", text);
}

void
addr_key_text(const struct addr *a, char buf[ADDR_KEY_TEXT])
{
	char text[EV_SUB_TEXT];

	addr_text(a, text, sizeof(text));
	if (a->kind == ADDR_SUB) {
		(void)snprintf(buf, ADDR_KEY_TEXT, "%lld/%s/%u/%s",
		    (long long)a->carrier, transport_name(a->transport),
		    a->port, text);
	} else if (a->slot != 0) {
		(void)snprintf(buf, ADDR_KEY_TEXT, "%s#%u", text, a->slot);
	} else {
		(void)snprintf(buf, ADDR_KEY_TEXT, "%s%s",
		    a->kind == ADDR_GROUP ? "to " : "", text);
	}
}
