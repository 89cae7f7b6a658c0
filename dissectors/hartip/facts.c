/*
 * facts: what answers say of devices, and whom they are of.
 *
 *	identity of commands 0, 11, 21, 73 and 75 ([3] 6.1)
 *	 0     1      3           4           5        6          7
 *	+-----+------+-----------+-----------+--------+----------+----------+
 *	| 254 | type | preambles | universal | device | software | hardware |
 *	+-----+------+-----------+-----------+--------+----------+----------+
 *	 8       9    12                              17       19      21
 *	+-------+----+-------------------------------+--------+-------+---------+
 *	| flags | id | preambles, variables, changes | vendor | label | profile |
 *	+-------+----+-------------------------------+--------+-------+---------+
 *	                                               from revision 7 on
 *
 * Before revision 7 the first byte of the type is the manufacturer.  An id is
 * unique among the devices of one type: type, without its upper two bits, and
 * id are the unique identifier, which is the serial number that is told.
 *
 * The server itself has polling address 0, and says its identifier when asked
 * there for its identity; that is kept for all connections to it.  A frame for
 * another identifier is for a device behind it, and so are those of which the
 * server says who is behind it (75, 84).  While the server's own is not known,
 * an identifier is taken for another's, but for a gateway's: facts of a field
 * device must not become the gateway's.
 */
#include <string.h>

#include "base/real.h"
#include "dissectors/hartip/hartip.h"

#define EXPANDED    254
#define TAG_LEN     6  /* packed: 8 characters  */
#define TEXT_LEN    12 /* packed: 16 characters */
#define MESSAGE     24 /* packed: 32 characters */
#define LONG_TAG    32
#define SLOT_LEN    8 /* of command 9 */
#define PLAIN_LEN   6 /* of command 33 */
#define UNIT_NONE   250
#define VENDOR_16   7 /* the revision from which on vendors have 16 bits */
#define MALFUNCTION 0x80
#define COLD_START  0x20
#define GATEWAY     132 /* a device profile ([5], table 57) */

/* --- whom it is of ----------------------------------------------------------- */

struct own {
	uint8_t id[HART_ID_LEN];
};

static struct ev_end *
server(const struct hart_msg *m)
{
	return m->dir == EV_DIR_REQUEST ? m->ctx->dst : m->ctx->src;
}

/* What is kept of a server, or of a device behind it, for all connections. */
struct key {
	char what[2];
	uint8_t ver;
	uint8_t ip[16];
	uint8_t id[HART_ID_LEN];
};

static struct key
key_of(char what, const struct ev_end *end)
{
	struct key k = {.what = {'h', what}, .ver = end->ipver};

	memcpy(k.ip, end->ip.a, end->ipver == 4 ? 4 : sizeof(k.ip));
	return k;
}

static struct own *
own(const struct hart_msg *m, bool make)
{
	const struct key k = key_of('o', server(m));

	/* The entry is not within its key, whatever the checker fears. */
	/* cppcheck-suppress returnDanglingLifetime */
	return m->ctx->sv->shared(
	    m->ctx, &k, sizeof(k), sizeof(struct own), make);
}

static void
hex(const uint8_t *id, char *ret)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HART_ID_LEN; i++) {
		ret[2 * i] = digits[id[i] >> 4];
		ret[2 * i + 1] = digits[id[i] & 15];
	}
}

/* In bursts some servers leave the manufacturer's bits out. */
static bool
is_own(const struct hart_msg *m, const uint8_t *id)
{
	const struct own *self = own(m, false);

	return self != NULL &&
	       memcmp(self->id + 1, id + 1, HART_ID_LEN - 1) == 0 &&
	       (self->id[0] == id[0] ||
		   (id[0] == 0 && m->dir == EV_DIR_NOTIFY));
}

/* The end, or the device behind it, that has the identifier. */
static void
behind(const struct hart_msg *m, struct ev_end *end, const uint8_t *id)
{
	end->sub.kind = EV_SUB_NONE;
	if (!is_own(m, id)) {
		memset(&end->sub, 0, sizeof(end->sub));
		end->sub.kind = EV_SUB_PATH;
		end->sub.len = HART_ID_TEXT;
		hex(id, end->sub.path);
	}
}

/* Of an answer with an identity. */
static bool
unique(struct rd d, uint8_t *ret_id)
{
	uint8_t first = rd_u8(&d);

	rd_copy(&d, ret_id, 2);
	rd_skip(&d, 6);
	rd_copy(&d, ret_id + 2, 3);
	ret_id[0] &= 0x3f;
	return rd_ok(&d) && first == EXPANDED;
}

/* Who is a gateway is the server: there is none behind another. */
static bool
is_gateway(struct rd d)
{
	rd_skip(&d, 21);
	return rd_u8(&d) == GATEWAY;
}

