/*
 * cip: one message router request or reply ([1] 2-4), from its bytes to its
 * events.
 *
 *	request  service | path size, words | path | data
 *	reply    service + 80 | 0 | general status | size | additional | data
 *
 * Messages come from a carrier through sv->inner(), with a struct cip_call;
 * the reader holds one message.  A message gives one operation, then what
 * follows from it, then at most one malformed: its first violation; then, as
 * messages of their own, those that are inside.
 *
 * A reply does not say what it answers: class, instance, attribute and symbol
 * of it are its request's, told when that was seen.
 */
#include "dissectors/cip/cip.h"

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[CIPF_##id - EV_PROTO_BASE] = {(name), (role), (section)}
    F(SERVICE, "service", EV_R_KEY, "1 2-4"),
    F(EPATH, "epath", EV_R_NONE, "1 C-1"),
    F(CLASS_ID, "class_id", EV_R_KEY, "1 C-1.4.2"),
    F(INSTANCE, "instance", EV_R_KEY, "1 C-1.4.2"),
    F(ATTRIBUTE, "attribute", EV_R_KEY, "1 C-1.4.2"),
    F(ATTRIBUTES, "attributes", EV_R_NONE, "1 A-4.3"),
    F(MEMBER, "member", EV_R_NONE, "1 C-1.4.2"),
    F(POINT, "connection_point", EV_R_NONE, "1 C-1.4.2"),
    F(SYMBOL, "symbol", EV_R_NAME, "1 C-1.4.4"),
    F(STATUS, "cip_status", EV_R_KEY, "1 B-1"),
    F(EXT_STATUS, "ext_status", EV_R_NONE, "1 B-1"),
    F(EXT_NAME, "ext_name", EV_R_NONE, "1 3-5.6"),
    F(PATH, "path", EV_R_KEY, "1 C-1.4.1"),
    F(CONN, "conn", EV_R_NONE, "1 3-3.7"),
    F(SEQ, "seq", EV_R_NONE, "1 3-4.6"),
    F(TYPE, "type", EV_R_NONE, "1 C-6"),
    F(COUNT, "count", EV_R_NONE, "L"),
    F(OFFSET, "offset", EV_R_NONE, "L"),
    F(VALUES, "values", EV_R_VALUES, "1 C-6"),
    F(STATUSES, "statuses", EV_R_NONE, "1 A-4.3"),
    F(RESET_TYPE, "reset_type", EV_R_KEY, "1 5-2"),
    F(AND, "and", EV_R_NONE, "L"),
    F(OR, "or", EV_R_NONE, "L"),
    F(SERVICES, "services", EV_R_NONE, "1 A-4.10"),
    F(TIMEOUT_MS, "timeout_ms", EV_R_NONE, "1 3-5.5.1.3"),
    F(OPEN, "open", EV_R_NONE, "1 3-5.5.2"),
    F(OT, "ot", EV_R_NONE, "1 3-5.5.2"),
    F(TO, "to", EV_R_NONE, "1 3-5.5.2"),
    F(RPI, "rpi", EV_R_NONE, "1 3-5.5.1.2"),
    F(RPI_TO, "rpi_to", EV_R_NONE, "1 3-5.5.1.2"),
    F(SIZE, "size", EV_R_NONE, "1 3-5.5.1.1"),
    F(SIZE_TO, "size_to", EV_R_NONE, "1 3-5.5.1.1"),
    F(CLASS, "class", EV_R_NONE, "1 3-4.4.3"),
    F(SERIAL, "serial", EV_R_NONE, "1 3-5.5.1.5"),
    F(ORIG_VENDOR, "orig_vendor", EV_R_NONE, "1 3-5.5.1.6"),
    F(ORIG_SERIAL, "orig_serial", EV_R_NONE, "1 3-5.5.1.7"),
    F(KEY, "key", EV_R_NONE, "1 C-1.4.2.5"),
    F(VENDOR, "vendor", EV_R_NONE, "1 C-1.4.2.5"),
    F(DEVICE_TYPE, "device_type", EV_R_NONE, "1 C-1.4.2.5"),
    F(PRODUCT_CODE, "product_code", EV_R_NONE, "1 C-1.4.2.5"),
    F(REVISION, "revision", EV_R_NONE, "1 C-1.4.2.5"),
    F(MULTIPLIER, "multiplier", EV_R_NONE, "1 3-5.5.1.4"),
    F(TRIGGER, "trigger", EV_R_NONE, "1 3-4.4.3"),
    F(CONN_PATH, "connection_path", EV_R_NONE, "1 3-5.5.1.10"),
    F(ATTRIBUTE_VALUES, "attribute_values", EV_R_NONE, "1 A-4"),
    F(OF_ATTRIBUTE, "attribute", EV_R_NONE, "1 A-4"),
    F(OF_STATUS, "cip_status", EV_R_NONE, "1 A-4.3"),
    F(IP, "ip", EV_R_NONE, "2 5-4.3.2.5"),
    F(NETMASK, "netmask", EV_R_NONE, "2 5-4.3.2.5"),
    F(GATEWAY, "gateway", EV_R_NONE, "2 5-4.3.2.5"),
    F(DNS, "name_server", EV_R_NONE, "2 5-4.3.2.5"),
    F(DNS_2, "name_server_2", EV_R_NONE, "2 5-4.3.2.5"),
    F(DOMAIN, "domain", EV_R_NONE, "2 5-4.3.2.5"),
    F(SYMBOLS, "symbols", EV_R_NONE, "L"),
    F(OF_INSTANCE, "instance", EV_R_NONE, "L"),
    F(INSTANCES, "instances", EV_R_NONE, "L"),
    F(TEMPLATE, "template", EV_R_NONE, "L"),
    F(MEMBERS, "members", EV_R_NONE, "L"),
    F(HANDLE, "handle", EV_R_NONE, "L"),
    F(BIT, "bit", EV_R_NONE, "L"),
    F(SYSTEM, "system", EV_R_NONE, "L"),
    F(DIMENSIONS, "dimensions", EV_R_NONE, "L"),
    F(ACCESS, "external_access", EV_R_NONE, "L"),
    F(SAFETY, "safety", EV_R_NONE, "5"),
    F(FORMAT, "format", EV_R_NONE, "5"),
    F(SCCRC, "sccrc", EV_R_NONE, "5"),
    F(SCTS, "scts", EV_R_NONE, "5"),
    F(TUNID, "tunid", EV_R_NONE, "5"),
    F(OUNID, "ounid", EV_R_NONE, "5"),
    F(STRUCTURE, "structure", EV_R_NONE, "L"),
    F(POINTS, "points", EV_R_NONE, "L"),
    F(WITHHELD, "data_withheld", EV_R_NONE, "5 5-4"),
    F(DATA, "data", EV_R_NONE, "1 2-4"),
#undef F
};

