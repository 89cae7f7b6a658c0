/*
 * replaced: another device in the place of one, of which no ARP is heard.
 *
 * Who claims an IP by ARP, ND or DHCP gets a row of its own (hold.c).  A packet
 * alone shows little: it may come through a router, or from another port of a
 * team.  But when it says another serial number or model than the holder of the
 * IP said of itself, and comes with another MAC, which is no router's, then
 * another device has the IP, and what it says is its own.
 */
#include <string.h>

#include "store/store_priv.h"

/* The row of the IP as a device says of itself: no unit, nothing behind it. */
static struct addr *
speaker_row(const struct judged *n)
{
	struct addr *a = n->src;

	return a != NULL && a->kind == ADDR_IP && a->has_mac &&
		       (n->subject == NULL || n->subject == a) &&
		       n->ev->src.has_mac &&
		       memcmp(a->mac, n->ev->src.mac, sizeof(a->mac)) != 0 &&
		       (a->flags & (ADDR_FIRM | ADDR_DIRECT))
		   ? a
		   : NULL;
}

/* What stays as long as the device does. */
static bool
is_of_the_make(const char *key)
{
	static const char *const keys[] = {"serial", "model", "product_code",
	    "order_number", "vendor", "vendor_id"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i], key) == 0) {
			return true;
		}
	}
	return false;
}

/* Whether the event says something else than the holder of the IP. */
static int
says_another(struct store *s, const struct addr *a, bool *ret)
{
	struct judged *n = &s->now;
	struct fact f;
	int rc;

	*ret = false;
	if (!fact_parse(n->ev, &f) || !is_of_the_make(f.key)) {
		return 0;
	}
	rc = differ_find(s, a, &f);
	*ret = rc == 0 && n->fact_changes;
	n->fact_known = false; /* of whom it is, is decided only now */
	return rc;
}

static void
be_of(struct addr **end, const struct addr *old, struct addr *now)
{
	if (*end == old) {
		*end = now;
	}
}

int
replaced_judge(struct store *s)
{
	struct judged *n = &s->now;
	struct addr *a = speaker_row(n), *row = NULL;
	bool another = false;
	int rc;

	if (n->ev->kind != EV_IDENTITY || a == NULL) {
		return 0;
	}
	rc = says_another(s, a, &another);
	if (rc != 0 || !another) {
		return rc;
	}
	rc = hold_replace(s, a, n->ev, &row);
	if (rc == 0 && row != NULL) {
		be_of(&n->subject, a, row);
		be_of(&n->server, a, row);
		be_of(&n->client, a, row);
		be_of(&n->src, a, row);
	}
	return rc;
}