/* Of the server itself: asked at its polling address, or without a frame. */
static void
learn(struct hart_msg *m)
{
	bool self = m->id == HART_DIRECT ||
		    (!m->embedded && ((m->addr.is_poll && m->addr.poll == 0) ||
					 is_gateway(m->cmd.data)));
	uint8_t id[HART_ID_LEN];
	struct own *o;

	if (m->bad != NULL || m->cut || !self || !m->cmd.reply ||
	    m->cmd.number != HART_CMD_IDENTIFY || m->dir != EV_DIR_RESPONSE ||
	    !unique(m->cmd.data, id)) {
		return;
	}
	o = own(m, true);
	if (o != NULL) {
		memcpy(o->id, id, sizeof(o->id));
	}
}

void
hart_place(struct hart_msg *m)
{
	learn(m);
	if (m->addr.is_long) {
		behind(m, server(m), m->addr.id);
	}
}

/* --- facts ------------------------------------------------------------------- */

static void
text(struct hart_msg *m, const struct ev_end *who, const char *key,
    enum ev_type type, const char *p, size_t n)
{
	if (n > 0) {
		dis_identity(m->ctx, PROTO_HARTIP, who, key, type, p, n, m->op);
	}
}

static void
number(
    struct hart_msg *m, const struct ev_end *who, const char *key, uint32_t v)
{
	char digits[12];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	text(m, who, key, EV_T_TEXT, digits + at, sizeof(digits) - at);
}

static void
named(struct hart_msg *m, const struct ev_end *who, const char *key,
    const char *name)
{
	if (name != NULL) {
		text(m, who, key, EV_T_NAME, name, strlen(name));
	}
}

/* 250 and more are no manufacturers in eight bits. */
static void
vendor(struct hart_msg *m, const struct ev_end *who, uint16_t id, bool wide)
{
	if (id != 0 && (wide || id < UNIT_NONE)) {
		number(m, who, "vendor_id", id);
		named(m, who, "vendor", hart_vendor(id));
	}
}

/* Type and identifier. */
static void
what(struct hart_msg *m, const struct ev_end *who, const uint8_t *type,
    const uint8_t *id)
{
	char digits[HART_ID_TEXT], code[6] = {'0', 'x'};

	hex((const uint8_t[HART_ID_LEN]){type[0], type[1]}, digits);
	memcpy(code + 2, digits, 4);
	text(m, who, "product_code", EV_T_TEXT, code, sizeof(code));
	hex(id, digits);
	text(m, who, "serial", EV_T_TEXT, digits, sizeof(digits));
}

static void
identity(struct hart_msg *m, struct rd d)
{
	struct ev_end who = *m->ctx->src;
	uint8_t id[HART_ID_LEN], type[2], revision, software, hardware;
	uint16_t maker;
	bool wide;

	if (!unique(d, id)) {
		return;
	}
	behind(m, &who, id);
	rd_skip(&d, 1);
	rd_copy(&d, type, sizeof(type));
	rd_skip(&d, 1);
	revision = rd_u8(&d);
	rd_skip(&d, 1);
	software = rd_u8(&d);
	hardware = rd_u8(&d) >> 3;
	rd_skip(&d, 1 + 3 + 5);
	maker = rd_be16(&d);
	wide = revision >= VENDOR_16 && rd_ok(&d);
	vendor(m, &who, wide ? maker : type[0], wide);
	what(m, &who, type, id);
	number(m, &who, "protocol_revision", revision);
	number(m, &who, "firmware", software);
	number(m, &who, "hardware", hardware);
	rd_skip(&d, 2);
	revision = rd_u8(&d);
	if (wide && rd_ok(&d)) {
		named(m, &who, "device_type", hart_profile(revision));
	}
}

/*
 * Characters of six bits, four in three bytes ([3] packed ASCII).  Nothing but
 * "?", or but zeros, which read "@": nobody has written one.
 */
size_t
hart_unpack(struct rd packed, char *ret, size_t size)
{
	size_t n = 0, marks = 0, zeros = 0;

	while (rd_left(&packed) >= 3 && n + 4 <= size) {
		uint32_t v = rd_be24(&packed);

		for (int shift = 18; shift >= 0; shift -= 6) {
			char c = (char)(v >> shift & 0x3f);

			ret[n++] = c < 0x20 ? (char)(c + 0x40) : c;
		}
	}
	while (n > 0 && ret[n - 1] == ' ') {
		n--;
	}
	for (size_t i = 0; i < n; i++) {
		marks += ret[i] == '?';
		zeros += ret[i] == '@';
	}
	return marks == n || zeros == n ? 0 : n;
}

