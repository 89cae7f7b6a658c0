/*
 * channel: channels between two nodes, and services in them ([2], [3], [4]).
 *
 *	01  flags | channel (2) | block (4) | acknowledges (4) |
 *	    of a first block: size (4) | CRC (4) | data
 *	02  flags | channel (2) | block (4)      blocks that came
 *	03  flags | channel (2)                  still there
 *	c2  what is your end like
 *	c3  flags | version (2) | CRC (4) | id (4) | buffer (4) | ...    open
 *	83  flags | version (2) | CRC (4) | id (4) | reason (2) | channel (2)...
 *	c4  flags | version (2) | CRC (4) | channel (2) | reason (2)     close
 *	flags  80 from the one who opened it, 01 a first block
 *
 *	service  55cd | left (2) | group (2) | service (2) | session (4) |
 *	         size (4) | [customer (2) | 0 (2)] | tags            ([1])
 *	group    80 an answer; left: what is left of the header
 *	tag      number | size | octets, or tags where number has 80; numbers
 *	         have seven bits an octet, low ones first
 *
 * A service of several blocks is told by its first one.  What is secured
 * (5775, 7557) has nothing in it for others.
 */
#include "dissectors/codesys/codesys.h"

enum {
	BLOCK = 0x01,
	ACK = 0x02,
	KEEP_ALIVE = 0x03,
	OPENED = 0x83,
	INFO = 0xc2,
	OPEN = 0xc3,
	CLOSE = 0xc4,
};

#define FIRST  0x01
#define OPENER 0x80

#define PLAIN     0xcd55
#define SECURED   0x7557
#define SECURED_2 0x5775 /* as others read it */
#define ANSWER    0x80

/* --- services -------------------------------------------------------------- */

static void
name_service(struct codesys_msg *m)
{
	const struct codesys_service *s = codesys_service(m->group, m->service);

	m->op = s != NULL ? s->name : codesys_group(m->group);
	if (m->op == NULL) {
		m->op = "unknown_service";
	}
	m->cls = s != NULL ? s->cls : EV_CLASS_OTHER;
	m->code = (uint32_t)m->group << 16 | m->service;
}

/* The first block of one, as far as it goes. */
static void
service(struct codesys_msg *m, struct rd r)
{
	struct rd at = r, header;
	uint16_t magic = rd_le16(&r), left = rd_le16(&r);

	if (magic == SECURED || magic == SECURED_2) {
		m->secured = true;
		return;
	}
	if (magic != PLAIN) {
		return;
	}
	header = rd_sub(&r, left);
	m->group = rd_le16(&header);
	m->service = rd_le16(&header);
	m->session = rd_le32(&header);
	m->size = rd_le32(&header);
	if (!rd_ok(&header)) {
		codesys_bad(m, CODESYS_BAD_DATA, &at);
		return;
	}
	m->has_service = true;
	m->reply = m->group & ANSWER;
	m->group &= (uint16_t)~ANSWER;
	m->tags = rd_rest(&r);
	name_service(m);
	m->dir = m->reply ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
}

static void
block(struct codesys_msg *m, struct rd r, uint8_t flags)
{
	struct rd at = r;

	m->op = "block";
	m->cls = EV_CLASS_OTHER;
	m->channel = rd_le16(&r);
	m->block = rd_le32(&r);
	m->ack = rd_le32(&r);
	if (flags & FIRST) {
		m->size = rd_le32(&r);
		rd_skip(&r, 4);
	}
	m->has_channel = m->has_block = rd_ok(&r);
	if (!rd_ok(&r)) {
		codesys_bad(m, CODESYS_BAD_DATA, &at);
	} else if (flags & FIRST) {
		service(m, r);
	}
}

/* --- channels -------------------------------------------------------------- */

static void
session(struct codesys_msg *m, const char *op, enum ev_dir dir)
{
	m->op = op;
	m->cls = EV_CLASS_SESSION;
	m->dir = dir;
	m->reply = dir == EV_DIR_RESPONSE;
}

static void
opening(struct codesys_msg *m, struct rd r, bool answer)
{
	struct rd at = r;

	rd_skip(&r, 2 + 4);
	m->id = rd_le32(&r);
	m->has_id = rd_ok(&r);
	if (answer) {
		m->reason = rd_le16(&r);
		m->channel = rd_le16(&r);
		m->has_channel = m->has_reason = rd_ok(&r);
		m->status = m->reason == 0 ? "ok" : "refused";
	}
	if (!rd_ok(&r)) {
		codesys_bad(m, CODESYS_BAD_DATA, &at);
	}
}

static void
closing(struct codesys_msg *m, struct rd r)
{
	struct rd at = r;

	rd_skip(&r, 2 + 4);
	m->channel = rd_le16(&r);
	m->reason = rd_le16(&r);
	m->has_channel = m->has_reason = rd_ok(&r);
	if (!rd_ok(&r)) {
		codesys_bad(m, CODESYS_BAD_DATA, &at);
	}
}

static void
small(struct codesys_msg *m, struct rd r, bool has_block)
{
	struct rd at = r;

	m->channel = rd_le16(&r);
	if (has_block) {
		m->ack = rd_le32(&r);
	}
	m->has_channel = rd_ok(&r);
	if (!rd_ok(&r)) {
		codesys_bad(m, CODESYS_BAD_DATA, &at);
	}
}

void
codesys_channel(struct codesys_msg *m, struct rd r)
{
	struct rd at = r;
	uint8_t type = rd_u8(&r), flags = rd_u8(&r);

	m->layer = "channel";
	m->code = type;
	if (!rd_ok(&r)) {
		session(m, "channel", EV_DIR_UNKNOWN);
		codesys_bad(m, CODESYS_BAD_DATA, &at);
		return;
	}
	/* One who opened it asks; so it is where nothing else says who. */
	session(
	    m, "channel", flags & OPENER ? EV_DIR_REQUEST : EV_DIR_RESPONSE);
	switch (type) {
	case BLOCK: block(m, r, flags); break;
	case ACK:
		session(m, "acknowledge", EV_DIR_NOTIFY);
		small(m, r, true);
		break;
	case KEEP_ALIVE:
		session(m, "keep_alive", EV_DIR_NOTIFY);
		small(m, r, false);
		break;
	case INFO: session(m, "channel_info", EV_DIR_REQUEST); break;
	case OPEN:
		session(m, "channel_open", EV_DIR_REQUEST);
		opening(m, r, false);
		break;
	case OPENED:
		session(m, "channel_open", EV_DIR_RESPONSE);
		opening(m, r, true);
		break;
	case CLOSE:
		session(m, "channel_close", EV_DIR_NOTIFY);
		closing(m, r);
		break;
	default:
		session(m, "channel", EV_DIR_UNKNOWN);
		m->cls = EV_CLASS_OTHER;
		break;
	}
}
