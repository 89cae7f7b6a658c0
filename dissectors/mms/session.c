/*
 * session: from a session's data unit ([4] 8.3) by presentation and
 * association ([5]) to the message of MMS in it.
 *
 *	 0    1    2
 *	+----+----+---------------------------+
 *	| SI | LI | parameters: PI, LI, value |   LI: ff and two octets, too
 *	+----+----+---------------------------+
 *
 *	connect, accept   c1 user data: 31 { a2 { 61 { 30 { 02 context,
 *	                  a0 { 60 or 61, the association } } } } }
 *	data              01 00 (give tokens), 01 00 (data), then
 *	                  61 { 30 { 02 context, a0 { message } } }
 *	refuse, finish,   c1 user data, of which nothing is told but that
 *	disconnect, abort it is there
 */
#include <string.h>

#include "dissectors/mms/mms.h"

/* SI; [4] 8.3.  Give tokens and data have the same number. */
enum {
	GIVE_TOKENS = 1,
	PLEASE_TOKENS = 2,
	FINISH = 9,
	DISCONNECT = 10,
	REFUSE = 12,
	CONNECT = 13,
	ACCEPT = 14,
	ABORT = 25,
	ABORT_ACCEPT = 26,
};

enum { USER_DATA = 0xc1, EXTENDED_USER_DATA = 0xc2 };

/* [5]: normal mode's parameters, user data, one of its list, what is in it. */
enum {
	CP = 0x31,
	NORMAL_MODE = 0xa2,
	FULLY_ENCODED = 0x61,
	PDV_LIST = 0x30,
	SINGLE_TYPE = 0xa0,
	CONTEXT_ID = 0x02,
};

#define LI_LONG 0xff

static size_t
spdu_length(struct rd *r)
{
	size_t n = rd_u8(r);

	return n == LI_LONG ? rd_be16(r) : n;
}

/* --- whether it is one ----------------------------------------------------- */

/* Arcs 1.0.9506, which the names of MMS's contexts and syntaxes begin with. */
static bool
names_mms(struct rd r)
{
	static const uint8_t arcs[] = {0x28, 0xca, 0x22};

	while (rd_has(&r, sizeof(arcs))) {
		if (memcmp(r.p, arcs, sizeof(arcs)) == 0) {
			return true;
		}
		rd_skip(&r, 1);
	}
	return false;
}

/* Its length is the rest, and it names MMS; an answer's need not. */
static enum dis_rc
is_connect(struct rd r, size_t user, bool lenient)
{
	bool whole = rd_left(&r) == user;
	struct rd look = r;
	uint8_t si = rd_u8(&look);
	size_t n = spdu_length(&look), head;

	if (!rd_ok(&look)) {
		return whole ? DIS_NOT_MINE : DIS_MORE;
	}
	head = rd_left(&r) - rd_left(&look);
	if (n + head < user) {
		return DIS_NOT_MINE;
	}
	if (names_mms(r) || (lenient && si == ACCEPT)) {
		return DIS_OK;
	}
	return whole ? DIS_NOT_MINE : DIS_MORE;
}

/* Whether the next octet is this one, or the bytes end before it. */
static bool
expect(struct rd *r, uint8_t octet)
{
	return rd_u8(r) == octet || !rd_ok(r);
}

/* The list of one value, and the tag of a message in it. */
static enum dis_rc
is_list(struct rd r, enum dis_rc at_end)
{
	uint32_t tag;

	if (!expect(&r, PDV_LIST)) {
		return DIS_NOT_MINE;
	}
	(void)ber_length(&r);
	if (!expect(&r, CONTEXT_ID) || !expect(&r, 1)) {
		return DIS_NOT_MINE;
	}
	rd_skip(&r, 1);
	if (!expect(&r, SINGLE_TYPE)) {
		return DIS_NOT_MINE;
	}
	(void)ber_length(&r);
	tag = ber_tag(&r);
	if (!rd_ok(&r)) {
		return at_end;
	}
	return mms_is_pdu(tag) ? DIS_OK : DIS_NOT_MINE;
}

