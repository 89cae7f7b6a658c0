/*
 * place: where on the network an address is heard, and which of those places
 * cannot hear each other.
 *
 * Machines that are delivered twice have the same addresses twice: each its
 * own 192.168.1.10, in a VLAN, or behind a mirror port, of its own.  That is
 * no conflict, and they are different devices.  A place is an interface and
 * the innermost VLAN tag.  Two places are apart when
 *
 *	both have a tag, and not the same one, or
 *	their interfaces show different networks.
 *
 * A frame without a tag may be of any VLAN of its interface: switches take
 * the tag off that is a port's own, and a mirror often shows one direction
 * with it and the other without.  So nothing is apart from no tag.
 *
 * Two interfaces are taken for one network, as they may be the two directions
 * of a TAP or two mirrors of one core, until the contrary is shown:
 *
 *	whole    conversations were seen at each of them, both ends of which
 *	         are heard there: neither is half of a TAP
 *	joined   not: nobody heard at the one only talks to somebody heard at
 *	         the other only, and no two MACs are heard at both (one may be
 *	         the router between them)
 *
 * What was learned of interfaces is kept with the meta data; beyond the eighth
 * they are one.  Who is where is hold.c's.
 */
#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"

#define VLAN_BITS 12
#define VLAN_MASK 0xfff
#define IFACES    8 /* LIVE_IFACES_MAX; a pcapng file may have more */
#define BIT(i, j) (1ULL << ((i)*IFACES + (j)))

_Static_assert(LIMIT_LIVE_IFACES_MAX == IFACES, "as many as can be watched");

unsigned
place_iface(uint32_t place)
{
	return place >> VLAN_BITS;
}

uint32_t
place_of(const struct ev *e)
{
	uint32_t iface = e->iface < IFACES ? e->iface : IFACES;
	uint32_t vlan = 0;

	if (e->vlan_n != 0) {
		vlan = e->vlan[(e->vlan_n < EV_VLANS_MAX ? e->vlan_n
							 : EV_VLANS_MAX) -
			       1] &
		       VLAN_MASK;
	}
	return iface << VLAN_BITS | vlan;
}

uint16_t
place_vlan(uint32_t place)
{
	return place & VLAN_MASK;
}

static bool
may_be_one_vlan(uint32_t x, uint32_t y)
{
	return place_vlan(x) == 0 || place_vlan(y) == 0 ||
	       place_vlan(x) == place_vlan(y);
}

bool
place_ifaces_are_apart(const struct store *s, unsigned i, unsigned j)
{
	return i != j && i < IFACES && j < IFACES &&
	       (s->sight.whole & 1ULL << i) != 0 &&
	       (s->sight.whole & 1ULL << j) != 0 &&
	       (s->sight.joined & BIT(i, j)) == 0;
}

static bool
are_apart(const struct store *s, uint32_t x, uint32_t y)
{
	return !may_be_one_vlan(x, y) ||
	       place_ifaces_are_apart(s, place_iface(x), place_iface(y));
}

bool
place_is_known(const struct addr *a, uint32_t place)
{
	for (uint8_t i = 0; i < a->place_n; i++) {
		if (a->place[i] == place) {
			return true;
		}
	}
	return a->place_n == ADDR_PLACES_MANY;
}

bool
place_is_elsewhere(const struct store *s, const struct addr *a, uint32_t place)
{
	if (a->place_n == 0 || a->place_n == ADDR_PLACES_MANY) {
		return false;
	}
	for (uint8_t i = 0; i < a->place_n; i++) {
		if (!are_apart(s, a->place[i], place)) {
			return false;
		}
	}
	return true;
}

bool
place_are_apart(
    const struct store *s, const struct addr *a, const struct addr *b)
{
	if (b->place_n == 0 || b->place_n == ADDR_PLACES_MANY) {
		return false;
	}
	for (uint8_t i = 0; i < b->place_n; i++) {
		if (!place_is_elsewhere(s, a, b->place[i])) {
			return false;
		}
	}
	return true;
}

void
place_note(struct store *s, struct addr *a, uint32_t place)
{
	if (place_is_known(a, place)) {
		return;
	}
	if (a->place_n < ADDR_PLACES_MAX) {
		a->place[a->place_n++] = place;
	} else {
		a->place_n = ADDR_PLACES_MANY;
	}
	cache_dirty(&s->addrs, a);
}

/* --- what interfaces show -------------------------------------------------- */

static void
join(struct store *s, unsigned i, unsigned j)
{
	s->sight.joined |= BIT(i, j) | BIT(j, i);
	s->sight.changed = true;
}

