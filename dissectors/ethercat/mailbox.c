/*
 * mailbox: what slaves that are more than terminals are asked; [2] 5.6.
 *
 *	 0        2         4         5            6
 *	+--------+---------+---------+------------+---------------------+
 *	| length | address | channel | type, count| of another protocol |
 *	+--------+---------+---------+------------+---------------------+
 *
 *	CoE  number, service (2) | SDO: command | index (2) | sub | data (4) ...
 *	FoE  operation | 0 | password, packet or error (4) | name, data or text
 *	SoE  operation, drive | elements | IDN (2) | data
 *	EoE  type, port, last (2) | fragment (2) | data
 *
 * A mailbox is a piece of a slave's memory, at an address that it and the
 * master have agreed on before: what is written to memory, or read from there,
 * is taken for one when all of its header and the other protocol's agrees.
 * Written, it is a request; its answer is fetched by a read that comes later.
 *
 * SDOs in segments (values longer than the mailbox) are told by name; so are
 * EoE's frames, AoE, VoE and what SDO information says of the dictionary.
 * Process data over FSoE looks like any other: that a device has it is told
 * where its own address for that (object F980) was read.
 */
#include <string.h>

#include "dissectors/ethercat/ethercat.h"

#define HEADER  6
#define LEAST   16 /* of a mailbox in a datagram: all of SDO's header */
#define WAITS   ((uint64_t)1 << 63)
#define SEGMENT 0xff

enum { ERR = 0, AOE = 1, EOE = 2, COE = 3, FOE = 4, SOE = 5, VOE = 15 };

enum { EMERGENCY = 1, SDO_REQUEST = 2, SDO_RESPONSE = 3, SDO_INFO = 8 };
enum { RRQ = 1, WRQ = 2, DATA = 3, ACK = 4, ERROR = 5, BUSY = 6 };

static uint64_t
key_of(const struct ec_msg *m, uint16_t index, uint8_t sub)
{
	const struct ec_datagram *d = &m->d;
	bool asked = d->to == EC_TO_POSITION && m->back;

	return WAITS | (uint64_t)m->box.type << 56 |
	       (uint64_t)(asked ? m->wait.adp : d->adp) << 32 |
	       (uint32_t)index << 8 | sub;
}

static void
is(struct ec_msg *m, const char *op, enum ev_class cls)
{
	m->op = op;
	m->cls = cls;
}

/* From a slave. */
static bool
is_answer(const struct ec_msg *m)
{
	return m->back && (m->gateway || m->d.reads);
}

static bool
is_firmware(const struct ec_msg *m)
{
	return m->slave < EC_NO_SLAVE && m->st->al[m->slave] == EC_BOOT;
}

/* --- CoE ---------------------------------------------------------------------- */

/* What is written at every start, and what is more than a value; [4] 7.5 */
static enum ev_class
class_of_object(uint16_t index)
{
	if ((index >= 0x1600 && index < 0x1c40)) {
		return EV_CLASS_SESSION; /* what process data are made of */
	}
	switch (index) {
	case 0x1010: /* stores, restores */
	case 0x1011: return EV_CLASS_CONFIG;
	case 0x1f50: return EV_CLASS_FIRMWARE;
	case 0x1f51: return EV_CLASS_PROGRAM;
	default: return EV_CLASS_WRITE;
	}
}

/* The value of an SDO, where it is whole. */
static void
sdo_value(struct ec_mailbox *b, uint8_t command, struct rd r)
{
	b->has_size = true;
	if (command & 0x02) { /* in the four octets of its size */
		b->size = command & 0x01 ? 4u - (command >> 2 & 3) : 4;
		b->value = rd_sub(&r, b->size);
		return;
	}
	b->size = rd_le32(&r);
	if (rd_left(&r) >= b->size) {
		b->value = rd_sub(&r, b->size);
	}
}

static void
sdo_request(struct ec_msg *m, uint8_t command, struct rd r)
{
	struct ec_mailbox *b = &m->box;

	switch (command >> 5) {
	case 0: is(m, "sdo_download_segment", EV_CLASS_OTHER); break;
	case 1:
		is(m, "sdo_download", class_of_object(b->index));
		sdo_value(b, command, r);
		break;
	case 2: is(m, "sdo_upload", EV_CLASS_READ); break;
	case 3: is(m, "sdo_upload_segment", EV_CLASS_READ); break;
	default:
		is(m, "sdo_abort", EV_CLASS_OTHER);
		b->abort = rd_le32(&r);
		break;
	}
	b->request = command >> 5 < 4;
}

