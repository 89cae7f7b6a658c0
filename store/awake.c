/*
 * awake: how long each interface has shown the plant, without a long pause.
 *
 * Who is to be missed must have been there to be heard: a mirror port may go
 * dark while another one shows on.  So each interface has a clock of its own,
 * which goes as long as stations are heard there, or at another one that may
 * show the same network (place.c): one leg of a TAP may have no more than one
 * device.  And one goes for all, for addresses of which no interface is known.
 *
 * A switch speaks out of its own port even when it mirrors nothing there any
 * more: LLDP, CDP, spanning tree, rings.  That does not show the plant.
 */
#include <stdio.h>
#include <string.h>

#include "event/upkeep.h"
#include "store/store_priv.h"

#define DARK_NS (600 * NS_PER_SEC) /* nobody at all is heard: dark */

static bool
begins(const uint8_t mac[6], uint8_t a, uint8_t b, uint8_t c)
{
	return mac[0] == a && mac[1] == b && mac[2] == c;
}

/* Rings are kept up by switches, too. */
static bool
is_of_switches(const uint8_t mac[6])
{
	return upkeep_is_group(mac) ||
	       begins(mac, 0x01, 0x15, 0x4e) || /* IEC 62439-2 (MRP) */
	       begins(mac, 0x01, 0x21, 0x6c);   /* DLR               */
}

static bool
shows_the_plant(const struct ev *e)
{
	/* Of a MAC alone nobody says to whom it spoke. */
	if (e->kind == EV_ENDPOINT) {
		return addr_has_ip(&e->src);
	}
	return !e->dst.has_mac ||
	       (!is_of_switches(e->dst.mac) &&
		   memcmp(e->src.mac, e->dst.mac, sizeof(e->src.mac)) != 0);
}

static void
go_on(struct awake *w, uint64_t ts_ns)
{
	if (ts_ns > w->heard_ns) {
		if (w->heard_ns == 0 || ts_ns - w->heard_ns > DARK_NS) {
			w->since_ns = ts_ns;
		}
		w->heard_ns = ts_ns;
	}
}

void
awake_heard(struct store *s, uint64_t ts_ns)
{
	const struct ev *e = s->now.ev;
	unsigned iface;

	if (e == NULL) {
		go_on(&s->awake[0], ts_ns);
		return;
	}
	iface = place_iface(place_of(e));
	/* Each end of an event is heard by itself: the first has said it. */
	if (ts_ns > s->awake[1 + iface].heard_ns && shows_the_plant(e)) {
		go_on(&s->awake[0], ts_ns);
		for (unsigned i = 0; i + 1 < AWAKE_CLOCKS; i++) {
			if (!place_ifaces_are_apart(s, i, iface)) {
				go_on(&s->awake[1 + i], ts_ns);
			}
		}
	}
}

const struct awake *
awake_of(const struct store *s, const struct addr *a)
{
	const struct awake *best = NULL;

	if (a->place_n == ADDR_PLACES_MANY) {
		return &s->awake[0];
	}
	for (uint8_t i = 0; i < a->place_n; i++) {
		const struct awake *w = &s->awake[1 + place_iface(a->place[i])];

		if (best == NULL || w->heard_ns > best->heard_ns) {
			best = w;
		}
	}
	if (best == NULL && a->heard_at != 0) {
		best = &s->awake[a->heard_at];
	}
	/* One that was never heard so, GOOSE alone, has no clock. */
	return best != NULL && best->heard_ns != 0 ? best : &s->awake[0];
}

/* "heard_ns" for all, "heard_ns.1" of the first interface. */
static void
name_key(char *buf, size_t size, const char *key, size_t i)
{
	if (i == 0) {
		(void)snprintf(buf, size, "%s", key);
	} else {
		(void)snprintf(buf, size, "%s.%zu", key, i);
	}
}

static int
read_key(struct store *s, const char *key, size_t i, uint64_t *ret)
{
	char name[32], sql[80];
	int64_t v = 0;
	int rc;

	name_key(name, sizeof(name), key, i);
	(void)snprintf(
	    sql, sizeof(sql), "SELECT value FROM meta WHERE key = '%s'", name);
	rc = db_int(s->db, sql, 0, &v);
	*ret = (uint64_t)v;
	return rc;
}

int
awake_start(struct store *s)
{
	int rc = 0;

	for (size_t i = 0; i < AWAKE_CLOCKS && rc == 0; i++) {
		rc = read_key(s, "heard_ns", i, &s->awake[i].heard_ns);
		rc = rc == 0 ? read_key(s, "awake_ns", i, &s->awake[i].since_ns)
			     : rc;
	}
	return rc;
}

int
awake_write(struct store *s)
{
	char name[32];
	int rc = 0;

	for (size_t i = 0; i < AWAKE_CLOCKS && rc == 0; i++) {
		if (s->awake[i].heard_ns == 0) {
			continue;
		}
		name_key(name, sizeof(name), "heard_ns", i);
		rc = store_meta_set(s, name, (int64_t)s->awake[i].heard_ns);
		name_key(name, sizeof(name), "awake_ns", i);
		rc = rc == 0 ? store_meta_set(
				   s, name, (int64_t)s->awake[i].since_ns)
			     : rc;
	}
	return rc;
}
