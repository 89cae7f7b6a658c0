/*
 * mcs: what MCS carries before screens and keys do ([4] 7, [1] 2.2.1.3 to
 * 2.2.1.11).
 *
 *	7f65 len | 04 | 04 | 01 | 30 | 30 | 30 | 04 len user data    the client's
 *	7f66 len | 0a result | 02 | 30 | 04 len user data            the server's
 *
 *	user data    an envelope of T.124 with a key in it, "Duca" of clients and
 *	             "McDn" of servers, a length (PER) and blocks:
 *	block        type (2) | length (2) with these 4 | data; little endian
 *
 * Then PDUs whose first six bits say what they are (PER): the domain is
 * erected, the user attached, each channel joined; data, which begin with the
 * flags of RDP's own security.  The log-in is told where it is not encrypted:
 * that there was a password, never which.  With it the dissector is done.
 */
#include <string.h>

#include "dissectors/ber.h"
#include "dissectors/rdp/rdp.h"

#define INITIAL      0x7f65
#define RESPONSE     0x7f66
#define OCTET_STRING 0x04
#define ENUMERATED   0x0a

/* The key stands within so many octets of the envelope. */
#define ENVELOPE_MOST 32

enum { ERECT = 1, LEAVE = 8, ATTACH = 10, ATTACHED = 11, JOIN = 14 };
enum { JOINED = 15, SEND = 25, INDICATE = 26 };

enum {
	CS_CORE = 0xc001,
	CS_SECURITY = 0xc002,
	CS_NET = 0xc003,
	SC_CORE = 0x0c01,
	SC_SECURITY = 0x0c02,
};

#define NAME_LEN    32
#define PRODUCT_LEN 64
#define CHANNEL_LEN 12 /* a name of 8 octets, options */
#define CHANNELS    31 /* [1] 2.2.1.3.4 */

/* [1] 2.2.8.1.1.2.1 */
#define SEC_EXCHANGE 0x0001
#define SEC_ENCRYPT  0x0008
#define SEC_INFO     0x0040
#define SEC_LICENSE  0x0080

#define INFO_UNICODE 0x0010 /* [1] 2.2.1.11.1.1 */

enum { KEY_SETTINGS = 2, KEY_ATTACH = 3, KEY_JOIN = 1 << 16 };

/* What blocks say, of either end. */
struct settings {
	struct rd core, security, net;
};

/* --- user data ---------------------------------------------------------------- */

/* [5]: PER, of one octet or of two. */
static size_t
per_length(struct rd *r)
{
	uint8_t n = rd_u8(r);

	return n < 0x80 ? n : (size_t)(n & 0x3f) << 8 | rd_u8(r);
}

/* Behind the key; a failed reader: there is none. */
static struct rd
behind_key(struct rd r, bool client)
{
	const char *key = client ? "Duca" : "McDn";

	for (size_t i = 0; i < ENVELOPE_MOST && rd_has(&r, 4); i++) {
		if (memcmp(r.p, key, 4) == 0) {
			rd_skip(&r, 4);
			return r;
		}
		rd_skip(&r, 1);
	}
	return rd_failed();
}

/* The last of a connect's parts has it. */
static struct rd
user_data(struct rd body)
{
	struct rd last = rd_failed();
	struct ber_item it;

	while (ber_item(&body, &it)) {
		if (it.tag == OCTET_STRING) {
			last = it.body;
		}
	}
	return last;
}

static void
read_blocks(struct rdp_msg *m, struct rd r, struct settings *ret)
{
	while (rd_left(&r) > 0) {
		struct rd at = r, body;
		uint16_t type = rd_le16(&r), len = rd_le16(&r);

		body = rd_sub(&r, len >= 4 ? len - 4u : 0);
		if (!rd_ok(&r) || len < 4) {
			rdp_bad(m, RDP_BAD_SETTINGS, &at);
			return;
		}
		switch (type) {
		case CS_CORE:
		case SC_CORE: ret->core = body; break;
		case CS_SECURITY:
		case SC_SECURITY: ret->security = body; break;
		case CS_NET: ret->net = body; break;
		default: break;
		}
	}
}

static struct settings
read_settings(struct rdp_msg *m, struct rd body, bool client)
{
	struct settings s = {rd_failed(), rd_failed(), rd_failed()};
	struct rd data = user_data(body), blocks = behind_key(data, client);
	size_t len = per_length(&blocks);

	blocks = rd_sub(&blocks, len);
	if (rd_ok(&blocks)) {
		read_blocks(m, blocks, &s);
	} else {
		rdp_bad(m, RDP_BAD_SETTINGS, &body);
	}
	return s;
}

