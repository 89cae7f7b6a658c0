/*
 * smb1: SMB1, alias CIFS ([MS-CIFS], 2.2.3; [MS-SMB], 2.2.4), little-endian.
 * Windows has it no longer switched on since 2017: who speaks it is old.
 *
 *	 0      4         5        9       10       12    14          24
 *	+------+---------+--------+-------+--------+-----+-----------+---+
 *	| ff.. | command | status | flags | flags2 | pid | signature | - |
 *	+------+---------+--------+-------+--------+-----+-----------+---+
 *	 24    26    28    30    32
 *	+-----+-----+-----+-----+-------+----------+-------+-------+
 *	| tid | pid | uid | mid | count | words    | bytes | bytes |
 *	+-----+-----+-----+-----+-------+----------+-------+-------+
 *
 * Texts stand among the bytes, one behind the other; those of two bytes a
 * character begin at even offsets from the header's start.
 */
#include "dissectors/smb/smb.h"

enum {
	CREATE_DIRECTORY = 0x00,
	DELETE_DIRECTORY = 0x01,
	DELETE = 0x06,
	RENAME = 0x07,
	QUERY_INFORMATION = 0x08,
	CHECK_DIRECTORY = 0x10,
	TRANSACTION = 0x25,
	OPEN_ANDX = 0x2d,
	READ_ANDX = 0x2e,
	WRITE_ANDX = 0x2f,
	NEGOTIATE = 0x72,
	SESSION_SETUP = 0x73,
	TREE_CONNECT = 0x75,
	NT_CREATE = 0xa2,
};

#define FLAGS2_UNICODE 0x8000
#define FLAGS2_STATUS  0x4000 /* of 32 bits; else class and code */
#define FLAGS2_SIGNED  0x0004
#define CAP_EXTENDED   0x80000000
#define STRING         0x04
#define DIALECT        0x02
#define GUID_LEN       16
#define NTLM_DIALECT   "NT LM 0.12"
#define NO_DIALECT     0xffff

/* --- texts ------------------------------------------------------------------ */

/* Two bytes a character, from an even offset on, to a zero. */
static struct smb_text
wide(struct smb_msg *m, struct rd *r)
{
	struct smb_text t = {NULL, 0, EV_T_UCS2LE};
	size_t n = 0, left;

	if ((size_t)(r->p - m->smb.p) % 2 != 0) {
		rd_skip(r, 1);
	}
	left = rd_left(r);
	while (n + 1 < left && (r->p[n] != 0 || r->p[n + 1] != 0)) {
		n += 2;
	}
	t.p = n != 0 ? r->p : NULL;
	t.n = n;
	rd_skip(r, n + 2 < left ? n + 2 : left);
	return t;
}

static struct smb_text
narrow(struct rd *r)
{
	struct smb_text t = {NULL, 0, EV_T_TEXT};
	size_t n = 0, left = rd_left(r);

	while (n < left && r->p[n] != 0) {
		n++;
	}
	t.p = n != 0 ? r->p : NULL;
	t.n = n;
	rd_skip(r, n < left ? n + 1 : n);
	return t;
}

static struct smb_text
text(struct smb_msg *m, struct rd *r)
{
	if (rd_left(r) == 0) {
		return (struct smb_text){NULL, 0, EV_T_TEXT};
	}
	return m->unicode ? wide(m, r) : narrow(r);
}

/* --- bodies ----------------------------------------------------------------- */

struct parts {
	size_t count; /* of words */
	struct rd words, bytes;
};

/* The dialects that are offered; NTLM's place is kept for the answer. */
static void
negotiate_request(struct smb_msg *m, struct ev *e, struct parts p)
{
	m->wait.index = NO_DIALECT;
	ev_array(e, SMBF_DIALECTS);
	while (rd_left(&p.bytes) > 0) {
		struct rd at = p.bytes;
		struct smb_text t;

		if (rd_u8(&p.bytes) != DIALECT) {
			smb_bad(m, SMB_BAD_STRUCTURE, &at);
			break;
		}
		t = narrow(&p.bytes);
		if (t.p == NULL) {
			continue;
		}
		if (t.n == sizeof(NTLM_DIALECT) - 1 &&
		    memcmp(t.p, NTLM_DIALECT, t.n) == 0) {
			m->wait.index = m->wait.count;
		}
		m->wait.count++;
		ev_bytes(e, EVF_ELEM, EV_T_TEXT, t.p, t.n);
	}
	ev_end(e);
}