static void
sdo_response(struct ec_msg *m, uint8_t command, struct rd r)
{
	struct ec_mailbox *b = &m->box;

	switch (command >> 5) {
	case 0: is(m, "sdo_upload_segment", EV_CLASS_READ); break;
	case 1: is(m, "sdo_download_segment", EV_CLASS_OTHER); break;
	case 2:
		is(m, "sdo_upload", EV_CLASS_READ);
		sdo_value(b, command, r);
		break;
	case 3: is(m, "sdo_download", class_of_object(b->index)); break;
	default:
		is(m, "sdo_abort", EV_CLASS_OTHER);
		b->abort = rd_le32(&r);
		b->abort = b->abort != 0 ? b->abort : UINT32_MAX;
		break;
	}
	b->reply = true;
}

/* A segment has no index: 0 and 3 ask for one, 1 and 0 are it. */
static bool
sdo(struct ec_msg *m, struct rd r)
{
	struct ec_mailbox *b = &m->box;
	uint8_t command = rd_u8(&r), what = command >> 5;
	bool answers = b->code == SDO_RESPONSE || (what == 4 && is_answer(m));

	if (answers ? what <= 1 : what == 0 || what == 3) {
		b->key = key_of(m, 0, SEGMENT);
	} else {
		b->index = rd_le16(&r);
		b->sub = rd_u8(&r);
		b->complete = command & 0x10 && what < 4;
		b->key = key_of(m, b->index, b->sub);
	}
	if (answers) {
		sdo_response(m, command, r);
	} else {
		sdo_request(m, command, r);
	}
	return rd_ok(&r) && what <= 4;
}

static bool
coe(struct ec_msg *m, struct rd r)
{
	struct ec_mailbox *b = &m->box;
	uint16_t head = rd_le16(&r);

	b->code = (uint8_t)(head >> 12);
	if (head & 0x0e00 || !rd_ok(&r)) {
		return false;
	}
	switch (b->code) {
	case EMERGENCY:
		is(m, "emergency", EV_CLASS_REPORT);
		b->index = rd_le16(&r);
		b->sub = rd_u8(&r);
		return rd_has(&r, 5) && rd_ok(&r);
	case SDO_REQUEST:
	case SDO_RESPONSE: return rd_has(&r, 8) && sdo(m, r);
	case SDO_INFO:
		is(m, "sdo_information", EV_CLASS_READ);
		b->sub = rd_u8(&r) & 0x7f;
		return rd_ok(&r) && b->sub >= 1 && b->sub <= 7;
	case 4:
	case 5:
	case 6:
	case 7: is(m, "pdo", EV_CLASS_REPORT); return true;
	default: return false;
	}
}

/* --- FoE ---------------------------------------------------------------------- */

static void
foe_asks(struct ec_msg *m, const char *op, struct rd name)
{
	size_t n = rd_left(&name);

	is(m, op, is_firmware(m) ? EV_CLASS_FIRMWARE : EV_CLASS_FILE);
	while (n > 0 && (name.p[n - 1] == 0 || name.p[n - 1] == ' ')) {
		n--;
	}
	m->box.value = rd_sub(&name, n);
}

static bool
foe(struct ec_msg *m, struct rd r)
{
	struct ec_mailbox *b = &m->box;
	bool answers = is_answer(m);

	b->code = rd_u8(&r);
	if (rd_u8(&r) != 0) {
		return false;
	}
	b->size = b->code == BUSY ? rd_le16(&r) : rd_le32(&r);
	switch (b->code) {
	case RRQ: foe_asks(m, "foe_read", r); break;
	case WRQ: foe_asks(m, "foe_write", r); break;
	case DATA: is(m, "foe_data", EV_CLASS_OTHER); break;
	case ACK: is(m, "foe_ack", EV_CLASS_OTHER); break;
	case BUSY: is(m, "foe_busy", EV_CLASS_OTHER); break;
	case ERROR:
		is(m, "foe_error", EV_CLASS_OTHER);
		b->abort = b->size != 0 ? b->size : UINT32_MAX;
		break;
	default: return false;
	}
	if (b->code >= DATA) {
		b->value = r;
	}
	b->key = key_of(m, 0, 0);
	b->reply = answers;
	b->request = !answers && b->code != ERROR;
	return rd_ok(&r);
}

