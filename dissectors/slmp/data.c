/*
 * data: what commands and answers have in them ([1] 5).
 *
 *	device      number (3) | code (1); with SLMP_LONG number (4) | code (2)
 *	            in ASCII first two or four letters, then digits, which for
 *	            some kinds are decimal
 *	batch       device | count (2) | values of a write
 *	random      words (1) | doubles (1) | device [value]...; of bits
 *	            count (1) | { device | value (1, long: 2) }...
 *	block       words (1) | bits (1) | { device | count (2) [values] }...
 *	label       count (2) | abbreviations (2) | { letters (2) | name }...
 *	file        password (4) | [mode] | drive (2) | letters (2) | name
 *
 * Words are told as unsigned numbers, bits as 0 and 1; two bits share an octet,
 * the first one its high half, or are a digit each.  A point of bits in blocks
 * is sixteen of them.  Passwords are never told.
 */
#include "dissectors/slmp/slmp.h"

#define VALUES_MAX 1024 /* more are told as octets */
#define MODEL_LEN  16
#define PASSWORD   4

static size_t
unit(const struct slmp_msg *m)
{
	return m->ascii ? 2 : 1;
}

/* --- devices --------------------------------------------------------------- */

/* Digits of a device's number in ASCII. */
static uint32_t
digits(struct rd *r, size_t n, bool hex)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = rd_u8(r);

		if (c >= '0' && c <= '9') {
			v = v * (hex ? 16u : 10u) + (c - '0');
		} else if (hex && c >= 'A' && c <= 'F') {
			v = v * 16u + (c - 'A' + 10u);
		} else {
			rd_fail(r);
			return 0;
		}
	}
	return v;
}

/* False where it is not there, or is no device by itself. */
static bool
read_device(
    const struct slmp_msg *m, struct rd *r, uint16_t *code, uint32_t *addr)
{
	bool is_long = m->sub & SLMP_LONG;

	if (m->sub & SLMP_EXTENDS) {
		return false;
	}
	if (m->ascii) {
		const struct slmp_device *d =
		    slmp_device_named(rd_sub(r, is_long ? 4 : 2));

		*code = d != NULL ? d->code : 0;
		*addr = digits(r, is_long ? 8 : 6, d != NULL && d->what & HEX);
		return rd_ok(r) && d != NULL;
	}
	*addr = slmp_num(m, r, is_long ? 4 : 3);
	*code = (uint16_t)slmp_num(m, r, is_long ? 2 : 1);
	return rd_ok(r);
}

static void
tell_device(struct ev *e, uint16_t code, uint32_t addr)
{
	const struct slmp_device *d = slmp_device(code);

	if (d != NULL) {
		ev_name(e, SLMPF_DEVICE, d->name);
	} else {
		ev_hexnum(e, SLMPF_DEVICE, code, 2);
	}
	ev_uint(e, SLMPF_ADDR, addr);
}

/* --- what an answer has to know -------------------------------------------- */

static bool
is_batch(const struct slmp_msg *m)
{
	return m->has_command &&
	       (m->command == SLMP_READ || m->command == SLMP_WRITE);
}

/* Words of all blocks, in count. */
static void
read_blocks(struct slmp_msg *m, struct rd r)
{
	uint32_t blocks = slmp_num(m, &r, 1), words = 0;
	uint16_t code;
	uint32_t addr;

	blocks += slmp_num(m, &r, 1);
	for (uint32_t i = 0; i < blocks && rd_ok(&r); i++) {
		if (!read_device(m, &r, &code, &addr)) {
			return;
		}
		words += slmp_num(m, &r, 2);
	}
	m->wait.count = words <= UINT16_MAX ? (uint16_t)words : 0;
	m->wait.has_device = rd_ok(&r) && words <= UINT16_MAX;
}