static void
packed(struct hart_msg *m, const char *key, struct rd *d, size_t n)
{
	char buf[32];

	n = hart_unpack(rd_sub(d, n), buf, sizeof(buf));
	text(m, m->ctx->src, key, EV_T_TEXT, buf, n);
}

/* ISO 8859-1; what fills the field behind it is not of it. */
static void
long_tag(struct hart_msg *m, const struct ev_end *who, struct rd *d)
{
	const uint8_t *p = rd_bytes(d, LONG_TAG);
	size_t n = 0, marks = 0;

	while (p != NULL && n < LONG_TAG && p[n] != 0) {
		marks += p[n++] == '?';
	}
	while (n > 0 && p[n - 1] == ' ') {
		n--;
	}
	if (marks != n) {
		text(m, who, "name", EV_T_LATIN1, (const char *)p, n);
	}
}

/*
 * What a gateway keeps of a device behind it, and answers for it.
 *
 *	index (2) | card | channel | vendor (2) | type (2) | id (3) | universal
 *	| long tag (32) | device revision | profile | label (2)
 */
static void
sub_identity(struct hart_msg *m, struct rd d)
{
	struct ev_end who = *m->ctx->src;
	uint8_t id[HART_ID_LEN], type[2], revision, profile;
	uint16_t maker;

	rd_skip(&d, 4);
	maker = rd_be16(&d);
	rd_copy(&d, type, sizeof(type));
	memcpy(id, type, sizeof(type));
	rd_copy(&d, id + 2, 3);
	id[0] &= 0x3f;
	revision = rd_u8(&d);
	if (!rd_ok(&d)) {
		return;
	}
	behind(m, &who, id);
	vendor(m, &who, maker, true);
	what(m, &who, type, id);
	number(m, &who, "protocol_revision", revision);
	long_tag(m, &who, &d);
	rd_skip(&d, 1);
	profile = rd_u8(&d);
	if (rd_ok(&d)) {
		named(m, &who, "device_type", hart_profile(profile));
	}
}

/* --- variables --------------------------------------------------------------- */

struct variable {
	const char *name; /* numbered, where number is not NONE */
	uint32_t number;
	double value;
	uint8_t unit;
	const char *quality;
};

#define NONE UINT32_MAX

/* Codes of variables that each device has ([5], table 34). */
static const char *
standard(uint8_t code)
{
	static const char *const names[] = {"percent_range", "loop_current",
	    "primary", "secondary", "tertiary", "quaternary"};

	return code >= 244 && code <= 249 ? names[code - 244] : NULL;
}

static void
numbered(struct variable *v, uint8_t code)
{
	const char *name = standard(code);

	v->name = name != NULL ? name : "variable";
	v->number = name != NULL ? NONE : code;
}

static void
one(struct variable *v, struct rd *d, const char *name, uint8_t unit)
{
	v->name = name;
	v->unit = unit;
	v->value = real_from32(rd_be32(d));
}

/* The n-th that an answer has; false behind the last.  What a device does not
 * have is no number. */
static bool
variable_at(const struct hart_cmd *c, unsigned n, struct variable *v)
{
	static const char *const dynamic[] = {
	    "loop_current", "primary", "secondary", "tertiary", "quaternary"};
	struct rd d = c->data;

	*v = (struct variable){.number = NONE};
	switch (c->number) {
	case HART_CMD_PV:
		v->unit = rd_u8(&d);
		one(v, &d, "primary", v->unit);
		return n == 0 && rd_ok(&d);
	case HART_CMD_LOOP:
		rd_skip(&d, (size_t)4 * n);
		one(v, &d, n == 0 ? "loop_current" : "percent_range",
		    n == 0 ? 39 : 57);
		return n < 2 && rd_ok(&d);
	case HART_CMD_DYNAMIC:
		v->unit = 39;
		if (n > 0) {
			rd_skip(&d, 4 + (size_t)5 * (n - 1));
			v->unit = rd_u8(&d);
		}
		if (n < sizeof(dynamic) / sizeof(dynamic[0])) {
			one(v, &d, dynamic[n], v->unit);
			return rd_ok(&d);
		}
		return false;
	case HART_CMD_VARIABLES:
		rd_skip(&d, 1 + (size_t)SLOT_LEN * n);
		numbered(v, rd_u8(&d));
		rd_skip(&d, 1);
		v->unit = rd_u8(&d);
		one(v, &d, v->name, v->unit);
		v->quality = hart_quality(rd_u8(&d));
		return n < 8 && rd_ok(&d);
	case HART_CMD_SLOTS:
		rd_skip(&d, (size_t)PLAIN_LEN * n);
		numbered(v, rd_u8(&d));
		v->unit = rd_u8(&d);
		one(v, &d, v->name, v->unit);
		return n < 4 && rd_ok(&d);
	default: return false;
	}
}

