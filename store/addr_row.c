/*
 * addr_row: an address as a row of its table, read and written.
 */
#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "base/json.h"
#include "store/store_priv.h"

static const char *const hows[] = {"", "traffic", "dhcp", "dcp", "nd", "arp"};
static const char *const sub_kinds[EV_SUB_KIND_COUNT] = {
    [EV_SUB_NONE] = "",
    [EV_SUB_BACNET] = "bacnet",
    [EV_SUB_ADDR] = "addr",
    [EV_SUB_UNIT] = "unit",
    [EV_SUB_PATH] = "path",
};

/* As ev_mac_text() writes it. */
static void
parse_mac(struct addr *a, const char *text)
{
	size_t n = 0;

	a->has_mac = sodium_hex2bin(a->mac, sizeof(a->mac), text, strlen(text),
			 ":", &n, NULL) == 0 &&
		     n == sizeof(a->mac);
}

static void
parse_vlans(struct addr *a, const char *text)
{
	char *end;

	while (*text != '\0' && a->vlan_n < ADDR_VLANS_MAX) {
		a->vlan[a->vlan_n++] = (uint16_t)strtoul(text, &end, 10);
		text = *end == ',' ? end + 1 : end;
	}
}

/* "0/10,1/0", or "*" */
static void
parse_places(struct addr *a, const char *text)
{
	char *end;

	a->place_n = *text == '*' ? ADDR_PLACES_MANY : 0;
	while (*text >= '0' && *text <= '9' && a->place_n < ADDR_PLACES_MAX) {
		uint32_t iface = (uint32_t)strtoul(text, &end, 10) & 0xff;
		uint32_t vlan =
		    *end == '/' ? (uint32_t)strtoul(end + 1, &end, 10) : 0;

		a->place[a->place_n++] = iface << 12 | (vlan & 0xfff);
		text = *end == ',' ? end + 1 : end;
	}
}

static uint8_t
parse_name(const char *const *names, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], text) == 0) {
			return (uint8_t)i;
		}
	}
	return 0;
}

void
addr_row_load(struct addr *a, sqlite3_stmt *st)
{
	a->id = db_get(st, 0);
	a->asset = a->stored_asset = db_get(st, 1);
	a->stored = true;
	a->how =
	    parse_name(hows, sizeof(hows) / sizeof(hows[0]), db_text(st, 4));
	a->flags = (uint16_t)db_get(st, 5);
	a->roles = (uint32_t)db_get(st, 6);
	a->holders = (uint8_t)db_get(st, 7);
	a->current = (uint8_t)db_get(st, 8);
	a->ips = (uint32_t)db_get(st, 9);
	a->firm_ips = (uint32_t)db_get(st, 10);
	a->sole = db_get(st, 11);
	a->links = (uint32_t)db_get(st, 12);
	parse_vlans(a, db_text(st, 13));
	a->first = (uint64_t)db_get(st, 14);
	a->last = (uint64_t)db_get(st, 15);
	a->servers = (uint32_t)db_get(st, 24);
	a->heard = (uint64_t)db_get(st, 25);
	a->pause = (uint64_t)db_get(st, 26);
	a->silent = (uint64_t)db_get(st, 27);
	parse_places(a, db_text(st, 28));
	a->taken = (uint64_t)db_get(st, 29);
	a->taken_frame = db_get(st, 30);
	if (!a->has_mac) {
		parse_mac(a, db_text(st, 2));
	}
}

/* The text behind the row's key's third slash is the sub's, as it was hashed
 * for the cache's key. */
static bool
sub_key(struct addr *k, sqlite3_stmt *st)
{
	const char *text = db_text(st, 18);

	for (int i = 0; i < 3 && text != NULL; i++) {
		text = strchr(text, '/');
		text = text != NULL ? text + 1 : NULL;
	}
	if (text == NULL) {
		return false;
	}
	addr_key_row(k, db_get(st, 19), transport_parse(db_text(st, 20)),
	    (uint16_t)db_get(st, 21),
	    parse_name(sub_kinds, EV_SUB_KIND_COUNT, db_text(st, 22)),
	    (uint32_t)db_get(st, 23), text);
	return true;
}

bool
addr_row_key(struct addr *k, sqlite3_stmt *st)
{
	const char *ip = db_text(st, 3);
	uint8_t kind = (uint8_t)db_get(st, 16);
	struct addr m = {0};
	struct ev_ip a = {0};

	if (kind == ADDR_SUB) {
		return sub_key(k, st);
	}
	if (kind != ADDR_MAC && kind != ADDR_IP) {
		return false;
	}
	if (kind == ADDR_IP) {
		bool six = strchr(ip, ':') != NULL;

		if (inet_pton(six ? AF_INET6 : AF_INET, ip, a.a) != 1) {
			return false;
		}
		addr_key_ip(k, kind, six ? 6 : 4, &a, (uint8_t)db_get(st, 17));
		return true;
	}
	parse_mac(&m, db_text(st, 2));
	addr_key_mac(k, kind, m.mac);
	return m.has_mac;
}