/* What is opened, and what for; of wide letters those that are ASCII. */
static void
read_open(struct slmp_msg *m, struct rd r)
{
	bool wide = m->sub & SLMP_COND;
	size_t n;

	rd_skip(&r, PASSWORD);
	m->wait.writes = slmp_num(m, &r, 2) != 0;
	(void)slmp_num(m, &r, 2); /* drive */
	n = slmp_num(m, &r, 2);
	if (!rd_ok(&r) || n > SLMP_NAME || (wide && m->ascii)) {
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint16_t c = wide ? rd_le16(&r) : rd_u8(&r);

		if (c < ' ' || c > '~') {
			return;
		}
		m->wait.name[i] = (char)c;
	}
	m->wait.name_n = (uint8_t)n;
}

void
slmp_read_wait(struct slmp_msg *m)
{
	struct rd r = m->data;
	struct slmp_wait *w = &m->wait;

	if (!m->has_command) {
		return;
	}
	if (is_batch(m)) {
		w->has_device = read_device(m, &r, &w->device, &w->addr);
		w->count = (uint16_t)slmp_num(m, &r, 2);
		w->has_device = w->has_device && rd_ok(&r);
	} else if (m->command == SLMP_READ_RANDOM) {
		w->words = (uint8_t)slmp_num(m, &r, 1);
		w->doubles = (uint8_t)slmp_num(m, &r, 1);
		w->has_device = rd_ok(&r) && (m->sub & SLMP_EXTENDS) == 0;
	} else if (m->command == SLMP_READ_BLOCK) {
		read_blocks(m, r);
	} else if (m->command == SLMP_FILE_OPEN) {
		read_open(m, r);
	} else if (m->command == SLMP_MODULE_READ ||
		   m->command == SLMP_MEMORY_READ ||
		   m->command == SLMP_MODULE_WRITE ||
		   m->command == SLMP_MEMORY_WRITE) {
		w->addr = slmp_num(m, &r, 4);
		w->count = (uint16_t)slmp_num(m, &r, 2);
		w->has_device = rd_ok(&r);
	}
}

/* --- whether all is there -------------------------------------------------- */

/* Octets that values take. */
static size_t
bits_size(const struct slmp_msg *m, size_t n)
{
	return m->ascii ? n : (n + 1) / 2;
}

static size_t
words_size(const struct slmp_msg *m, size_t n)
{
	return 2 * n * unit(m);
}

/* Octets, in binary, that the data of a request have to have. */
static size_t
least(const struct slmp_msg *m)
{
	switch (m->command) {
	case SLMP_READ:
	case SLMP_WRITE: return m->sub & SLMP_LONG ? 8 : 6;
	case SLMP_READ_RANDOM:
	case SLMP_READ_BLOCK:
	case SLMP_MONITOR_REGISTER:
	case SLMP_WRITE_BLOCK: return 2;
	case SLMP_WRITE_RANDOM: return m->sub & SLMP_BITS ? 1 : 2;
	case SLMP_LABEL_READ:
	case SLMP_LABEL_WRITE: return 4;
	case SLMP_MEMORY_READ:
	case SLMP_MEMORY_WRITE: return 6;
	case SLMP_MODULE_READ:
	case SLMP_MODULE_WRITE: return 8;
	case SLMP_UNLOCK:
	case SLMP_LOCK:
	case SLMP_PAUSE: return 2;
	case SLMP_RUN: return 4;
	case SLMP_NODE_SEARCH: return 7;
	default: return 0;
	}
}

static void
check_request(struct slmp_msg *m)
{
	struct rd at = m->data;
	size_t n = rd_left(&m->data), head, want;

	if (n < least(m) * unit(m)) {
		slmp_bad(m, SLMP_BAD_DATA, &at);
		return;
	}
	if (m->command != SLMP_WRITE || !m->wait.has_device) {
		return;
	}
	head = least(m) * unit(m);
	want = m->sub & SLMP_BITS ? bits_size(m, m->wait.count)
				  : words_size(m, m->wait.count);
	if (n != head + want) {
		rd_skip(&at, head);
		slmp_bad(m, SLMP_BAD_COUNT, &at);
	}
}

/* What the values of a good answer take; 0 where nobody knows. */
static size_t
expected(const struct slmp_msg *m)
{
	const struct slmp_wait *w = &m->wait;

	if (!m->paired || !w->has_device) {
		return 0;
	}
	switch (m->command) {
	case SLMP_READ:
		return m->sub & SLMP_BITS ? bits_size(m, w->count)
					  : words_size(m, w->count);
	case SLMP_READ_RANDOM: return words_size(m, w->words + 2u * w->doubles);
	case SLMP_READ_BLOCK:
	case SLMP_MEMORY_READ: return words_size(m, w->count);
	default: return 0;
	}
}

