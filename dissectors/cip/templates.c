/*
 * templates: what a controller says about its structures ([L]), and the layouts
 * that are kept of it (layouts.c).
 *
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

void
cip_keep_template(struct cip_msg *m)
{
	struct cip_layout said = {0};
	struct cip_walk w;
	struct cip_value v;

	cip_walk_start(&w, m, m->rest);
	while (cip_walk_next(&w, &v)) {
		switch (rd_left(&v.bytes) != 0 ? v.id : 0) {
		case 1:
			said.handle = rd_le16(&v.bytes);
			said.has_handle = true;
			break;
		case 2: said.members = rd_le16(&v.bytes); break;
		case 4: said.words = rd_le32(&v.bytes); break;
		case 5: said.size = rd_le32(&v.bytes); break;
		default: break;
		}
	}
	if (said.members != 0 && said.words != 0) {
		cip_layout_said(m, &said);
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

struct rd
cip_take_until(struct rd *r, uint8_t end)
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
	name = cip_take_until(&whole, 0);
	name = cip_take_until(&name, ';');
	ev_object(e, CIPF_TEMPLATE);
	tell_text(e, EVF_NAME, name);
	ev_uint(e, CIPF_COUNT, members);
	ev_array(e, CIPF_MEMBERS);
	for (unsigned i = 0; i < members && i < CIP_SYMBOLS_MAX; i++) {
		tell_member(e, &list, cip_take_until(&whole, 0));
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
	const struct cip_layout *t = cip_layout_at(m);
	struct rd piece = m->body, whole;
	uint8_t key[CIP_LAYOUT_KEY];
	bool last;

	if (!m->paired || !cip_is_ok(m) || rd_left(&piece) == 0) {
		return;
	}
	ev_uint(e, CIPF_OFFSET, offset);
	if (t == NULL || offset > DIS_NEED_MAX) {
		return;
	}
	last = m->status == 0 &&
	       (uint64_t)offset + rd_left(&piece) + 23 >= 4ull * t->words;
	whole = piece;
	if (offset != 0 || !last) {
		cip_layout_key(m, 'Z', m->path.instance, key);
		if (m->ctx->sv->reassemble(m->ctx, key, sizeof(key), offset,
			piece, last, &whole) != DIS_OK) {
			return;
		}
	}
	if (tell_template(e, whole, t->members)) {
		cip_layout_keep(m, whole);
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