bool
rdp_is_mcs(struct rd r, bool any)
{
	struct rd look = r, blocks;
	uint8_t first = rd_u8(&look);
	struct ber_item it;

	if (first == INITIAL >> 8) {
		if (!ber_item(&r, &it) ||
		    (it.tag != INITIAL && it.tag != RESPONSE)) {
			return false;
		}
		blocks = behind_key(user_data(it.body), it.tag == INITIAL);
		return rd_ok(&blocks);
	}
	switch (first >> 2) {
	case ERECT:
	case LEAVE:
	case ATTACH:
	case ATTACHED:
	case JOIN:
	case JOINED:
	case SEND:
	case INDICATE: return any;
	default: return false;
	}
}

/* --- the client's settings --------------------------------------------------- */

/* Of UCS-2, as far as a zero. */
static struct rd
text_of(struct rd r)
{
	struct rd all = r;
	size_t n = 0;

	while (rd_has(&r, 2) && rd_le16(&r) != 0) {
		n += 2;
	}
	return rd_sub(&all, n);
}

static void
tell_ucs2(struct ev *e, uint16_t id, struct rd text)
{
	if (rd_left(&text) > 0) {
		ev_bytes(e, id, EV_T_UCS2LE, text.p, rd_left(&text));
	}
}

static void
tell_channels(struct ev *e, struct rd r)
{
	uint32_t count = rd_le32(&r);

	if (!rd_ok(&r)) {
		return;
	}
	ev_array(e, RDPF_CHANNELS);
	for (uint32_t i = 0; i < count && i < CHANNELS; i++) {
		struct rd one = rd_sub(&r, CHANNEL_LEN);
		size_t n = 0;

		while (n < 8 && rd_ok(&one) && one.p[n] != 0) {
			n++;
		}
		if (n > 0) {
			ev_bytes(e, EVF_ELEM, EV_T_TEXT, one.p, n);
		}
	}
	ev_end(e);
}

static void
tell_methods(struct ev *e, struct rd r)
{
	static const uint32_t methods[] = {0x01, 0x08, 0x02, 0x10};
	uint32_t offered = rd_le32(&r);

	if (offered == 0) {
		return;
	}
	ev_array(e, RDPF_METHODS);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (offered & methods[i]) {
			ev_name(e, EVF_ELEM, rdp_encryption(methods[i]));
		}
	}
	ev_end(e);
}

static void
tell_version(struct ev *e, uint32_t version)
{
	const char *name = rdp_version(version);

	if (name != NULL) {
		ev_name(e, RDPF_VERSION, name);
	} else {
		ev_hexnum(e, RDPF_VERSION, version, 4);
	}
}

struct core {
	uint32_t version, keyboard, build;
	uint16_t width, height;
	struct rd name, product;
};

/* [1] 2.2.1.3.2: what is behind the input method's name may be missing. */
static bool
read_core(struct rd r, struct core *ret)
{
	ret->version = rd_le32(&r);
	ret->width = rd_le16(&r);
	ret->height = rd_le16(&r);
	rd_skip(&r, 4);
	ret->keyboard = rd_le32(&r);
	ret->build = rd_le32(&r);
	ret->name = text_of(rd_sub(&r, NAME_LEN));
	if (!rd_ok(&r)) {
		return false;
	}
	rd_skip(&r, 12 + 64 + 14);
	ret->product = text_of(rd_sub(&r, PRODUCT_LEN));
	return true;
}

static void
facts(struct rdp_msg *m, const struct core *c)
{
	char os[RDP_OS_MAX];
	size_t n = rdp_os(c->build, os);

	if (rd_left(&c->name) > 0) {
		dis_identity(m->ctx, PROTO_RDP, m->ctx->src, "hostname",
		    EV_T_UCS2LE, c->name.p, rd_left(&c->name), m->op);
	}
	if (n > 0) {
		dis_identity(m->ctx, PROTO_RDP, m->ctx->src, "os", EV_T_TEXT,
		    os, n, m->op);
	}
}

static void
client_settings(struct rdp_msg *m, struct rd body)
{
	struct settings s;
	struct core c = {0};
	bool known;
	struct ev *e;

	m->op = "settings";
	s = read_settings(m, body, true);
	known = read_core(s.core, &c);
	if (!known) {
		rdp_bad(m, RDP_BAD_SETTINGS, &body);
	}
	rdp_ask(m, KEY_SETTINGS, NULL, 0);
	e = rdp_start(m, INITIAL & 0xff);
	if (known) {
		tell_version(e, c.version);
		tell_ucs2(e, RDPF_CLIENT, c.name);
		ev_uint(e, RDPF_BUILD, c.build);
		tell_ucs2(e, RDPF_PRODUCT, c.product);
		ev_uint(e, RDPF_WIDTH, c.width);
		ev_uint(e, RDPF_HEIGHT, c.height);
		ev_hexnum(e, RDPF_KEYBOARD, c.keyboard, 4);
	}
	tell_channels(e, s.net);
	tell_methods(e, s.security);
	dis_emit(m->ctx, e);
	if (known && !m->cut) {
		facts(m, &c);
	}
}