static void
negotiate_response(struct smb_msg *m, struct ev *e, struct parts p)
{
	uint16_t index = rd_le16(&p.words);
	uint8_t mode = rd_u8(&p.words), challenge;
	uint32_t capabilities;

	if (index == NO_DIALECT) {
		ev_name(e, SMBF_DIALECT, "none");
		return;
	}
	if (p.count != 17) {
		return; /* of LAN Manager, and older */
	}
	if (!m->paired || index == m->wait.index) {
		ev_name(e, SMBF_DIALECT, NTLM_DIALECT);
	}
	ev_name(e, SMBF_SIGNING,
	    mode & 8   ? "required"
	    : mode & 4 ? "enabled"
		       : "none");
	rd_skip(&p.words, 16);
	capabilities = rd_le32(&p.words);
	rd_skip(&p.words, 10);
	challenge = rd_u8(&p.words);
	if (capabilities & CAP_EXTENDED) {
		const uint8_t *guid = rd_bytes(&p.bytes, GUID_LEN);

		if (guid != NULL) {
			ev_bytes(e, SMBF_GUID, EV_T_HEX, guid, GUID_LEN);
		}
		return;
	}
	rd_skip(&p.bytes, challenge);
	/* These are where they are, even or odd. */
	if (rd_ok(&p.bytes) && m->unicode &&
	    (size_t)(p.bytes.p - m->smb.p) % 2 != 0) {
		m->smb.p++;
	}
	m->domain = text(m, &p.bytes);
	m->server = text(m, &p.bytes);
	smb_put_text(e, SMBF_DOMAIN, &m->domain);
	smb_put_text(e, SMBF_COMPUTER, &m->server);
}

/* Words 12: with a blob; 13: with account and domain, of old clients. */
static void
setup_request(struct smb_msg *m, struct ev *e, struct parts p)
{
	uint16_t first, second;

	if (p.count != 12 && p.count != 13) {
		return;
	}
	rd_skip(&p.words, 14);
	first = rd_le16(&p.words);
	second = p.count == 13 ? rd_le16(&p.words) : 0;
	if (p.count == 12) {
		struct rd blob = rd_sub(&p.bytes, first);

		smb_ntlm_read(m, blob);
		smb_ntlm_put(m, e);
	} else {
		rd_skip(&p.bytes, (size_t)first + second);
		m->ntlm.user = text(m, &p.bytes);
		m->ntlm.user_domain = text(m, &p.bytes);
		smb_put_text(e, SMBF_USER, &m->ntlm.user);
		smb_put_text(e, SMBF_USER_DOMAIN, &m->ntlm.user_domain);
	}
	if (!rd_ok(&p.bytes)) {
		smb_bad(m, SMB_BAD_OFFSET, &p.words);
	}
	m->os = text(m, &p.bytes);
	m->lanman = text(m, &p.bytes);
}

/* Words 3, or 4 with a blob. */
static void
setup_response(struct smb_msg *m, struct ev *e, struct parts p)
{
	uint16_t action;

	if (p.count != 3 && p.count != 4) {
		return;
	}
	rd_skip(&p.words, 4);
	action = rd_le16(&p.words);
	if (action & 1) {
		ev_bool(e, SMBF_GUEST, true);
	}
	if (p.count == 4) {
		struct rd blob = rd_sub(&p.bytes, rd_le16(&p.words));

		if (!rd_ok(&blob)) {
			smb_bad(m, SMB_BAD_OFFSET, &p.words);
		}
		smb_ntlm_read(m, blob);
		smb_ntlm_put(m, e);
	}
	m->os = text(m, &p.bytes);
	m->lanman = text(m, &p.bytes);
}

static void
setup(struct smb_msg *m, struct ev *e, struct parts p)
{
	if (m->response) {
		setup_response(m, e, p);
	} else {
		setup_request(m, e, p);
	}
	smb_put_text(e, SMBF_OS, &m->os);
	smb_put_text(e, SMBF_LANMAN, &m->lanman);
}