/* --- SoE, EoE and the rest ---------------------------------------------------- */

static bool
soe(struct ec_msg *m, struct rd r)
{
	static const char *const ops[] = {[1] = "soe_read",
	    [2] = "soe_read",
	    [3] = "soe_write",
	    [4] = "soe_write",
	    [5] = "soe_notification",
	    [6] = "soe_emergency"};
	static const enum ev_class classes[] = {[1] = EV_CLASS_READ,
	    [2] = EV_CLASS_READ,
	    [3] = EV_CLASS_WRITE,
	    [4] = EV_CLASS_WRITE,
	    [5] = EV_CLASS_REPORT,
	    [6] = EV_CLASS_REPORT};
	struct ec_mailbox *b = &m->box;
	uint8_t head = rd_u8(&r);

	rd_skip(&r, 1);
	b->index = rd_le16(&r);
	b->code = head & 7;
	b->sub = head >> 5;
	if (b->code < 1 || b->code > 6 || !rd_ok(&r)) {
		return false;
	}
	is(m, ops[b->code], classes[b->code]);
	b->reply = b->code == 2 || b->code == 4;
	b->request = b->code == 1 || b->code == 3;
	b->key =
	    key_of(m, b->index, (uint8_t)((b->code + 1u) / 2 << 4 | b->sub));
	if (head & 0x10) {
		b->abort = UINT32_MAX;
	}
	return true;
}

static bool
eoe(struct ec_msg *m, struct rd r)
{
	static const char *const ops[] = {"eoe_fragment", "eoe_time",
	    "eoe_set_ip", "eoe_set_ip", "eoe_set_filter", "eoe_set_filter"};
	struct ec_mailbox *b = &m->box;
	uint16_t result;

	b->code = rd_le16(&r) & 0x0f;
	result = rd_le16(&r);
	if (b->code > 5 || !rd_ok(&r)) {
		return false;
	}
	is(m, ops[b->code], b->code < 2 ? EV_CLASS_OTHER : EV_CLASS_CONFIG);
	b->request = b->code == 2 || b->code == 4;
	b->reply = b->code == 3 || b->code == 5;
	b->key = key_of(m, b->code / 2, 0);
	if (b->reply && result != 0) {
		b->abort = result;
	}
	return true;
}

static bool
others(struct ec_msg *m, struct rd r)
{
	struct ec_mailbox *b = &m->box;

	switch (b->type) {
	case ERR:
		is(m, "mailbox_error", EV_CLASS_OTHER);
		b->code = (uint8_t)rd_le16(&r);
		b->index = rd_le16(&r);
		b->abort = UINT32_MAX;
		return rd_ok(&r) && b->code == 1 && rd_left(&r) == 0;
	case AOE: is(m, "aoe", EV_CLASS_OTHER); return rd_has(&r, 32);
	case VOE:
		is(m, "voe", EV_CLASS_OTHER);
		b->size = rd_le32(&r);
		b->index = rd_le16(&r);
		return rd_ok(&r) && b->size != 0;
	default: return false;
	}
}

/* --- the mailbox --------------------------------------------------------------- */

static bool
inside(struct ec_msg *m)
{
	switch (m->box.type) {
	case EOE: m->box.name = "EoE"; return eoe(m, m->box.body);
	case COE: m->box.name = "CoE"; return coe(m, m->box.body);
	case FOE: m->box.name = "FoE"; return foe(m, m->box.body);
	case SOE: m->box.name = "SoE"; return soe(m, m->box.body);
	case AOE: m->box.name = "AoE"; break;
	case VOE: m->box.name = "VoE"; break;
	case ERR: m->box.name = "error"; break;
	default: return false;
	}
	return others(m, m->box.body);
}

/*
 * Whether the data are a mailbox.  Of one that comes by the gateway that is
 * certain, and what is wrong with it is the sender's fault.
 */