static const struct ev_proto proto = {
    .name = "cip",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == CIPF_END - EV_PROTO_BASE,
    "a field has no name");

uint64_t
cip_mix_bytes(uint64_t key, const void *bytes, size_t n)
{
	struct rd r = rd_make(bytes, n);

	while (rd_left(&r) >= 8) {
		key = cip_mix(key, rd_le64(&r));
	}
	while (rd_left(&r) > 0) {
		key = cip_mix(key, rd_u8(&r));
	}
	return cip_mix(key, n);
}

/* --- what waits with a request -------------------------------------------- */

/* Texts that do not fit are shared by all requests with the same ones. */
struct far_text {
	uint8_t len;
	char text[CIP_SYMBOL_MAX];
};

_Static_assert(sizeof(struct far_text) <= 192, "more than is shared");
_Static_assert(CIP_ROUTE_MAX <= CIP_SYMBOL_MAX, "a route must fit");

/* Returns its key. */
static uint64_t
put_far(struct cip_msg *m, const char *text, size_t n)
{
	uint64_t hash = cip_mix_bytes(n, text, n);
	struct far_text *far;
	uint8_t key[9] = {'T'};

	if (n == 0) {
		return 0;
	}
	memcpy(key + 1, &hash, sizeof(hash));
	far = m->ctx->sv->shared(m->ctx, key, sizeof(key), sizeof(*far), true);
	if (far != NULL) {
		far->len = (uint8_t)n;
		memcpy(far->text, text, n);
	}
	return hash;
}