static void
check_answer(struct slmp_msg *m)
{
	size_t n = rd_left(&m->data), want = expected(m);
	struct rd at = m->data;

	if (m->end != 0) {
		return;
	}
	if (want != 0 && n != want) {
		/* In datagrams without numbers it may be another's. */
		if (m->numbered || m->ctx->transport == DIS_TCP) {
			slmp_bad(m, SLMP_BAD_COUNT, &at);
		}
		m->wait.has_device = false;
	} else if (m->paired && m->command == SLMP_TYPE_NAME &&
		   n < MODEL_LEN + 2 * unit(m)) {
		slmp_bad(m, SLMP_BAD_DATA, &at);
	}
}

void
slmp_check(struct slmp_msg *m)
{
	if (m->reply) {
		check_answer(m);
	} else if ((m->sub & SLMP_EXTENDS) == 0) {
		check_request(m);
	}
}

/* --- values ---------------------------------------------------------------- */

static void
tell_bits(struct slmp_msg *m, struct ev *e, struct rd r, size_t n)
{
	ev_array(e, SLMPF_VALUES);
	for (size_t i = 0; i < n && rd_left(&r) > 0; i++) {
		uint8_t both = *r.p;

		if (m->ascii) {
			ev_uint(e, EVF_ELEM, both & 1);
		} else {
			ev_uint(
			    e, EVF_ELEM, i % 2 == 0 ? both >> 4 & 1 : both & 1);
		}
		if (m->ascii || i % 2 != 0) {
			rd_skip(&r, 1);
		}
	}
	ev_end(e);
}

static void
tell_numbers(
    struct slmp_msg *m, struct ev *e, struct rd *r, size_t n, size_t octets)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t v = slmp_num(m, r, octets);

		if (!rd_ok(r)) {
			break;
		}
		ev_uint(e, EVF_ELEM, v);
	}
}

static void
tell_words(struct slmp_msg *m, struct ev *e, struct rd r, size_t n)
{
	ev_array(e, SLMPF_VALUES);
	tell_numbers(m, e, &r, n, 2);
	ev_end(e);
}

static void
tell_data(struct ev *e, struct rd r, bool ascii)
{
	if (rd_left(&r) > 0) {
		ev_bytes(e, SLMPF_DATA, ascii ? EV_T_LATIN1 : EV_T_HEX, r.p,
		    rd_left(&r));
	}
}

static void
tell_values(struct slmp_msg *m, struct ev *e, struct rd r)
{
	if (rd_left(&r) == 0) {
		return;
	}
	if (m->wait.count > VALUES_MAX) {
		tell_data(e, r, m->ascii);
	} else if (m->sub & SLMP_BITS) {
		tell_bits(m, e, r, m->wait.count);
	} else {
		tell_words(m, e, r, m->wait.count);
	}
}

/* The data behind the device and the count of a batch. */
static struct rd
behind_batch(const struct slmp_msg *m)
{
	struct rd r = m->data;
	size_t is_long = m->sub & SLMP_LONG ? 1 : 0;

	rd_skip(&r, m->ascii ? 12 + 4 * is_long : 6 + 2 * is_long);
	return r;
}

static void
tell_batch(struct slmp_msg *m, struct ev *e)
{
	if (!m->wait.has_device) {
		return;
	}
	e->space = (uint8_t)m->wait.device;
	tell_device(e, m->wait.device, m->wait.addr);
	ev_uint(e, SLMPF_COUNT, m->wait.count);
	if (m->cut || m->bad != NULL || m->hushed) {
		return;
	}
	if (!m->reply && m->command == SLMP_WRITE) {
		tell_values(m, e, behind_batch(m));
	} else if (m->reply && m->end == 0 && m->command == SLMP_READ) {
		tell_values(m, e, m->data);
	}
}