bool
ec_read_mailbox(struct ec_msg *m, struct rd r, size_t at)
{
	struct ec_mailbox *b = &m->box;
	const char *op = m->op;
	enum ev_class cls = m->cls;
	size_t all = rd_left(&r), length;
	uint8_t type;

	memset(b, 0, sizeof(*b));
	length = rd_le16(&r);
	b->address = rd_le16(&r);
	rd_skip(&r, 1);
	type = rd_u8(&r);
	b->type = type & 0x0f;
	if (!rd_ok(&r) || length > rd_left(&r)) {
		ec_bad(m, m->gateway ? EC_BAD_MAILBOX : NULL, at);
		return false;
	}
	b->body = rd_sub(&r, length);
	if (!m->gateway && (all < LEAST || type & 0x80 || length == 0)) {
		return false;
	}
	if (m->gateway) { /* its address is the slave's; 0 is the master */
		m->d.to = b->address != 0 ? EC_TO_STATION : EC_TO_NOBODY;
		m->d.adp = b->address;
	}
	ec_find_slave(m, false);
	b->there = inside(m);
	if (!b->there) {
		m->op = op;
		m->cls = cls;
		ec_bad(m, m->gateway ? EC_BAD_SERVICE : NULL, at + HEADER);
	}
	return b->there;
}

/* --- as it is told -------------------------------------------------------------- */

static void
tell_value(struct ev *e, struct rd r)
{
	size_t n = rd_left(&r);

	switch (n) {
	case 0: break;
	case 1: ev_uint(e, ECF_VALUE, rd_u8(&r)); break;
	case 2: ev_uint(e, ECF_VALUE, rd_le16(&r)); break;
	case 4: ev_uint(e, ECF_VALUE, rd_le32(&r)); break;
	default: ev_bytes(e, ECF_DATA, EV_T_HEX, r.p, n); break;
	}
}

static void
tell_coe(const struct ec_mailbox *b, struct ev *e)
{
	switch (b->code) {
	case EMERGENCY: ev_hexnum(e, ECF_ERROR, b->index, 2); return;
	case SDO_INFO: ev_uint(e, ECF_INFO, b->sub); return;
	case SDO_REQUEST:
	case SDO_RESPONSE: break;
	default: return;
	}
	if (b->index != 0) {
		ev_hexnum(e, ECF_INDEX, b->index, 2);
		ev_uint(e, ECF_SUBINDEX, b->sub);
	}
	if (b->complete) {
		ev_bool(e, ECF_COMPLETE, true);
	}
	if (b->abort != 0) {
		ev_hexnum(e, ECF_ABORT, b->abort, 4);
	}
	if (b->has_size) {
		ev_uint(e, ECF_SIZE, b->size);
	}
	tell_value(e, b->value);
}

static void
tell_foe(const struct ec_mailbox *b, struct ev *e)
{
	switch (b->code) {
	case RRQ:
	case WRQ:
		ev_bytes(
		    e, ECF_FILE, EV_T_TEXT, b->value.p, rd_left(&b->value));
		if (b->size != 0) {
			ev_bool(e, ECF_PASSWORD, true);
		}
		break;
	case DATA:
	case ACK: ev_uint(e, ECF_PACKET, b->size); break;
	case ERROR:
		ev_hexnum(e, ECF_ERROR, b->size, 4);
		if (rd_left(&b->value) > 0) {
			ev_bytes(e, ECF_TEXT, EV_T_TEXT, b->value.p,
			    rd_left(&b->value));
		}
		break;
	default: break;
	}
	if (b->code == DATA) {
		ev_uint(e, ECF_SIZE, rd_left(&b->value));
	}
}

void
ec_tell_mailbox(struct ec_msg *m, struct ev *e)
{
	const struct ec_mailbox *b = &m->box;

	ev_name(e, ECF_MAILBOX, b->name);
	switch (b->type) {
	case COE: tell_coe(b, e); break;
	case FOE: tell_foe(b, e); break;
	case SOE:
		ev_uint(e, ECF_DRIVE, b->sub);
		ev_hexnum(e, ECF_IDN, b->index, 2);
		break;
	case ERR: ev_hexnum(e, ECF_ERROR, b->index, 2); break;
	case VOE: ev_hexnum(e, ECF_VENDOR, b->size, 4); break;
	default: break;
	}
}

/* --- what follows from it -------------------------------------------------------- */

static void
text_fact(struct ec_msg *m, const char *key, struct rd r)
{
	size_t n = rd_left(&r);
	struct ev_end who;

	while (n > 0 && (r.p[n - 1] == 0 || r.p[n - 1] == ' ')) {
		n--;
	}
	if (n > 0) {
		ec_subject(m, &who);
		ec_fact(m, &who, key, EV_T_TEXT, r.p, n, m->op);
	}
}

static void
name_fact(struct ec_msg *m, const char *key, const char *name)
{
	struct ev_end who;

	if (name != NULL) {
		ec_subject(m, &who);
		ec_fact(m, &who, key, EV_T_NAME, name, strlen(name), m->op);
	}
}