static struct rd
get_far(struct cip_msg *m, uint64_t hash)
{
	const struct far_text *far;
	uint8_t key[9] = {'T'};

	if (hash == 0) {
		return rd_make(NULL, 0);
	}
	memcpy(key + 1, &hash, sizeof(hash));
	far = m->ctx->sv->shared(m->ctx, key, sizeof(key), sizeof(*far), false);
	return far != NULL ? rd_make((const uint8_t *)far->text, far->len)
			   : rd_make(NULL, 0);
}

static void
keep_texts(struct cip_msg *m)
{
	const struct cip_call *call = m->call;
	const struct cip_path *p = &m->path;
	struct cip_wait *w = &m->wait;
	uint64_t hash[2];

	w->route_len = call->route_len;
	w->symbol_len = p->symbol_len;
	if ((size_t)call->route_len + p->symbol_len <= CIP_WAIT_TEXT) {
		memcpy(w->text, call->route, call->route_len);
		memcpy(w->text + call->route_len, p->symbol, p->symbol_len);
		return;
	}
	w->flags |= CIP_WAIT_FAR;
	hash[0] = put_far(m, call->route, call->route_len);
	hash[1] = put_far(m, p->symbol, p->symbol_len);
	memcpy(w->text, hash, sizeof(hash));
}

static void
recall_texts(struct cip_msg *m)
{
	const struct cip_wait *w = &m->wait;
	const uint8_t *text = (const uint8_t *)w->text;
	struct rd route = rd_make(text, w->route_len);
	struct rd symbol = rd_make(text + w->route_len, w->symbol_len);
	uint64_t hash[2];

	if (w->flags & CIP_WAIT_FAR) {
		memcpy(hash, w->text, sizeof(hash));
		route = get_far(m, hash[0]);
		symbol = get_far(m, hash[1]);
	}
	m->path.symbol_len = (uint8_t)rd_left(&symbol);
	rd_copy(&symbol, m->path.symbol, rd_left(&symbol));
	if (m->call->route_len == 0) {
		m->call->route_len = (uint8_t)rd_left(&route);
		rd_copy(&route, m->call->route, rd_left(&route));
	}
}

static void
wait_for_reply(struct cip_msg *m)
{
	const struct cip_path *p = &m->path;
	struct cip_wait *w = &m->wait;

	/* What it holds waits in its place (wrapped.c). */
	if (m->service == CIP_UNCONNECTED_SEND && cip_is_on(m, CIP_MANAGER)) {
		return;
	}
	w->service = m->service;
	w->flags |= (uint8_t)((p->has_class ? CIP_WAIT_CLASS : 0) |
			      (p->has_instance ? CIP_WAIT_INSTANCE : 0) |
			      (p->has_attribute ? CIP_WAIT_ATTRIBUTE : 0) |
			      (p->symbolic ? CIP_WAIT_SYMBOL : 0) |
			      (m->call->routed ? CIP_WAIT_ROUTED : 0));
	w->class_id = p->class_id;
	w->instance = p->instance;
	if (p->has_attribute) {
		w->attribute = (uint16_t)p->attribute;
	}
	w->outer_class = (uint16_t)p->outer_class;
	keep_texts(m);
	(void)m->ctx->sv->put(m->ctx, m->call->key, w, sizeof(*w));
}

/*
 * A reply alone says nothing about its class; but a requestor's id of seven
 * bytes and a PCCC reply behind it are beyond doubt.
 */
static void
guess_request(struct cip_msg *m)
{
	struct rd r = m->body;
	uint8_t n = rd_u8(&r), cmd;

	rd_skip(&r, 6);
	cmd = rd_u8(&r);
	if (m->service == CIP_EXEC_PCCC && m->status == 0 && rd_has(&r, 3) &&
	    n == 7 && (cmd & 0xf0) == 0x40) {
		m->path.has_class = true;
		m->path.class_id = CIP_PCCC;
	}
}