/* Buffers of modules and of the station itself, in words or octets. */
static void
tell_memory(struct slmp_msg *m, struct ev *e)
{
	struct rd r = m->data;

	if (!m->wait.has_device) {
		return;
	}
	ev_uint(e, SLMPF_ADDR, m->wait.addr);
	ev_uint(e, SLMPF_COUNT, m->wait.count);
	if (m->reply) {
		return;
	}
	(void)slmp_num(m, &r, 4);
	(void)slmp_num(m, &r, 2);
	if (m->command == SLMP_MODULE_READ || m->command == SLMP_MODULE_WRITE) {
		uint32_t module = slmp_num(m, &r, 2);

		if (rd_ok(&r)) {
			ev_hexnum(e, SLMPF_MODULE, module, 2);
		}
	}
	if (rd_ok(&r) && !m->cut) {
		tell_data(e, r, m->ascii);
	}
}

/* --- several devices ------------------------------------------------------- */

/* One of random access; octets of its value, 0 where none is written. */
static bool
tell_point(struct slmp_msg *m, struct ev *e, struct rd *r, bool is_double,
    size_t octets)
{
	uint16_t code;
	uint32_t addr, v;

	if (!read_device(m, r, &code, &addr)) {
		return false;
	}
	v = slmp_num(m, r, octets);
	if (!rd_ok(r)) {
		return false;
	}
	ev_object(e, EVF_ELEM);
	tell_device(e, code, addr);
	if (is_double) {
		ev_bool(e, SLMPF_DOUBLE, true);
	}
	if (octets != 0) {
		ev_uint(e, SLMPF_VALUE, v);
	}
	ev_end(e);
	return true;
}

static void
tell_random(struct slmp_msg *m, struct ev *e)
{
	struct rd r = m->data;
	bool writes = m->command == SLMP_WRITE_RANDOM;
	bool bits = writes && m->sub & SLMP_BITS;
	uint32_t words = slmp_num(m, &r, 1);
	uint32_t doubles = bits ? 0 : slmp_num(m, &r, 1);
	size_t size = !writes ? 0 : !bits ? 2 : m->sub & SLMP_LONG ? 2 : 1;

	if (!rd_ok(&r) || m->sub & (SLMP_EXTENDS | SLMP_COND)) {
		return;
	}
	ev_array(e, SLMPF_ITEMS);
	for (uint32_t i = 0; i < words + doubles; i++) {
		bool is_double = i >= words;

		if (!tell_point(
			m, e, &r, is_double, is_double && writes ? 4 : size)) {
			break;
		}
	}
	ev_end(e);
}

static void
tell_random_answer(struct slmp_msg *m, struct ev *e)
{
	struct rd r = m->data;

	if (!m->wait.has_device || m->hushed) {
		return;
	}
	ev_array(e, SLMPF_VALUES);
	tell_numbers(m, e, &r, m->wait.words, 2);
	tell_numbers(m, e, &r, m->wait.doubles, 4);
	ev_end(e);
}

static void
tell_blocks(struct slmp_msg *m, struct ev *e)
{
	struct rd r = m->data;
	uint32_t n = slmp_num(m, &r, 1);

	n += slmp_num(m, &r, 1);
	ev_array(e, SLMPF_ITEMS);
	for (uint32_t i = 0; i < n && rd_left(&r) > 0; i++) {
		uint16_t code;
		uint32_t addr, count;

		if (!read_device(m, &r, &code, &addr)) {
			break;
		}
		count = slmp_num(m, &r, 2);
		if (!rd_ok(&r)) {
			break;
		}
		ev_object(e, EVF_ELEM);
		tell_device(e, code, addr);
		ev_uint(e, SLMPF_COUNT, count);
		if (m->command == SLMP_WRITE_BLOCK) {
			tell_words(m, e, rd_sub(&r, words_size(m, count)),
			    count < VALUES_MAX ? count : VALUES_MAX);
		}
		ev_end(e);
	}
	ev_end(e);
}

/* --- names ----------------------------------------------------------------- */

static void
tell_label(struct ev *e, struct rd name)
{
	if (rd_left(&name) > 0) {
		ev_bytes(e, EVF_ELEM, EV_T_UCS2LE, name.p, rd_left(&name));
	}
}

