/*
 * about: what an operation is about, in one short text: that makes it the same
 * again for whoever counts, learns and judges (EV_R_KEY), for whom the objects
 * themselves are too many.
 *
 *	"60v2, 60v3, 60v4"    "30v1 0-9"    "12v1 5 latch_on"    "70v3 a.txt"
 *
 * What does not fit gives way to a hash of all of it.
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/dnp3/dnp3.h"

#define HASH_LEN 17 /* ~ and sixteen digits */

struct about {
	struct dn_about *to;
	uint64_t hash; /* FNV-1a */
	bool indexes;
	unsigned points; /* that have values, and the last of them */
	uint32_t index;
	uint8_t group;
};

static void
put(struct about *a, const char *s, size_t n)
{
	struct dn_about *to = a->to;

	for (size_t i = 0; i < n; i++) {
		a->hash = (a->hash ^ (uint8_t)s[i]) * 0x100000001b3;
		if (to->n < sizeof(to->text)) {
			to->text[to->n] = s[i];
		}
		to->n++;
	}
}

static void
put_number(struct about *a, char before, uint32_t v)
{
	char digits[11];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	if (before != '\0') {
		put(a, &before, 1);
	}
	put(a, digits + at, sizeof(digits) - at);
}

static void
put_text(struct about *a, const char *s, size_t n)
{
	put(a, " ", 1);
	put(a, s, n);
}

static void
put_object(struct about *a, const struct dn_item *it)
{
	struct rd r = it->data;
	struct rd name = dn_file_name(it);

	if (it->has_index && dn_group(it->group)->what != DN_GROUP_NONE) {
		a->points++;
		a->group = it->group;
		a->index = it->index;
	}
	if (it->group == 70) {
		if (rd_left(&name) > 0) {
			put_text(a, (const char *)name.p, rd_left(&name));
		}
		return;
	}
	if (it->has_index && !it->has_range) {
		put_number(a, ' ', it->index);
	}
	if (it->group == 12 && it->layout != NULL && it->layout[0] == 'K' &&
	    rd_left(&r) > 0) {
		const char *s = dn_control_name(rd_u8(&r));

		put_text(a, s, strlen(s));
	}
}

static void
visit(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	struct about *a = arg;

	if (!header) {
		if (a->indexes) {
			put_object(a, it);
		}
		return;
	}
	dn_learn_item(f, it);
	if (a->to->n > 0) {
		put(a, ", ", 2);
	}
	put_number(a, '\0', it->group);
	put_number(a, 'v', it->var);
	if (it->has_range && a->indexes) {
		put_number(a, ' ', it->start);
		if (it->stop != it->start) {
			put_number(a, '-', it->stop);
		}
	}
}

void
dn_tell_about(struct dn_frag *f, struct ev *e, struct dn_about *to)
{
	/* Which points report by themselves differs each time. */
	struct about a = {.to = to,
	    .hash = 0xcbf29ce484222325,
	    .indexes = f->dir == EV_DIR_REQUEST};
	char hash[HASH_LEN + 1];

	to->n = 0;
	if (f->dir == EV_DIR_RESPONSE || rd_left(&f->objects) == 0) {
		return;
	}
	dn_learn_nothing(f);
	f->only_headers = !a.indexes;
	dn_walk(f, visit, &a);
	f->only_headers = false;
	if (to->n > sizeof(to->text)) {
		to->n = sizeof(to->text);
		(void)snprintf(
		    hash, sizeof(hash), "~%016llx", (unsigned long long)a.hash);
		memcpy(to->text + to->n - HASH_LEN, hash, HASH_LEN);
	}
	if (to->n > 0) {
		ev_bytes(e, DNF_ABOUT, EV_T_TEXT, to->text, to->n);
	}
	/* What one thing is set goes by the name that its values have. */
	if (a.points == 1 && dn_function(f->fc)->what & DN_DATA) {
		ev_numbered(e, DNF_POINT, dn_group(a.group)->name, a.index);
	}
}
