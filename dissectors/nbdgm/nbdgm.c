/*
 * nbdgm: NetBIOS datagrams: Windows, Samba and what shares files or printers
 * as they do announce by them who they are.
 *
 * RFC 1002, 4.4 (datagrams).  UDP 138.
 *
 *	  0      1       2    4           8      10       12
 *	+------+-------+----+-----------+------+--------+--------+
 *	| type | flags | id | source IP | port | length | offset |
 *	+------+-------+----+-----------+------+--------+--------+
 *	| source name | destination name | user data             |
 *	+-------------------------------------------------------+
 *
 *	type   10 to a name, 11 to a group, 12 to all: these have all of it
 *	       13 error: 8 to 10 and one byte, the error's
 *	       14 query, 15 and 16 its answers: 8 to 10, destination name
 *	length of names and user data; offset of a piece's
 *
 * A datagram is one operation: what the browser service says in its mailslot
 * (browser.c), else that something was sent.  Who sends one has the source
 * name, where that is a station's and the source IP in the datagram is the
 * packet's: distribution servers forward others' datagrams.
 *
 * Left out: putting pieces together (one has 512 bytes of user data, and no
 * announcement has), what other mailslots get (the messages of NETLOGON).
 */
#include "dissectors/nbdgm/nbdgm.h"

#define PORT     138
#define HEAD_LEN 10
#define IP_LEN   4

enum { DIRECT = 0x10, GROUP, BROADCAST, ERROR, QUERY, POSITIVE, NEGATIVE };

