/*
 * mail: what mailbox messages have in them ([1] 4, [2] 3, [4]).
 *
 *	 40   41   42    43                                50         56
 *	+----+----+-----+---------------------------------------------+
 *	| n  | of | code| parameters                                  |   c0
 *	+----+----+-----+---------------------------------+-----+-----+
 *	|         | length, and what is not known | n | of| code| par.|   80, text
 *	+---------+-------------------------------+---+---+-----+-----+
 *	| n  | of | status (2)| data (6)                   | status    |   d4
 *	+----+----+-----------+--------------------+---+---+-----------+
 *	|         | length, and what is not known  | n | of| status    |   94, text
 *	+---------+-----------+--------------------+---+---+-----------+
 *	| n  | of | major | minor                                      |   d1
 *	+----+----+-------+--------------------------------------------+
 *
 *	read, write  selector | offset (2) | count (2), then what is written:
 *	             of c0 the octets behind, of 80 the text
 *	status       program | privilege | sweep (2) | word (2)
 *
 * Offsets count from 0, and in the selector's units: words, bytes, bits.  What
 * people call %I17 is bit 16, or the first one of byte 2: that number is told,
 * with a count of words or bits.  Bits stand in octets where their number has
 * them, so that the first octet of a read may begin before the first.  Words
 * are told as unsigned numbers.  Parameters of log-ins may have a password in
 * them and are not told; nor is what programs and files consist of, but how
 * much.
 */
#include <string.h>

#include "dissectors/gesrtp/gesrtp.h"

#define INLINE_REPLY 6
#define PROGRAM_AT   18 /* of a long status: the name of the program */
#define PROGRAM_LEN  16

#define VALUES_MAX 1024 /* of one message */

/* Of the status word ([2] 3). */
#define PLC_FAULT  0x0010
#define IO_FAULT   0x0020
#define PROGRAMMER 0x0040
#define STATE_AT   12
#define CHANGES    (0xf << STATE_AT | PLC_FAULT | IO_FAULT)

/* --- reading ------------------------------------------------------------------ */

static void
read_packet(struct srtp_msg *m, struct rd *r)
{
	struct rd at = *r;

	m->packet = rd_u8(r);
	m->packets = rd_u8(r);
	if (m->packet > m->packets) {
		srtp_bad(m, SRTP_BAD_PACKET, &at);
	}
}

static bool
has_range(uint8_t service)
{
	return service == SVC_READ || service == SVC_WRITE;
}

/* At its code: the parameters, and what is written in them. */
static void
read_request(struct srtp_msg *m, struct rd r)
{
	m->wait.service = rd_u8(&r);
	m->wait.known = true;
	m->data = r;
	if (has_range(m->wait.service)) {
		m->wait.selector = rd_u8(&r);
		m->wait.offset = rd_le16(&r);
		m->wait.count = rd_le16(&r);
		m->data = m->mail == MAIL_REQUEST_TEXT ? m->text : r;
	}
}

static void
read_status(struct srtp_msg *m, struct rd r)
{
	rd_skip(&r, 1);
	m->privilege = rd_u8(&r);
	rd_skip(&r, 2);
	m->status_word = rd_le16(&r);
	m->has_status = true;
}

/* Behind the mailbox type, of 24 octets. */
void
srtp_read_mail(struct srtp_msg *m)
{
	struct rd r = m->body;

	m->status = "ok";
	rd_skip(&r, 4);
	m->slot = rd_u8(&r) >> 4;
	m->has_slot = rd_u8(&r) == 0x0e &&
		      (m->mail == MAIL_REQUEST || m->mail == MAIL_REQUEST_TEXT);
	rd_skip(&r, 2);
	if (m->mail == MAIL_REQUEST_TEXT || m->mail == MAIL_ACK_TEXT) {
		rd_skip(&r, 8);
	}
	read_packet(m, &r);
	switch (m->mail) {
	case MAIL_REQUEST:
	case MAIL_REQUEST_TEXT: read_request(m, r); break;
	case MAIL_ACK:
		m->major = rd_u8(&r);
		m->minor = rd_u8(&r);
		m->data = rd_sub(&r, INLINE_REPLY);
		read_status(m, r);
		break;
	case MAIL_ACK_TEXT:
		m->data = m->text;
		read_status(m, r);
		break;
	default:
		m->major = rd_u8(&r);
		m->minor = rd_u8(&r);
		break;
	}
	if (m->mail == MAIL_NACK || m->major != 0) {
		m->status = srtp_error(m->major, m->minor);
	}
}

/* How many octets the elements have that are asked for; 0: nobody knows. */
static size_t
octets(const struct srtp_wait *w)
{
	const struct srtp_area *a = srtp_area(w->selector);

	if (a == NULL) {
		return 0;
	}
	switch (a->unit) {
	case SRTP_WORD: return 2u * (size_t)w->count;
	case SRTP_BYTE: return w->count;
	default: return (w->offset % 8u + w->count + 7u) / 8u;
	}
}

static bool
is_error(const struct srtp_msg *m)
{
	return m->mail == MAIL_NACK || m->major != 0;
}

