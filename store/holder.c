/*
 * holder: the rows of those that have or had one IP, and which of them is
 * meant.
 *
 * The first row of an IP has slot 0 and knows how many there are (holders).
 * Who makes rows and why is hold.c's; what a place is, place.c's.
 */
#include <string.h>

#include "store/store_priv.h"

#define ROWS_MAX 64 /* of one IP, at all places; HOLDERS_MAX at one */

int
hold_row(struct store *s, struct addr *first, uint8_t slot, struct addr **ret)
{
	if (slot == 0) {
		*ret = first;
		return 0;
	}
	cache_touch(&s->addrs, first);
	if (s->hand != NULL) {
		cache_touch(&s->addrs, s->hand);
	}
	if (s->now.src != NULL) {
		cache_touch(&s->addrs, s->now.src);
	}
	return addr_ip(s, first->ipver, &first->ip, slot, false, ret);
}

static bool
is_of_mac(const struct addr *a, const uint8_t mac[6])
{
	return a != NULL && a->has_mac &&
	       ((a->flags & ADDR_FIRM) || a->place_n != 0) &&
	       memcmp(a->mac, mac, sizeof(a->mac)) == 0;
}

static struct held *
held_slot(struct store *s, const struct addr *first, const uint8_t mac[6])
{
	uint64_t h = (uint64_t)first->id * 31 + mac[5] + mac[4] * 7u;

	return &s->held[h % HELD_SLOTS];
}

int
hold_find(struct store *s, struct addr *first, const uint8_t mac[6],
    struct addr **ret)
{
	struct held *was = held_slot(s, first, mac);
	struct addr *a = NULL;
	int rc;

	*ret = NULL;
	if (was->first == first->id && memcmp(was->mac, mac, 6) == 0) {
		rc = hold_row(s, first, was->slot, &a);
		if (rc != 0 || is_of_mac(a, mac)) {
			*ret = rc == 0 ? a : NULL;
			return rc;
		}
	}
	for (uint8_t i = 0; i < first->holders; i++) {
		rc = hold_row(s, first, i, &a);
		if (rc != 0) {
			return rc;
		}
		if (is_of_mac(a, mac)) {
			was->first = first->id;
			memcpy(was->mac, mac, 6);
			was->slot = i;
			*ret = a;
			return 0;
		}
	}
	return 0;
}

/* Who has the IP at the place now; *ret NULL: nobody that is known. */
static int
of_place(struct store *s, struct addr *first, uint32_t place, struct addr **ret)
{
	struct addr *a = NULL, *now = NULL;
	int found = -1, rc;

	*ret = NULL;
	for (uint8_t i = 0; i < first->holders; i++) {
		rc = hold_row(s, first, i, &a);
		if (rc != 0) {
			return rc;
		}
		if (a == NULL || place_is_elsewhere(s, a, place)) {
			continue;
		}
		/* One of whom no place is known may be anywhere. */
		found = found < 0 || a->place_n != 0 ? i : found;
		if (a->place_n != 0) {
			break;
		}
	}
	if (found < 0) {
		return 0;
	}
	rc = hold_row(s, first, (uint8_t)found, &a);
	if (rc == 0 && a != NULL) {
		found = a->current;
		*ret = a;
		rc = hold_row(s, first, (uint8_t)found, &now);
	}
	if (rc == 0 && now != NULL && !place_is_elsewhere(s, now, place)) {
		*ret = now;
	}
	return rc;
}

/* A router brought it: whoever has the IP where the router is, if that is
 * one. */
static int
of_carrier(struct store *s, struct addr *first, const uint8_t mac[6],
    struct addr **ret)
{
	uint32_t places[ADDR_PLACES_MAX];
	struct addr *m = NULL, *a = NULL;
	uint8_t n;
	int rc = addr_mac(s, mac, false, &m);

	*ret = NULL;
	if (rc != 0 || m == NULL || m->place_n == ADDR_PLACES_MANY) {
		return rc;
	}
	n = m->place_n;
	memcpy(places, m->place, sizeof(places));
	for (uint8_t i = 0; i < n && rc == 0; i++) {
		rc = of_place(s, first, places[i], &a);
		if (rc == 0 && a != NULL && *ret != NULL && a != *ret) {
			*ret = NULL;
			return 0;
		}
		*ret = a != NULL ? a : *ret;
	}
	return rc;
}

/* Of all that have the IP, who was heard last. */
static int
latest(struct store *s, struct addr *first, struct addr **ret)
{
	struct addr *a = NULL;
	uint64_t heard = first->heard;
	uint8_t slot = 0;

	for (uint8_t i = 1; i < first->holders; i++) {
		int rc = hold_row(s, first, i, &a);

		if (rc != 0) {
			return rc;
		}
		if (a != NULL && a->heard > heard) {
			heard = a->heard;
			slot = i;
		}
	}
	return hold_row(s, first, slot, ret);
}

int
hold_pick(struct store *s, struct addr *first, const uint8_t *mac,
    uint32_t place, struct addr **ret, bool *ret_here)
{
	struct addr *a = NULL;
	int rc = 0;

	*ret = first;
	*ret_here = !place_is_elsewhere(s, first, place);
	if (first->holders < 2) {
		return 0;
	}
	*ret_here = true;
	if (mac != NULL) {
		rc = hold_find(s, first, mac, &a);
	}
	if (rc == 0 && a == NULL) {
		rc = of_place(s, first, place, &a);
	}
	if (rc == 0 && a == NULL) {
		*ret_here = false;
		rc = mac != NULL ? of_carrier(s, first, mac, &a) : 0;
		if (rc == 0 && a == NULL) {
			rc = latest(s, first, &a);
		}
	}
	*ret = a != NULL ? a : first;
	return rc;
}

int
hold_new(struct store *s, struct addr *first, uint32_t place, struct addr **ret)
{
	struct addr *a = NULL;
	int rc = 0;

	*ret = NULL;
	if (first->holders < ROWS_MAX) {
		rc = addr_ip(
		    s, first->ipver, &first->ip, first->holders, true, &a);
	}
	if (rc == 0 && a != NULL) {
		first->holders++;
		cache_dirty(&s->addrs, first);
		place_note(s, a, place);
		*ret = a;
	}
	return rc;
}