/* Names of labels; of those that are abbreviated, too. */
static void
tell_labels(struct slmp_msg *m, struct ev *e)
{
	struct rd r = m->data;
	uint32_t labels = rd_le16(&r), short_ones = rd_le16(&r);

	if (m->ascii) {
		return;
	}
	ev_array(e, SLMPF_LABELS);
	for (uint32_t i = 0; i < labels + short_ones && rd_left(&r) > 0; i++) {
		struct rd name = rd_sub(&r, 2u * rd_le16(&r));

		if (!rd_ok(&r)) {
			break;
		}
		tell_label(e, name);
		if (m->command == SLMP_LABEL_WRITE && i >= short_ones) {
			rd_skip(&r, rd_le16(&r));
		}
	}
	ev_end(e);
}

/* Letters, or Unicode; in ASCII only the former are told. */
static void
tell_name(struct slmp_msg *m, struct ev *e, struct rd *r)
{
	bool wide = m->sub & SLMP_COND;
	size_t n = slmp_num(m, r, 2);
	struct rd name = rd_sub(r, wide && !m->ascii ? 2 * n : n);

	if (rd_left(&name) > 0 && !(wide && m->ascii)) {
		ev_bytes(e, SLMPF_FILE, wide ? EV_T_UCS2LE : EV_T_TEXT, name.p,
		    rd_left(&name));
	}
}

static void
tell_file(struct slmp_msg *m, struct ev *e)
{
	struct rd r = m->data;
	uint32_t mode = 0, drive;

	rd_skip(&r, PASSWORD);
	if (m->command == SLMP_FILE_OPEN) {
		mode = slmp_num(m, &r, 2);
	}
	drive = slmp_num(m, &r, 2);
	if (m->command == SLMP_FILE_CREATE) {
		(void)slmp_num(m, &r, 4); /* size */
	}
	if (!rd_ok(&r)) {
		return;
	}
	if (m->command == SLMP_FILE_OPEN) {
		ev_name(e, SLMPF_MODE, mode == 0 ? "read" : "write");
	}
	ev_uint(e, SLMPF_DRIVE, drive);
	tell_name(m, e, &r);
}

static void
tell_access(struct slmp_msg *m, struct ev *e)
{
	struct rd r = m->data;
	uint32_t pointer = slmp_num(m, &r, 2), offset = 0, count = 0;
	bool placed = m->command != SLMP_FILE_CLOSE;

	if (placed) {
		offset = slmp_num(m, &r, 4);
		count = slmp_num(m, &r, 2);
	}
	if (!rd_ok(&r)) {
		return;
	}
	ev_uint(e, SLMPF_POINTER, pointer);
	if (placed) {
		ev_uint(e, SLMPF_OFFSET, offset);
		ev_uint(e, SLMPF_COUNT, count);
	}
}

/* --- control --------------------------------------------------------------- */

static void
tell_control(struct slmp_msg *m, struct ev *e)
{
	struct rd r = m->data;
	uint32_t mode = slmp_num(m, &r, 2), clear;

	if (!rd_ok(&r)) {
		return;
	}
	ev_name(e, SLMPF_MODE,
	    mode == 1   ? "not_forced"
	    : mode == 3 ? "forced"
			: "unknown");
	if (m->command != SLMP_RUN) {
		return;
	}
	clear = slmp_num(m, &r, 1);
	if (rd_ok(&r)) {
		ev_name(e, SLMPF_CLEAR,
		    clear == 0   ? "nothing"
		    : clear == 1 ? "outside_latch"
		    : clear == 2 ? "all"
				 : "unknown");
	}
}

static void
tell_type_name(struct slmp_msg *m, struct ev *e)
{
	struct rd r = m->data, name = slmp_trimmed(rd_sub(&r, MODEL_LEN));
	uint32_t code = slmp_num(m, &r, 2);

	if (!rd_ok(&r)) {
		return;
	}
	if (rd_left(&name) > 0) {
		ev_bytes(e, SLMPF_MODEL, EV_T_TEXT, name.p, rd_left(&name));
	}
	ev_hexnum(e, SLMPF_MODEL_CODE, code, 2);
}

