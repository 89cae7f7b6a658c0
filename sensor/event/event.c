/*
 * event: names of the vocabulary, the registered protocols, and what is not
 * hot enough to be inline.
 *
 * The protocol table is the one piece of global state here: written at start,
 * read ever after, the same in every process of one binary.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "event/event.h"

static const char *const kind_names[] = {
#define EV_KIND(n, t) t,
#include "event.def"
};

static const char *const class_names[] = {
#define EV_CLASS(n, t) t,
#include "event.def"
};

static const char *const dir_names[] = {
#define EV_DIR(n, t) t,
#include "event.def"
};

static const char *const field_names[] = {
#define EV_FIELD(n, t) t,
#include "event.def"
};

_Static_assert(EVF_COMMON_COUNT <= EV_PROTO_BASE, "common ids are full");

const char ev_commanded[] = "commanded", ev_reported[] = "reported";

static const struct ev_proto *protos[EV_PROTOS_MAX];
static struct ev_keys keys[EV_PROTOS_MAX];

static bool
is_key(uint8_t role)
{
	return role == EV_R_KEY || role == EV_R_NAME || role == EV_R_ADDR ||
	       role == EV_R_QTY;
}

void
ev_proto_register(uint16_t id, const struct ev_proto *p)
{
	assert(id > 0 && id < EV_PROTOS_MAX);
	assert(p->nfields <= EV_KEY_ROWS);
	protos[id] = p;
	keys[id] = (struct ev_keys){0};
	for (unsigned row = 0; row < p->nfields; row++) {
		if (is_key(p->fields[row].role)) {
			keys[id].rows[row / 64] |= (uint64_t)1 << row % 64;
		}
	}
}

const struct ev_proto *
ev_proto(uint16_t id)
{
	return id < EV_PROTOS_MAX ? protos[id] : NULL;
}

const struct ev_keys *
ev_keys(uint16_t id)
{
	return &keys[id < EV_PROTOS_MAX ? id : 0];
}

const char *
ev_proto_name(uint16_t id)
{
	const struct ev_proto *p = ev_proto(id);

	return p != NULL ? p->name : "";
}

const char *
ev_field_name(uint16_t proto, uint16_t id)
{
	const struct ev_proto *p;

	if (id < EVF_COMMON_COUNT) {
		return field_names[id];
	}
	p = ev_proto(proto);
	if (p == NULL || id < EV_PROTO_BASE ||
	    id - EV_PROTO_BASE >= p->nfields) {
		return NULL;
	}
	return p->fields[id - EV_PROTO_BASE].name;
}

const char *
ev_kind_name(enum ev_kind k)
{
	return (unsigned)k < EV_KIND_COUNT ? kind_names[k] : "";
}

const char *
ev_class_name(enum ev_class c)
{
	return (unsigned)c < EV_CLASS_COUNT ? class_names[c] : "";
}

const char *
ev_dir_name(enum ev_dir d)
{
	return (unsigned)d < EV_DIR_COUNT ? dir_names[d] : "";
}

static int
parse(const char *const *names, int n, const char *s)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(names[i], s) == 0) {
			return i;
		}
	}
	return -1;
}

int
ev_kind_parse(const char *s)
{
	return parse(kind_names, EV_KIND_COUNT, s);
}

int
ev_class_parse(const char *s)
{
	/* The empty name of EV_CLASS_NONE is no class that one can ask for. */
	return s[0] != '\0' ? parse(class_names, EV_CLASS_COUNT, s) : -1;
}

const struct ev_field *
ev_find(const struct ev *e, uint16_t id)
{
	unsigned depth = 0;

	for (size_t i = 0; i < e->nfields; i++) {
		const struct ev_field *f = &e->f[i];

		if (f->type == EV_T_END) {
			depth -= depth != 0;
			continue;
		}
		if (depth == 0 && f->id == id) {
			return f;
		}
		depth += f->type == EV_T_OBJECT || f->type == EV_T_ARRAY;
	}
	return NULL;
}

/*
 * Keeps what is well nested: drops an END that closes nothing and whatever
 * lies deeper than EV_DEPTH_MAX.  Returns the depth left open.
 */
static unsigned
drop_misnested(struct ev *e)
{
	unsigned depth = 0, beyond = 0;
	uint16_t n = 0;

	for (uint16_t i = 0; i < e->nfields; i++) {
		struct ev_field f = e->f[i];
		bool opens = f.type == EV_T_OBJECT || f.type == EV_T_ARRAY;

		if (f.type == EV_T_END && beyond != 0) {
			beyond--;
		} else if (f.type == EV_T_END && depth == 0) {
			e->overflow = true;
		} else if (beyond != 0 || (opens && depth == EV_DEPTH_MAX)) {
			beyond += opens;
			e->overflow = true;
		} else {
			depth += opens;
			depth -= f.type == EV_T_END;
			e->f[n++] = f;
		}
	}
	e->nfields = n;
	return depth;
}