/* Paired replies know what was asked for. */
void
srtp_check_mail(struct srtp_msg *m)
{
	const struct srtp_wait *w = &m->wait;
	bool values = m->reply ? w->service == SVC_READ && !is_error(m)
			       : w->service == SVC_WRITE;

	/* Of several packets this one has a part. */
	if (w->known && values && m->packets <= 1 &&
	    rd_left(&m->data) < octets(w)) {
		srtp_bad(m, SRTP_BAD_COUNT, &m->data);
	}
}

/* --- telling ------------------------------------------------------------------- */

static void
tell_words(struct ev *e, struct rd r, size_t count)
{
	for (size_t i = 0; i < count && i < VALUES_MAX && rd_has(&r, 2); i++) {
		ev_uint(e, EVF_ELEM, rd_le16(&r));
	}
}

static void
tell_bits(struct ev *e, struct rd r, size_t first, size_t count)
{
	uint8_t octet = 0;

	count += first;
	for (size_t i = 0; i < count && i < VALUES_MAX; i++) {
		if (i % 8 == 0) {
			octet = rd_u8(&r);
		}
		if (!rd_ok(&r)) {
			return;
		}
		if (i >= first) {
			ev_uint(e, EVF_ELEM, octet >> i % 8 & 1);
		}
	}
}

static void
tell_values(const struct srtp_msg *m, struct ev *e, const struct srtp_area *a)
{
	const struct srtp_wait *w = &m->wait;

	if (a == NULL) {
		ev_bytes(e, SRTPF_DATA, EV_T_HEX, m->data.p, rd_left(&m->data));
		return;
	}
	ev_array(e, SRTPF_VALUES);
	switch (a->unit) {
	case SRTP_WORD: tell_words(e, m->data, w->count); break;
	case SRTP_BYTE: tell_bits(e, m->data, 0, 8u * (size_t)w->count); break;
	default: tell_bits(e, m->data, w->offset % 8u, w->count); break;
	}
	ev_end(e);
}

static void
tell_range(struct srtp_msg *m, struct ev *e)
{
	static const char *const units[] = {"word", "byte", "bit"};
	const struct srtp_wait *w = &m->wait;
	const struct srtp_area *a = srtp_area(w->selector);
	uint32_t each = a != NULL && a->unit == SRTP_BYTE ? 8 : 1;

	if (a != NULL) {
		e->space = a->space;
		ev_name(e, SRTPF_AREA, a->name);
		ev_name(e, SRTPF_UNIT, units[a->unit]);
	} else {
		ev_hexnum(e, SRTPF_AREA, w->selector, 1);
	}
	ev_uint(e, SRTPF_ADDR, (uint32_t)w->offset * each + 1);
	ev_uint(e, SRTPF_COUNT, (uint32_t)w->count * each);
	if (m->bad == NULL && !is_error(m) &&
	    m->reply == (w->service == SVC_READ)) {
		tell_values(m, e, a);
	}
}

/* Seconds first, in BCD. */
static void
tell_clock(struct srtp_msg *m, struct ev *e)
{
	static const char between[] = "-- ::";
	uint8_t bcd[INLINE_REPLY];
	struct rd r = m->data;
	size_t n = 2;

	rd_copy(&r, bcd, sizeof(bcd));
	if (!rd_ok(&r)) {
		return;
	}
	memcpy(m->time, "20", 2);
	for (size_t i = sizeof(bcd); i > 0; i--) {
		uint8_t v = bcd[i - 1];

		if (v >> 4 > 9 || (v & 0x0f) > 9) {
			return;
		}
		m->time[n++] = (char)('0' + (v >> 4));
		m->time[n++] = (char)('0' + (v & 0x0f));
		if (i > 1) {
			m->time[n++] = between[sizeof(bcd) - i];
		}
	}
	ev_bytes(e, SRTPF_TIME, EV_T_TEXT, m->time, n);
}

static struct rd
program_name(const struct srtp_msg *m)
{
	struct rd r = m->data, name;
	size_t n = 0;

	rd_skip(&r, PROGRAM_AT);
	name = rd_sub(&r, PROGRAM_LEN);
	while (n < rd_left(&name) && name.p[n] > ' ' && name.p[n] < 0x7f) {
		n++;
	}
	return rd_sub(&name, n);
}

/* What says nothing but that it is there. */
static bool
is_empty(struct rd r)
{
	while (rd_left(&r) > 0) {
		if (rd_u8(&r) != 0) {
			return false;
		}
	}
	return true;
}

static bool
is_secret(uint8_t service)
{
	return service == SVC_LOGON || service == SVC_PRIVILEGE ||
	       service == SVC_LOCK_OEM;
}

static bool
is_content(const struct srtp_msg *m)
{
	enum ev_class cls = srtp_service(m->wait.service)->cls;

	return cls == EV_CLASS_PROGRAM || cls == EV_CLASS_FILE ||
	       cls == EV_CLASS_FIRMWARE;
}