static enum dis_rc
is_data(struct rd r, size_t user, bool lenient)
{
	enum dis_rc rc = rd_left(&r) == user ? DIS_NOT_MINE : DIS_MORE;
	struct rd head = rd_sub(&r, rd_has(&r, 4) ? 4 : rd_left(&r));
	static const uint8_t tokens_and_data[] = {1, 0, 1, 0};
	size_t n;

	if (memcmp(head.p, tokens_and_data, rd_left(&head)) != 0 ||
	    !expect(&r, FULLY_ENCODED)) {
		return DIS_NOT_MINE;
	}
	n = ber_length(&r);
	if (!rd_ok(&r)) {
		return rc;
	}
	/* A list of one value takes more. */
	if (!lenient && n < 8) {
		return DIS_NOT_MINE;
	}
	return lenient ? DIS_OK : is_list(r, rc);
}

/* A message alone, with nothing behind it. */
static enum dis_rc
is_alone(struct rd r, size_t user)
{
	bool whole = rd_left(&r) == user;
	struct rd look = r;
	uint32_t tag = ber_tag(&look);
	size_t n = ber_length(&look);

	if (rd_left(&r) > 0 && !mms_is_pdu(r.p[0])) {
		return DIS_NOT_MINE;
	}
	if (!rd_ok(&look)) {
		return whole ? DIS_NOT_MINE : DIS_MORE;
	}
	return mms_is_pdu(tag) && n + (size_t)(look.p - r.p) == user
		   ? DIS_OK
		   : DIS_NOT_MINE;
}

/* One of a short kind, of which the length is the rest. */
static enum dis_rc
is_short(struct rd r, size_t user)
{
	bool whole = rd_left(&r) == user;
	struct rd look = r;
	size_t n;

	rd_skip(&look, 1);
	n = spdu_length(&look);
	if (!rd_ok(&look)) {
		return whole ? DIS_NOT_MINE : DIS_MORE;
	}
	return n + (size_t)(look.p - r.p) == user ? DIS_OK : DIS_NOT_MINE;
}

enum dis_rc
mms_is_session(struct rd r, size_t user, bool lenient)
{
	struct rd at = rd_sub(&r, rd_has(&r, user) ? user : rd_left(&r));

	if (rd_left(&at) == 0) {
		return user == 0 ? DIS_NOT_MINE : DIS_MORE;
	}
	switch (at.p[0]) {
	case CONNECT:
	case ACCEPT: return is_connect(at, user, lenient);
	case GIVE_TOKENS: return is_data(at, user, lenient);
	case FINISH:
	case DISCONNECT:
	case REFUSE:
	case ABORT:
	case ABORT_ACCEPT: return lenient ? is_short(at, user) : DIS_NOT_MINE;
	default: return lenient ? is_alone(at, user) : DIS_NOT_MINE;
	}
}

/* --- what it has ----------------------------------------------------------- */

/* The one value that user data of presentation have; a failed reader: none. */
static struct rd
presented(struct rd r)
{
	struct rd list = ber_find(ber_find(r, FULLY_ENCODED), PDV_LIST);

	return ber_find(list, SINGLE_TYPE);
}

static struct rd
parameter(struct rd r, uint8_t pi, uint8_t or_pi)
{
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);
		struct rd v = rd_sub(&r, spdu_length(&r));

		if (c == pi || c == or_pi) {
			return v;
		}
	}
	return rd_failed();
}

static const char *
spdu_op(uint8_t si)
{
	switch (si) {
	case CONNECT:
	case ACCEPT:
	case REFUSE: return "initiate";
	case FINISH:
	case DISCONNECT: return "release";
	case ABORT: return "abort";
	case ABORT_ACCEPT: return "abort_accept";
	default: return "session_data";
	}
}