static void
find_request(struct cip_msg *m)
{
	struct cip_wait *w = &m->wait;
	struct cip_path *p = &m->path;

	m->paired =
	    m->ctx->sv->take(m->ctx, m->call->key, w, sizeof(*w), &m->pair);
	if (!m->paired) {
		guess_request(m);
		return;
	}
	recall_texts(m);
	if (w->service != m->service) {
		/* The Unconnected Send itself has failed on its way. */
		if (w->flags & CIP_WAIT_ROUTED &&
		    m->service == CIP_UNCONNECTED_SEND) {
			p->has_class = true;
			p->class_id = CIP_MANAGER;
			p->symbol_len = 0;
			return;
		}
		/* Some other request's reply: keys are not unique. */
		m->paired = false;
		return;
	}
	p->has_class = w->flags & CIP_WAIT_CLASS;
	p->has_instance = w->flags & CIP_WAIT_INSTANCE;
	p->has_attribute = w->flags & CIP_WAIT_ATTRIBUTE;
	p->symbolic = w->flags & CIP_WAIT_SYMBOL;
	p->class_id = w->class_id;
	p->outer_class = w->outer_class;
	p->instance = w->instance;
	p->attribute = w->attribute;
	dis_confirm(m->ctx);
}

/* --- reading the head ----------------------------------------------------- */

static void
read_request(struct cip_msg *m)
{
	size_t words = rd_u8(&m->body);

	if (m->cut && rd_left(&m->body) < 2 * words) {
		m->path_bytes = rd_rest(&m->body);
	} else if (rd_left(&m->body) < 2 * words) {
		cip_bad(m, CIP_BAD_PATHSIZE, 1);
		m->path_bytes = rd_rest(&m->body);
	} else {
		m->path_bytes = rd_sub(&m->body, 2 * words);
	}
	cip_path_read(m->path_bytes, &m->path);
	if (m->path.bad) {
		cip_bad(m, CIP_BAD_PATH, 2 + m->path.bad_at);
	}
	if (m->service == 0) {
		cip_bad(m, CIP_BAD_SERVICE, 0);
	}
}

static void
read_reply(struct cip_msg *m, struct rd *ret_ext)
{
	size_t words;

	rd_skip(&m->body, 1);
	m->status = rd_u8(&m->body);
	m->has_status = rd_ok(&m->body);
	words = rd_u8(&m->body);
	*ret_ext = rd_make(NULL, 0);
	if (words == 0) {
		return;
	}
	if (rd_left(&m->body) < 2 * words) {
		cip_bad(m, CIP_BAD_SHORT, m->len);
		*ret_ext = rd_rest(&m->body);
	} else {
		*ret_ext = rd_sub(&m->body, 2 * words);
	}
	if (rd_has(ret_ext, 2)) {
		struct rd r = *ret_ext;

		m->ext = rd_le16(&r);
	}
}

/* --- telling -------------------------------------------------------------- */

static void
set_route(struct ev_end *e, const struct cip_call *call)
{
	if (call->route_len == 0) {
		return;
	}
	e->sub.kind = EV_SUB_PATH;
	e->sub.len = call->route_len;
	memcpy(e->sub.path, call->route, call->route_len);
}

static void
set_ends(struct cip_msg *m)
{
	m->ctx->src->sub.kind = m->ctx->dst->sub.kind = EV_SUB_NONE;
	set_route(m->request ? m->ctx->dst : m->ctx->src, m->call);
}

void
cip_target(const struct cip_msg *m, struct ev_end *ret)
{
	*ret = m->request ? *m->ctx->dst : *m->ctx->src;
	if (m->call->route_len != 0) {
		cip_route_end(ret, m->call->route, m->call->route_len);
	}
}

static void
tell_target(const struct cip_msg *m, struct ev *e)
{
	const struct cip_path *p = &m->path;

	if (m->request) {
		cip_path_tell(e, CIPF_EPATH, m->path_bytes);
	}
	if (p->has_class) {
		ev_uint(e, CIPF_CLASS_ID, p->class_id);
	}
	if (p->has_instance) {
		ev_uint(e, CIPF_INSTANCE, p->instance);
	}
	if (p->has_attribute) {
		ev_uint(e, CIPF_ATTRIBUTE, p->attribute);
	}
	if (p->has_member) {
		ev_uint(e, CIPF_MEMBER, p->member);
	}
	if (p->has_point) {
		ev_uint(e, CIPF_POINT, p->point);
	}
	if (p->symbolic && p->symbol_len != 0) {
		ev_bytes(e, CIPF_SYMBOL, EV_T_TEXT, p->symbol, p->symbol_len);
	}
}