static void
put_name(struct ev *e, uint16_t id, const struct variable *v)
{
	if (v->number == NONE) {
		ev_name(e, id, v->name);
	} else {
		ev_numbered(e, id, v->name, v->number);
	}
}

void
hart_tell_variables(const struct hart_cmd *c, struct ev *e)
{
	uint8_t id[HART_ID_LEN];
	struct rd d = c->data;
	struct variable v;

	if (c->reply && c->number == HART_CMD_IDENTIFY && unique(c->data, id)) {
		rd_skip(&d, 5);
		ev_uint(e, HARTF_REVISION, rd_u8(&d));
	}
	if (!c->reply || !variable_at(c, 0, &v)) {
		return;
	}
	ev_array(e, HARTF_VARIABLES);
	for (unsigned n = 0; variable_at(c, n, &v); n++) {
		const char *unit = hart_unit(v.unit);

		ev_object(e, EVF_ELEM);
		put_name(e, HARTF_VARIABLE, &v);
		ev_double(e, HARTF_VALUE, v.value);
		if (unit != NULL) {
			ev_name(e, HARTF_UNIT, unit);
		} else {
			ev_uint(e, HARTF_UNIT, v.unit);
		}
		if (v.quality != NULL) {
			ev_name(e, HARTF_QUALITY, v.quality);
		}
		ev_end(e);
	}
	ev_end(e);
}

static void
values(struct hart_msg *m, const struct hart_cmd *c)
{
	struct variable v;

	for (unsigned n = 0; variable_at(c, n, &v); n++) {
		struct ev *e;

		/* Not a number: the device has no such variable. */
		if (v.value != v.value) {
			continue;
		}
		e = dis_value(m->ctx, PROTO_HARTIP, m->dir);
		put_name(e, EVF_OBJECT, &v);
		ev_double(e, EVF_VALUE, v.value);
		if (v.quality != NULL) {
			ev_name(e, EVF_QUALITY, v.quality);
		}
		ev_name(e, EVF_SOURCE, ev_reported);
		dis_tell_value(m->ctx, e);
	}
}

/* --- all --------------------------------------------------------------------- */

static void
of_command(struct hart_msg *m, const struct hart_cmd *c)
{
	struct rd d = c->data;

	switch (c->number) {
	case HART_CMD_IDENTIFY:
	case HART_CMD_BY_TAG:
	case HART_CMD_BY_LONG_TAG:
	case HART_CMD_FIND:
	case HART_CMD_POLL_SUB: identity(m, d); break;
	case HART_CMD_SUB_IDENTITY: sub_identity(m, d); break;
	case HART_CMD_MESSAGE: packed(m, "user_text", &d, MESSAGE); break;
	case HART_CMD_TAG:
		packed(m, "name", &d, TAG_LEN);
		packed(m, "description", &d, TEXT_LEN);
		break;
	case HART_CMD_LONG_TAG: long_tag(m, m->ctx->src, &d); break;
	default: values(m, c); break;
	}
}

/* What the device itself has noticed: on first sight what is set, then what
 * changes. */
static void
state(struct hart_msg *m, const char *object, const char *name)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_HARTIP, m->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_OBJECT, object);
	ev_name(e, EVF_STATE, name);
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

static void
states(struct hart_msg *m)
{
	struct key k = key_of('s', m->ctx->src);
	uint8_t *last, changed;

	if (!m->cmd.has_status) {
		return;
	}
	if (m->ctx->src->sub.kind == EV_SUB_PATH) {
		memcpy(k.id, m->addr.id, HART_ID_LEN);
	}
	last = m->ctx->sv->shared(m->ctx, &k, sizeof(k), 1, true);
	if (last == NULL) {
		return;
	}
	changed = *last ^ m->cmd.status;
	*last = m->cmd.status;
	if (changed & m->cmd.status & COLD_START) {
		state(m, "restart", "restarted");
	}
	if (changed & MALFUNCTION) {
		state(m, "device",
		    m->cmd.status & MALFUNCTION ? "trouble" : "no_trouble");
	}
}

static bool
went_well(const struct hart_cmd *c)
{
	return c->reply && hart_response_name(c->code)[0] == 'o';
}

void
hart_facts(struct hart_msg *m)
{
	struct rd all = m->cmds;
	struct hart_cmd c;

	if (m->dir == EV_DIR_REQUEST || !m->cmd.reply) {
		return;
	}
	states(m);
	if (m->id == HART_TOKEN && went_well(&m->cmd)) {
		of_command(m, &m->cmd);
	}
	while (m->id == HART_DIRECT && hart_next(m, &all, &c)) {
		if (went_well(&c)) {
			m->op = hart_command(c.number)->name;
			of_command(m, &c);
		}
	}
}
