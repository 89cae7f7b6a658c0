/*
 * facts: who answers to a search, who logs in, with what tool.
 *
 *	node  c280 | version (2) | id (4) | channels (2) | order | . |
 *	      parent's octets (2) | letters of the node's name (2), the device's
 *	      (2), the vendor's (2) | target type (4) | id (4) | version (4) |
 *	      flags (4) | octets of the serial number (1) | ... (11) | parent |
 *	      names, each with a zero behind | serial number     ([4], [5])
 *	login tag 81 { 10 user, 11 password }; its answer 82 { 20 result,
 *	      21 session }                                      ([1])
 *	session_create  83 { 41 name, 42 vendor, 43 host } of the tool ([1])
 *
 * Texts are wide, or they are not, as their second octet says.  A password is
 * never told, only that there was one.
 */
#include <string.h>

#include "dissectors/codesys/codesys.h"

#define GROUP_DEVICE   0x01
#define LOGIN          0x02
#define SESSION_CREATE 0x0a

enum {
	TAG_USER = 0x10,
	TAG_RESULT = 0x20,
	TAG_CLIENT_NAME = 0x41,
	TAG_CLIENT_HOST = 0x43,
	TAG_CREDENTIALS = 0x81,
	TAG_LOGIN_REPLY = 0x82,
	TAG_CLIENT = 0x83,
};

#define PROGRAMMABLE 0x1000 /* a target's type, as tools list it */

/* --- tags ------------------------------------------------------------------ */

static uint32_t
tag_number(struct rd *r)
{
	uint32_t v = 0;

	for (unsigned shift = 0; shift < 32; shift += 7) {
		uint8_t c = rd_u8(r);

		v |= (uint32_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0) {
			return v;
		}
	}
	rd_fail(r);
	return 0;
}

/* The tag of that number among those at hand; failed where it is not. */
static struct rd
tag_find(struct rd r, uint32_t number)
{
	while (rd_left(&r) > 0) {
		uint32_t n = tag_number(&r);
		struct rd in = rd_sub(&r, tag_number(&r));

		if (!rd_ok(&in) || !rd_ok(&r)) {
			break;
		}
		if (n == number) {
			return in;
		}
	}
	return rd_failed();
}

/* --- text ------------------------------------------------------------------ */

static enum ev_type
text_type(const struct rd *r)
{
	return rd_left(r) >= 2 && rd_left(r) % 2 == 0 && r->p[1] == 0
		   ? EV_T_UCS2LE
		   : EV_T_TEXT;
}

/* Without the zeros behind it. */
static struct rd
text(struct rd r)
{
	size_t step = text_type(&r) == EV_T_UCS2LE ? 2 : 1;
	size_t n = rd_left(&r);

	while (n >= step && r.p[n - 1] == 0 && r.p[n - step] == 0) {
		n -= step;
	}
	return rd_make(r.p, n);
}

static void
fact(struct codesys_msg *m, const char *key, enum ev_type type, struct rd r)
{
	if (rd_ok(&r) && rd_left(&r) > 0) {
		dis_identity(m->ctx, PROTO_CODESYS, m->ctx->src, key, type, r.p,
		    rd_left(&r), m->op);
	}
}

/* --- what a node says ------------------------------------------------------ */

struct node {
	uint16_t channels;
	struct rd name, device, vendor, serial;
	uint32_t type, id, version;
};

static bool
read_node(struct rd r, struct node *ret)
{
	uint16_t parent, name, device, vendor;
	uint8_t serial;

	ret->channels = rd_le16(&r);
	rd_skip(&r, 2);
	parent = rd_le16(&r);
	name = rd_le16(&r);
	device = rd_le16(&r);
	vendor = rd_le16(&r);
	ret->type = rd_le32(&r);
	ret->id = rd_le32(&r);
	ret->version = rd_le32(&r);
	rd_skip(&r, 4);
	serial = rd_u8(&r);
	rd_skip(&r, 11);
	rd_skip(&r, parent);
	ret->name = rd_sub(&r, 2u * name);
	rd_skip(&r, 2);
	ret->device = rd_sub(&r, 2u * device);
	rd_skip(&r, 2);
	ret->vendor = rd_sub(&r, 2u * vendor);
	rd_skip(&r, 2);
	ret->serial = rd_sub(&r, serial);
	return rd_ok(&r);
}

bool
codesys_is_node(const struct codesys_msg *m)
{
	struct node n;

	return m->proven && read_node(m->tags, &n);
}

void
codesys_tell_node(struct codesys_msg *m, struct ev *e)
{
	struct node n;

	if (!m->proven || !read_node(m->tags, &n)) {
		return;
	}
	ev_uint(e, CODESYSF_CHANNELS, n.channels);
	if (rd_left(&n.name) > 0) {
		ev_bytes(
		    e, CODESYSF_NODE, EV_T_UCS2LE, n.name.p, rd_left(&n.name));
	}
	if (rd_left(&n.device) > 0) {
		ev_bytes(e, CODESYSF_DEVICE, EV_T_UCS2LE, n.device.p,
		    rd_left(&n.device));
	}
	ev_hexnum(e, CODESYSF_TARGET_TYPE, n.type, 4);
	ev_hexnum(e, CODESYSF_TARGET_ID, n.id, 4);
}

