/*
 * data: what commands and answers have in them ([1] 5-2, 5-3).
 *
 *	memory      area | word (2) | bit | count (2) | elements of a write
 *	parameter   area (2) | first word (2) | count (2; 8000 the last part)
 *	program     number (2) | first word (4) | octets (2)
 *	controller  model (20) | version (20) | of the system (40) | sizes
 *
 * An answer does not repeat what was asked for: that is its request's.  Words
 * are told as unsigned numbers, bits as 0 and 1.  Passwords of protected
 * programs are never told, only that there was one.
 */
#include <string.h>

#include "dissectors/fins/fins.h"

#define MODEL_LEN 20
#define NAME_LEN  12 /* of a file */
#define LAST      0x8000
#define RUNNING   0x01
#define STANDBY   0x80

/* --- what is asked for ------------------------------------------------------- */

/* The command has a range of memory: an area, where, and how many. */
static bool
is_range(uint16_t command)
{
	return command == FINS_READ || command == FINS_WRITE ||
	       command == FINS_FILL;
}

void
fins_read_wait(struct fins_msg *m)
{
	struct rd r = m->data;

	if (m->reply) {
		return;
	}
	/* 1: the second part, which does not say what model it is. */
	m->wait.part = m->command == FINS_CONTROLLER ? rd_u8(&r) : 0;
	if (!is_range(m->command)) {
		return;
	}
	m->wait.area = rd_u8(&r);
	m->wait.addr = rd_be16(&r);
	m->wait.bit = rd_u8(&r);
	m->wait.count = rd_be16(&r);
	m->wait.has_area = rd_ok(&r);
}

/* What the data of a request have to have. */
static size_t
least(uint16_t command)
{
	switch (command) {
	case FINS_READ:
	case FINS_WRITE:
	case FINS_PARAMETER_READ:
	case FINS_PARAMETER_WRITE: return 6;
	case FINS_FILL:
	case FINS_PARAMETER_CLEAR:
	case FINS_PROGRAM_READ:
	case FINS_PROGRAM_WRITE: return 8;
	case FINS_MULTIPLE: return 4;
	case FINS_TRANSFER: return 10;
	case FINS_CLOCK_WRITE: return 5;
	case FINS_FORCE: return 2;
	default: return 0;
	}
}

/* Octets of the range's elements; 0 where nobody knows. */
static size_t
elements(const struct fins_msg *m)
{
	const struct fins_area *a = fins_area(m->wait.area);

	return a != NULL && m->wait.has_area ? (size_t)a->size * m->wait.count
					     : 0;
}

void
fins_check(struct fins_msg *m)
{
	size_t n = rd_left(&m->data), want = elements(m);
	struct rd at = m->data;

	if (!m->reply) {
		if (n < least(m->command)) {
			fins_bad(m, FINS_BAD_DATA, &at);
		} else if (m->command == FINS_WRITE && want != 0 &&
			   n != 6 + want) {
			rd_skip(&at, 6);
			fins_bad(m, FINS_BAD_COUNT, &at);
		}
	} else if (m->command == FINS_READ && m->paired && m->end == 0 &&
		   want != 0 && n != want) {
		fins_bad(m, FINS_BAD_COUNT, &at);
	} else if (m->command == FINS_CONTROLLER && m->end == 0 &&
		   m->wait.part == 0 && n < (size_t)MODEL_LEN * 2) {
		fins_bad(m, FINS_BAD_DATA, &at);
	}
}

/* --- telling ------------------------------------------------------------------ */

static void
tell_area(struct ev *e, uint16_t id, uint8_t code)
{
	const struct fins_area *a = fins_area(code);

	if (a != NULL) {
		ev_name(e, id, a->name);
	} else {
		ev_hexnum(e, id, code, 1);
	}
}

static void
tell_point(struct ev *e, uint8_t area, uint16_t addr, uint8_t bit)
{
	const struct fins_area *a = fins_area(area);

	tell_area(e, FINSF_AREA, area);
	ev_uint(e, FINSF_ADDR, addr);
	if (a == NULL ? bit != 0 : a->bits) {
		ev_uint(e, FINSF_BIT, bit);
	}
}