#define FLAG_MORE     0x01
#define FLAG_FIRST    0x02
#define FLAG_RESERVED 0xf0

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[NBDF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(TYPE, "type", EV_R_NONE, "RFC 1002, 4.4.1"),
    F(ID, "id", EV_R_NONE, "RFC 1002, 4.4.1"),
    F(SOURCE_IP, "source_ip", EV_R_NONE, "RFC 1002, 4.4.1"),
    F(SOURCE, "source", EV_R_NONE, "RFC 1002, 4.4.2"),
    F(SOURCE_SUFFIX, "source_suffix", EV_R_NONE, "MS-NBTE, 1.8"),
    F(TO, "to", EV_R_KEY, "RFC 1002, 4.4.2"),
    F(TO_SUFFIX, "to_suffix", EV_R_KEY, "MS-NBTE, 1.8"),
    F(FIRST, "first", EV_R_NONE, "RFC 1002, 4.4.1"),
    F(PIECE, "piece", EV_R_NONE, "RFC 1002, 4.4.2"),
    F(ERROR, "error", EV_R_NONE, "RFC 1002, 4.4.3"),
    F(MAILSLOT, "mailslot", EV_R_KEY, "MS-MAIL, 2.2.1"),
    F(SERVER, "server", EV_R_NONE, "MS-BRWS, 2.2"),
    F(DOMAIN, "domain", EV_R_NONE, "MS-BRWS, 2.2"),
    F(MASTER, "master", EV_R_NONE, "MS-BRWS, 2.2"),
    F(PERIOD, "period_ms", EV_R_NONE, "MS-BRWS, 2.2"),
    F(VERSION_MAJOR, "os_major", EV_R_NONE, "MS-BRWS, 2.2"),
    F(VERSION_MINOR, "os_minor", EV_R_NONE, "MS-BRWS, 2.2"),
    F(SERVER_TYPE, "server_type", EV_R_NONE, "MS-BRWS, 2.2"),
    F(ROLES, "roles", EV_R_NONE, "MS-BRWS, 2.2"),
    F(COMMENT, "comment", EV_R_NONE, "MS-BRWS, 2.2"),
    F(CRITERIA, "criteria", EV_R_NONE, "MS-BRWS, 2.2"),
    F(UPTIME, "uptime_ms", EV_R_NONE, "MS-BRWS, 2.2"),
    F(TOKEN, "token", EV_R_NONE, "MS-BRWS, 2.2"),
    F(NAMES, "names", EV_R_NONE, "MS-BRWS, 2.2"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == NBDF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "nbdgm",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
};

void
nbd_bad(struct nbd_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

/* --- finding --------------------------------------------------------------- */

static bool
carries(uint8_t type)
{
	return type >= DIRECT && type <= BROADCAST;
}

/* The head alone says no to nearly all. */
static bool
may_be(struct rd r)
{
	uint8_t type = rd_u8(&r), flags = rd_u8(&r);

	rd_skip(&r, HEAD_LEN - 2);
	return rd_ok(&r) && type >= DIRECT && type <= NEGATIVE &&
	       (flags & FLAG_RESERVED) == 0;
}

/* Beyond doubt: the length is the rest, and a name in letters follows. */
static bool
is_sure(struct rd r)
{
	uint8_t raw[NB_RAW_LEN], type = rd_u8(&r);
	uint16_t len;

	rd_skip(&r, HEAD_LEN - 1);
	len = rd_be16(&r);
	rd_skip(&r, 2);
	return carries(type) && rd_left(&r) == len && nb_read_letters(&r, raw);
}

static enum dis_rc
nbdgm_probe(struct rd in, const struct dis_probe *pr)
{
	if (pr->transport != DIS_UDP || !may_be(in)) {
		return DIS_NOT_MINE;
	}
	if (!pr->hinted && !is_sure(in)) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = rd_left(&in);
	}
	return DIS_OK;
}

/* --- reading --------------------------------------------------------------- */

static bool
read_name(struct rd *r, uint8_t raw[NB_RAW_LEN], struct nb_name *ret)
{
	char scope[NB_SCOPE_MAX];
	size_t n;

	if (!nb_read_letters(r, raw) || !nb_read_scope(r, scope, &n)) {
		return false;
	}
	*ret = nb_name_of(raw);
	return true;
}

static void
read_carried(struct nbd_msg *m, struct rd r)
{
	struct rd at = r;
	uint16_t len = rd_be16(&r);

	m->piece = rd_be16(&r);
	if (!rd_ok(&r)) {
		nbd_bad(m, NBD_BAD_HEADER, &at);
		return;
	}
	if (len != rd_left(&r)) {
		nbd_bad(m, NBD_BAD_LENGTH, &at);
	}
	r = rd_sub(&r, len < rd_left(&r) ? len : rd_left(&r));
	at = r;
	if (!read_name(&r, m->from_raw, &m->from)) {
		nbd_bad(m, NBD_BAD_NAME, &at);
		return;
	}
	at = r;
	if (!read_name(&r, m->to_raw, &m->to)) {
		nbd_bad(m, NBD_BAD_NAME, &at);
	} else if (m->piece == 0 && !(m->flags & FLAG_MORE)) {
		nbd_mailslot(m, r);
	}
}

/* Without one of these it is no datagram that can be told of. */
static bool
read_head(struct nbd_msg *m, struct rd *r)
{
	m->type = rd_u8(r);
	m->flags = rd_u8(r);
	m->id = rd_be16(r);
	m->source_ip = rd_bytes(r, IP_LEN);
	rd_skip(r, 2);
	return rd_ok(r) && m->type >= DIRECT && m->type <= NEGATIVE;
}

static void
read_rest(struct nbd_msg *m, struct rd r)
{
	struct rd at = r;

	m->cls = EV_CLASS_OTHER;
	m->code = m->type;
	m->dir = EV_DIR_NOTIFY;
	switch (m->type) {
	case ERROR:
		m->op = "datagram_error";
		m->error = rd_u8(&r);
		if (!rd_ok(&r)) {
			nbd_bad(m, NBD_BAD_HEADER, &at);
		}
		break;
	case QUERY:
	case POSITIVE:
	case NEGATIVE:
		m->op = "datagram_query";
		m->cls = EV_CLASS_DISCOVERY;
		m->dir = m->type == QUERY ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
		if (!read_name(&r, m->to_raw, &m->to)) {
			nbd_bad(m, NBD_BAD_NAME, &at);
		}
		break;
	default:
		m->op = "datagram";
		read_carried(m, r);
		break;
	}
}

/* --- telling --------------------------------------------------------------- */

static const char *
type_name(uint8_t type)
{
	static const char *const names[] = {"direct", "group", "broadcast",
	    "error", "query", "positive_response", "negative_response"};

	return names[type - DIRECT];
}

/* The sender's own datagram, not one that somebody forwards. */
static bool
is_own(const struct nbd_msg *m)
{
	const struct ev_end *src = m->ctx->src;

	return src->ipver == 4 && src->ip.a[0] != 0 &&
	       memcmp(src->ip.a, m->source_ip, IP_LEN) == 0;
}

static void
put_name(struct ev *e, uint16_t id, uint16_t suffix_id, const struct nb_name *n)
{
	if (n->text != NULL) {
		ev_bytes(e, id, EV_T_TEXT, n->text, n->n);
		ev_hexnum(e, suffix_id, n->suffix, 1);
	}
}

static void
tell(struct nbd_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	struct ev *e =
	    dis_operation(ctx, PROTO_NBDGM, m->dir, m->op, m->code, m->cls);

	if (m->cut) {
		e->flags |= EV_CUT;
	}
	if (m->dir == EV_DIR_RESPONSE) {
		e->status = m->type == NEGATIVE ? "negative" : "ok";
	}
	ev_name(e, NBDF_TYPE, type_name(m->type));
	ev_uint(e, NBDF_ID, m->id);
	if (!is_own(m)) {
		ev_bytes(e, NBDF_SOURCE_IP, EV_T_IP, m->source_ip, IP_LEN);
	}
	put_name(e, NBDF_SOURCE, NBDF_SOURCE_SUFFIX, &m->from);
	put_name(e, NBDF_TO, NBDF_TO_SUFFIX, &m->to);
	if (carries(m->type) && (m->flags & FLAG_MORE || m->piece != 0)) {
		ev_bool(e, NBDF_FIRST, m->flags & FLAG_FIRST);
		ev_uint(e, NBDF_PIECE, m->piece);
	}
	if (m->type == ERROR) {
		ev_hexnum(e, NBDF_ERROR, m->error, 1);
	}
	if (m->slot != NULL) {
		ev_bytes(e, NBDF_MAILSLOT, EV_T_TEXT, m->slot, m->slot_n);
	}
	if (m->browser) {
		nbd_put_browser(m, e);
	}
	dis_emit(ctx, e);
}

static void
facts(struct nbd_msg *m)
{
	const struct nb_name *n = &m->from;

	if (!is_own(m)) {
		return;
	}
	if (m->said.name != NULL && m->code != NBD_DOMAIN) {
		dis_identity(m->ctx, PROTO_NBDGM, m->ctx->src, "hostname",
		    EV_T_TEXT, m->said.name, m->said.name_n, m->op);
	} else if (n->text != NULL && nb_is_text(n) &&
		   (n->suffix == NB_WORKSTATION ||
		       n->suffix == NB_FILE_SERVER)) {
		dis_identity(m->ctx, PROTO_NBDGM, m->ctx->src, "hostname",
		    EV_T_TEXT, n->text, n->n, m->op);
	}
	if (m->said.name != NULL) {
		nbd_announced(m);
	}
}

static enum dis_rc
nbdgm_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct nbd_msg m = {.ctx = ctx, .start = in->p, .cut = ctx->cut};
	struct rd r = *in;

	if (!read_head(&m, &r)) {
		if (ctx->cut) {
			return DIS_MORE;
		}
		if (!ctx->confirmed && !ctx->hinted) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_NBDGM, EV_DIR_UNKNOWN, NBD_BAD_HEADER, 0);
		(void)rd_rest(in);
		return DIS_BAD;
	}
	read_rest(&m, r);
	(void)rd_rest(in);
	/* Both ends use the port; who sends asks, but for what is an answer. */
	ctx->client = m.dir == EV_DIR_RESPONSE ? !ctx->side : ctx->side;
	if (m.bad == NULL && !m.cut && m.from.text != NULL) {
		dis_confirm(ctx);
	}
	tell(&m);
	if (m.bad == NULL) {
		if (!m.cut) {
			facts(&m);
		}
		return DIS_OK;
	}
	dis_malformed(ctx, PROTO_NBDGM, m.dir, m.bad, m.bad_at);
	return DIS_BAD;
}

extern const struct dissector dissector_nbdgm;

const struct dissector dissector_nbdgm = {
    .name = "nbdgm",
    .proto = PROTO_NBDGM,
    .hints = {{DIS_UDP, PORT}},
    .probe = nbdgm_probe,
    .parse = nbdgm_parse,
    .fields = &proto,
};