/* Which device shall have which address ([3]); its octets come last first. */
static void
tell_set_ip(struct slmp_msg *m, struct ev *e)
{
	static const size_t client = 6 + 1 + 4;
	struct rd r = m->data, mac, ip;

	rd_skip(&r, 6);
	if (m->ascii || rd_u8(&r) != 4) {
		return;
	}
	r = m->data;
	rd_skip(&r, client);
	mac = rd_sub(&r, 6);
	if (rd_u8(&r) != 4) {
		return;
	}
	ip = rd_sub(&r, 4);
	if (!rd_ok(&r)) {
		return;
	}
	slmp_turned(mac, m->mac);
	slmp_turned(ip, m->ip);
	ev_bytes(e, SLMPF_MAC, EV_T_MAC, m->mac, sizeof(m->mac));
	ev_bytes(e, SLMPF_IP, EV_T_IP, m->ip, sizeof(m->ip));
}

/* --- all ------------------------------------------------------------------- */

static void
tell_request(struct slmp_msg *m, struct ev *e)
{
	switch (m->command) {
	case SLMP_READ:
	case SLMP_WRITE: tell_batch(m, e); break;
	case SLMP_READ_RANDOM:
	case SLMP_MONITOR_REGISTER:
	case SLMP_WRITE_RANDOM: tell_random(m, e); break;
	case SLMP_READ_BLOCK:
	case SLMP_WRITE_BLOCK: tell_blocks(m, e); break;
	case SLMP_LABEL_READ:
	case SLMP_LABEL_WRITE: tell_labels(m, e); break;
	case SLMP_MODULE_READ:
	case SLMP_MEMORY_READ:
	case SLMP_MODULE_WRITE:
	case SLMP_MEMORY_WRITE: tell_memory(m, e); break;
	case SLMP_RUN:
	case SLMP_PAUSE: tell_control(m, e); break;
	case SLMP_FILE_CREATE:
	case SLMP_FILE_DELETE:
	case SLMP_FILE_OPEN: tell_file(m, e); break;
	case SLMP_FILE_READ:
	case SLMP_FILE_WRITE:
	case SLMP_FILE_CLOSE: tell_access(m, e); break;
	case SLMP_SET_IP: tell_set_ip(m, e); break;
	case SLMP_ONDEMAND: tell_data(e, m->data, m->ascii); break;
	default: break;
	}
}

static void
tell_answer(struct slmp_msg *m, struct ev *e)
{
	switch (m->command) {
	case SLMP_READ:
	case SLMP_WRITE: tell_batch(m, e); return;
	case SLMP_MODULE_READ:
	case SLMP_MEMORY_READ:
	case SLMP_MODULE_WRITE:
	case SLMP_MEMORY_WRITE: tell_memory(m, e); return;
	default: break;
	}
	if (m->end != 0) {
		return;
	}
	switch (m->command) {
	case SLMP_READ_RANDOM: tell_random_answer(m, e); break;
	case SLMP_READ_BLOCK:
		if (m->wait.has_device && !m->hushed) {
			tell_values(m, e, m->data);
		}
		break;
	case SLMP_TYPE_NAME: tell_type_name(m, e); break;
	default: break;
	}
}

void
slmp_tell(struct slmp_msg *m, struct ev *e)
{
	if (!m->has_command || m->cut || m->bad != NULL) {
		if (m->has_command && is_batch(m)) {
			tell_batch(m, e);
		}
		return;
	}
	if (!m->reply) {
		tell_request(m, e);
	} else if (m->paired) {
		tell_answer(m, e);
	}
}

int32_t
slmp_word_of(const struct slmp_msg *m, uint16_t device, uint32_t addr)
{
	const struct slmp_wait *w = &m->wait;
	struct rd r = m->data;
	uint32_t v;

	if (m->command != SLMP_READ || m->sub & SLMP_BITS || !w->has_device ||
	    w->device != device || addr < w->addr ||
	    addr - w->addr >= w->count) {
		return -1;
	}
	rd_skip(&r, words_size(m, addr - w->addr));
	v = slmp_num(m, &r, 2);
	return rd_ok(&r) ? (int32_t)v : -1;
}
