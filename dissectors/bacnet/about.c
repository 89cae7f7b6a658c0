/*
 * about: what an operation is about, in one short text: that makes it the same
 * again for whoever counts, learns and judges (EV_R_KEY), for whom the objects
 * themselves are too many.
 *
 *	"analog-value 901"    "device 5 object-name"    "schedule 2 87[3]"
 *
 * Present-value goes without saying.  What does not fit gives way to a hash of
 * all of it.
 */
#include "dissectors/bacnet/bacnet.h"

#define HASH_LEN 17 /* ~ and sixteen digits */

static void
put(struct bn_about *to, const char *s, size_t n)
{
	if (to->n < sizeof(to->text)) {
		size_t room = sizeof(to->text) - to->n;

		memcpy(to->text + to->n, s, n < room ? n : room);
	}
	to->n += n;
}

static void
put_number(struct bn_about *to, char before, uint32_t v)
{
	char digits[11];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	digits[--at] = before;
	put(to, digits + at, sizeof(digits) - at);
}

static void
put_name(struct bn_about *to, const char *name, const char *what, uint32_t v)
{
	if (name != NULL) {
		put(to, name, strlen(name));
	} else {
		put(to, what, strlen(what));
		put_number(to, '-', v);
	}
}

static void
put_item(struct bn_about *to, const struct bn_item *i)
{
	bool indexed = i->has & BN_HAS_INDEX;

	if (to->n > 0) {
		put(to, ", ", 2);
	}
	if (i->has & (BN_HAS_OID | BN_HAS_TYPE)) {
		put_name(to, bn_object_name(i->type), "object-type", i->type);
	}
	if (i->has & BN_HAS_OID) {
		put_number(to, ' ', i->instance);
	}
	if (i->has & BN_HAS_PROP &&
	    (i->property != BN_PROP_PRESENT_VALUE || indexed)) {
		put(to, " ", 1);
		put_name(
		    to, bn_property_name(i->property), "property", i->property);
	}
	if (indexed) {
		put_number(to, '[', i->index);
		put(to, "]", 1);
	}
}

/* A step that loses nothing, after which all bits count. */
static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15;
	return h ^ h >> 32;
}

static uint64_t
mix_item(uint64_t h, const struct bn_item *i)
{
	const unsigned plain = BN_HAS_OID | BN_HAS_PROP;
	unsigned has = i->has & (plain | BN_HAS_TYPE | BN_HAS_INDEX);
	uint64_t object = 0, property = 0;

	if (has & (BN_HAS_OID | BN_HAS_TYPE)) {
		object = (uint64_t)i->type << 22;
	}
	if (has & BN_HAS_OID) {
		object |= i->instance;
	}
	if (has & BN_HAS_PROP) {
		property = i->property;
	}
	h = mix(h, object | property << 32);
	if (has != plain) {
		h = mix(h, has & BN_HAS_INDEX ? i->index : 0);
		h = mix(h, has);
	}
	return h;
}

/* All of the items, in place of the text's end. */
static void
put_hash(struct bn_about *to, const struct bn_msg *m)
{
	char *at = to->text + sizeof(to->text);
	uint64_t h = 0;

	for (uint16_t i = 0; i < m->n; i++) {
		h = mix_item(h, &m->item[i]);
	}
	for (unsigned k = 1; k < HASH_LEN; k++, h >>= 4) {
		*--at = "0123456789abcdef"[h & 15];
	}
	*--at = '~';
	to->n = sizeof(to->text);
}

void
bn_tell_about(const struct bn_msg *m, struct ev *e, struct bn_about *to)
{
	to->n = 0;
	for (uint16_t i = 0; i < m->n && to->n <= sizeof(to->text); i++) {
		put_item(to, &m->item[i]);
	}
	if (to->n > sizeof(to->text)) {
		put_hash(to, m);
	}
	if (to->n > 0) {
		ev_bytes(e, BNF_ABOUT, EV_T_TEXT, to->text, to->n);
	}
}
