/*
 * ev_json: an event as JSON, in the key order of events.md.
 *
 * One pass over the flat field list.  OBJECT, ARRAY and END marks become
 * braces; per open level this file remembers where the level's fields start,
 * because two values put a second key beside their own: text that was not in
 * its charset ("raw") and a number that JSON cannot say ("quality").
 *
 * Events come here closed (ev_close): nesting is balanced and bounded.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/rd.h"
#include "event/ev_json.h"

static const char hex_digits[] = "0123456789abcdef";

/* One open level of nesting. */
struct level {
	size_t start; /* index of its first field */
	bool array;
	bool quality; /* "quality" was printed beside a number */
};

struct printer {
	struct json *j;
	const struct ev *e;
	unsigned depth;
	struct level level[EV_DEPTH_MAX + 1];
};

static void
put_name(struct json *j, const char *s)
{
	json_ascii(j, s, strnlen(s, EV_NAME_MAX));
}

static void
put_kname(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	put_name(j, s);
}

static const char *
field_name(const struct ev *e, const struct ev_field *f)
{
	const char *name = ev_field_name(e->proto, f->id);

	/* A dissector that uses an id outside its own table. */
	assert(name != NULL);
	return name;
}

/* Whether the level that begins at a field has one of that name. */
static bool
has_field(const struct ev *e, size_t start, const char *name)
{
	unsigned inside = 0;

	for (size_t i = start; i < e->nfields; i++) {
		const struct ev_field *f = &e->f[i];

		if (f->type == EV_T_END) {
			if (inside-- == 0) {
				return false;
			}
			continue;
		}
		if (inside == 0 && strcmp(field_name(e, f), name) == 0) {
			return true;
		}
		inside += f->type == EV_T_OBJECT || f->type == EV_T_ARRAY;
	}
	return false;
}

static bool
level_has(const struct printer *pr, const char *name)
{
	return has_field(pr->e, pr->level[pr->depth].start, name);
}

/* One unit of a fixed-width charset; U+FFFD and *bad for what is none. */
static uint32_t
take_unit(struct rd *r, uint8_t type, bool *bad)
{
	uint32_t c;

	switch (type) {
	case EV_T_LATIN1: c = rd_u8(r); break;
	case EV_T_UCS2BE: c = rd_be16(r); break;
	case EV_T_UCS2LE: c = rd_le16(r); break;
	default: c = rd_be32(r); break;
	}
	/* Cut off, a surrogate, or beyond Unicode. */
	if (!rd_ok(r) || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff) {
		*bad = true;
		return 0xfffd;
	}
	return c;
}