void
ev_close(struct ev *e)
{
	unsigned depth = 0, deepest = 0;
	bool early = false;

	for (uint16_t i = 0; i < e->nfields; i++) {
		uint8_t type = e->f[i].type;

		if (type == EV_T_OBJECT || type == EV_T_ARRAY) {
			depth++;
			deepest = depth > deepest ? depth : deepest;
		} else if (type == EV_T_END) {
			early = early || depth == 0;
			depth -= depth != 0;
		}
	}
	if (!early && depth == 0 && deepest <= EV_DEPTH_MAX) {
		return; /* all but the events that overflowed */
	}
	depth = drop_misnested(e);
	/* The last fields make room for the marks that close the others. */
	while (depth > (unsigned)(e->max_fields - e->nfields)) {
		uint8_t type = e->f[--e->nfields].type;

		e->overflow = true;
		depth -= type == EV_T_OBJECT || type == EV_T_ARRAY;
		depth += type == EV_T_END;
	}
	for (; depth > 0; depth--) {
		ev_end(e);
	}
}

static const char hex_digits[] = "0123456789abcdef";

size_t
ev_mac_text(char *buf, const uint8_t mac[6])
{
	char *p = buf;

	for (int i = 0; i < 6; i++) {
		*p++ = hex_digits[mac[i] >> 4];
		*p++ = hex_digits[mac[i] & 15];
		*p++ = ':';
	}
	*--p = '\0';
	return (size_t)(p - buf);
}

size_t
ev_ip_text(char *buf, uint8_t ipver, const struct ev_ip *ip)
{
	char *p = buf;

	if (ipver == 6) {
		/* RFC 5952 form; cannot fail: known family, enough room. */
		(void)inet_ntop(AF_INET6, ip->a, buf, EV_IP_TEXT);
		return strlen(buf);
	}
	if (ipver == 4) {
		for (int i = 0; i < 4; i++) {
			unsigned v = ip->a[i];

			if (v >= 100) {
				*p++ = (char)('0' + v / 100);
			}
			if (v >= 10) {
				*p++ = (char)('0' + v / 10 % 10);
			}
			*p++ = (char)('0' + v % 10);
			*p++ = '.';
		}
		p--;
	}
	*p = '\0';
	return (size_t)(p - buf);
}

/* A word and a number behind it. */
static size_t
numbered(char *buf, const char *word, size_t n, uint32_t v)
{
	memcpy(buf, word, n);
	buf[n++] = ' ';
	n += digits_put(buf + n, v);
	buf[n] = '\0';
	return n;
}

size_t
ev_numbered_text(char *buf, const struct ev_field *f)
{
	return numbered(buf, f->s, strnlen(f->s, EV_NAME_MAX), f->len);
}

static size_t
bacnet_text(char *buf, const struct ev_sub *s)
{
	static const char mac[] = " mac ";
	size_t n = numbered(buf, "net", 3, s->net);

	if (s->len == 0) {
		return n;
	}
	memcpy(buf + n, mac, sizeof(mac) - 1);
	n += sizeof(mac) - 1;
	for (size_t i = 0; i < s->len && i < EV_SUB_MAC_MAX; i++) {
		buf[n++] = hex_digits[s->mac[i] >> 4];
		buf[n++] = hex_digits[s->mac[i] & 15];
	}
	buf[n] = '\0';
	return n;
}

size_t
ev_sub_text(char *buf, const struct ev_sub *s)
{
	buf[0] = '\0';
	switch ((enum ev_sub_kind)s->kind) {
	case EV_SUB_BACNET: return bacnet_text(buf, s);
	case EV_SUB_ADDR: return numbered(buf, "addr", 4, s->num);
	case EV_SUB_UNIT: return numbered(buf, "unit", 4, s->num);
	case EV_SUB_PATH:
		return (size_t)snprintf(buf, EV_SUB_TEXT, "path %.*s",
		    s->len < EV_SUB_PATH_MAX ? s->len : EV_SUB_PATH_MAX,
		    s->path);
	case EV_SUB_NONE:
	case EV_SUB_KIND_COUNT: break;
	}
	return 0;
}

/* RFC 1918, 6598, 1122 (loopback); RFC 4193, 4291: not the Internet's. */
bool
ev_ip_is_public(uint8_t ipver, const struct ev_ip *ip)
{
	const uint8_t *a = ip->a;

	if (ipver == 4) {
		return !(a[0] == 10 || a[0] == 127 || a[0] == 0 ||
			 (a[0] == 172 && (a[1] & 0xf0) == 16) ||
			 (a[0] == 192 && a[1] == 168) ||
			 (a[0] == 100 && (a[1] & 0xc0) == 64) ||
			 (a[0] == 169 && a[1] == 254));
	}
	return (a[0] & 0xe0) == 0x20; /* 2000::/3 */
}
