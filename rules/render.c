/*
 * render: a compiled template and an event, printed.
 *
 * Values come from the network.  Each is cut to VALUE_MAX bytes, so that one
 * cannot push the rest out of sight, and cleaned (clean.c).  What is not
 * known reads "unknown": a rule's text must not break for it.
 *
 * A group's key is "src=#1|proto=modbus": equal keys are one alert, so a
 * value must neither look like two nor be cut to look like another's; | and %
 * are escaped, and a long value is replaced by its beginning and a digest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "rules/clean.h"
#include "rules/text_part.h"

#define VALUE_MAX 200 /* bytes of one value in a text            */
#define KEY_WHOLE 64  /* longest value that stands in a key whole */
#define KEY_START 40  /* bytes of a longer one                   */
#define UNKNOWN   "unknown"

struct in {
	struct evcols *cols;
	const struct rules_subject *sub;
	char number[32];
};

/* A column as text that lives until the next call; NULL when there is none. */
static const char *
value(struct in *in, int col, size_t *ret_n)
{
	struct evval v = {.type = EVVAL_NULL};
	struct json j;

	if (col >= 0) {
		evcols_get(in->cols, in->sub, (size_t)col, &v);
	}
	if (v.type == EVVAL_NULL) {
		return NULL;
	}
	if (v.type == EVVAL_TEXT) {
		*ret_n = v.n;
		return v.s;
	}
	if (v.type == EVVAL_INT) {
		*ret_n = (size_t)snprintf(
		    in->number, sizeof(in->number), "%lld", (long long)v.i);
		return in->number;
	}
	json_init(&j, in->number, sizeof(in->number), NULL, NULL);
	json_double(&j, v.d);
	*ret_n = j.used;
	return in->number;
}

/* These say whether there was anything to print. */

static bool
put_column(struct clean *o, struct in *in, int col)
{
	size_t n;
	const char *s = value(in, col, &n);

	if (s == NULL) {
		return false;
	}
	clean_put_short(o, s, n, VALUE_MAX);
	return true;
}

static bool
put_lookup(struct clean *o, const struct in *in, const char *name)
{
	char buf[TEXT_SIZE];

	buf[0] = '\0';
	if (in->sub->lookup == NULL ||
	    in->sub->lookup(in->sub->arg, name, buf, sizeof(buf)) != 0) {
		return false;
	}
	clean_put_short(o, buf, strnlen(buf, sizeof(buf)), VALUE_MAX);
	return buf[0] != '\0';
}

/* Store knows sources and destinations, not roles. */
static bool
put_about(struct clean *o, const struct in *in, const struct text_part *p,
    const char *key)
{
	bool swap = p->by_role && evcols_client_is_dst(in->sub->ev);
	char name[TEXT_NAME_SIZE];

	(void)snprintf(name, sizeof(name), "%s.%s",
	    p->is_dst != swap ? "dst" : "src", key);
	return put_lookup(o, in, name);
}

/* Who has no IP yet sends from none (RFC 2131, 4.1; RFC 4291, 2.5.2). */
static bool
has_ip(struct in *in, const struct text_part *p)
{
	size_t n;
	const char *ip = value(in, p->ip, &n);

	return ip != NULL && !(n == 7 && memcmp(ip, "0.0.0.0", n) == 0) &&
	       !(n == 2 && memcmp(ip, "::", n) == 0);
}

static bool
put_address(struct clean *o, struct in *in, const struct text_part *p)
{
	return put_column(o, in, has_ip(in, p) ? p->ip : p->mac);
}

/* "Boiler PLC (10.0.0.3)", or the address alone. */
static bool
put_end(struct clean *o, struct in *in, const struct text_part *p)
{
	char name[VALUE_MAX + 8], address[64];
	struct clean n = {.buf = name, .size = sizeof(name)};
	struct clean a = {.buf = address, .size = sizeof(address)};
	bool has_address;

	address[0] = name[0] = '\0';
	has_address = put_address(&a, in, p);

	if (!put_about(&n, in, p, "name")) {
		if (has_address) {
			clean_puts(o, address);
		}
		return has_address;
	}
	clean_puts(o, name);
	/* A device without a name may go by its address. */
	if (has_address && strcmp(name, address) != 0) {
		clean_puts(o, " (");
		clean_puts(o, address);
		clean_puts(o, ")");
	}
	return true;
}

/* The first field of the event with this role; NULL when there is none. */
static const struct ev_field *
by_role(const struct ev *e, enum ev_role role, const char **ret_name)
{
	const struct ev_proto *p = ev_proto(e->proto);

	for (uint16_t i = 0; p != NULL && i < p->nfields; i++) {
		const struct ev_field *f;

		if (p->fields[i].role != role) {
			continue;
		}
		f = ev_find(e, (uint16_t)(EV_PROTO_BASE + i));
		if (f != NULL) {
			*ret_name = p->fields[i].name;
			return f;
		}
	}
	return NULL;
}