/* The device profile is in the lower half of its type; [4] 7.5.2.1 */
static const char *
profile(uint32_t type)
{
	switch (type & 0xffff) {
	case 401: return "I/O (CiA 401)";
	case 402: return "drive (CiA 402)";
	case 406: return "encoder (CiA 406)";
	case 5001: return "modular device (ETG.5001)";
	default: return NULL;
	}
}

static void
uploaded(struct ec_msg *m)
{
	const struct ec_mailbox *b = &m->box;
	struct rd r = b->value;

	if (b->complete || rd_left(&r) == 0) {
		return;
	}
	if (b->index == 0xf980) {
		name_fact(m, "protocols", "FSoE");
	}
	if (b->index == 0x1018 && b->sub >= 1 && b->sub <= 4) {
		ec_find_slave(m, true);
		ec_identify(m, (uint16_t)(0x06 + 2 * b->sub), rd_le32(&r),
		    "sdo_upload");
		return;
	}
	if (b->sub != 0) {
		return;
	}
	switch (b->index) {
	case 0x1000: name_fact(m, "device_type", profile(rd_le32(&r))); break;
	case 0x1008: text_fact(m, "model", r); break;
	case 0x1009: text_fact(m, "hardware", r); break;
	case 0x100a: text_fact(m, "firmware", r); break;
	default: break;
	}
}

static void
transfer(struct ec_msg *m, const char *phase, bool to, const char *detail)
{
	struct ev *e = dis_event(m->ctx, EV_TRANSFER, PROTO_ETHERCAT, m->dir);

	ev_name(e, EVF_PHASE, phase);
	ev_name(e, EVF_DIRECTION, to ? "to_device" : "from_device");
	if (m->wait.file_n != 0) {
		ev_bytes(e, EVF_NAME, EV_T_TEXT, m->wait.file, m->wait.file_n);
	}
	if (detail != NULL) {
		ev_name(e, EVF_DETAIL, detail);
	}
	dis_emit(m->ctx, e);
}

/* The last piece of a file is the one that leaves room in the mailbox. */
static bool
is_last(const struct ec_msg *m)
{
	return rd_left(&m->d.data) > HEADER + rd_left(&m->box.body);
}

static void
foe_login(struct ec_msg *m)
{
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_ETHERCAT, m->dir);

	ev_name(e, EVF_ACTION, "login");
	ev_name(e, EVF_DETAIL, "password");
	dis_emit(m->ctx, e);
}

/* What came of a request to write or read a file. */
static void
foe_answered(struct ec_msg *m)
{
	const char *asked = m->paired && m->wait.op != NULL ? m->wait.op : "";
	bool writes = strcmp(asked, "foe_write") == 0;
	bool reads = strcmp(asked, "foe_read") == 0;

	if (m->box.code == ERROR) {
		transfer(m, "end", !reads, "failed");
	} else if (m->box.code == ACK ? writes : m->box.code == DATA && reads) {
		transfer(m, "begin", writes, NULL);
	}
}

static void
foe_facts(struct ec_msg *m)
{
	const struct ec_mailbox *b = &m->box;

	if ((b->code == RRQ || b->code == WRQ) && b->size != 0) {
		foe_login(m);
	}
	if (b->reply) {
		foe_answered(m);
	}
	if (b->code == DATA && !m->gateway && is_last(m)) {
		m->wait.file_n = 0;
		transfer(m, "end", !b->reply, NULL);
	}
}

static void
emergency(struct ec_msg *m)
{
	struct ev_end who;
	struct ev *e;

	if (m->box.index == 0) {
		return; /* the trouble is over */
	}
	e = dis_event(m->ctx, EV_STATE, PROTO_ETHERCAT, m->dir);
	ec_subject(m, &who);
	ec_about(m, e, &who);
	ev_name(e, EVF_STATE, "trouble");
	ev_name(e, EVF_DETAIL, "emergency");
	ev_name(e, EVF_VIA, "emergency");
	dis_emit(m->ctx, e);
}

void
ec_mailbox_facts(struct ec_msg *m)
{
	const struct ec_mailbox *b = &m->box;

	if (b->type == FOE) {
		foe_facts(m);
	} else if (b->type == COE && b->code == EMERGENCY) {
		emergency(m);
	} else if (b->type == COE && b->reply && b->abort == 0) {
		uploaded(m);
	}
}
