/*
 * change: what changed about a device: kept for its page, told to the rules.
 *
 *	silent          longer than its rhythm has it        rhythm.c
 *	returned        heard again after that
 *	new-address     a device has another IP              hold.c
 *	mac-changed     an IP has another holder
 *	duplicate-ip    two MACs hold an IP, and both talk
 *	module-added    a slot of a chassis is filled        chassis.c
 *	module-removed  no way leads to it any more          unit.c
 *	firmware, ...   it says another value of itself      fact.c
 *
 * Rules see the first seven as state events of no protocol: `state` is the
 * word, `old` what was, `value` what is.  They are judged behind the event
 * that showed them, which has ends of its own.  What a device says of itself
 * is judged as the identity event that it is; new devices and services have
 * rows of their own, and no change is written for them.
 */
#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"

static int
keep(struct store *s, const struct change *c)
{
	sqlite3_stmt *st = s->st[ST_CHANGE_NEW];
	int rc;

	db_bind(st, 1, c->addr);
	db_bind_text(st, 2, c->what);
	db_bind_text(st, 3, c->old);
	db_bind_text(st, 4, c->value);
	db_bind(st, 5, (int64_t)c->ts_ns);
	db_bind(st, 6, frame_of(s, c->input, c->frame));
	db_bind(st, 7, 3600 * (int64_t)NS_PER_SEC);
	rc = db_run(st);
	if (rc == 0) {
		st = s->st[ST_CHANGE_TRIM];
		db_bind(st, 1, LIMIT_STORE_HISTORY);
		rc = db_run(st);
	}
	return rc;
}

static void
fill(struct store *s, struct change *c, const struct addr *a, const char *what,
    const char *old, const char *value)
{
	const struct ev *e = s->now.ev;

	c->untold = false;
	c->addr = a->id;
	c->what = what;
	c->ts_ns = e != NULL ? e->ts_ns : s->stream_ns;
	c->frame = e != NULL ? e->frame : 0;
	c->input = e != NULL ? e->input : 0;
	c->vlan = e != NULL ? place_vlan(place_of(e)) : 0;
	(void)snprintf(c->old, sizeof(c->old), "%s", old);
	(void)snprintf(c->value, sizeof(c->value), "%s", value);
}

int
change_said(struct store *s, const struct addr *a, const char *key,
    const char *old, const char *value)
{
	struct change c;

	fill(s, &c, a, key, old, value);
	return keep(s, &c);
}

/* One event shows few; what is more is not told. */
struct change *
change_note(struct store *s, const struct addr *a, const char *what,
    const char *old, const char *value)
{
	struct change *c = NULL;

	if (s->changes < CHANGES_MAX) {
		c = &s->change[s->changes++];
		fill(s, c, a, what, old, value);
	}
	return c;
}

/* Texts last as long as c. */
static void
put_text(struct ev *e, uint16_t field, const char *text)
{
	if (text[0] != '\0') {
		ev_bytes(e, field, EV_T_TEXT, text, strlen(text));
	}
}

static int
tell(struct store *s, const struct change *c)
{
	struct ev_field fields[4];
	struct ev e = {
	    .kind = EV_STATE,
	    .ts_ns = c->ts_ns,
	    .frame = c->frame,
	    .input = c->input,
	    .f = fields,
	    .max_fields = sizeof(fields) / sizeof(fields[0]),
	};
	struct addr *a = NULL;
	int rc = addr_by_id(s, c->addr, &a);

	if (rc != 0 || a == NULL) {
		return rc;
	}
	e.vlan[0] = c->vlan;
	e.vlan_n = c->vlan != 0;
	e.src.has_mac = a->has_mac;
	memcpy(e.src.mac, a->mac, sizeof(e.src.mac));
	e.src.ipver = a->ipver;
	e.src.ip = a->ip;
	e.src.sub = a->sub;
	ev_name(&e, EVF_STATE, c->what);
	put_text(&e, EVF_OLD, c->old);
	put_text(&e, EVF_VALUE, c->value);
	memset(&s->now, 0, sizeof(s->now));
	s->now.ev = &e;
	s->now.src = a;
	rc = keep(s, c);
	rc = rc == 0 && !c->untold ? judge(s) : rc;
	s->now.ev = NULL;
	return rc;
}

int
change_tell(struct store *s)
{
	int rc = 0;

	for (uint32_t i = 0; i < s->changes && rc == 0; i++) {
		rc = tell(s, &s->change[i]);
	}
	s->changes = 0;
	return rc;
}
