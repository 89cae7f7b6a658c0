/*
 * chassis: modules that share a backplane (architecture.md, section 6).
 *
 * A route of CIP names ports and links in turns (ODVA volume 1, C-1.4.1); port
 * 1 of what plugs into a backplane is that backplane, and the link there is
 * the slot:
 *
 *	1,0            slot 0 beside the module that holds the IP
 *	1,3,2,5        node 5 on port 2 of the module in slot 3
 *	1,3,2,5,1,1    slot 1 of the chassis that node 5 is a module of
 *
 * A chassis says nothing of itself.  It is a device of its own, without a
 * name, as soon as it is known to hold two different modules: two that were
 * asked, or one and the module that the way leads through, when that has
 * another serial number.  Before that a slot is a device behind the address.
 * (A compact controller answers for itself in slot 0, and is no chassis.)
 */
#include <string.h>

#include "store/store_priv.h"

/* Where the last pair of a path begins, if that is a slot of a backplane. */
static bool
is_slot(const struct ev_sub *sub, size_t *ret_prefix)
{
	size_t n = sub->len, slot, port;

	if (sub->kind != EV_SUB_PATH || n > EV_SUB_PATH_MAX) {
		return false;
	}
	for (slot = n; slot > 0 && sub->path[slot - 1] != ','; slot--) {
		if (sub->path[slot - 1] < '0' || sub->path[slot - 1] > '9') {
			return false;
		}
	}
	if (slot == n || slot < 2 || sub->path[slot - 2] != '1') {
		return false;
	}
	port = slot - 2;
	*ret_prefix = port;
	return port == 0 || sub->path[port - 1] == ',';
}

/* The chassis' own address: the path without the slot. */
static int
backplane(struct store *s, const struct addr *front, const struct addr *module,
    size_t prefix, bool make, struct addr **ret)
{
	struct ev_sub sub = {.kind = EV_SUB_PATH};

	memcpy(sub.path, module->sub.path, prefix + 1);
	sub.len = (uint8_t)(prefix + 1);
	return addr_sub(
	    s, front, module->transport, module->port, &sub, make, ret);
}

/* The asset of the module that the way leads through. */
static int
way(struct store *s, const struct addr *front, const struct addr *module,
    size_t prefix, int64_t *ret)
{
	struct ev_sub sub = {.kind = EV_SUB_PATH};
	struct addr *a = NULL;
	int rc;

	*ret = front->asset;
	if (prefix < 2) {
		return 0;
	}
	memcpy(sub.path, module->sub.path, prefix - 1);
	sub.len = (uint8_t)(prefix - 1);
	rc = addr_sub(
	    s, front, module->transport, module->port, &sub, false, &a);
	*ret = a != NULL ? a->asset : 0;
	return rc;
}

#define MODULES_MAX 256

static int
modules(struct store *s, const struct addr *front, const struct addr *module,
    size_t prefix, int64_t assets[MODULES_MAX], size_t *ret_n)
{
	sqlite3_stmt *st = s->st[ST_CHASSIS_MODULES];
	char path[EV_SUB_PATH_MAX + 1 + sizeof("path ")];
	int rc = cache_settle(&s->addrs);

	*ret_n = 0;
	if (rc != 0) {
		return rc;
	}
	memcpy(path, module->sub.path, prefix + 2); /* "1," as well */
	path[prefix + 2] = '\0';
	db_bind(st, 1, front->id);
	db_bind_text(st, 2, transport_name(module->transport));
	db_bind(st, 3, module->port);
	db_bind_text(st, 4, path);
	while ((rc = db_step(st)) == 1) {
		if (*ret_n < MODULES_MAX) {
			assets[(*ret_n)++] = db_get(st, 0);
		}
	}
	return rc;
}

/* Whether both have told a serial number, and not the same. */
static int
is_other(struct store *s, const struct addr *front, const struct addr *module,
    bool *ret)
{
	sqlite3_stmt *st = s->st[ST_CHASSIS_OTHER];
	int rc;

	db_bind(st, 1, front->id);
	db_bind(st, 2, module->id);
	rc = db_step(st);
	*ret = rc == 1;
	if (rc == 1) {
		db_reset(st);
		rc = 0;
	}
	return rc;
}