static void
tell_values(struct fins_msg *m, struct ev *e, struct rd r)
{
	const struct fins_area *a = fins_area(m->wait.area);

	if (rd_left(&r) == 0) {
		return;
	}
	if (a != NULL && a->size == 2) {
		ev_bytes(e, FINSF_VALUES, EV_T_REGS, r.p, rd_left(&r));
	} else if (a != NULL && a->bits && rd_left(&r) <= 256) {
		ev_array(e, FINSF_VALUES);
		while (rd_left(&r) > 0) {
			ev_uint(e, EVF_ELEM, rd_u8(&r) & 1);
		}
		ev_end(e);
	} else {
		ev_bytes(e, FINSF_DATA, EV_T_HEX, r.p, rd_left(&r));
	}
}

static void
tell_range(struct fins_msg *m, struct ev *e)
{
	struct rd r = m->data;

	if (!m->wait.has_area) {
		return;
	}
	e->space = m->wait.area;
	tell_point(e, m->wait.area, m->wait.addr, m->wait.bit);
	ev_uint(e, FINSF_COUNT, m->wait.count);
	if (!m->reply) {
		rd_skip(&r, 6);
		tell_values(m, e, r);
	} else if (m->command == FINS_READ && m->end == 0) {
		tell_values(m, e, r);
	}
}

/* Of several reads: each with its area; answers have the areas, too. */
static void
tell_multiple(struct fins_msg *m, struct ev *e)
{
	struct rd r = m->data;

	ev_array(e, FINSF_ITEMS);
	while (rd_left(&r) > 0) {
		uint8_t code = rd_u8(&r);
		const struct fins_area *a = fins_area(code);
		struct rd v;

		if (m->reply && a == NULL) {
			break;
		}
		v = rd_sub(&r, m->reply ? a->size : 3);
		if (!rd_ok(&v)) {
			break;
		}
		ev_object(e, EVF_ELEM);
		if (m->reply) {
			tell_area(e, FINSF_AREA, code);
			ev_uint(e, FINSF_VALUES,
			    a->size == 1   ? rd_u8(&v)
			    : a->size == 2 ? rd_be16(&v)
					   : rd_be32(&v));
		} else {
			uint16_t addr = rd_be16(&v);

			tell_point(e, code, addr, rd_u8(&v));
		}
		ev_end(e);
	}
	ev_end(e);
}

static void
tell_transfer(struct fins_msg *m, struct ev *e)
{
	struct rd r = m->data;
	uint8_t area = rd_u8(&r);
	uint16_t addr = rd_be16(&r);
	uint8_t bit = rd_u8(&r);

	tell_point(e, area, addr, bit);
	tell_area(e, FINSF_TO_AREA, rd_u8(&r));
	ev_uint(e, FINSF_TO_ADDR, rd_be16(&r));
	rd_skip(&r, 1);
	ev_uint(e, FINSF_COUNT, rd_be16(&r));
}

static void
tell_parameter(struct fins_msg *m, struct ev *e)
{
	struct rd r = m->data;
	uint16_t count;

	ev_hexnum(e, FINSF_AREA, rd_be16(&r), 2);
	ev_uint(e, FINSF_ADDR, rd_be16(&r));
	count = rd_be16(&r);
	ev_uint(e, FINSF_COUNT, count & ~LAST);
}

static void
tell_program(struct fins_msg *m, struct ev *e)
{
	struct rd r = m->data;

	ev_uint(e, FINSF_PROGRAM, rd_be16(&r));
	ev_uint(e, FINSF_ADDR, rd_be32(&r));
	ev_uint(e, FINSF_COUNT, rd_be16(&r) & ~LAST);
}

static void
tell_mode(struct fins_msg *m, struct ev *e)
{
	struct rd r = m->data;
	uint16_t program = rd_be16(&r);
	uint8_t mode = rd_u8(&r);

	if (rd_ok(&r)) {
		ev_uint(e, FINSF_PROGRAM, program);
		ev_name(e, FINSF_MODE, fins_mode(mode) ? fins_mode(mode) : "");
	}
}

/* Set and reset from outside: 80xx sets free again. */
static const char *
force_name(uint16_t what)
{
	switch (what) {
	case 0x0000: return "reset";
	case 0x0001: return "set";
	case 0x8000: return "release_reset";
	case 0x8001: return "release_set";
	case 0xffff: return "release";
	default: return "unknown";
	}
}

