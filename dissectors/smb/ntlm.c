/*
 * ntlm: the three messages of NTLM, found in a security blob: the client's
 * offer, the server's challenge, who logs on ([MS-NLMP], 2.2.1).
 *
 *	 0         8      12
 *	+---------+------+------------------------------------------------+
 *	| NTLMSSP | type | 1: flags, domain, workstation, version         |
 *	|    0    |      | 2: target, flags, challenge, -, info, version  |
 *	|         |      | 3: LM, NT, domain, user, workstation, key,     |
 *	+---------+------+    flags, version                              |
 *	                 +------------------------------------------------+
 *
 *	text   length (2), room (2), offset from the message's start (4)
 *	info   of a server: (id (2), length (2), text)...
 *
 * The server's challenge says who it is; the third message who the client is
 * and who logs on.  What proves that (responses, keys) is neither read nor
 * told.  The version is of the system that speaks: Samba says 6.1 and no
 * build.
 */
#include "dissectors/smb/smb.h"

#define SIGNATURE     "NTLMSSP" /* and its zero */
#define SIGNATURE_LEN 8
#define VERSION_LEN   8

enum { NEGOTIATE = 1, CHALLENGE, AUTHENTICATE };

#define FLAG_UNICODE 0x00000001
#define FLAG_VERSION 0x02000000

/* 2.2.2.1 */
enum { AV_END, AV_COMPUTER, AV_DOMAIN, AV_DNS_COMPUTER, AV_DNS_DOMAIN };

/* A text's bytes, by its length and offset; outside is a violation. */
static struct rd
field(struct smb_msg *m, struct rd whole, struct rd *r)
{
	struct rd at = *r, text = whole;
	uint16_t n = rd_le16(r);
	uint32_t offset;

	rd_skip(r, 2);
	offset = rd_le32(r);
	if (n == 0) {
		return rd_failed();
	}
	rd_skip(&text, offset);
	text = rd_sub(&text, n);
	if (!rd_ok(&text)) {
		smb_bad(m, SMB_BAD_NTLM, &at);
	}
	return text;
}

static struct smb_text
text_of(struct rd r, bool unicode)
{
	struct smb_text t = {NULL, 0, EV_T_TEXT};

	if (rd_ok(&r) && rd_left(&r) > 0) {
		t.p = r.p;
		t.n = rd_left(&r);
		t.type = unicode ? EV_T_UCS2LE : EV_T_TEXT;
	}
	return t;
}

static void
read_version(struct smb_ntlm *n, struct rd *r)
{
	n->major = rd_u8(r);
	n->minor = rd_u8(r);
	n->build = rd_le16(r);
	rd_skip(r, VERSION_LEN - 4);
	n->has_version = rd_ok(r) && n->major != 0;
}

static void
read_info(struct smb_ntlm *n, struct rd info)
{
	while (rd_left(&info) >= 4) {
		uint16_t id = rd_le16(&info), len = rd_le16(&info);
		struct smb_text t = text_of(rd_sub(&info, len), true);

		switch (id) {
		case AV_END: return;
		case AV_COMPUTER: n->computer = t; break;
		case AV_DOMAIN: n->domain = t; break;
		case AV_DNS_COMPUTER: n->dns_computer = t; break;
		case AV_DNS_DOMAIN: n->dns_domain = t; break;
		default: break;
		}
	}
}

static void
read_negotiate(struct smb_msg *m, struct rd whole, struct rd r)
{
	struct smb_ntlm *n = &m->ntlm;
	uint32_t flags = rd_le32(&r);

	n->user_domain = text_of(field(m, whole, &r), false);
	n->workstation = text_of(field(m, whole, &r), false);
	if (flags & FLAG_VERSION) {
		read_version(n, &r);
	}
}

static void
read_challenge(struct smb_msg *m, struct rd whole, struct rd r)
{
	struct smb_ntlm *n = &m->ntlm;
	struct rd target = field(m, whole, &r);
	uint32_t flags = rd_le32(&r);

	rd_skip(&r, 16);
	n->target = text_of(target, flags & FLAG_UNICODE);
	read_info(n, field(m, whole, &r));
	if (flags & FLAG_VERSION) {
		read_version(n, &r);
	}
}

static void
read_authenticate(struct smb_msg *m, struct rd whole, struct rd r)
{
	struct smb_ntlm *n = &m->ntlm;
	struct rd domain, user, workstation;
	uint32_t flags;
	bool unicode;

	rd_skip(&r, 16);
	domain = field(m, whole, &r);
	user = field(m, whole, &r);
	workstation = field(m, whole, &r);
	rd_skip(&r, 8);
	flags = rd_le32(&r);
	unicode = flags & FLAG_UNICODE;
	n->user_domain = text_of(domain, unicode);
	n->user = text_of(user, unicode);
	n->workstation = text_of(workstation, unicode);
	if (flags & FLAG_VERSION) {
		read_version(n, &r);
	}
}

/* Where the message begins in a blob that wraps it ([RFC 4178]). */
static bool
find(struct rd *blob)
{
	static const char magic[SIGNATURE_LEN] = SIGNATURE;

	for (; rd_has(blob, SIGNATURE_LEN); rd_skip(blob, 1)) {
		if (memcmp(blob->p, magic, SIGNATURE_LEN) == 0) {
			return true;
		}
	}
	return false;
}

void
smb_ntlm_read(struct smb_msg *m, struct rd blob)
{
	struct rd whole = blob, r;
	uint32_t type;

	if (!find(&whole)) {
		return;
	}
	r = whole;
	rd_skip(&r, SIGNATURE_LEN);
	type = rd_le32(&r);
	if (!rd_ok(&r) || type < NEGOTIATE || type > AUTHENTICATE) {
		smb_bad(m, SMB_BAD_NTLM, &whole);
		return;
	}
	m->ntlm.type = type;
	if (type == NEGOTIATE) {
		read_negotiate(m, whole, r);
	} else if (type == CHALLENGE) {
		read_challenge(m, whole, r);
	} else {
		read_authenticate(m, whole, r);
	}
}