static void
tree_connect(struct smb_msg *m, struct ev *e, struct parts p)
{
	struct smb_text path;

	if (m->response) {
		struct smb_text service = narrow(&p.bytes);

		smb_put_text(e, SMBF_SHARE_TYPE, &service);
		return;
	}
	rd_skip(&p.words, 6);
	rd_skip(&p.bytes, rd_le16(&p.words));
	path = text(m, &p.bytes);
	smb_put_text(e, SMBF_SHARE, &path);
}

static void
nt_create(struct smb_msg *m, struct ev *e, struct parts p)
{
	struct smb_text name;
	uint32_t access;

	if (m->response) {
		rd_skip(&p.words, 5);
		ev_hexnum(e, SMBF_FILE_ID, rd_le16(&p.words), 2);
		return;
	}
	rd_skip(&p.words, 15);
	access = rd_le32(&p.words);
	name = text(m, &p.bytes);
	smb_put_text(e, SMBF_FILE, &name);
	ev_name(e, SMBF_ACCESS,
	    access & 0x50000006   ? "write"
	    : access & 0x00010000 ? "delete"
				  : "read");
}

/* Requests that have a path among their bytes, behind the mark of a text. */
static void
path(struct smb_msg *m, struct ev *e, struct parts p, uint8_t command)
{
	struct smb_text t;
	struct rd at = p.bytes;

	if (m->response) {
		return;
	}
	if (command != OPEN_ANDX && command != TRANSACTION &&
	    rd_u8(&p.bytes) != STRING) {
		smb_bad(m, SMB_BAD_STRUCTURE, &at);
		return;
	}
	t = text(m, &p.bytes);
	smb_put_text(e, SMBF_FILE, &t);
	if (command == RENAME && rd_u8(&p.bytes) == STRING) {
		t = text(m, &p.bytes);
		smb_put_text(e, SMBF_TO_FILE, &t);
	}
	if (command == DELETE || command == DELETE_DIRECTORY) {
		ev_bool(e, SMBF_DELETES, true);
	}
}

static void
move(struct smb_msg *m, struct ev *e, struct parts p)
{
	uint16_t file;

	if (m->response || p.count < 10) {
		return;
	}
	rd_skip(&p.words, 4);
	file = rd_le16(&p.words);
	ev_uint(e, SMBF_AT, rd_le32(&p.words));
	ev_hexnum(e, SMBF_FILE_ID, file, 2);
}

static void
body(struct smb_msg *m, struct ev *e, struct parts p, uint8_t command)
{
	switch (command) {
	case NEGOTIATE:
		if (m->response) {
			negotiate_response(m, e, p);
		} else {
			negotiate_request(m, e, p);
		}
		break;
	case SESSION_SETUP: setup(m, e, p); break;
	case TREE_CONNECT: tree_connect(m, e, p); break;
	case NT_CREATE: nt_create(m, e, p); break;
	case READ_ANDX:
	case WRITE_ANDX: move(m, e, p); break;
	case CREATE_DIRECTORY:
	case DELETE_DIRECTORY:
	case DELETE:
	case RENAME:
	case QUERY_INFORMATION:
	case CHECK_DIRECTORY:
	case OPEN_ANDX:
	case TRANSACTION: path(m, e, p, command); break;
	default: break;
	}
}

/* --- what follows ----------------------------------------------------------- */

static void
say(struct smb_msg *m, const char *key, const struct smb_text *t)
{
	if (t->p != NULL) {
		dis_identity(m->ctx, PROTO_SMB, m->ctx->src, key,
		    (enum ev_type)t->type, t->p, t->n, m->op);
	}
}

/* Windows gives its system again as LAN manager, at times another one. */
static bool
is_windows(const struct smb_text *t)
{
	static const char windows[] = "Windows";
	size_t step = t->type == EV_T_UCS2LE ? 2 : 1, n = sizeof(windows) - 1;

	for (size_t i = 0; i < n; i++) {
		if (i * step >= t->n || t->p[i * step] != (uint8_t)windows[i]) {
			return false;
		}
	}
	return true;
}

