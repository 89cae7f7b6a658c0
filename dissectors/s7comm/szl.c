/*
 * szl: what system status lists say of a module; [1] chapter "System status
 * lists".  The id's last byte is the list, its first what extract of it.
 *
 *	record length (2) | count (2) | records
 *
 *	11  identification     index | order number (20) | type | version (4)
 *	1c  components         index | text (32)
 *	32  communication, 4   index | protection ... | mode selector
 *	24  operating mode     event | .. | previous and current mode | time
 *
 * 31 says what services a module has, and nothing of who it is.
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/s7comm/s7comm.h"

static void
text(struct s7_msg *m, const char *key, struct rd r, size_t max)
{
	size_t n = rd_left(&r) < max ? rd_left(&r) : max;
	const uint8_t *p = rd_bytes(&r, n);
	const uint8_t *end = n > 0 ? memchr(p, 0, n) : NULL;

	n = end != NULL ? (size_t)(end - p) : n;
	while (n > 0 && p[n - 1] == ' ') {
		n--;
	}
	while (n > 0 && *p == ' ') {
		p++;
		n--;
	}
	if (n > 0) {
		dis_identity(m->ctx, PROTO_S7COMM, m->ctx->src, key, EV_T_TEXT,
		    p, n, "read_szl");
	}
}

static void
fact(struct s7_msg *m, const char *key, const char *value)
{
	dis_identity(m->ctx, PROTO_S7COMM, m->ctx->src, key, EV_T_TEXT, value,
	    strlen(value), "read_szl");
}

/* Index 1 is the module, 7 its firmware: 'V' and three numbers. */
static void
identification(struct s7_msg *m, struct rd r)
{
	uint16_t index = rd_be16(&r), type, version, rest;
	struct rd order = rd_sub(&r, 20);
	char v[24];

	type = rd_be16(&r);
	version = rd_be16(&r);
	rest = rd_be16(&r);
	(void)type;
	if (!rd_ok(&r)) {
		return;
	}
	if (index == 1) {
		text(m, "order_number", order, 20);
		snprintf(v, sizeof(v), "%u", version);
		if (version != 0) {
			fact(m, "hardware", v);
		}
	} else if (index == 7 && version >> 8 == 'V') {
		snprintf(v, sizeof(v), "V%u.%u.%u", version & 0xffu,
		    (unsigned)rest >> 8, rest & 0xffu);
		fact(m, "firmware", v);
	}
}

/* Manufacturer ids are those of PROFINET and PROFIBUS. */
static void
manufacturer(struct s7_msg *m, struct rd r)
{
	uint16_t id = rd_be16(&r);
	char v[8];

	if (rd_ok(&r) && id != 0) {
		snprintf(v, sizeof(v), "%u", id);
		fact(m, "vendor_id", v);
	}
}

static void
component(struct s7_msg *m, struct rd r)
{
	static const char original[] = "Original Siemens";
	uint16_t index = rd_be16(&r);

	switch (index) {
	case 1: text(m, "name", r, 24); break;
	case 2: text(m, "user_text", r, 24); break; /* of the module, given */
	case 3: text(m, "location", r, 32); break;  /* plant designation */
	case 4:
		text(m, "description", r, 26);
		if (rd_left(&r) >= sizeof(original) - 1 &&
		    memcmp(r.p, original, sizeof(original) - 1) == 0) {
			fact(m, "vendor", "Siemens");
		}
		break;
	case 5: text(m, "serial", r, 24); break;
	case 7: text(m, "model", r, 32); break;
	case 9: manufacturer(m, r); break;
	case 11: text(m, "location", r, 32); break;
	default: break; /* 8 is the memory card, 10 an OEM */
	}
}

static void
selector(struct s7_msg *m, struct rd r)
{
	static const char *const places[] = {
	    NULL, "run", "run-p", "stop", "mres"};
	uint16_t index = rd_be16(&r), place;

	rd_skip(&r, 6); /* protection: by selector, by password, in force */
	place = rd_be16(&r);
	if (rd_ok(&r) && index == 4 && place >= 1 && place <= 4) {
		fact(m, "key_switch", places[place]);
	}
}

/* The low half of the fourth byte is the mode at hand. */
static void
operating_mode(struct s7_msg *m, struct rd r)
{
	rd_skip(&r, 3);
	switch (rd_u8(&r) & 0x0f) {
	case 1:
	case 2:
	case 3:
	case 4:
		fact(m, "run_state", "stop");
		s7_state_event(m, "stopped", NULL);
		break;
	case 5:
	case 6:
	case 7: s7_state_event(m, "starting", NULL); break;
	case 8:
	case 9:
		fact(m, "run_state", "run");
		s7_state_event(m, "running", NULL);
		break;
	case 10: s7_state_event(m, "stopped", "hold"); break;
	case 13: s7_state_event(m, "trouble", "defect"); break;
	default: break;
	}
}

/* Only extracts whose last record is the latest tell the mode at hand. */
static bool
is_current(uint16_t id)
{
	return id == 0x0424 || id == 0x0124;
}

void
s7_szl(struct s7_msg *m, uint16_t id, struct rd r)
{
	size_t length = rd_be16(&r), count = rd_be16(&r);

	for (; count > 0 && length > 0 && rd_has(&r, length); count--) {
		struct rd record = rd_sub(&r, length);

		switch (id & 0xff) {
		case 0x11: identification(m, record); break;
		case 0x1c: component(m, record); break;
		case 0x32: selector(m, record); break;
		case 0x24:
			if (is_current(id)) {
				operating_mode(m, record);
				return;
			}
			break;
		default: return;
		}
	}
}
