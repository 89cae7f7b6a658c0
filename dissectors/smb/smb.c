/*
 * smb: what carries SMB over TCP, and the way of a message.
 *
 * RFC 1002, 4.3 (session service, TCP 139); [MS-SMB2], 2.1 (direct TCP, 445):
 * the same four bytes.
 *
 *	 0      1            4
 *	+------+------------+------------------------------+
 *	| type | length     | 0: a message of SMB          |
 *	+------+------------+------------------------------+
 *	                      ff "SMB"  SMB1  (smb1.c)
 *	                      fe "SMB"  SMB2, several are chained (smb2.c)
 *	                      fd "SMB"  SMB3, encrypted; fc: compressed
 *
 *	type   81 session request: called and calling name
 *	       82 granted, 83 refused, 84 try there, 85 keep alive
 *
 * Each message of SMB is an operation, each of a chain, too.  Files move in
 * messages of a megabyte: the first HEAD_MAX bytes have all that is told, and
 * what is behind them is passed over as it comes.
 *
 * Left out: what pipes carry (DCE/RPC), Kerberos, paths behind SMB1's chains
 * (AndX), contexts of negotiation, signatures.
 */
#include "dissectors/nbns/name.h"
#include "dissectors/smb/smb.h"

#define PORT         445
#define PORT_NETBIOS 139
#define NBSS         4
#define HEAD_MAX     4096
#define LEAST_CUT    (NBSS + SMB2_HEAD)
#define TRANSFORM    52
#define COMPRESSED   16
#define NAMES_LEN    68
#define NAMES_MAX    576 /* with scopes: RFC 1002, 4.1 */
#define CHAIN_MAX    32