static void
facts(struct smb_msg *m)
{
	struct ev *e;

	if (m->bad != NULL || m->cut) {
		return;
	}
	say(m, "hostname", &m->server);
	say(m, "os", &m->os);
	if (m->lanman.p != NULL && !is_windows(&m->lanman)) {
		say(m, "software", &m->lanman);
	}
	if (m->domain.p != NULL) {
		e = dis_event(m->ctx, EV_TOPOLOGY, PROTO_SMB, m->dir);
		e->flags |= EV_HAS_SUBJECT;
		e->subject = *m->ctx->src;
		ev_name(e, EVF_RELATION, "member_of");
		ev_bytes(e, EVF_PEER, (enum ev_type)m->domain.type, m->domain.p,
		    m->domain.n);
		dis_emit(m->ctx, e);
	}
	if (m->ntlm.type == 0 && m->ntlm.user.p != NULL) {
		e = dis_event(m->ctx, EV_AUTH, PROTO_SMB, m->dir);
		ev_name(e, EVF_ACTION, "login");
		ev_bytes(e, EVF_USER, (enum ev_type)m->ntlm.user.type,
		    m->ntlm.user.p, m->ntlm.user.n);
		ev_name(e, EVF_DETAIL, "smb1");
		dis_emit(m->ctx, e);
	}
}

/* --- the message ------------------------------------------------------------ */

struct head {
	uint8_t command;
	uint16_t flags2, tid, pid, mid;
};

static struct head
read_head(struct smb_msg *m, struct rd *r)
{
	struct head h;

	rd_skip(r, 4);
	h.command = rd_u8(r);
	m->status = rd_le32(r);
	rd_skip(r, 1);
	h.flags2 = rd_le16(r);
	rd_skip(r, 12);
	h.tid = rd_le16(r);
	h.pid = rd_le16(r);
	rd_skip(r, 2);
	h.mid = rd_le16(r);
	m->unicode = h.flags2 & FLAGS2_UNICODE;
	m->mid = h.mid;
	return h;
}

static uint64_t
key_of(const struct head *h)
{
	return (uint64_t)1 << 63 | (uint64_t)h->command << 32 |
	       (uint32_t)h->pid << 16 | h->mid;
}

/* False when the words or the bytes end behind the message. */
static bool
read_parts(struct smb_msg *m, struct rd r, struct parts *ret)
{
	struct rd at = r;
	uint16_t n;

	ret->count = rd_u8(&r);
	ret->words = rd_sub(&r, ret->count * 2);
	n = rd_le16(&r);
	if (!rd_ok(&r) || (n > rd_left(&r) && !m->more && !m->cut)) {
		smb_bad(m, SMB_BAD_LENGTH, &at);
		return false;
	}
	/* Long writes give the low half of their length. */
	ret->bytes = rd_sub(&r, n < rd_left(&r) ? n : rd_left(&r));
	return true;
}

void
smb1(struct smb_msg *m)
{
	struct rd r = m->smb;
	struct head h = read_head(m, &r);
	struct dis_ctx *ctx = m->ctx;
	struct parts p;
	enum ev_class cls;
	const char *op = smb1_command(h.command, &cls);
	struct ev *e;

	if (m->response) {
		m->paired = ctx->sv->take(
		    ctx, key_of(&h), &m->wait, sizeof(m->wait), &m->pair);
	}
	e = smb_start(m, op, h.command, cls);
	if (m->response && m->status != 0 && !(h.flags2 & FLAGS2_STATUS)) {
		e->status = "error"; /* DOS's */
		m->status = 1;
	}
	ev_name(e, SMBF_VERSION, "1");
	ev_uint(e, SMBF_MID, h.mid);
	if (h.flags2 & FLAGS2_SIGNED) {
		ev_bool(e, SMBF_SIGNED, true);
	}
	m->wait.command = h.command;
	if (read_parts(m, r, &p) && (!m->response || p.count != 0)) {
		body(m, e, p, h.command);
	}
	if (!m->response) {
		(void)ctx->sv->put(ctx, key_of(&h), &m->wait, sizeof(m->wait));
	}
	dis_emit(ctx, e);
	smb_finish(m);
	facts(m);
}