static void
tell_force(struct fins_msg *m, struct ev *e)
{
	struct rd r = m->data;

	ev_uint(e, FINSF_COUNT, rd_be16(&r));
	ev_array(e, FINSF_ITEMS);
	while (rd_left(&r) >= 6) {
		const char *what = force_name(rd_be16(&r));
		uint8_t area = rd_u8(&r);
		uint16_t addr = rd_be16(&r);

		ev_object(e, EVF_ELEM);
		tell_point(e, area, addr, rd_u8(&r));
		ev_name(e, FINSF_FORCE, what);
		ev_end(e);
	}
	ev_end(e);
}

/* Year, month, day, hour, minute and maybe second, two digits each. */
static void
tell_time(struct fins_msg *m, struct ev *e)
{
	static const char between[] = "--T::";
	struct rd r = m->data;
	size_t n = 0;

	if (rd_left(&r) < 5) {
		return;
	}
	for (size_t i = 0; i < 6 && rd_left(&r) > 0; i++) {
		uint8_t v = rd_u8(&r);

		if ((v & 0x0f) > 9 || v > 0x99) {
			return;
		}
		if (i == 0) {
			memcpy(m->text, v < 0x90 ? "20" : "19", 2);
			n = 2;
		} else {
			m->text[n++] = between[i - 1];
		}
		m->text[n++] = (char)('0' + (v >> 4));
		m->text[n++] = (char)('0' + (v & 0x0f));
	}
	ev_bytes(e, FINSF_TIME, EV_T_TEXT, m->text, n);
}

/* Padded on the right with blanks or zeros. */
static struct rd
trimmed(struct rd r)
{
	const uint8_t *p = r.p;
	size_t n = 0;

	while (n < rd_left(&r) && p[n] != 0) {
		n++;
	}
	while (n > 0 && p[n - 1] == ' ') {
		n--;
	}
	return rd_make(p, n);
}

static void
tell_file(struct fins_msg *m, struct ev *e)
{
	bool far =
	    m->command == FINS_FILE_WRITE || m->command == FINS_FILE_DELETE;
	bool placed =
	    m->command == FINS_FILE_READ || m->command == FINS_FILE_WRITE;
	struct rd r = m->data, name;
	uint32_t offset;
	uint16_t count;

	rd_skip(&r, far ? 4 : 2);
	name = trimmed(rd_sub(&r, NAME_LEN));
	if (rd_left(&name) > 0) {
		ev_bytes(e, FINSF_FILE, EV_T_TEXT, name.p, rd_left(&name));
	}
	offset = rd_be32(&r);
	count = rd_be16(&r);
	if (placed && rd_ok(&r)) {
		ev_uint(e, FINSF_OFFSET, offset);
		ev_uint(e, FINSF_COUNT, count);
	}
}

/* The units of a controller: address and model each. */
static void
tell_units(struct fins_msg *m, struct ev *e)
{
	struct rd r = m->data;

	rd_skip(&r, 1);
	ev_array(e, FINSF_UNITS);
	while (rd_left(&r) > MODEL_LEN) {
		uint8_t unit = rd_u8(&r);
		struct rd model = trimmed(rd_sub(&r, MODEL_LEN));

		ev_object(e, EVF_ELEM);
		ev_uint(e, FINSF_UNIT, unit);
		ev_bytes(e, FINSF_MODEL, EV_T_TEXT, model.p, rd_left(&model));
		ev_end(e);
	}
	ev_end(e);
}

static void
tell_status(struct fins_msg *m, struct ev *e)
{
	struct rd r = m->data;
	uint16_t fatal, other;
	const char *mode;

	rd_skip(&r, 1);
	mode = fins_mode(rd_u8(&r));
	fatal = rd_be16(&r);
	other = rd_be16(&r);
	if (!rd_ok(&r)) {
		return;
	}
	if (mode != NULL) {
		ev_name(e, FINSF_MODE, mode);
	}
	ev_hexnum(e, FINSF_FATAL, fatal, 2);
	ev_hexnum(e, FINSF_NON_FATAL, other, 2);
}

static void
tell_answer(struct fins_msg *m, struct ev *e)
{
	if (m->end != 0 || m->bad != NULL) {
		if (is_range(m->command)) {
			tell_range(m, e);
		}
		return;
	}
	switch (m->command) {
	case FINS_READ:
	case FINS_WRITE:
	case FINS_FILL: tell_range(m, e); break;
	case FINS_MULTIPLE: tell_multiple(m, e); break;
	case FINS_CONNECTION: tell_units(m, e); break;
	case FINS_STATUS: tell_status(m, e); break;
	case FINS_CLOCK_READ: tell_time(m, e); break;
	default: break;
	}
}

