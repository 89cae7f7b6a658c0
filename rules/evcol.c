/*
 * evcol: an event as one row.
 *
 * Columns come from three places, and where two have one name, the first has
 * it: the envelope (the table below), the fields that every protocol shares
 * (event.def), the registered protocols' own fields.  Protocols may share a
 * name ("fc" of Modbus and of DNP3): it is one column.
 *
 * A value is made when it is asked for.  Whole numbers and our own names cost
 * a copy of a word; text, addresses, arrays and objects go through the JSON
 * printer, so that a rule sees what `otus dissect` prints.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "event/ev_json.h"
#include "rules/evcol.h"

#define COLUMNS_MAX 1024 /* SQLite takes 2000 in one table */

enum what {
	FIELD, /* not of the envelope */
	KIND,
	PROTO,
	DIR,
	CLASS,
	OP,
	CODE,
	STATUS,
	RTT,
	REQ_FRAME,
	TENTATIVE,
	DUP,
	CUT,
	FRAME,
	INPUT,
	IFACE,
	TS,
	VLAN,
	VLANS,
	IP,
	MAC,
	PORT,
	SUB,
	ASSET,
};

enum end { NO_END, SRC, DST, CLIENT, SERVER, ORIGIN, SUBJECT };

struct column {
	const char *name;
	uint8_t what, end;
};

#define END_COLUMNS(name, end)                                  \
	{name "_ip", IP, end}, {name "_mac", MAC, end},         \
	    {name "_port", PORT, end}, {name "_sub", SUB, end}, \
	{                                                       \
		name "_asset", ASSET, end                       \
	}

static const struct column envelope[] = {
    {"kind", KIND, NO_END},
    {"proto", PROTO, NO_END},
    {"dir", DIR, NO_END},
    {"class", CLASS, NO_END},
    {"op", OP, NO_END},
    {"code", CODE, NO_END},
    {"status", STATUS, NO_END},
    {"rtt_us", RTT, NO_END},
    {"req_frame", REQ_FRAME, NO_END},
    {"tentative", TENTATIVE, NO_END},
    {"dup", DUP, NO_END},
    {"cut", CUT, NO_END},
    {"frame", FRAME, NO_END},
    {"input", INPUT, NO_END},
    {"iface", IFACE, NO_END},
    {"ts", TS, NO_END},
    {"vlan", VLAN, NO_END},
    {"vlans", VLANS, NO_END},
    END_COLUMNS("src", SRC),
    END_COLUMNS("dst", DST),
    END_COLUMNS("client", CLIENT),
    END_COLUMNS("server", SERVER),
    {"origin_ip", IP, ORIGIN},
    {"origin_port", PORT, ORIGIN},
    {"subject_ip", IP, SUBJECT},
    {"subject_mac", MAC, SUBJECT},
    {"subject_port", PORT, SUBJECT},
    {"subject_sub", SUB, SUBJECT},
};

#define ENVELOPE_N (sizeof(envelope) / sizeof(envelope[0]))

struct evcols {
	struct column col[COLUMNS_MAX];
	size_t n;
	/* Field ids, 0 = none: event.def's, and each protocol's. */
	uint16_t common[COLUMNS_MAX];
	uint16_t *of_proto[EV_PROTOS_MAX];
	char *scratch;
};

/* ASCII only: names of columns are ours. */
static bool
same_name(const char *a, const char *b)
{
	for (; *a != '\0'; a++, b++) {
		char x = *a >= 'A' && *a <= 'Z' ? (char)(*a | 0x20) : *a;
		char y = *b >= 'A' && *b <= 'Z' ? (char)(*b | 0x20) : *b;

		if (x != y) {
			return false;
		}
	}
	return *b == '\0';
}

int
evcols_find(const struct evcols *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++) {
		if (same_name(c->col[i].name, name)) {
			return (int)i;
		}
	}
	return -1;
}