int
chassis_of(struct store *s, int64_t asset, int64_t *ret)
{
	sqlite3_stmt *st = s->st[ST_ASSET_CHASSIS];
	int rc;

	*ret = 0;
	db_bind(st, 1, asset);
	rc = db_step(st);
	if (rc == 1) {
		*ret = db_get(st, 0);
		db_reset(st);
		rc = 0;
	}
	return rc;
}

/* Whoever is in two chassis shows that they are one. */
static int
put_in(struct store *s, int64_t asset, struct addr *c)
{
	int64_t other;
	int rc = chassis_of(s, asset, &other);

	if (rc != 0 || other == c->asset) {
		return rc;
	}
	return other != 0 ? asset_join(s, other, c->asset)
			  : asset_move(s, asset, c);
}

static int
make_chassis(struct store *s, const struct addr *front,
    const struct addr *module, size_t prefix, const int64_t *assets, size_t n)
{
	struct addr *c = NULL;
	int64_t through;
	int rc = backplane(s, front, module, prefix, true, &c);

	if (rc != 0 || c == NULL) {
		return rc;
	}
	c->flags |= ADDR_HEARD | ADDR_OWN;
	addr_role(s, c, ROLE_CHASSIS);
	addr_seen(s, c, module->last);
	if (c->asset == 0) {
		asset_make(s, c);
	}
	rc = asset_move(s, c->asset, NULL);
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = put_in(s, assets[i], c);
	}
	rc = rc == 0 ? way(s, front, module, prefix, &through) : rc;
	return rc == 0 && through != 0 ? put_in(s, through, c) : rc;
}

/* New is what fills a slot that the chassis had said is empty.  One that
 * nobody asked for before may have been there all the time. */
static int
note_module(struct store *s, const struct addr *c, const struct addr *module)
{
	char path[EV_SUB_PATH_MAX + sizeof("path ")];
	int64_t in;
	int rc = chassis_of(s, module->asset, &in);

	if (rc == 0 && in == 0 && module->flags & ADDR_EMPTY) {
		addr_text(module, path, sizeof(path));
		change_note(s, c, "module-added", "", path);
	}
	return rc;
}

int
chassis_said(struct store *s, struct addr *front, const struct addr *module)
{
	int64_t assets[MODULES_MAX];
	struct addr *c = NULL;
	size_t prefix, n = 0;
	bool other = false;
	int rc;

	if (module->asset == 0 || !is_slot(&module->sub, &prefix)) {
		return 0;
	}
	rc = backplane(s, front, module, prefix, false, &c);
	if (rc != 0) {
		return rc;
	}
	if (c != NULL && c->asset != 0) {
		addr_seen(s, c, module->last);
		rc = note_module(s, c, module);
		return rc == 0 ? put_in(s, module->asset, c) : rc;
	}
	rc = modules(s, front, module, prefix, assets, &n);
	if (rc == 0 && n == 1 && prefix == 0) {
		rc = is_other(s, front, module, &other);
	}
	return rc == 0 && (n > 1 || other)
		   ? make_chassis(s, front, module, prefix, assets, n)
		   : rc;
}

int
chassis_front(struct store *s, struct addr *front)
{
	sqlite3_stmt *st = s->st[ST_CHASSIS_SLOT];
	struct ev_sub sub = {.kind = EV_SUB_PATH};
	struct addr *module = NULL;
	uint8_t transport;
	uint16_t port;
	int rc = cache_settle(&s->addrs);

	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, front->id);
	rc = db_step(st);
	if (rc != 1) {
		return rc;
	}
	transport = transport_parse(db_text(st, 0));
	port = (uint16_t)db_get(st, 1);
	db_copy(st, 2, sub.path, sizeof(sub.path));
	sub.len = (uint8_t)strnlen(sub.path, sizeof(sub.path));
	db_reset(st);
	rc = addr_sub(s, front, transport, port, &sub, false, &module);
	return rc == 0 && module != NULL ? chassis_said(s, front, module) : rc;
}