void
fins_tell(struct fins_msg *m, struct ev *e)
{
	if (m->reply) {
		tell_answer(m, e);
		return;
	}
	if (rd_left(&m->data) < least(m->command)) {
		return;
	}
	switch (m->command) {
	case FINS_READ:
	case FINS_WRITE:
	case FINS_FILL: tell_range(m, e); break;
	case FINS_MULTIPLE: tell_multiple(m, e); break;
	case FINS_TRANSFER: tell_transfer(m, e); break;
	case FINS_PARAMETER_READ:
	case FINS_PARAMETER_WRITE:
	case FINS_PARAMETER_CLEAR: tell_parameter(m, e); break;
	case FINS_PROGRAM_READ:
	case FINS_PROGRAM_WRITE: tell_program(m, e); break;
	case FINS_RUN: tell_mode(m, e); break;
	case FINS_CLOCK_WRITE: tell_time(m, e); break;
	case FINS_FILE_READ:
	case FINS_FILE_WRITE:
	case FINS_FILE_DELETE:
	case FINS_FILE_COPY:
	case FINS_FILE_RENAME:
	case FINS_FILE_CHECK: tell_file(m, e); break;
	case FINS_FORCE: tell_force(m, e); break;
	default: break;
	}
}

/* --- facts -------------------------------------------------------------------- */

static void
fact(struct fins_msg *m, const char *key, struct rd text)
{
	text = trimmed(text);
	if (rd_left(&text) > 0) {
		dis_identity(m->ctx, PROTO_FINS, m->ctx->src, key, EV_T_TEXT,
		    text.p, rd_left(&text), m->op);
	}
}

static void
named(struct fins_msg *m, const char *key, const char *text)
{
	dis_identity(m->ctx, PROTO_FINS, m->ctx->src, key, EV_T_NAME, text,
	    strlen(text), m->op);
}

static void
state(struct fins_msg *m, const char *name, const char *detail)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_FINS, m->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_STATE, name);
	if (detail != NULL) {
		ev_name(e, EVF_DETAIL, detail);
	}
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

static void
controller(struct fins_msg *m)
{
	struct rd r = m->data, model = r;

	model = trimmed(rd_sub(&model, MODEL_LEN));
	if (m->wait.part == 1 || rd_left(&model) == 0) {
		return;
	}
	named(m, "vendor", "Omron");
	fact(m, "model", rd_sub(&r, MODEL_LEN));
	fact(m, "firmware", rd_sub(&r, MODEL_LEN));
}

static void
status(struct fins_msg *m)
{
	struct rd r = m->data;
	uint8_t running = rd_u8(&r);
	const char *mode = fins_mode(rd_u8(&r));
	uint16_t fatal = rd_be16(&r);

	if (!rd_ok(&r)) {
		return;
	}
	if (mode != NULL) {
		named(m, "run_state", mode);
	}
	state(m,
	    running & RUNNING   ? "running"
	    : running & STANDBY ? "standby"
				: "stopped",
	    mode);
	if (fatal != 0) {
		state(m, "trouble", "fatal_error");
	}
}

static void
protection(struct fins_msg *m)
{
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_FINS, m->dir);

	ev_name(e, EVF_ACTION,
	    m->end != 0                    ? "fail"
	    : m->command == FINS_UNPROTECT ? "unprotect"
					   : "protect");
	ev_name(e, EVF_DETAIL, "password");
	dis_emit(m->ctx, e);
}

/* What a good answer, to what was seen to be asked, changes. */
static void
changed(struct fins_msg *m)
{
	if (!m->paired) {
		return;
	}
	switch (m->command) {
	case FINS_RUN: state(m, "running", NULL); break;
	case FINS_STOP: state(m, "stopped", NULL); break;
	case FINS_RESET: state(m, "restarted", NULL); break;
	default: break;
	}
}

void
fins_facts(struct fins_msg *m)
{
	if (!m->reply) {
		return;
	}
	if (m->command == FINS_PROTECT || m->command == FINS_UNPROTECT) {
		protection(m);
	}
	if (m->end != 0) {
		return;
	}
	switch (m->command) {
	case FINS_CONTROLLER: controller(m); break;
	case FINS_STATUS: status(m); break;
	case FINS_NAME_READ: fact(m, "name", m->data); break;
	default: changed(m); break;
	}
}