/* Bound as they are: they last until the statement has run. */
struct row_text {
	char key[ADDR_KEY_TEXT], mac[EV_MAC_TEXT], ip[EV_IP_TEXT];
	char sub[3 * EV_SUB_PATH_MAX + 1];
	/* a place is two numbers of up to six digits, with what is between */
	char vlans[6 * ADDR_VLANS_MAX + 1], places[16 * ADDR_PLACES_MAX + 2];
};

static void
bind_sub(sqlite3_stmt *st, const struct addr *a, char *text, size_t size)
{
	const struct ev_sub *sub = &a->sub;

	db_bind(st, 7, a->carrier);
	db_bind_text(st, 8, transport_name(a->transport));
	db_bind(st, 9, a->port);
	db_bind_text(
	    st, 10, sub_kinds[sub->kind < EV_SUB_KIND_COUNT ? sub->kind : 0]);
	db_bind(st, 11, sub->kind == EV_SUB_BACNET ? sub->net : sub->num);
	if (sub->kind == EV_SUB_BACNET) {
		(void)sodium_bin2hex(text, size, sub->mac, sub->len);
	} else {
		(void)utf8_clean(text, size, sub->path, sub->len, NULL);
	}
	db_bind_text(st, 12, sub->len != 0 ? text : NULL);
}

static size_t
put_part(char *buf, size_t n, char before, uint32_t v)
{
	if (n != 0) {
		buf[n++] = before;
	}
	return n + digits_put(buf + n, v);
}

static void
print_vlans(const struct addr *a, char *buf)
{
	size_t n = 0;

	for (int i = 0; i < a->vlan_n; i++) {
		n = put_part(buf, n, ',', a->vlan[i]);
	}
	buf[n] = '\0';
}

static void
print_places(const struct addr *a, char *buf)
{
	size_t n = 0;

	if (a->place_n == ADDR_PLACES_MANY) {
		buf[n++] = '*';
	}
	for (int i = 0; i < a->place_n && a->place_n <= ADDR_PLACES_MAX; i++) {
		n = put_part(buf, n, ',', a->place[i] >> 12);
		n = put_part(buf, n, '/', a->place[i] & 0xfff);
	}
	buf[n] = '\0';
}

/* What makes it the one that it is: of a row that is stored it stays. */
static void
bind_key(sqlite3_stmt *st, const struct addr *a, struct row_text *t)
{
	addr_key_text(a, t->key);
	db_bind(st, 3, a->kind);
	db_bind_text(st, 4, t->key);
	db_bind(st, 16, a->slot);
	if (a->kind == ADDR_SUB) {
		bind_sub(st, a, t->sub, sizeof(t->sub));
	} else if (a->ipver != 0) {
		(void)ev_ip_text(t->ip, a->ipver, &a->ip);
		db_bind_text(st, 6, t->ip);
	}
}

int
addr_row_write(void *arg, void *row)
{
	struct store *s = arg;
	struct addr *a = row;
	sqlite3_stmt *st = s->st[!a->stored                    ? ST_ADDR_NEW
				 : a->stored_asset == a->asset ? ST_ADDR_AGAIN
							       : ST_ADDR_MOVED];
	struct row_text t;
	int rc;

	if (a->new_asset && (rc = asset_write_new(s, a)) != 0) {
		return rc;
	}
	print_vlans(a, t.vlans);
	print_places(a, t.places);
	(void)sqlite3_clear_bindings(st);
	db_bind(st, 1, a->id);
	db_bind(st, 2, a->asset);
	if (!a->stored) {
		bind_key(st, a, &t);
	}
	if (a->has_mac && a->kind != ADDR_SUB) {
		(void)ev_mac_text(t.mac, a->mac);
		db_bind_text(st, 5, t.mac);
	}
	db_bind_text(st, 13, hows[a->how]);
	db_bind(st, 14, a->flags);
	db_bind(st, 15, a->roles);
	db_bind(st, 17, a->holders);
	db_bind(st, 18, a->current);
	db_bind(st, 19, a->ips);
	db_bind(st, 20, a->firm_ips);
	db_bind(st, 21, a->sole);
	db_bind(st, 22, a->links);
	db_bind_text(st, 23, t.vlans);
	db_bind(st, 24, (int64_t)a->first);
	db_bind(st, 25, (int64_t)a->last);
	db_bind(st, 26, a->servers);
	db_bind(st, 27, (int64_t)a->heard);
	db_bind(st, 28, (int64_t)a->pause);
	db_bind(st, 29, (int64_t)a->silent);
	db_bind_text(st, 30, t.places);
	db_bind(st, 31, (int64_t)a->taken);
	db_bind(st, 32, a->taken_frame);
	rc = db_run(st);
	if (rc == 0) {
		a->stored = true;
		a->stored_asset = a->asset;
	}
	return rc;
}
