/*
 * unit: what is behind an address (architecture.md, section 6).
 *
 * A BACnet device behind a router, a module in a slot (a route of CIP) and a
 * DNP3 outstation are devices of their own as soon as they say who they are.
 * Modbus units are another matter: a server may have one or be the gateway to
 * many.
 *
 * Every unit that is asked for gets an address behind its server's, and what
 * it says of itself is kept there; as long as nothing tells units apart they
 * are all the server itself.  They become assets of their own when the port
 * turns out to be a gateway's: it answered with a gateway exception (0A or
 * 0B, MODBUS Application Protocol V1.1b3, section 7), or two units said
 * different things of themselves, on one port or (a terminal server with a
 * serial line a port) on two.
 *
 * Then a unit is a child once it has answered: the sensor tells the first good
 * reply of each unit on a link, and every kind of error.
 *
 * Units 0 and 255 address the gateway itself (MODBUS Messaging on TCP/IP
 * V1.0b, section 4.4.1.2).
 */
#include <string.h>

#include "store/store_priv.h"

static bool
is_gateway_itself(uint32_t unit)
{
	return unit == 0 || unit == 255;
}

/* The row that stands for the port as such. */
static int
port_row(struct store *s, const struct addr *front, uint8_t transport,
    uint16_t port, bool make, struct addr **ret)
{
	const struct ev_sub none = {.kind = EV_SUB_NONE};

	return addr_sub(s, front, transport, port, &none, make, ret);
}

static void
promote(struct store *s, struct addr *unit)
{
	if (unit->asset == 0 && (unit->sub.kind != EV_SUB_UNIT ||
				    !is_gateway_itself(unit->sub.num))) {
		unit->flags |= ADDR_OWN;
		unit->roles |= ROLE_SERVER;
		asset_make(s, unit);
	}
}

/* The port is a gateway's: whoever has answered there is a child. */
static int
open_port(struct store *s, struct addr *front, uint8_t transport, uint16_t port)
{
	sqlite3_stmt *st = s->st[ST_UNITS_OF_PORT];
	struct ev_sub sub = {.kind = EV_SUB_UNIT};
	uint32_t units[256];
	struct addr *row, *unit;
	size_t n = 0;
	int rc = port_row(s, front, transport, port, true, &row);

	if (rc != 0 || row == NULL || (row->flags & ADDR_OWN)) {
		return rc;
	}
	row->flags |= ADDR_OWN;
	cache_dirty(&s->addrs, row);
	addr_seen(s, row, front->last);
	rc =
	    role_because(s, front, ROLE_GATEWAY, "answers for units behind it");
	rc = rc == 0 ? cache_settle(&s->addrs) : rc;
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, front->id);
	db_bind_text(st, 2, transport_name(transport));
	db_bind(st, 3, port);
	while ((rc = db_step(st)) == 1) {
		units[n++] = (uint32_t)db_get(st, 0);
	}
	for (size_t i = 0; i < n && rc == 0; i++) {
		sub.num = units[i];
		rc = addr_sub(s, front, transport, port, &sub, false, &unit);
		if (rc == 0 && unit != NULL && (unit->flags & ADDR_HEARD)) {
			promote(s, unit);
			rc = asset_refresh(s, unit->asset);
		}
	}
	return rc == 0 ? asset_refresh(s, front->asset) : rc;
}

static bool
is_open(struct store *s, const struct addr *unit, const struct addr *front)
{
	struct addr *row = NULL;
	int rc = port_row(s, front, unit->transport, unit->port, false, &row);

	return rc == 0 && row != NULL && (row->flags & ADDR_OWN);
}

static int
answered(struct store *s, struct addr *front, struct addr *unit)
{
	const char *status = s->now.ev->status;

	if (status != NULL && strncmp(status, "gateway_", 8) == 0) {
		return open_port(s, front, unit->transport, unit->port);
	}
	unit->flags |= ADDR_HEARD;
	cache_dirty(&s->addrs, unit);
	rhythm_heard(s, unit, s->now.ev->ts_ns);
	if (unit->asset == 0 && is_open(s, unit, front)) {
		promote(s, unit);
	}
	return 0;
}

/* An error may be a router's or a chassis', that nobody is there. */
static void
there(struct store *s, struct addr *behind)
{
	rhythm_heard(s, behind, s->now.ev->ts_ns);
	if (!(behind->flags & ADDR_HEARD)) {
		behind->flags |= ADDR_HEARD;
		cache_dirty(&s->addrs, behind);
	}
}

/* A router on the way says that the route ends before it: no port or no slot
 * of that number (ODVA volume 1, 3-5.6). */