/* RFC 3629, section 3; returns the length. */
static size_t
utf8_put(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3f));
		p[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 0x3f));
	p[2] = (char)(0x80 | (c >> 6 & 0x3f));
	p[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Text as UTF-8 of at most EV_TEXT_MAX bytes; true when all was good. */
static bool
put_text(struct json *j, const struct ev_field *f)
{
	struct rd r = rd_make(f->p, ev_len(f));
	char buf[EV_TEXT_MAX + 1];
	bool bad = false;
	size_t n = 0;

	if (f->type == EV_T_TEXT) {
		n = utf8_clean(buf, sizeof(buf), f->p, ev_len(f), &bad);
		json_strn(j, buf, n);
		return !bad;
	}
	while (rd_left(&r) != 0) {
		bool unit_bad = false;
		char one[4];
		size_t k = utf8_put(one, take_unit(&r, f->type, &unit_bad));

		if (k > EV_TEXT_MAX - n) {
			break;
		}
		memcpy(buf + n, one, k);
		n += k;
		bad = bad || unit_bad;
	}
	json_strn(j, buf, n);
	return !bad;
}

/* "raw" beside "value", "x_raw" beside any other "x". */
static void
put_raw(struct printer *pr, const struct ev_field *f)
{
	const char *name = field_name(pr->e, f);
	char key[EV_NAME_MAX + sizeof("_raw")];
	size_t n = strnlen(name, EV_NAME_MAX);
	uint32_t len = ev_len(f);

	if (strcmp(name, "value") == 0) {
		memcpy(key, "raw", sizeof("raw"));
	} else {
		memcpy(key, name, n);
		memcpy(key + n, "_raw", sizeof("_raw"));
	}
	if (level_has(pr, key)) {
		return;
	}
	json_key(pr->j, key);
	json_hex(pr->j, f->p, len < EV_TEXT_MAX ? len : EV_TEXT_MAX);
}

static void
put_quality(struct printer *pr, double d)
{
	struct level *l = &pr->level[pr->depth];

	if (l->quality || level_has(pr, "quality")) {
		return;
	}
	l->quality = true;
	put_kname(pr->j, "quality", isnan(d) ? "nan" : d > 0 ? "inf" : "-inf");
}

static void
put_hexnum(struct json *j, const struct ev_field *f)
{
	char buf[2 + 16];
	size_t digits = f->len < 8 ? 2 * (size_t)f->len : 16;

	while (digits < 16 && f->u >> (4 * digits) != 0) {
		digits++;
	}
	digits = digits == 0 ? 1 : digits;
	buf[0] = '0';
	buf[1] = 'x';
	for (size_t i = 0; i < digits; i++) {
		buf[2 + i] = hex_digits[f->u >> (4 * (digits - 1 - i)) & 15];
	}
	json_ascii(j, buf, 2 + digits);
}

static void
put_numbered(struct json *j, const struct ev_field *f)
{
	char buf[EV_NUMBERED_TEXT];

	json_ascii(j, buf, ev_numbered_text(buf, f));
}

static void
put_regs(struct json *j, const struct ev_field *f)
{
	struct rd r = rd_make(f->p, ev_len(f));

	json_array(j);
	while (rd_left(&r) != 0) {
		json_uint(j, rd_be16(&r));
	}
	json_array_end(j);
}

static void
put_bits(struct json *j, const struct ev_field *f)
{
	uint32_t n = ev_len(f);
	struct rd r = rd_make(f->p, (n + 7) / 8);
	unsigned byte = 0;

	json_array(j);
	for (uint32_t i = 0; i < n; i++) {
		byte = i % 8 == 0 ? rd_u8(&r) : byte >> 1;
		json_uint(j, byte & 1);
	}
	json_array_end(j);
}

static void
put_mac(struct json *j, const uint8_t mac[6])
{
	char buf[EV_MAC_TEXT];

	json_ascii(j, buf, ev_mac_text(buf, mac));
}

static void
put_ip(struct json *j, uint8_t ipver, const struct ev_ip *ip)
{
	char buf[EV_IP_TEXT];

	json_ascii(j, buf, ev_ip_text(buf, ipver, ip));
}

/* MAC and IP fields; null for a length that is neither's. */
static void
put_address(struct json *j, const struct ev_field *f)
{
	struct rd r = rd_make(f->p, ev_len(f));
	struct ev_ip ip = {0};
	size_t len = rd_left(&r);

	rd_copy(&r, ip.a, len <= sizeof(ip.a) ? len : 0);
	if (f->type == EV_T_MAC && len == 6) {
		put_mac(j, ip.a);
	} else if (f->type == EV_T_IP && (len == 4 || len == 16)) {
		put_ip(j, len == 4 ? 4 : 6, &ip);
	} else {
		json_null(j);
	}
}

static void
open_level(struct printer *pr, size_t at)
{
	bool array = pr->e->f[at].type == EV_T_ARRAY;

	assert(pr->depth < EV_DEPTH_MAX);
	pr->level[++pr->depth] =
	    (struct level){.start = at + 1, .array = array};
	if (array) {
		json_array(pr->j);
	} else {
		json_object(pr->j);
	}
}

static void
close_level(struct printer *pr)
{
	assert(pr->depth > 0);
	if (pr->level[pr->depth--].array) {
		json_array_end(pr->j);
	} else {
		json_object_end(pr->j);
	}
}

/* Everything but END; the key stands already. */
static void
put_value(struct printer *pr, size_t at)
{
	const struct ev_field *f = &pr->e->f[at];
	bool in_array = pr->level[pr->depth].array;
	struct json *j = pr->j;

	switch ((enum ev_type)f->type) {
	case EV_T_UINT: json_uint(j, f->u); break;
	case EV_T_INT: json_int(j, f->i); break;
	case EV_T_DOUBLE:
		json_double(j, f->d);
		if (!isfinite(f->d) && !in_array) {
			put_quality(pr, f->d);
		}
		break;
	case EV_T_BOOL: json_bool(j, f->u != 0); break;
	case EV_T_NAME:
		if (f->s != NULL) {
			put_name(j, f->s);
		} else {
			json_null(j);
		}
		break;
	case EV_T_TEXT:
	case EV_T_LATIN1:
	case EV_T_UCS2BE:
	case EV_T_UCS2LE:
	case EV_T_UCS4BE:
		if (!put_text(j, f) && !in_array) {
			put_raw(pr, f);
		}
		break;
	case EV_T_HEX: json_hex(j, f->p, ev_len(f)); break;
	case EV_T_HEXNUM: put_hexnum(j, f); break;
	case EV_T_NUMBERED: put_numbered(j, f); break;
	case EV_T_REGS: put_regs(j, f); break;
	case EV_T_BITS: put_bits(j, f); break;
	case EV_T_MAC:
	case EV_T_IP: put_address(j, f); break;
	case EV_T_OBJECT:
	case EV_T_ARRAY: open_level(pr, at); break;
	case EV_T_NULL:
	case EV_T_END:
	case EV_T_COUNT: json_null(j); break;
	}
}

static void
put_fields(struct json *j, const struct ev *e)
{
	struct printer pr = {.j = j, .e = e};

	for (size_t i = 0; i < e->nfields; i++) {
		if (e->f[i].type == EV_T_END) {
			close_level(&pr);
			continue;
		}
		if (!pr.level[pr.depth].array) {
			json_key(j, field_name(e, &e->f[i]));
		}
		put_value(&pr, i);
	}
	assert(pr.depth == 0);
}

void
ev_json_field(struct json *j, const struct ev *e, size_t at)
{
	/* As an element: a lone value has no room for a second key. */
	struct printer pr = {.j = j, .e = e, .level[0] = {.array = true}};

	put_value(&pr, at);
	while (pr.depth != 0) {
		const struct ev_field *f = &e->f[++at];

		if (f->type == EV_T_END) {
			close_level(&pr);
			continue;
		}
		if (!pr.level[pr.depth].array) {
			json_key(j, field_name(e, f));
		}
		put_value(&pr, at);
	}
}

static void
put_sub(struct json *j, const struct ev_sub *s)
{
	json_key(j, "sub");
	json_object(j);
	switch ((enum ev_sub_kind)s->kind) {
	case EV_SUB_BACNET:
		json_kuint(j, "net", s->net);
		if (s->len != 0) {
			json_key(j, "mac");
			json_hex(j, s->mac,
			    s->len < EV_SUB_MAC_MAX ? s->len : EV_SUB_MAC_MAX);
		}
		break;
	case EV_SUB_ADDR: json_kuint(j, "addr", s->num); break;
	case EV_SUB_UNIT: json_kuint(j, "unit", s->num); break;
	case EV_SUB_PATH:
		json_key(j, "path");
		json_strn(j, s->path,
		    s->len < EV_SUB_PATH_MAX ? s->len : EV_SUB_PATH_MAX);
		break;
	case EV_SUB_NONE:
	case EV_SUB_KIND_COUNT: break;
	}
	json_object_end(j);
}

static void
put_end(struct json *j, const char *key, const struct ev_end *d)
{
	if (!d->has_mac && d->ipver == 0 && !d->has_port &&
	    d->sub.kind == EV_SUB_NONE) {
		return;
	}
	json_key(j, key);
	json_object(j);
	if (d->has_mac) {
		json_key(j, "mac");
		put_mac(j, d->mac);
	}
	if (d->ipver != 0) {
		json_key(j, "ip");
		put_ip(j, d->ipver, &d->ip);
	}
	if (d->has_port) {
		json_kuint(j, "port", d->port);
	}
	if (d->sub.kind != EV_SUB_NONE) {
		put_sub(j, &d->sub);
	}
	json_object_end(j);
}

static void
put_operation(struct json *j, const struct ev *e)
{
	if (e->op != NULL) {
		put_kname(j, "op", e->op);
	}
	if (e->flags & EV_HAS_CODE) {
		json_kuint(j, "code", e->code);
	}
	if (e->cls != EV_CLASS_NONE) {
		put_kname(j, "class", ev_class_name(e->cls));
	}
	if (e->status != NULL) {
		put_kname(j, "status", e->status);
	}
	if (e->flags & EV_HAS_RTT) {
		json_kuint(j, "rtt_us", e->rtt_us);
		json_kuint(j, "req_frame", e->req_frame);
	}
}

static void
put_envelope(
    struct json *j, const struct ev *e, const char *file, const char *iface)
{
	char stamp[CLOCK_STAMP_MAX];

	put_kname(j, "kind", ev_kind_name(e->kind));
	if (file != NULL) {
		/* Two protocols have files, too; no key stands twice. */
		json_kstr(j, has_field(e, 0, "file") ? "input" : "file", file);
	}
	if (iface != NULL) {
		json_kstr(j, "iface", iface);
	}
	json_kuint(j, "frame", e->frame);
	json_key(j, "ts");
	json_ascii(j, stamp, clock_stamp(stamp, e->ts_ns));
	if (e->vlan_n != 0) {
		json_key(j, "vlan");
		json_array(j);
		for (size_t i = 0; i < e->vlan_n && i < EV_VLANS_MAX; i++) {
			json_uint(j, e->vlan[i]);
		}
		json_array_end(j);
	}
	put_end(j, "src", &e->src);
	put_end(j, "dst", &e->dst);
	if (e->flags & EV_HAS_ORIGIN) {
		put_end(j, "origin", &e->origin);
	}
	if (e->proto != 0) {
		put_kname(j, "proto", ev_proto_name(e->proto));
		put_kname(j, "dir", ev_dir_name(e->dir));
	}
	if (e->flags & EV_TENTATIVE) {
		json_kbool(j, "tentative", true);
	}
	if (e->flags & EV_DUP) {
		json_kbool(j, "dup", true);
	}
	if (e->flags & EV_CUT) {
		json_kbool(j, "cut", true);
	}
	if (e->flags & EV_HAS_SUBJECT) {
		put_end(j, "subject", &e->subject);
	}
}

void
ev_json(struct json *j, const struct ev *e, const char *file, const char *iface)
{
	json_object(j);
	put_envelope(j, e, file, iface);
	if (e->kind == EV_OPERATION) {
		put_operation(j, e);
	}
	put_fields(j, e);
	json_object_end(j);
}