/* The column of a field's name, made when there is none. */
static int
field_column(struct evcols *c, const char *name)
{
	int at = evcols_find(c, name);

	if (at >= 0) {
		return at;
	}
	if (c->n == COLUMNS_MAX) {
		return ERR_TOOBIG;
	}
	c->col[c->n] = (struct column){name, FIELD, NO_END};
	return (int)c->n++;
}

static int
add_proto(struct evcols *c, uint16_t id, const struct ev_proto *p)
{
	c->of_proto[id] = calloc(COLUMNS_MAX, sizeof(*c->of_proto[id]));
	if (c->of_proto[id] == NULL) {
		return ERR_NOMEM;
	}
	for (uint16_t i = 0; i < p->nfields; i++) {
		const char *name = p->fields[i].name;
		int at;

		/* Elements of arrays have no name, so no column. */
		if (name == NULL || name[0] == '\0') {
			continue;
		}
		at = field_column(c, name);
		if (at < 0) {
			return at;
		}
		if (c->of_proto[id][at] == 0) {
			c->of_proto[id][at] = (uint16_t)(EV_PROTO_BASE + i);
		}
	}
	return 0;
}

static int
add_fields(struct evcols *c)
{
	for (uint16_t id = EVF_ELEM + 1; id < EVF_COMMON_COUNT; id++) {
		int at = field_column(c, ev_field_name(0, id));

		if (at < 0) {
			return at;
		}
		c->common[at] = id;
	}
	for (uint16_t id = 1; id < EV_PROTOS_MAX; id++) {
		const struct ev_proto *p = ev_proto(id);
		int rc = p != NULL ? add_proto(c, id, p) : 0;

		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}

int
evcols_new(struct evcols **ret)
{
	struct evcols *c = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL) {
		return ERR_NOMEM;
	}
	memcpy(c->col, envelope, sizeof(envelope));
	c->n = ENVELOPE_N;
	c->scratch = malloc(EVCOL_TEXT_MAX);
	rc = c->scratch == NULL ? ERR_NOMEM : add_fields(c);
	if (rc != 0) {
		evcols_free(c);
		return rc;
	}
	*ret = c;
	return 0;
}

void
evcols_free(struct evcols *c)
{
	if (c == NULL) {
		return;
	}
	for (size_t i = 0; i < EV_PROTOS_MAX; i++) {
		free(c->of_proto[i]);
	}
	free(c->scratch);
	free(c);
}

size_t
evcols_count(const struct evcols *c)
{
	return c->n;
}

const char *
evcols_name(const struct evcols *c, size_t col)
{
	assert(col < c->n);
	return c->col[col].name;
}

static void
set_int(struct evval *v, uint64_t u)
{
	v->type = EVVAL_INT;
	v->i = (int64_t)u;
}

/* Text that lives as long as the event. */
static void
set_name(struct evval *v, const char *s, size_t n)
{
	v->type = EVVAL_TEXT;
	v->s = s;
	v->n = n;
}

/* n bytes of the scratch. */
static void
set_made(struct evval *v, const struct evcols *c, size_t n)
{
	set_name(v, c->scratch, n);
	v->made = true;
}

/*
 * A JSON string in the scratch, put back to plain text in place; the only
 * escapes are those that json.c writes: the short ones and \u00xx.
 */
static size_t
unquote(char *s, size_t n)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	size_t out = 0;

	assert(n >= 2 && s[0] == '"' && s[n - 1] == '"');
	for (size_t i = 1; i < n - 1; i++) {
		const char *p;

		if (s[i] != '\\') {
			s[out++] = s[i];
			continue;
		}
		i++;
		if (s[i] == 'u') {
			char hex[3] = {s[i + 3], s[i + 4], '\0'};
			unsigned long c = strtoul(hex, NULL, 16);

			if (c >= 0x80) { /* C1: two bytes of UTF-8 */
				s[out++] = '\xc2';
			}
			s[out++] = (char)c;
			i += 4;
			continue;
		}
		p = strchr(from, s[i]);
		s[out++] = p != NULL ? to[p - from] : s[i];
	}
	return out;
}