/* A MAC that is heard at another interface, too; the second one tells. */
static void
meet(struct store *s, unsigned i, unsigned j)
{
	if (i == j || i >= IFACES || j >= IFACES) {
		return;
	}
	if (s->sight.near & BIT(i, j)) {
		join(s, i, j);
		return;
	}
	s->sight.near |= BIT(i, j) | BIT(j, i);
	s->sight.changed = true;
}

void
place_heard(struct store *s, struct addr *m, uint32_t place)
{
	unsigned at = place_iface(place);
	bool first = true;

	if (place_is_known(m, place)) {
		return;
	}
	if (at < IFACES && !(s->sight.seen & 1ULL << at)) {
		s->sight.seen |= 1ULL << at;
		s->sight.changed = true;
	}
	for (uint8_t i = 0; i < m->place_n; i++) {
		first = first && place_iface(m->place[i]) != at;
	}
	for (uint8_t i = 0; first && i < m->place_n; i++) {
		if (!(m->flags & ADDR_VIRTUAL) && !(m->roles & ROLE_ROUTER) &&
		    may_be_one_vlan(m->place[i], place)) {
			meet(s, place_iface(m->place[i]), at);
		}
	}
	place_note(s, m, place);
}

static uint64_t
ifaces_of(const struct addr *m)
{
	uint64_t set = 0;

	if (m == NULL || m->place_n == ADDR_PLACES_MANY) {
		return 0;
	}
	for (uint8_t i = 0; i < m->place_n; i++) {
		set |= place_iface(m->place[i]) < IFACES
			   ? 1ULL << place_iface(m->place[i])
			   : 0;
	}
	return set;
}

static void
note_pair(struct store *s, uint64_t x, uint64_t y)
{
	if ((x & y) != 0) {
		if ((s->sight.whole & x & y) != (x & y)) {
			s->sight.whole |= x & y;
			s->sight.changed = true;
		}
		return;
	}
	for (unsigned i = 0; i < IFACES; i++) {
		for (unsigned j = 0; j < IFACES; j++) {
			if ((x & 1ULL << i) && (y & 1ULL << j) &&
			    !(s->sight.joined & BIT(i, j))) {
				join(s, i, j);
			}
		}
	}
}

/* A single interface shows nothing more of itself than that it is whole. */
static bool
all_is_shown(const struct store *s)
{
	uint64_t seen = s->sight.seen;

	return seen != 0 && (seen & (seen - 1)) == 0 &&
	       (s->sight.whole & seen) != 0;
}

int
place_talk(struct store *s, const struct ev *e)
{
	const struct ev_end *ends[2] = {&e->src, &e->dst};
	uint64_t at[2];

	if (all_is_shown(s)) {
		return 0;
	}
	for (int i = 0; i < 2; i++) {
		struct addr *m = NULL;
		int rc = addr_has_mac(ends[i])
			     ? addr_mac(s, ends[i]->mac, false, &m)
			     : 0;

		if (rc != 0) {
			return rc;
		}
		at[i] = ifaces_of(m);
	}
	if (at[0] != 0 && at[1] != 0) {
		note_pair(s, at[0], at[1]);
	}
	return 0;
}

/* --- across a restart ------------------------------------------------------- */

static const struct {
	const char *key;
	size_t at;
} kept[] = {
    {"ifaces_seen", offsetof(struct sight, seen)},
    {"ifaces_whole", offsetof(struct sight, whole)},
    {"ifaces_near", offsetof(struct sight, near)},
    {"ifaces_joined", offsetof(struct sight, joined)},
};

int
place_start(struct store *s)
{
	char sql[64];
	int rc = 0;

	memset(&s->sight, 0, sizeof(s->sight));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]) && rc == 0; i++) {
		int64_t v = 0;

		(void)snprintf(sql, sizeof(sql),
		    "SELECT value FROM meta WHERE key = '%s'", kept[i].key);
		rc = db_int(s->db, sql, 0, &v);
		memcpy((char *)&s->sight + kept[i].at, &v, sizeof(v));
	}
	return rc;
}

int
place_write(struct store *s)
{
	int rc = 0;

	for (size_t i = 0;
	     s->sight.changed && rc == 0 && i < sizeof(kept) / sizeof(kept[0]);
	     i++) {
		int64_t v;

		memcpy(&v, (const char *)&s->sight + kept[i].at, sizeof(v));
		rc = store_meta_set(s, kept[i].key, v);
	}
	if (rc == 0) {
		s->sight.changed = false;
	}
	return rc;
}
