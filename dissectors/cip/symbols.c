/*
 * symbols: what a controller says about its tags and their structures ([L]).
 *
 *	list of symbols   request  count | attribute ids
 *	                  reply    instance (4) | values in that order | ...
 *	template          request  offset (4) | bytes (2)
 *	                  reply    a piece of: members | names
 *	member            bits or elements (2) | type (2) | offset (4)
 *	names             of the structure, up to a semicolon; 00; of each member
 *	                  with a 00
 *
 * How many members a template has stands in its attributes, which clients read
 * first; they are kept.  Without them a template stays bytes.
 */
#include "dissectors/cip/cip.h"

/* --- the list of symbols -------------------------------------------------- */

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

/* --- templates ------------------------------------------------------------ */

struct template
{
	uint32_t words;
	uint16_t members;
};

#define KEY_LEN 17

static void
template_key(const struct cip_msg *m, char kind, uint8_t ret[KEY_LEN])
{
	const struct ev_end *target = m->request ? m->ctx->dst : m->ctx->src;
	uint64_t hash = cip_mix(m->path.instance, target->port);

	hash = cip_mix_bytes(hash, m->call->route, m->call->route_len);
	ret[0] = (uint8_t)kind;
	memcpy(ret + 1, &hash, sizeof(hash));
	hash = cip_mix_bytes(hash, target->ip.a, target->ipver == 6 ? 16 : 4);
	memcpy(ret + 9, &hash, sizeof(hash));
}

void
cip_keep_template(struct cip_msg *m)
{
	struct template *t;
	struct cip_walk w;
	struct cip_value v;
	uint8_t key[KEY_LEN];
	uint32_t members = 0, words = 0;

	cip_walk_start(&w, m, m->rest);
	while (cip_walk_next(&w, &v)) {
		if (v.id == 2) {
			members = rd_le16(&v.bytes);
		} else if (v.id == 4) {
			words = rd_le32(&v.bytes);
		}
	}
	if (members == 0 || words == 0) {
		return;
	}
	template_key(m, 'Y', key);
	t = m->ctx->sv->shared(m->ctx, key, sizeof(key), sizeof(*t), true);
	if (t != NULL) {
		t->members = (uint16_t)members;
		t->words = words;
	}
}

static void
read_request(struct cip_msg *m, struct ev *e)
{
	uint32_t offset = rd_le32(&m->body);

	ev_uint(e, CIPF_OFFSET, offset);
	ev_uint(e, CIPF_COUNT, rd_le16(&m->body));
	m->wait.extra = (uint16_t)offset;
	m->wait.more = (uint16_t)(offset >> 16);
}

/* Up to the character, which is stepped over. */
static struct rd
take_until(struct rd *r, uint8_t end)
{
	struct rd look = *r, s;
	size_t n = 0;

	while (rd_left(&look) > 0 && rd_u8(&look) != end) {
		n++;
	}
	s = rd_sub(r, n);
	rd_skip(r, rd_left(r) > 0);
	return s;
}

static void
tell_text(struct ev *e, uint16_t id, struct rd s)
{
	size_t n = rd_left(&s);

	if (rd_ok(&s)) {
		ev_bytes(e, id, EV_T_LATIN1, rd_bytes(&s, n), n);
	}
}

static void
tell_member(struct ev *e, struct rd *list, struct rd name)
{
	unsigned info = rd_le16(list), type = rd_le16(list);
	uint32_t offset = rd_le32(list);

	ev_object(e, EVF_ELEM);
	tell_text(e, EVF_NAME, name);
	if (!(type & 0x8000) && (type & 0xff) == 0xc1) {
		ev_name(e, CIPF_TYPE, "BOOL");
		ev_uint(e, CIPF_BIT, info);
	} else {
		cip_tell_symbol_type(e, type);
		if (info != 0) {
			ev_uint(e, CIPF_COUNT, info);
		}
	}
	ev_uint(e, CIPF_OFFSET, offset);
	ev_end(e);
}

/* What its bytes say; all names must be there. */
static bool
tell_template(struct ev *e, struct rd whole, unsigned members)
{
	struct rd list = rd_sub(&whole, 8 * (size_t)members), name;

	if (!rd_ok(&list) || rd_left(&whole) == 0) {
		return false;
	}
	name = take_until(&whole, 0);
	name = take_until(&name, ';');
	ev_object(e, CIPF_TEMPLATE);
	tell_text(e, EVF_NAME, name);
	ev_uint(e, CIPF_COUNT, members);
	ev_array(e, CIPF_MEMBERS);
	for (unsigned i = 0; i < members && i < CIP_SYMBOLS_MAX; i++) {
		tell_member(e, &list, take_until(&whole, 0));
	}
	ev_end(e);
	ev_end(e);
	return true;
}

/*
 * [L] "Read template": of the definition's words 23 bytes are not sent.  A
 * client may ask for it in pieces of its own, so the end is where they are all
 * there.
 */
static void
read_reply(struct cip_msg *m, struct ev *e)
{
	uint32_t offset = m->wait.extra | (uint32_t)m->wait.more << 16;
	const struct template *t;
	struct rd piece = m->body, whole;
	uint8_t key[KEY_LEN];
	bool last;

	if (!m->paired || !cip_is_ok(m) || rd_left(&piece) == 0) {
		return;
	}
	ev_uint(e, CIPF_OFFSET, offset);
	template_key(m, 'Y', key);
	t = m->ctx->sv->shared(m->ctx, key, sizeof(key), sizeof(*t), false);
	if (t == NULL || offset > DIS_NEED_MAX) {
		return;
	}
	last = m->status == 0 &&
	       (uint64_t)offset + rd_left(&piece) + 23 >= 4ull * t->words;
	whole = piece;
	if (offset != 0 || !last) {
		template_key(m, 'Z', key);
		if (m->ctx->sv->reassemble(m->ctx, key, sizeof(key), offset,
			piece, last, &whole) != DIS_OK) {
			return;
		}
	}
	if (tell_template(e, whole, t->members)) {
		(void)rd_rest(&m->body);
	}
}

void
cip_template_body(struct cip_msg *m, struct ev *e)
{
	if (m->request) {
		read_request(m, e);
	} else {
		read_reply(m, e);
	}
}