/* "addr 100 to 109". */
static bool
put_range(struct clean *o, const struct ev *e)
{
	const char *name, *unused;
	const struct ev_field *at = by_role(e, EV_R_ADDR, &name);
	const struct ev_field *qty = by_role(e, EV_R_QTY, &unused);
	char buf[96];

	if (at == NULL || at->type != EV_T_UINT) {
		return false;
	}
	(void)snprintf(
	    buf, sizeof(buf), "%.40s %llu", name, (unsigned long long)at->u);
	clean_puts(o, buf);
	if (qty != NULL && qty->type == EV_T_UINT && qty->u > 1 &&
	    qty->u - 1 <= UINT64_MAX - at->u) {
		uint64_t last = at->u + (qty->u - 1);

		(void)snprintf(
		    buf, sizeof(buf), " to %llu", (unsigned long long)last);
		clean_puts(o, buf);
	}
	return true;
}

/* What a write wrote, when neither event nor store says it in words. */
static bool
put_written(struct clean *o, struct in *in)
{
	const char *name;

	return by_role(in->sub->ev, EV_R_VALUES, &name) != NULL &&
	       put_column(o, in, evcols_find(in->cols, name));
}

static bool
put_fact(struct clean *o, struct in *in, const struct text_part *p)
{
	if (put_column(o, in, p->col) || put_lookup(o, in, p->s)) {
		return true;
	}
	if (strcmp(p->s, "object") == 0) {
		return put_range(o, in->sub->ev);
	}
	return strcmp(p->s, "new") == 0 && put_written(o, in);
}

/* FNV-1a, 64 bit: short, and the same on every machine and in every run. */
static uint64_t
digest(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < n; i++) {
		h = (h ^ (uint8_t)s[i]) * 0x100000001b3ULL;
	}
	return h;
}

static void
put_escaped(struct clean *o, const char *s, size_t n)
{
	while (n > 0) {
		size_t k = 0;

		while (k < n && s[k] != '|' && s[k] != '%') {
			k++;
		}
		clean_put(o, s, k);
		if (k < n) {
			clean_puts(o, s[k] == '|' ? "%7c" : "%25");
			k++;
		}
		s += k;
		n -= k;
	}
}

static void
put_key_value(struct clean *o, const char *s, size_t n)
{
	char sum[24];

	if (n <= KEY_WHOLE) {
		put_escaped(o, s, n);
		return;
	}
	put_escaped(o, s, KEY_START);
	(void)snprintf(
	    sum, sizeof(sum), "%%~%016llx", (unsigned long long)digest(s, n));
	clean_puts(o, sum);
}

static void
put_key(struct clean *o, struct in *in, const struct text_part *p)
{
	bool is_end = p->kind == TEXT_KEY_END;
	const char *s;
	size_t n;

	if (o->used > 0) {
		clean_puts(o, "|");
	}
	clean_puts(o, p->s);
	clean_puts(o, "=");
	s = value(in, is_end ? p->asset : p->col, &n);
	if (is_end && s != NULL) {
		clean_puts(o, "#");
	}
	if (is_end && s == NULL) {
		s = value(in, p->ip, &n);
	}
	if (is_end && s == NULL) {
		s = value(in, p->mac, &n);
	}
	if (s != NULL) {
		put_key_value(o, s, n);
	}
}

static void
put_part(struct clean *o, struct in *in, const struct text_part *p)
{
	char stamp[CLOCK_STAMP_MAX];
	bool known = true;

	switch ((enum text_kind)p->kind) {
	case TEXT_LITERAL: clean_puts(o, p->s); break;
	case TEXT_COLUMN: known = put_column(o, in, p->col); break;
	case TEXT_END: known = put_end(o, in, p); break;
	case TEXT_ABOUT:
		known = put_about(o, in, p, p->key);
		if (!known && strcmp(p->key, "name") == 0) {
			known = put_address(o, in, p);
		}
		break;
	case TEXT_FACT: known = put_fact(o, in, p); break;
	case TEXT_TIME:
		clean_put(o, stamp, clock_rfc3339(stamp, in->sub->ev->ts_ns));
		break;
	case TEXT_KEY_COLUMN:
	case TEXT_KEY_END: put_key(o, in, p); break;
	}
	if (!known) {
		clean_puts(o, UNKNOWN);
	}
}

void
text_render(const struct text *t, struct evcols *c,
    const struct rules_subject *sub, char *buf)
{
	struct clean o = {.buf = buf, .size = TEXT_SIZE};
	struct in in = {.cols = c, .sub = sub};

	buf[0] = '\0';
	for (size_t i = 0; i < t->n; i++) {
		put_part(&o, &in, &t->part[i]);
	}
	clean_end(&o);
}