/* Whatever has no short way: as the JSON that dissect prints. */
static void
set_json(struct evval *v, struct evcols *c, const struct ev *e,
    const struct ev_field *f)
{
	struct json j;

	json_init(&j, c->scratch, EVCOL_TEXT_MAX, NULL, NULL);
	ev_json_field(&j, e, (size_t)(f - e->f));
	if (j.err != 0 || j.used == 0) {
		return;
	}
	if (c->scratch[0] != '"') {
		/* An address of impossible length prints as null. */
		if (c->scratch[0] == '[' || c->scratch[0] == '{') {
			set_made(v, c, j.used);
		}
		return;
	}
	set_made(v, c, unquote(c->scratch, j.used));
}

static void
set_field(struct evval *v, struct evcols *c, const struct ev *e,
    const struct ev_field *f)
{
	switch ((enum ev_type)f->type) {
	case EV_T_UINT:
		if (f->u <= INT64_MAX) {
			set_int(v, f->u);
		} else {
			set_json(v, c, e, f); /* decimal digits */
		}
		break;
	case EV_T_BOOL: set_int(v, f->u != 0); break;
	case EV_T_INT:
		v->type = EVVAL_INT;
		v->i = f->i;
		break;
	case EV_T_DOUBLE:
		if (isfinite(f->d)) {
			v->type = EVVAL_REAL;
			v->d = f->d;
		}
		break;
	case EV_T_NAME: set_name(v, f->s, strnlen(f->s, EV_NAME_MAX)); break;
	case EV_T_TEXT:
	case EV_T_LATIN1:
	case EV_T_UCS2BE:
	case EV_T_UCS2LE:
	case EV_T_UCS4BE:
	case EV_T_HEX:
	case EV_T_HEXNUM:
	case EV_T_NUMBERED:
	case EV_T_REGS:
	case EV_T_BITS:
	case EV_T_MAC:
	case EV_T_IP:
	case EV_T_OBJECT:
	case EV_T_ARRAY: set_json(v, c, e, f); break;
	case EV_T_NULL:
	case EV_T_END:
	case EV_T_COUNT: break;
	}
}

static void
get_field(struct evcols *c, const struct ev *e, size_t col, struct evval *v)
{
	const struct ev_field *f = NULL;

	if (e->proto < EV_PROTOS_MAX && c->of_proto[e->proto] != NULL &&
	    c->of_proto[e->proto][col] != 0) {
		f = ev_find(e, c->of_proto[e->proto][col]);
	}
	if (f == NULL && c->common[col] != 0) {
		f = ev_find(e, c->common[col]);
	}
	if (f != NULL) {
		set_field(v, c, e, f);
	}
}

/* A group asks nobody: who tells all of them is the one that acts. */
static bool
is_group(const struct ev_end *end)
{
	return (end->has_mac && (end->mac[0] & 1)) ||
	       (end->ipver == 4 && end->ip.a[0] >= 224) ||
	       (end->ipver == 6 && end->ip.a[0] == 0xff);
}

bool
evcols_client_is_dst(const struct ev *e)
{
	return (e->dir == EV_DIR_RESPONSE || e->dir == EV_DIR_NOTIFY) &&
	       !is_group(&e->dst);
}

/* SRC or DST for CLIENT and SERVER; others as they are. */
static enum end
side(const struct ev *e, enum end end)
{
	if (end != CLIENT && end != SERVER) {
		return end;
	}
	return (end == CLIENT) == evcols_client_is_dst(e) ? DST : SRC;
}

/* NULL: the event has no such end. */
static const struct ev_end *
end_of(const struct ev *e, enum end end)
{
	switch (end) {
	case SRC: return &e->src;
	case DST: return &e->dst;
	case ORIGIN: return e->flags & EV_HAS_ORIGIN ? &e->origin : NULL;
	case SUBJECT: return e->flags & EV_HAS_SUBJECT ? &e->subject : NULL;
	default: return NULL;
	}
}