/* The kind of request that waits for this one, or that this one is. */
static uint64_t
spdu_key(uint8_t si)
{
	return MMS_KEY(
	    si == FINISH || si == DISCONNECT ? MMS_RELEASE : MMS_INITIATE, 0);
}

static void
direct(struct mms_msg *m)
{
	struct dis_ctx *ctx = m->ctx;

	switch (m->spdu) {
	case CONNECT:
	case FINISH:
		m->dir = EV_DIR_REQUEST;
		m->wait.service = MMS_NO_SERVICE;
		(void)ctx->sv->put(
		    ctx, spdu_key(m->spdu), &m->wait, sizeof(m->wait));
		break;
	case ACCEPT:
	case DISCONNECT:
	case REFUSE:
		m->dir = EV_DIR_RESPONSE;
		m->paired = ctx->sv->take(ctx, spdu_key(m->spdu), &m->wait,
		    sizeof(m->wait), &m->pair);
		if (m->status == NULL) { /* the association's own */
			m->status = m->spdu == REFUSE ? "refused" : "ok";
		}
		break;
	case ABORT: m->dir = EV_DIR_NOTIFY; break;
	default: break;
	}
	if (m->spdu == CONNECT || m->spdu == ACCEPT || m->spdu == REFUSE) {
		ctx->client = m->spdu == CONNECT ? ctx->side : !ctx->side;
		ctx->client_sure = true;
	}
}

/* A data unit in which there is no message, or none that can be read. */
static void
tell_spdu(struct mms_msg *m)
{
	struct ev *e;

	direct(m);
	m->op = spdu_op(m->spdu);
	m->cls = EV_CLASS_SESSION;
	e = mms_start(m, m->spdu);
	ev_uint(e, MMSF_SPDU, m->spdu);
	mms_tell_ends(m, e);
	dis_emit(m->ctx, e);
	if (m->spdu != CONNECT && m->paired) {
		mms_login_fact(m);
	}
}

static void
connection(struct mms_msg *m, struct rd params)
{
	struct rd user = parameter(params, USER_DATA, EXTENDED_USER_DATA);
	struct rd cp = ber_find(user, CP);
	struct rd acse = presented(ber_find(cp, NORMAL_MODE));

	if (!rd_ok(&acse)) {
		mms_bad(m, MMS_BAD_PRESENT, &params);
		tell_spdu(m);
		return;
	}
	mms_associate(m, acse);
	if (m->op == NULL) {
		tell_spdu(m);
	}
}

static void
data(struct mms_msg *m, struct rd r)
{
	struct rd at = r, message = presented(r);

	m->spdu = 0;
	if (!rd_ok(&message)) {
		m->spdu = GIVE_TOKENS;
		mms_bad(m, MMS_BAD_PRESENT, &at);
		tell_spdu(m);
		return;
	}
	mms_pdu(m, message);
}

void
mms_session(struct mms_msg *m, struct rd r)
{
	struct rd at = r, params;

	m->spdu = rd_u8(&r);
	if (mms_is_pdu(m->spdu)) {
		m->spdu = 0;
		mms_pdu(m, at);
		return;
	}
	params = rd_sub(&r, spdu_length(&r));
	if (!rd_ok(&params)) {
		mms_bad(m, MMS_BAD_SESSION, &at);
		tell_spdu(m);
		return;
	}
	if (m->spdu == CONNECT || m->spdu == ACCEPT) {
		connection(m, params);
	} else if ((m->spdu == GIVE_TOKENS || m->spdu == PLEASE_TOKENS) &&
		   rd_left(&r) > 0) {
		at = r;
		if (rd_u8(&r) != GIVE_TOKENS) {
			mms_bad(m, MMS_BAD_SESSION, &at);
			tell_spdu(m);
			return;
		}
		rd_skip(&r, spdu_length(&r));
		data(m, r);
	} else {
		tell_spdu(m);
	}
}