/* Of services of which nothing more is known. */
static void
tell_other(struct srtp_msg *m, struct ev *e)
{
	if (is_secret(m->wait.service)) {
		return;
	}
	if (!m->reply && !is_empty(m->data)) {
		ev_bytes(
		    e, SRTPF_PARAMS, EV_T_HEX, m->data.p, rd_left(&m->data));
	}
	if (is_content(m)) {
		if (rd_left(&m->text) > 0) {
			ev_uint(e, SRTPF_BYTES, rd_left(&m->text));
		}
	} else if (m->reply && !is_empty(m->data)) {
		ev_bytes(e, SRTPF_DATA, EV_T_HEX, m->data.p, rd_left(&m->data));
	} else if (!m->reply && rd_left(&m->text) > 0) {
		ev_bytes(e, SRTPF_DATA, EV_T_HEX, m->text.p, rd_left(&m->text));
	}
}

static void
tell_service(struct srtp_msg *m, struct ev *e)
{
	struct rd name;

	if (!m->wait.known) {
		return;
	}
	if (has_range(m->wait.service)) {
		tell_range(m, e);
	} else if (is_error(m)) {
		return;
	} else if (m->reply && m->wait.service == SVC_READ_CLOCK) {
		tell_clock(m, e);
	} else if (m->reply && m->wait.service == SVC_LONG_STATUS) {
		name = program_name(m);
		if (rd_left(&name) > 0) {
			ev_bytes(e, SRTPF_PROGRAM, EV_T_TEXT, name.p,
			    rd_left(&name));
		}
		ev_bytes(e, SRTPF_DATA, EV_T_HEX, m->data.p, rd_left(&m->data));
	} else {
		tell_other(m, e);
	}
}

static void
tell_status(struct srtp_msg *m, struct ev *e)
{
	const char *state = srtp_state(m->status_word >> STATE_AT);

	ev_uint(e, SRTPF_PRIVILEGE, m->privilege);
	ev_hexnum(e, SRTPF_STATUS, m->status_word, 2);
	if (state != NULL) {
		ev_name(e, SRTPF_STATE, state);
	}
	if (m->status_word & PROGRAMMER) {
		ev_bool(e, SRTPF_PROGRAMMER, true);
	}
}

void
srtp_tell_mail(struct srtp_msg *m, struct ev *e)
{
	ev_hexnum(e, SRTPF_MAILBOX, m->mail, 1);
	if (m->has_slot) {
		ev_uint(e, SRTPF_SLOT, m->slot);
	}
	if (m->packets > 1) {
		ev_uint(e, SRTPF_PACKET, m->packet);
		ev_uint(e, SRTPF_PACKETS, m->packets);
	}
	if (m->reply && is_error(m)) {
		ev_hexnum(e, SRTPF_MAJOR, m->major, 1);
		ev_hexnum(e, SRTPF_MINOR, m->minor, 1);
	}
	tell_service(m, e);
	if (m->has_status) {
		tell_status(m, e);
	}
}

/* --- facts ---------------------------------------------------------------------- */

static void
named(struct srtp_msg *m, const char *key, const char *text)
{
	dis_identity(m->ctx, PROTO_GESRTP, m->ctx->src, key, EV_T_NAME, text,
	    strlen(text), m->op);
}

static void
state(struct srtp_msg *m, const char *name, const char *detail)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_GESRTP, m->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_STATE, name);
	ev_name(e, EVF_DETAIL, detail);
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

/* Every reply has it: what is new in it is told. */
static void
status(struct srtp_msg *m)
{
	uint16_t word = m->status_word & CHANGES;
	uint16_t old = m->st->told ? m->st->status : (uint16_t)~word;
	unsigned now = word >> STATE_AT;
	const char *name = srtp_state(now);

	m->st->status = word;
	m->st->told = true;
	if (name != NULL && now != old >> STATE_AT) {
		named(m, "run_state", name);
		state(m, now <= 1 ? "running" : "stopped", name);
	}
	if (word & ~old & PLC_FAULT) {
		state(m, "trouble", "plc_fault");
	}
	if (word & ~old & IO_FAULT) {
		state(m, "trouble", "io_fault");
	}
}

static void
credentials(struct srtp_msg *m)
{
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_GESRTP, m->dir);

	ev_name(e, EVF_ACTION,
	    is_error(m)                    ? "fail"
	    : m->wait.service == SVC_LOGON ? "login"
					   : "privilege");
	ev_name(e, EVF_DETAIL, m->op);
	dis_emit(m->ctx, e);
}

void
srtp_facts(struct srtp_msg *m)
{
	struct rd name;

	if (!m->reply) {
		return;
	}
	if (m->has_status) {
		status(m);
	}
	if (!m->paired || !m->wait.known) {
		return;
	}
	if (m->wait.service == SVC_LOGON || m->wait.service == SVC_PRIVILEGE) {
		credentials(m);
	}
	if (m->wait.service == SVC_LONG_STATUS && !is_error(m)) {
		name = program_name(m);
		if (rd_left(&name) > 0) {
			dis_identity(m->ctx, PROTO_GESRTP, m->ctx->src,
			    "program_name", EV_T_TEXT, name.p, rd_left(&name),
			    m->op);
		}
	}
}