static bool
is_no_way(const struct ev *e)
{
	const struct ev_field *f;
	const char *name;
	size_t at = 0;
	uint8_t role;
	char text[EV_NAME_MAX];

	if (e->status == NULL || strcmp(e->status, "connection_failure") != 0) {
		return false;
	}
	while ((f = field_next(e, &at, &role, &name)) != NULL) {
		if (strcmp(name, "ext_name") == 0) {
			(void)field_print(e, f, text, sizeof(text));
			return strcmp(text, "link_address_not_valid") == 0 ||
			       strcmp(text, "port_not_available") == 0;
		}
	}
	return false;
}

/* Something was there, and is no more. */
static void
module_gone(struct store *s, struct addr *module)
{
	char path[EV_SUB_TEXT];

	if (module->asset != 0 && module->heard != 0 && module->silent == 0) {
		addr_text(module, path, sizeof(path));
		change_note(s, module, "module-removed", path, "");
		module->silent = s->now.ev->ts_ns;
		cache_counted(&s->addrs, module);
	}
}

static int
replied(struct store *s, struct addr *front, struct addr *unit)
{
	const struct ev *e = s->now.ev;

	if (is_no_way(e)) {
		module_gone(s, unit);
		if (!(unit->flags & ADDR_EMPTY)) {
			unit->flags |= ADDR_EMPTY;
			cache_dirty(&s->addrs, unit);
		}
	} else if (unit->sub.kind == EV_SUB_UNIT) {
		return answered(s, front, unit);
	} else if (e->status != NULL && strcmp(e->status, "ok") == 0) {
		there(s, unit);
	}
	return 0;
}

int
unit_judge(struct store *s)
{
	struct judged *n = &s->now;
	const struct ev *e = n->ev;
	struct addr *front = n->server, *unit;
	const struct ev_end *end;
	bool reply = e->dir == EV_DIR_RESPONSE;
	int rc;

	if (e->kind != EV_OPERATION || n->link == NULL || front == NULL ||
	    front->kind != ADDR_IP || e->dir == EV_DIR_NOTIFY) {
		return 0;
	}
	end = reply ? &e->src : &e->dst;
	if (end->sub.kind == EV_SUB_NONE) {
		return 0;
	}
	rc = addr_sub(s, front, n->link->transport, n->link->port, &end->sub,
	    true, &unit);
	if (rc != 0 || unit == NULL) {
		return rc;
	}
	addr_seen(s, unit, e->ts_ns);
	return reply ? replied(s, front, unit) : 0;
}

int
unit_said(struct store *s, struct addr *front, struct addr *unit,
    const char *key, const char *value)
{
	static const char *const telling[] = {"vendor", "product_code", "model",
	    "serial", "firmware", "hardware", "name"};
	sqlite3_stmt *st = s->st[ST_UNIT_DIFFERS];
	size_t i = 0;
	int rc;

	if (unit->sub.kind != EV_SUB_UNIT) {
		promote(s, unit);
		return 0;
	}
	while (strcmp(telling[i], key) != 0) {
		if (++i == sizeof(telling) / sizeof(telling[0])) {
			return 0;
		}
	}
	rc = cache_settle(&s->addrs);
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, front->id);
	db_bind(st, 2, unit->id);
	db_bind_text(st, 3, key);
	db_bind_text(st, 4, value);
	rc = db_step(st);
	if (rc == 1) {
		uint8_t transport = transport_parse(db_text(st, 0));
		uint16_t port = (uint16_t)db_get(st, 1);

		db_reset(st);
		rc = open_port(s, front, transport, port);
		rc = rc == 0 ? open_port(s, front, unit->transport, unit->port)
			     : rc;
	}
	return rc;
}

/* Two outstations at one address are behind it. */
static int
concentrates(struct store *s, struct addr *front)
{
	sqlite3_stmt *st = s->st[ST_STATIONS];
	int rc;

	if (front->roles & ROLE_GATEWAY) {
		return 0;
	}
	rc = cache_settle(&s->addrs);
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, front->id);
	db_bind(st, 2, ROLE_RTU);
	rc = db_step(st);
	if (rc == 1) {
		bool several = db_get(st, 0) > 1;

		db_reset(st);
		rc = several ? role_because(s, front, ROLE_GATEWAY,
				   "several DNP3 outstations answer there")
			     : 0;
	}
	return rc;
}

int
unit_spoke(
    struct store *s, struct addr *front, struct addr *station, uint32_t role)
{
	int rc;

	if (station->asset == 0) {
		station->flags |= ADDR_OWN;
		asset_make(s, station);
	}
	rc = role_because(s, station, role, "speaks DNP3 by its address");
	if (rc == 0 && role == ROLE_CLIENT) {
		rc = role_because(s, station, ROLE_SCADA, "is a DNP3 master");
	}
	if (rc == 0 && role == ROLE_SERVER) {
		rc = role_because(s, station, ROLE_RTU, "is a DNP3 outstation");
		rc = rc == 0 ? concentrates(s, front) : rc;
	}
	return rc == 0 ? asset_refresh(s, station->asset) : rc;
}