#define CODE_TEXT 10

static void
product_code(struct codesys_msg *m, uint32_t id)
{
	static const char digits[] = "0123456789abcdef";
	char out[CODE_TEXT] = "0x";

	for (size_t i = 0; i < 8; i++) {
		out[2 + i] = digits[id >> 4 * (7 - i) & 15];
	}
	fact(m, "product_code", EV_T_TEXT, rd_make(out, sizeof(out)));
}

static size_t
put_octet(char *to, uint8_t v)
{
	size_t n = 0;

	if (v >= 100) {
		to[n++] = (char)('0' + v / 100);
	}
	if (v >= 10) {
		to[n++] = (char)('0' + v / 10 % 10);
	}
	to[n++] = (char)('0' + v % 10);
	return n;
}

/* 3.5.17.0, of the device's firmware. */
static void
version(struct codesys_msg *m, uint32_t v)
{
	size_t n = 0;

	for (int shift = 24; shift >= 0; shift -= 8) {
		if (n != 0) {
			m->text[n++] = '.';
		}
		n += put_octet(m->text + n, (uint8_t)(v >> shift));
	}
	if (v != 0) {
		fact(m, "firmware", EV_T_TEXT, rd_make(m->text, n));
	}
}

static void
node(struct codesys_msg *m)
{
	static const char runtime[] = "CODESYS runtime";
	struct node n;

	if (!read_node(m->tags, &n)) {
		return;
	}
	fact(m, "vendor", EV_T_UCS2LE, n.vendor);
	fact(m, "model", EV_T_UCS2LE, n.device);
	fact(m, "name", EV_T_UCS2LE, n.name);
	version(m, n.version);
	fact(m, "serial", EV_T_TEXT, text(n.serial));
	product_code(m, n.id);
	if (n.type == PROGRAMMABLE) {
		dis_identity(m->ctx, PROTO_CODESYS, m->ctx->src, "device_type",
		    EV_T_NAME, runtime, sizeof(runtime) - 1, m->op);
	}
}

/* --- services -------------------------------------------------------------- */

static bool
is_service(const struct codesys_msg *m, uint16_t service)
{
	return m->has_service && m->group == GROUP_DEVICE &&
	       m->service == service;
}

/* Who logs in: the answer does not say. */
void
codesys_read_service(struct codesys_msg *m)
{
	struct rd user;

	if (!is_service(m, LOGIN) || m->reply) {
		return;
	}
	user = tag_find(tag_find(m->tags, TAG_CREDENTIALS), TAG_USER);
	if (!rd_ok(&user)) {
		return;
	}
	user = text(user);
	for (size_t step = text_type(&user) == EV_T_UCS2LE ? 2 : 1;
	     rd_left(&user) > 0 && m->wait.user_n < CODESYS_USER;) {
		m->wait.user[m->wait.user_n++] = (char)rd_u8(&user);
		rd_skip(&user, step - 1);
	}
}

static bool
is_zero(struct rd r)
{
	while (rd_left(&r) > 0) {
		if (rd_u8(&r) != 0) {
			return false;
		}
	}
	return true;
}

static void
login(struct codesys_msg *m)
{
	struct rd result =
	    tag_find(tag_find(m->tags, TAG_LOGIN_REPLY), TAG_RESULT);
	struct ev *e;

	if (!rd_ok(&result)) {
		return;
	}
	e = dis_event(m->ctx, EV_AUTH, PROTO_CODESYS, m->dir);
	ev_name(e, EVF_ACTION, is_zero(result) ? "login" : "fail");
	if (m->wait.user_n != 0) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, m->wait.user, m->wait.user_n);
	}
	dis_emit(m->ctx, e);
}

/* The tool that asks says what it is. */
static void
client(struct codesys_msg *m)
{
	struct rd about = tag_find(m->tags, TAG_CLIENT), name, host;

	if (!rd_ok(&about)) {
		return;
	}
	name = tag_find(about, TAG_CLIENT_NAME);
	host = tag_find(about, TAG_CLIENT_HOST);
	if (rd_ok(&name)) {
		fact(m, "software", text_type(&name), text(name));
	}
	if (rd_ok(&host)) {
		fact(m, "hostname", text_type(&host), text(host));
	}
}

void
codesys_facts(struct codesys_msg *m)
{
	if (m->proven) {
		node(m);
	} else if (is_service(m, LOGIN) && m->reply) {
		login(m);
	} else if (is_service(m, SESSION_CREATE) && !m->reply) {
		client(m);
	}
}