/* --- telling --------------------------------------------------------------- */

static size_t
put_decimal(char *to, unsigned v)
{
	char digits[8];
	size_t n = 0, at = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	while (n > 0) {
		to[at++] = digits[--n];
	}
	return at;
}

#define OS_MAX 48

/* "Windows NT 10.0 build 17763": of work stations and servers alike. */
static size_t
os_text(const struct smb_ntlm *n, char os[OS_MAX])
{
	static const char windows[] = "Windows NT ", build[] = " build ";
	size_t at = sizeof(windows) - 1;

	memcpy(os, windows, at);
	at += put_decimal(os + at, n->major);
	os[at++] = '.';
	at += put_decimal(os + at, n->minor);
	memcpy(os + at, build, sizeof(build) - 1);
	at += sizeof(build) - 1;
	return at + put_decimal(os + at, n->build);
}

void
smb_ntlm_put(struct smb_msg *m, struct ev *e)
{
	static const char *const types[] = {
	    "", "negotiate", "challenge", "authenticate"};
	const struct smb_ntlm *n = &m->ntlm;

	if (n->type == 0) {
		return;
	}
	ev_name(e, SMBF_NTLM, types[n->type]);
	smb_put_text(e, SMBF_TARGET, &n->target);
	smb_put_text(e, SMBF_COMPUTER, &n->computer);
	smb_put_text(e, SMBF_DOMAIN, &n->domain);
	smb_put_text(e, SMBF_DNS_COMPUTER, &n->dns_computer);
	smb_put_text(e, SMBF_DNS_DOMAIN, &n->dns_domain);
	smb_put_text(e, SMBF_USER, &n->user);
	smb_put_text(e, SMBF_USER_DOMAIN, &n->user_domain);
	smb_put_text(e, SMBF_WORKSTATION, &n->workstation);
	if (n->type == AUTHENTICATE && n->user.p == NULL && !m->cut &&
	    m->bad == NULL) {
		ev_bool(e, SMBF_ANONYMOUS, true);
	}
	if (n->has_version) {
		ev_array(e, SMBF_OS_VERSION);
		ev_uint(e, EVF_ELEM, n->major);
		ev_uint(e, EVF_ELEM, n->minor);
		ev_uint(e, EVF_ELEM, n->build);
		ev_end(e);
	}
}

static void
say(struct smb_msg *m, const char *key, const struct smb_text *t)
{
	if (t->p != NULL) {
		dis_identity(m->ctx, PROTO_SMB, m->ctx->src, key,
		    (enum ev_type)t->type, t->p, t->n, m->op);
	}
}

/* Latin letters of UCS-2, as names of computers are compared. */
static bool
is_same(const struct smb_text *a, const struct smb_text *b)
{
	if (a->n != b->n) {
		return false;
	}
	for (size_t i = 0; i < a->n; i++) {
		uint8_t x = a->p[i], y = b->p[i];

		x = x >= 'a' && x <= 'z' ? (uint8_t)(x - 'a' + 'A') : x;
		y = y >= 'a' && y <= 'z' ? (uint8_t)(y - 'a' + 'A') : y;
		if (x != y) {
			return false;
		}
	}
	return true;
}

static bool
has_dot(const struct smb_text *t)
{
	for (size_t i = 0; i + 1 < t->n; i += 2) {
		if (t->p[i] == '.' && t->p[i + 1] == 0) {
			return true;
		}
	}
	return false;
}

/* A computer outside of domains gives its own name as domain. */
static void
server_facts(struct smb_msg *m)
{
	const struct smb_ntlm *n = &m->ntlm;
	struct ev *e;

	say(m, "hostname", &n->computer);
	if (n->dns_computer.p != NULL && has_dot(&n->dns_computer)) {
		say(m, "name", &n->dns_computer);
	}
	if (n->domain.p == NULL || is_same(&n->domain, &n->computer)) {
		return;
	}
	e = dis_event(m->ctx, EV_TOPOLOGY, PROTO_SMB, m->dir);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_RELATION, "member_of");
	ev_bytes(e, EVF_PEER, EV_T_UCS2LE, n->domain.p, n->domain.n);
	dis_emit(m->ctx, e);
}

static void
log_in(struct smb_msg *m)
{
	const struct smb_text *user = &m->ntlm.user;
	struct ev *e;

	if (user->p == NULL) {
		return;
	}
	e = dis_event(m->ctx, EV_AUTH, PROTO_SMB, m->dir);
	ev_name(e, EVF_ACTION, "login");
	ev_bytes(e, EVF_USER, (enum ev_type)user->type, user->p, user->n);
	ev_name(e, EVF_DETAIL, "ntlm");
	dis_emit(m->ctx, e);
}

void
smb_ntlm_facts(struct smb_msg *m)
{
	const struct smb_ntlm *n = &m->ntlm;
	char os[OS_MAX];

	if (n->type == 0 || m->response != (n->type == CHALLENGE)) {
		return;
	}
	if (n->type == CHALLENGE) {
		server_facts(m);
	} else {
		say(m, "hostname", &n->workstation);
	}
	/* SMB1 has it in words, and better ones. */
	if (n->has_version && n->build != 0 && m->os.p == NULL) {
		dis_identity(m->ctx, PROTO_SMB, m->ctx->src, "os", EV_T_TEXT,
		    os, os_text(n, os), m->op);
	}
	if (n->type == AUTHENTICATE) {
		log_in(m);
	}
}