/* --- the server's ------------------------------------------------------------ */

/* [4] 7, Result */
static const char *
result_name(struct rd body)
{
	uint64_t result;

	if (!ber_number(ber_find(body, ENUMERATED), &result)) {
		return NULL;
	}
	return result == 0 ? "ok" : "refused";
}

static void
server_settings(struct rdp_msg *m, struct rd body)
{
	struct settings s;
	uint32_t version, method, level;
	struct ev *e;

	m->op = "settings";
	m->status = result_name(body);
	s = read_settings(m, body, false);
	rdp_answer(m, KEY_SETTINGS, NULL, 0);
	e = rdp_start(m, RESPONSE & 0xff);
	version = rd_le32(&s.core);
	if (rd_ok(&s.core)) {
		tell_version(e, version);
	}
	method = rd_le32(&s.security);
	level = rd_le32(&s.security);
	if (rd_ok(&s.security) && rdp_encryption(method) != NULL) {
		ev_name(e, RDPF_ENCRYPTION, rdp_encryption(method));
	}
	if (rd_ok(&s.security) && rdp_level(level) != NULL) {
		ev_name(e, RDPF_LEVEL, rdp_level(level));
	}
	dis_emit(m->ctx, e);
}

static void
settings(struct rdp_msg *m, struct rd r)
{
	struct ber_item it = {.body = rd_failed()};

	m->st->begun = true;
	it.tag = ber_tag(&r);
	it.body = m->cut ? rd_rest(&r) : rd_sub(&r, ber_length(&r));
	if (it.tag == INITIAL) {
		client_settings(m, it.body);
	} else {
		server_settings(m, it.body);
	}
}

/* --- the log-in ---------------------------------------------------------------- */

struct info {
	enum ev_type type;
	struct rd domain, user, shell, address;
	bool password;
};

/* Texts end with a zero that their lengths do not count. */
static struct rd
info_text(struct rd *r, size_t len, size_t unit)
{
	struct rd text = rd_sub(r, len);

	rd_skip(r, unit);
	return text;
}

static bool
read_info(struct rd r, struct info *ret)
{
	uint16_t domain, user, password, shell, dir;
	size_t unit;

	rd_skip(&r, 4);
	unit = rd_le32(&r) & INFO_UNICODE ? 2 : 1;
	domain = rd_le16(&r);
	user = rd_le16(&r);
	password = rd_le16(&r);
	shell = rd_le16(&r);
	dir = rd_le16(&r);
	ret->type = unit == 2 ? EV_T_UCS2LE : EV_T_LATIN1;
	ret->domain = info_text(&r, domain, unit);
	ret->user = info_text(&r, user, unit);
	(void)info_text(&r, password, unit);
	ret->password = password > 0;
	ret->shell = info_text(&r, shell, unit);
	(void)info_text(&r, dir, unit);
	if (!rd_ok(&r)) {
		return false;
	}
	rd_skip(&r, 2); /* its family; clients of RDP 4 end before it */
	ret->address = text_of(rd_sub(&r, rd_le16(&r)));
	return true;
}

static void
add(struct ev *e, uint16_t id, enum ev_type type, struct rd text)
{
	if (rd_left(&text) > 0) {
		ev_bytes(e, id, type, text.p, rd_left(&text));
	}
}

static void
log_in(struct rdp_msg *m, uint16_t flags, struct rd r)
{
	struct info i = {0};
	bool encrypted = flags & SEC_ENCRYPT, known;
	struct ev *e;

	m->op = "log_in";
	m->dir = EV_DIR_REQUEST;
	rdp_from_client(m, true);
	known = !encrypted && read_info(r, &i);
	if (!encrypted && !known) {
		rdp_bad(m, RDP_BAD_INFO, &r);
	}
	e = rdp_start(m, SEND);
	if (encrypted) {
		ev_bool(e, RDPF_ENCRYPTED, true);
	}
	if (known) {
		add(e, RDPF_USER, i.type, i.user);
		add(e, RDPF_DOMAIN, i.type, i.domain);
		add(e, RDPF_SHELL, i.type, i.shell);
		add(e, RDPF_ADDRESS, EV_T_UCS2LE, i.address);
	}
	dis_emit(m->ctx, e);
	if (known && rd_left(&i.user) > 0) {
		e = dis_event(m->ctx, EV_AUTH, PROTO_RDP, m->dir);
		ev_name(e, EVF_ACTION, "login");
		add(e, EVF_USER, i.type, i.user);
		ev_name(e, EVF_DETAIL, i.password ? "clear text" : "rdp");
		dis_emit(m->ctx, e);
	}
	m->ctx->done = DIS_ALL_DONE;
}