static void
tell_status(const struct cip_msg *m, struct ev *e, struct rd ext)
{
	ev_uint(e, CIPF_STATUS, m->status);
	if (rd_left(&ext) == 0) {
		return;
	}
	ev_array(e, CIPF_EXT_STATUS);
	while (rd_has(&ext, 2)) {
		ev_uint(e, EVF_ELEM, rd_le16(&ext));
	}
	ev_end(e);
	if (m->status == 1 && cip_ext_name(m->ext) != NULL) {
		ev_name(e, CIPF_EXT_NAME, cip_ext_name(m->ext));
	}
}

static void
read_body(struct cip_msg *m, struct ev *e)
{
	cip_body(m, e);
	if (!rd_ok(&m->body)) {
		cip_bad(m, CIP_BAD_SHORT, m->len);
	}
}

static void
tell(struct cip_msg *m, struct rd ext)
{
	const struct cip_call *call = m->call;
	struct ev *e;

	if (cip_is_brief(m) && !m->cut &&
	    dis_answered(m->ctx, PROTO_CIP, &m->pair)) {
		read_body(m, m->ctx->ev);
		return;
	}
	e = dis_operation(
	    m->ctx, PROTO_CIP, cip_dir(m), m->op, m->service, m->cls);
	if (m->paired) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	if (m->has_status) {
		e->status = cip_status_name(m->status);
	}
	ev_uint(e, CIPF_SERVICE, m->service);
	tell_target(m, e);
	if (m->has_status) {
		tell_status(m, e, ext);
	}
	if (call->route_len != 0) {
		ev_bytes(e, CIPF_PATH, EV_T_TEXT, call->route, call->route_len);
	}
	if (call->connected && !cip_is_brief(m)) {
		ev_hexnum(e, CIPF_CONN, call->conn, 4);
		ev_uint(e, CIPF_SEQ, call->seq);
	}
	read_body(m, e);
	if (m->request) {
		wait_for_reply(m);
	}
	dis_emit(m->ctx, e);
}

static enum dis_rc
cip_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct cip_call *call = ctx->state;
	struct rd ext = rd_make(NULL, 0);
	struct cip_room room;
	struct cip_msg m;
	uint8_t first;

	memset(&m, 0, offsetof(struct cip_msg, path));
	memset(&m.path, 0, offsetof(struct cip_path, route));
	memset(&m.wait, 0, sizeof(m.wait));
	m.ctx = ctx;
	m.call = call;
	m.room = &room;
	room.n = 0;
	m.cut = call->cut;
	m.start = in->p;
	m.len = rd_left(in);
	m.body = rd_rest(in);
	m.path_bytes = rd_make(NULL, 0);
	first = rd_u8(&m.body);
	m.service = first & (uint8_t)~CIP_RESPONSE;
	m.request = (first & CIP_RESPONSE) == 0;
	if (m.request) {
		read_request(&m);
	} else {
		read_reply(&m, &ext);
		find_request(&m);
	}
	if (!rd_ok(&m.body)) {
		cip_bad(&m, CIP_BAD_SHORT, m.len);
	}
	set_ends(&m);
	cip_name(&m);
	m.rest = m.body;
	tell(&m, ext);
	if (!m.cut) {
		cip_more(&m);
	}
	if (m.bad != NULL) {
		dis_malformed(ctx, PROTO_CIP, cip_dir(&m), m.bad, m.bad_at);
	}
	if (!m.cut) {
		cip_unwrap(&m);
	}
	return m.bad != NULL ? DIS_BAD : DIS_OK;
}

const struct dissector dissector_cip = {
    .name = "cip",
    .proto = PROTO_CIP,
    .parse = cip_parse,
    .fields = &proto,
};
