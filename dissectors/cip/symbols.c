/*
 * symbols: what a controller says about its tags ([L]); about their structures:
 * templates.c.
 *
 *	list of symbols   request  count | attribute ids
 *	                  reply    instance (4) | values in that order | ...
 */
#include "dissectors/cip/cip.h"

#define NIBBLE_IDS 8 /* that fit into what waits */

/* What was asked for, in its order: four bits an attribute, the first lowest;
 * 0 ends it.  All ones: not to be told that way. */
void
cip_symbols_request(struct cip_msg *m, struct ev *e)
{
	unsigned count = rd_le16(&m->body), i;
	uint32_t ids = 0;

	ev_array(e, CIPF_ATTRIBUTES);
	for (i = 0; i < count && rd_has(&m->body, 2); i++) {
		unsigned id = rd_le16(&m->body);

		if (i < CIP_ELEMENTS_MAX) {
			ev_uint(e, EVF_ELEM, id);
		}
		if (i < NIBBLE_IDS && id != 0 && id < 15) {
			ids |= (uint32_t)id << 4 * i;
		} else {
			ids = UINT32_MAX;
		}
	}
	ev_end(e);
	if (i != count) {
		cip_bad(m, CIP_BAD_COUNT, cip_at(m));
		ids = UINT32_MAX;
	}
	m->wait.extra = (uint16_t)ids;
	m->wait.more = (uint16_t)(ids >> 16);
}

/*
 * [L] "Symbol type attribute": a structure's template, or an atomic type, in
 * the low bits; bit 12: the system's own, 13 and 14: dimensions.
 */
void
cip_tell_symbol_type(struct ev *e, unsigned type)
{
	const char *name = cip_type_name(type & 0xff);

	if (type & 0x8000) {
		ev_name(e, CIPF_TYPE, "STRUCT");
		ev_uint(e, CIPF_TEMPLATE, type & 0x0fff);
	} else if (name != NULL) {
		ev_name(e, CIPF_TYPE, name);
		if ((type & 0xff) == 0xc1) {
			ev_uint(e, CIPF_BIT, type >> 8 & 7);
		}
	} else {
		ev_hexnum(e, CIPF_TYPE, type & 0x0fff, 2);
	}
	if (type & 0x1000) {
		ev_bool(e, CIPF_SYSTEM, true);
	}
}

static void
tell_dimensions(struct ev *e, struct rd r)
{
	uint32_t d[3];
	int n = 0;

	for (int i = 0; i < 3; i++) {
		d[i] = rd_le32(&r);
		n = d[i] != 0 ? i + 1 : n;
	}
	if (n == 0) {
		return; /* no array */
	}
	ev_array(e, CIPF_DIMENSIONS);
	for (int i = 0; i < n; i++) {
		ev_uint(e, EVF_ELEM, d[i]);
	}
	ev_end(e);
}

/* One value of a symbol; what has no name of its own here is left out. */
static void
tell_of_symbol(struct ev *e, unsigned id, const struct cip_value *v)
{
	struct rd r = v->bytes, text;
	size_t n;

	switch (id) {
	case 1:
		text = cip_text_of(v);
		n = rd_left(&text);
		ev_bytes(e, EVF_NAME, EV_T_LATIN1, rd_bytes(&text, n), n);
		break;
	case 2: cip_tell_symbol_type(e, rd_le16(&r)); break;
	case 7: ev_uint(e, CIPF_SIZE, rd_le16(&r)); break;
	case 8: tell_dimensions(e, r); break;
	case 10: ev_uint(e, CIPF_ACCESS, rd_u8(&r)); break;
	default: break;
	}
}

/* False where the reply ends within it. */
static bool
symbol(struct cip_msg *m, struct ev *e, uint32_t ids, bool told)
{
	struct rd r = m->body;
	uint32_t instance = rd_le32(&r);

	for (; ids != 0; ids >>= 4) {
		struct cip_value v;

		if (!cip_take_value(CIP_SYMBOL, ids & 15, &r, &v)) {
			return false;
		}
		if (told) {
			tell_of_symbol(e, ids & 15, &v);
		}
	}
	if (told) {
		ev_uint(e, CIPF_OF_INSTANCE, instance);
	}
	m->body = r;
	return rd_ok(&r);
}

void
cip_symbols_reply(struct cip_msg *m, struct ev *e)
{
	uint32_t ids = m->wait.extra | (uint32_t)m->wait.more << 16;
	unsigned n = 0;

	if (!m->paired || ids == 0 || ids == UINT32_MAX) {
		return;
	}
	ev_array(e, CIPF_SYMBOLS);
	while (rd_left(&m->body) > 0) {
		bool told = n++ < CIP_SYMBOLS_MAX, good;

		if (told) {
			ev_object(e, EVF_ELEM);
		}
		good = symbol(m, e, ids, told);
		if (told) {
			ev_end(e);
		}
		if (!good) {
			cip_bad(m, CIP_BAD_COUNT, cip_at(m));
			break;
		}
	}
	ev_end(e);
	ev_uint(e, CIPF_COUNT, n);
}