static void
get_end(struct evcols *c, const struct rules_subject *sub,
    const struct column *col, struct evval *v)
{
	enum end end = side(sub->ev, (enum end)col->end);
	const struct ev_end *d = end_of(sub->ev, end);

	if (d == NULL) {
		return;
	}
	if (col->what == IP && d->ipver != 0) {
		set_made(v, c, ev_ip_text(c->scratch, d->ipver, &d->ip));
	} else if (col->what == MAC && d->has_mac) {
		set_made(v, c, ev_mac_text(c->scratch, d->mac));
	} else if (col->what == PORT && d->has_port) {
		set_int(v, d->port);
	} else if (col->what == SUB && d->sub.kind != EV_SUB_NONE) {
		set_made(v, c, ev_sub_text(c->scratch, &d->sub));
	} else if (col->what == ASSET) {
		int64_t id = end == SRC ? sub->src_asset : sub->dst_asset;

		if (id != 0) {
			v->type = EVVAL_INT;
			v->i = id;
		}
	}
}

static void
get_vlans(struct evcols *c, const struct ev *e, struct evval *v)
{
	struct json j;

	json_init(&j, c->scratch, EVCOL_TEXT_MAX, NULL, NULL);
	json_array(&j);
	for (size_t i = 0; i < e->vlan_n && i < EV_VLANS_MAX; i++) {
		json_uint(&j, e->vlan[i]);
	}
	json_array_end(&j);
	set_made(v, c, j.used);
}

/* Our own names; "" (class of an event that has none) is NULL. */
static void
get_name(const char *s, struct evval *v)
{
	if (s != NULL && s[0] != '\0') {
		set_name(v, s, strnlen(s, EV_NAME_MAX));
	}
}

/* What only some events have: NULL for the others. */
static void
get_sparse(
    struct evcols *c, const struct ev *e, enum what what, struct evval *v)
{
	if (what == CODE && (e->flags & EV_HAS_CODE)) {
		set_int(v, e->code);
	} else if (what == RTT && (e->flags & EV_HAS_RTT)) {
		set_int(v, e->rtt_us);
	} else if (what == REQ_FRAME && (e->flags & EV_HAS_RTT)) {
		set_int(v, e->req_frame);
	} else if (what == VLAN && e->vlan_n != 0) {
		set_int(v, e->vlan[0]);
	} else if (what == VLANS && e->vlan_n != 0) {
		get_vlans(c, e, v);
	}
}

void
evcols_get(struct evcols *c, const struct rules_subject *sub, size_t col,
    struct evval *v)
{
	const struct ev *e = sub->ev;
	const struct column *k = &c->col[col];

	assert(col < c->n);
	*v = (struct evval){.type = EVVAL_NULL};
	switch ((enum what)k->what) {
	case FIELD: get_field(c, e, col, v); break;
	case KIND: get_name(ev_kind_name(e->kind), v); break;
	case PROTO: get_name(ev_proto_name(e->proto), v); break;
	case DIR: get_name(ev_dir_name(e->dir), v); break;
	case CLASS: get_name(ev_class_name(e->cls), v); break;
	case OP: get_name(e->op, v); break;
	case STATUS: get_name(e->status, v); break;
	case TENTATIVE: set_int(v, (e->flags & EV_TENTATIVE) != 0); break;
	case DUP: set_int(v, (e->flags & EV_DUP) != 0); break;
	case CUT: set_int(v, (e->flags & EV_CUT) != 0); break;
	case FRAME: set_int(v, e->frame); break;
	case INPUT: set_int(v, e->input); break;
	case IFACE: set_int(v, e->iface); break;
	case TS:
		v->type = EVVAL_REAL;
		v->d = (double)e->ts_ns / 1e9;
		break;
	case CODE:
	case RTT:
	case REQ_FRAME:
	case VLAN:
	case VLANS: get_sparse(c, e, (enum what)k->what, v); break;
	case IP:
	case MAC:
	case PORT:
	case SUB:
	case ASSET: get_end(c, sub, k, v); break;
	}
}