enum { MESSAGE, REQUEST = 0x81, GRANTED, REFUSED, RETARGET, KEEPALIVE };
enum { V1 = 0xff, V2 = 0xfe, ENCRYPTED = 0xfd, PRESSED = 0xfc };

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[SMBF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(VERSION, "version", EV_R_KEY, "MS-SMB2, 2.2.1"),
    F(MID, "mid", EV_R_NONE, "MS-SMB2, 2.2.1.2"),
    F(SIGNED, "signed", EV_R_NONE, "MS-SMB2, 2.2.1.2"),
    F(DIALECTS, "dialects", EV_R_NONE, "MS-SMB2, 2.2.3"),
    F(DIALECT, "dialect", EV_R_KEY, "MS-SMB2, 2.2.4"),
    F(SIGNING, "signing", EV_R_NONE, "MS-SMB2, 2.2.3"),
    F(GUID, "guid", EV_R_NONE, "MS-SMB2, 2.2.4"),
    F(NTLM, "ntlm", EV_R_KEY, "MS-NLMP, 2.2.1"),
    F(TARGET, "target", EV_R_NONE, "MS-NLMP, 2.2.1.2"),
    F(COMPUTER, "computer", EV_R_NONE, "MS-NLMP, 2.2.2.1"),
    F(DOMAIN, "domain", EV_R_NONE, "MS-NLMP, 2.2.2.1"),
    F(DNS_COMPUTER, "dns_computer", EV_R_NONE, "MS-NLMP, 2.2.2.1"),
    F(DNS_DOMAIN, "dns_domain", EV_R_NONE, "MS-NLMP, 2.2.2.1"),
    F(USER, "user", EV_R_KEY, "MS-NLMP, 2.2.1.3"),
    F(USER_DOMAIN, "user_domain", EV_R_NONE, "MS-NLMP, 2.2.1.3"),
    F(WORKSTATION, "workstation", EV_R_NONE, "MS-NLMP, 2.2.1.3"),
    F(OS_VERSION, "os_version", EV_R_NONE, "MS-NLMP, 2.2.2.10"),
    F(ANONYMOUS, "anonymous", EV_R_NONE, "MS-NLMP, 2.2.1.3"),
    F(GUEST, "guest", EV_R_NONE, "MS-SMB2, 2.2.6"),
    F(OS, "os", EV_R_NONE, "MS-CIFS, 2.2.4.53"),
    F(LANMAN, "lanman", EV_R_NONE, "MS-CIFS, 2.2.4.53"),
    F(SHARE, "share", EV_R_KEY, "MS-SMB2, 2.2.9"),
    F(SHARE_TYPE, "share_type", EV_R_NONE, "MS-SMB2, 2.2.10"),
    F(FILE, "file", EV_R_KEY, "MS-SMB2, 2.2.13"),
    F(TO_FILE, "to", EV_R_KEY, "MS-FSCC, 2.4.37"),
    F(FILE_ID, "file_id", EV_R_NONE, "MS-SMB2, 2.2.14.1"),
    F(ACCESS, "access", EV_R_NONE, "MS-SMB2, 2.2.13.1"),
    F(DISPOSITION, "disposition", EV_R_NONE, "MS-SMB2, 2.2.13"),
    F(DELETES, "deletes", EV_R_KEY, "MS-SMB2, 2.2.13"),
    F(AT, "at", EV_R_NONE, "MS-SMB2, 2.2.19"),
    F(LENGTH, "length", EV_R_NONE, "MS-SMB2, 2.2.19"),
    F(CONTROL, "control", EV_R_KEY, "MS-SMB2, 2.2.31"),
    F(CALLED, "called", EV_R_KEY, "RFC 1002, 4.3.2"),
    F(CALLING, "calling", EV_R_NONE, "RFC 1002, 4.3.2"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == SMBF_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "smb",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
    .program = true,
};

/* --- what the versions share ----------------------------------------------- */

void
smb_bad(struct smb_msg *m, const char *reason, const struct rd *at)
{
	if (m->bad == NULL && !m->cut && !m->more) {
		m->bad = reason;
		m->bad_at = at->p != NULL ? (size_t)(at->p - m->start) : 0;
	}
}

struct ev *
smb_start(struct smb_msg *m, const char *op, uint32_t code, enum ev_class cls)
{
	struct ev *e = dis_operation(m->ctx, PROTO_SMB, m->dir, op, code, cls);

	m->op = op;
	if (m->dir == EV_DIR_RESPONSE) {
		e->status = smb_status_name(m->status);
	}
	if (m->paired) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	return e;
}

void
smb_put_text(struct ev *e, uint16_t id, const struct smb_text *t)
{
	if (t->p != NULL) {
		ev_bytes(e, id, (enum ev_type)t->type, t->p, t->n);
	}
}

struct rd
smb_at(struct smb_msg *m, size_t offset, size_t n)
{
	struct rd r = m->smb, part;

	rd_skip(&r, offset);
	part = rd_sub(&r, n);
	if (!rd_ok(&part)) {
		smb_bad(m, SMB_BAD_OFFSET, &m->smb);
	}
	return part;
}

/* A log-on that is refused; who tried stands in the request. */
static void
refused(struct smb_msg *m)
{
	struct ev *e;

	switch (m->status) {
	case 0xc0000022:
	case 0xc0000064:
	case 0xc000006a:
	case 0xc000006d:
	case 0xc000006e:
	case 0xc000006f:
	case 0xc0000070:
	case 0xc0000071:
	case 0xc0000072:
	case 0xc000015b:
	case 0xc0000193:
	case 0xc0000224:
	case 0xc0000234: break;
	default: return;
	}
	e = dis_event(m->ctx, EV_AUTH, PROTO_SMB, m->dir);
	ev_name(e, EVF_ACTION, "fail");
	ev_name(e, EVF_DETAIL, smb_status_name(m->status));
	dis_emit(m->ctx, e);
}

void
smb_finish(struct smb_msg *m)
{
	if (m->bad != NULL || m->cut) {
		return;
	}
	smb_ntlm_facts(m);
	if (m->response && strcmp(m->op, "session_setup") == 0) {
		refused(m);
	}
}

/* --- framing --------------------------------------------------------------- */

/* What the length of a session service's message may be. */
static bool
is_length(uint8_t type, size_t len)
{
	switch (type) {
	case MESSAGE: return len >= COMPRESSED;
	case REQUEST: return len >= NAMES_LEN && len <= NAMES_MAX;
	case GRANTED:
	case KEEPALIVE: return len == 0;
	case REFUSED: return len == 1;
	case RETARGET: return len == 6;
	default: return false;
	}
}

/* The bytes behind the magic that are always the same. */
static bool
is_magic(struct rd r, size_t len)
{
	uint8_t version = rd_u8(&r);
	static const char smb[] = {'S', 'M', 'B'};

	switch (version) {
	case V1:
		if (len < SMB1_HEAD + 3) {
			return false;
		}
		break;
	case V2:
		if (len < SMB2_HEAD + 2) {
			return false;
		}
		break;
	case ENCRYPTED:
		if (len < TRANSFORM) {
			return false;
		}
		break;
	case PRESSED: break;
	default: return false;
	}
	for (size_t i = 0; i < sizeof(smb) && rd_left(&r) > 0; i++) {
		if (rd_u8(&r) != (uint8_t)smb[i]) {
			return false;
		}
	}
	if (version == V2 && rd_left(&r) > 0) {
		return rd_u8(&r) == SMB2_HEAD &&
		       (rd_left(&r) == 0 || rd_u8(&r) == 0);
	}
	return true;
}

/* Without a second byte flags are 0. */
static bool
is_type(uint8_t type, uint8_t flags)
{
	return type == MESSAGE ||
	       (type >= REQUEST && type <= KEEPALIVE && (flags & 0xfe) == 0);
}

/*
 * Length of the message by its head.  As long as the head is not there it
 * asks for one byte more each time, since any byte may refuse it.
 */
static enum dis_rc
find(struct rd r, size_t *ret_len, size_t *ret_need)
{
	size_t have = rd_left(&r), len;
	uint8_t type = rd_u8(&r), flags = rd_u8(&r);

	*ret_need = have + 1;
	if (have > 0 && !is_type(type, flags)) {
		return DIS_NOT_MINE;
	}
	len = (size_t)flags << 16;
	len |= rd_be16(&r);
	if (have < NBSS) {
		return DIS_MORE;
	}
	if (!is_length(type, len) ||
	    (type == MESSAGE && rd_left(&r) > 0 && !is_magic(r, len))) {
		return DIS_NOT_MINE;
	}
	if (type == MESSAGE && rd_left(&r) < 6) {
		return DIS_MORE;
	}
	*ret_len = *ret_need = NBSS + len;
	return rd_has(&r, len) ? DIS_OK : DIS_MORE;
}

static enum dis_rc
smb_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len = 0, need;
	struct rd r = in;
	enum dis_rc rc;
	uint8_t type = rd_u8(&r);

	if (pr->transport != DIS_TCP ||
	    (type != MESSAGE && (!pr->hinted || pr->searching))) {
		return DIS_NOT_MINE;
	}
	rc = find(in, &len, &need);
	if (rc == DIS_NOT_MINE || len == 0) {
		return rc;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	/* Its head is as good as all of it, and may be all that is kept. */
	return DIS_OK;
}

/* --- the session service ---------------------------------------------------- */

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
session_request(struct smb_msg *m, struct rd r)
{
	uint8_t called_raw[NB_RAW_LEN], calling_raw[NB_RAW_LEN];
	struct nb_name called = {0}, calling = {0};
	struct rd at = r;
	struct ev *e;

	if (!read_name(&r, called_raw, &called) ||
	    !read_name(&r, calling_raw, &calling)) {
		smb_bad(m, SMB_BAD_NAME, &at);
	}
	e = smb_start(m, "netbios_session", REQUEST, EV_CLASS_SESSION);
	if (called.text != NULL) {
		ev_bytes(e, SMBF_CALLED, EV_T_TEXT, called.text, called.n);
	}
	if (calling.text != NULL) {
		ev_bytes(e, SMBF_CALLING, EV_T_TEXT, calling.text, calling.n);
	}
	dis_emit(m->ctx, e);
	if (m->bad == NULL && !m->cut && nb_is_text(&calling)) {
		dis_identity(m->ctx, PROTO_SMB, m->ctx->src, "hostname",
		    EV_T_TEXT, calling.text, calling.n, m->op);
	}
}

static void
turn(struct smb_msg *m, bool response)
{
	struct dis_ctx *ctx = m->ctx;

	m->response = response;
	m->dir = response ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	ctx->client = response ? !ctx->side : ctx->side;
	ctx->client_sure = true;
}

#define KEY_SESSION (UINT64_MAX - 1) /* no message has it for its own */

static void
session_service(struct smb_msg *m, uint8_t type, struct rd r)
{
	struct dis_ctx *ctx = m->ctx;
	struct ev *e;

	if (type == KEEPALIVE) {
		m->dir = EV_DIR_NOTIFY;
		e = smb_start(m, "keep_alive", type, EV_CLASS_SESSION);
		dis_emit(ctx, e);
		return;
	}
	turn(m, type != REQUEST);
	if (type == REQUEST) {
		(void)ctx->sv->put(ctx, KEY_SESSION, NULL, 0);
		session_request(m, r);
		return;
	}
	m->paired = ctx->sv->take(ctx, KEY_SESSION, NULL, 0, &m->pair);
	e = smb_start(m, "netbios_session", type, EV_CLASS_SESSION);
	e->status = type == GRANTED   ? "ok"
		    : type == REFUSED ? "refused"
				      : "retarget";
	dis_emit(ctx, e);
}

/* --- the message ------------------------------------------------------------ */

/* Nothing of it can be read; it says at least that it is SMB3. */
static void
opaque(struct smb_msg *m, uint8_t version)
{
	bool pressed = version == PRESSED;
	struct ev *e;

	m->dir = EV_DIR_UNKNOWN;
	e = smb_start(
	    m, pressed ? "compressed" : "encrypted", version, EV_CLASS_OTHER);
	ev_name(e, SMBF_VERSION, "3");
	dis_emit(m->ctx, e);
}

static void
message(struct smb_msg *m, struct rd r)
{
	struct rd look = r;
	uint8_t version = rd_u8(&look);
	unsigned chain = 0;

	/* Nobody else's begins so. */
	dis_confirm(m->ctx);
	if (version == V1) {
		m->smb = r;
		rd_skip(&look, 8);
		turn(m, rd_u8(&look) & 0x80);
		smb1(m);
	} else if (version == V2) {
		while (chain++ < CHAIN_MAX && smb2(m, &r)) {
			continue;
		}
	} else {
		opaque(m, version);
	}
}

static enum dis_rc
tell(struct smb_msg *m, struct rd r)
{
	uint8_t type = rd_u8(&r);

	rd_skip(&r, NBSS - 1);
	if (type == MESSAGE) {
		message(m, r);
	} else {
		session_service(m, type, r);
	}
	if (m->bad == NULL) {
		return DIS_OK;
	}
	dis_malformed(m->ctx, PROTO_SMB, m->dir, m->bad, m->bad_at);
	return DIS_BAD;
}

/* The rest of a long message; true when there was some. */
static bool
pass_over(struct dis_ctx *ctx, uint32_t *left, struct rd *in)
{
	size_t n = rd_left(in) < *left ? rd_left(in) : *left;

	if (ctx->after_gap) {
		*left = 0;
		return false;
	}
	*left -= (uint32_t)n;
	rd_skip(in, n);
	return n != 0;
}

static enum dis_rc
smb_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct smb_msg m = {.ctx = ctx, .dir = EV_DIR_UNKNOWN};
	struct smb_state *st = ctx->state;
	uint32_t *left = &st->left[ctx->side == DIS_SIDE_B];
	size_t len = 0, want, have;
	enum dis_rc rc;

	if (pass_over(ctx, left, in)) {
		return DIS_OK;
	}
	rc = find(*in, &len, &ctx->need);
	if (rc == DIS_NOT_MINE) {
		if (!ctx->confirmed) {
			return DIS_NOT_MINE;
		}
		dis_malformed(
		    ctx, PROTO_SMB, EV_DIR_UNKNOWN, SMB_BAD_HEADER, 0);
		return DIS_BAD;
	}
	if (len == 0) {
		return DIS_MORE;
	}
	want = len < HEAD_MAX ? len : HEAD_MAX;
	have = rd_left(in) < want ? rd_left(in) : want;
	m.cut = have < want;
	ctx->need = m.cut ? want : len;
	if (m.cut && !(ctx->cut && have >= LEAST_CUT)) {
		return DIS_MORE;
	}
	ctx->need = len;
	m.more = want < len;
	m.start = in->p;
	if (!m.cut) {
		*left = (uint32_t)(len - want);
	}
	return tell(&m, rd_sub(in, have));
}

extern const struct dissector dissector_smb;

const struct dissector dissector_smb = {
    .name = "smb",
    .proto = PROTO_SMB,
    .state_size = sizeof(struct smb_state),
    .hints = {{DIS_TCP, PORT}, {DIS_TCP, PORT_NETBIOS}},
    .probe = smb_probe,
    .parse = smb_parse,
    .fields = &proto,
};