/* --- channels ------------------------------------------------------------------ */

static void
data(struct rdp_msg *m, unsigned kind, struct rd r)
{
	uint16_t flags;
	struct rd at = r;

	rd_skip(&r, 5); /* who, channel, priority and segmentation */
	(void)per_length(&r);
	flags = rd_le16(&r);
	rd_skip(&r, 2);
	m->op = "data";
	m->dir = EV_DIR_NOTIFY;
	if (!rd_ok(&r)) {
		rdp_bad(m, RDP_BAD_MCS, &at);
	} else if (kind == SEND && flags & SEC_INFO) {
		log_in(m, flags, r);
		return;
	} else if (kind == SEND && flags & SEC_EXCHANGE) {
		m->op = "key_exchange";
	} else if (flags & SEC_LICENSE) {
		m->op = "license";
	} else {
		m->ctx->done = DIS_ALL_DONE;
	}
	rdp_from_client(m, kind == SEND);
	dis_emit(m->ctx, rdp_start(m, kind));
}

static const char *
per_result(uint8_t first, uint8_t second)
{
	return ((first & 1) << 3 | second >> 5) == 0 ? "ok" : "refused";
}

/* A user is known by the number that the server gave him. */
static void
channel(struct rdp_msg *m, unsigned kind, uint8_t first, struct rd r)
{
	bool join = kind == JOIN || kind == JOINED;
	uint16_t number = 0;
	struct rd at = r;
	struct ev *e;

	m->op = join ? "join_channel" : "attach_user";
	if (kind == JOINED || kind == ATTACHED) {
		m->status = per_result(first, rd_u8(&r));
	}
	if (kind == ATTACHED && first & 2) { /* there is a user */
		rd_skip(&r, 2);
	}
	if (join) {
		rd_skip(&r, 2);
		number = rd_be16(&r);
	}
	if (!rd_ok(&r)) {
		rdp_bad(m, RDP_BAD_MCS, &at);
	}
	if (kind == JOIN || kind == ATTACH) {
		rdp_ask(m, join ? (uint64_t)KEY_JOIN | number : KEY_ATTACH,
		    NULL, 0);
	} else {
		rdp_answer(m, join ? (uint64_t)KEY_JOIN | number : KEY_ATTACH,
		    NULL, 0);
	}
	e = rdp_start(m, kind);
	if (join && rd_ok(&r)) {
		ev_uint(e, RDPF_CHANNEL, number);
	}
	dis_emit(m->ctx, e);
}

static void
leave(struct rdp_msg *m, uint8_t first, struct rd r)
{
	struct rd at = r;
	unsigned reason = (unsigned)(first & 3) << 1 | rd_u8(&r) >> 7;
	struct ev *e;

	m->op = "disconnect";
	m->dir = EV_DIR_NOTIFY;
	if (!rd_ok(&r)) {
		rdp_bad(m, RDP_BAD_MCS, &at);
	}
	e = rdp_start(m, LEAVE);
	if (rd_ok(&r) && rdp_leaving(reason) != NULL) {
		ev_name(e, RDPF_REASON, rdp_leaving(reason));
	}
	dis_emit(m->ctx, e);
}

void
rdp_mcs(struct rdp_msg *m, struct rd r)
{
	struct rd at = r;
	uint8_t first = rd_u8(&r);
	unsigned kind = first >> 2;

	if (first == INITIAL >> 8 && rd_left(&r) > 0 &&
	    (*r.p == (INITIAL & 0xff) || *r.p == (RESPONSE & 0xff))) {
		settings(m, at);
		return;
	}
	m->st->begun = true;
	switch (kind) {
	case ERECT:
		m->op = "erect_domain";
		m->dir = EV_DIR_NOTIFY;
		rdp_from_client(m, true);
		dis_emit(m->ctx, rdp_start(m, kind));
		break;
	case LEAVE: leave(m, first, r); break;
	case ATTACH:
	case ATTACHED:
	case JOIN:
	case JOINED: channel(m, kind, first, r); break;
	case SEND:
	case INDICATE: data(m, kind, r); break;
	default:
		m->op = "unknown";
		m->dir = EV_DIR_NOTIFY;
		rdp_bad(m, RDP_BAD_MCS, &at);
		dis_emit(m->ctx, rdp_start(m, kind));
		break;
	}
}
