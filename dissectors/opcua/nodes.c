/*
 * nodes: what is read, written, called and subscribed ([2] 5.8 to 5.13).
 *
 *	Read     age | times | { node, attribute, range, encoding }
 *	Write    { node, attribute, range, value }
 *	Call     { object, method, { argument } }
 *
 * An answer does not repeat the nodes; as many as fit wait for it with the
 * request.  The nodes that every server has say what product it is ([3] 6.3.2
 * and 12.4); of others the simple values are told.  Arguments of methods are
 * not told: some are passwords.
 */
#include <string.h>

#include "dissectors/opcua/opcua.h"
#include "dissectors/names.h"

/* [1] A.1, attribute ids. */
#define ATTRIBUTE_VALUE 13

/* Nodes of every server, and encodings of their types. */
enum {
	SERVER_STATUS = 2256,
	SERVER_STATE = 2259,
	BUILD_INFO = 2260,
	PRODUCT_NAME = 2261,
	MANUFACTURER = 2263,
	SOFTWARE_VERSION = 2264,
	BUILD_INFO_BODY = 340,
	SERVER_STATUS_BODY = 864,
};

/* Of a node that waits: a length, then its text; or this, and its number in
 * namespace 0. */
#define KEPT_NUMBER 0xff

struct kept {
	size_t at;
	unsigned n;
};

/* --- texts ----------------------------------------------------------------- */

/* In the message's own store; empty where that is full. */
static struct rd
node_text(struct ua_msg *m, const struct ua_node *node)
{
	char *to = m->text + m->text_n;
	size_t n;

	if (sizeof(m->text) - m->text_n < UA_NODE_MAX) {
		return rd_make(to, 0);
	}
	n = ua_node_text(node, to);
	m->text_n += n;
	return rd_make(to, n);
}

/* What the operation is about, as a list. */
static void
about(struct ua_msg *m, struct rd text)
{
	size_t room = sizeof(m->about) - m->about_n, n = rd_left(&text);

	if (n == 0 || n + 2 > room) {
		return;
	}
	if (m->about_n > 0) {
		memcpy(m->about + m->about_n, ", ", 2);
		m->about_n += 2;
	}
	memcpy(m->about + m->about_n, text.p, n);
	m->about_n += n;
}

static void
put_node(struct ua_msg *m, struct ev *e, const struct ua_node *node)
{
	struct rd text = node_text(m, node);

	ua_text_field(e, UAF_NODE, text);
	about(m, text);
}

/* --- nodes that wait ------------------------------------------------------- */

static void
keep(struct ua_wait *w, const struct ua_node *node, bool wanted)
{
	uint8_t *to = w->bytes + w->used;
	size_t room = UA_WAIT_BYTES - w->used, n = 0;
	char text[UA_NODE_MAX];

	if (wanted && node->ns == 0 && node->kind == 'i' &&
	    node->number <= UINT16_MAX && room >= 3) {
		to[0] = KEPT_NUMBER;
		to[1] = (uint8_t)(node->number >> 8);
		to[2] = (uint8_t)node->number;
		w->used = (uint8_t)(w->used + 3);
		w->n++;
		return;
	}
	if (wanted) {
		n = ua_node_text(node, text);
	}
	if (n + 1 > room) {
		w->used = UA_WAIT_BYTES; /* nor any behind it */
		return;
	}
	to[0] = (uint8_t)n;
	memcpy(to + 1, text, n);
	w->used = (uint8_t)(w->used + 1 + n);
	w->n++;
}

/* The next node that waited: its text, or its number in namespace 0. */
static struct rd
next_kept(const struct ua_msg *m, struct kept *k, uint32_t *ret_number)
{
	struct rd r = rd_make(m->wait.bytes, m->wait.used);
	uint8_t n;

	*ret_number = 0;
	if (!m->paired || k->n >= m->wait.n) {
		return rd_failed();
	}
	k->n++;
	rd_skip(&r, k->at);
	n = rd_u8(&r);
	if (n == KEPT_NUMBER) {
		*ret_number = rd_be16(&r);
		k->at += 3;
		return rd_failed();
	}
	k->at += 1 + (size_t)n;
	return rd_sub(&r, n);
}

/* --- lists in requests ----------------------------------------------------- */

/* ReadValueId: node, attribute, range, encoding. */
static uint32_t
read_id(struct ua_msg *m, struct rd *r, struct ua_node *ret)
{
	uint32_t attribute;

	ua_node(m, r, ret);
	attribute = rd_le32(r);
	(void)ua_string(m, r);
	rd_skip(r, 2);
	(void)ua_string(m, r);
	return attribute;
}

static uint32_t
write_id(struct ua_msg *m, struct rd *r, struct ua_node *ret,
    struct ua_data *ret_data)
{
	uint32_t attribute;

	ua_node(m, r, ret);
	attribute = rd_le32(r);
	(void)ua_string(m, r);
	ua_data(m, r, ret_data);
	return attribute;
}

/* An item to be monitored: what, mode, handle, interval, filter, queue. */
static uint32_t
item_id(struct ua_msg *m, struct rd *r, struct ua_node *ret)
{
	uint32_t attribute = read_id(m, r, ret);
	struct ua_object filter;

	rd_skip(r, 16);
	ua_object(m, r, &filter);
	rd_skip(r, 5);
	return attribute;
}

static void
call_id(struct ua_msg *m, struct rd *r, struct ua_node *ret,
    struct ua_node *ret_method)
{
	struct ua_value argument;

	ua_node(m, r, ret);
	ua_node(m, r, ret_method);
	for (uint32_t n = ua_count(m, r); n > 0 && rd_ok(r); n--) {
		ua_variant(m, r, &argument);
	}
}

/* Node, direction, references, subtypes, masks. */
static void
browse_id(struct ua_msg *m, struct rd *r, struct ua_node *ret)
{
	struct ua_node type;

	ua_node(m, r, ret);
	rd_skip(r, 4);
	ua_node(m, r, &type);
	rd_skip(r, 9);
}

/* What stands before the list. */
static void
skip_head(struct ua_msg *m, struct rd *r)
{
	struct ua_node view;

	switch (m->service) {
	case UA_READ: rd_skip(r, 12); break;
	case UA_CREATE_ITEMS: rd_skip(r, 8); break;
	case UA_BROWSE:
		ua_node(m, r, &view);
		rd_skip(r, 16);
		break;
	default: break;
	}
}

static void
put_value(struct ev *e, const struct ua_value *v)
{
	ev_name(e, UAF_TYPE, ua_type_name(v->type));
	if (v->array) {
		ev_uint(e, UAF_COUNT, v->count);
	}
	(void)ua_tell_value(e, UAF_VALUE, v);
}

/* One entry of a request's list; nothing where e is NULL. */
static void
tell_entry(struct ua_msg *m, struct ev *e, struct rd *r)
{
	struct ua_data data = {0};
	struct ua_node node, method = {0};
	uint32_t attribute = ATTRIBUTE_VALUE;

	switch (m->service) {
	case UA_READ: attribute = read_id(m, r, &node); break;
	case UA_WRITE: attribute = write_id(m, r, &node, &data); break;
	case UA_CREATE_ITEMS: attribute = item_id(m, r, &node); break;
	case UA_CALL: call_id(m, r, &node, &method); break;
	default: browse_id(m, r, &node); break;
	}
	if (e == NULL || !rd_ok(r)) {
		return;
	}
	ev_object(e, EVF_ELEM);
	put_node(m, e, &node);
	if (method.kind != 0) {
		struct rd text = node_text(m, &method);

		ua_text_field(e, UAF_METHOD, text);
		about(m, text);
	}
	if (attribute != ATTRIBUTE_VALUE) {
		ev_uint(e, UAF_ATTRIBUTE, attribute);
	}
	if (data.has_value) {
		put_value(e, &data.value);
	}
	ev_end(e);
}

static void
tell_request(struct ua_msg *m, struct ev *e, struct rd *r)
{
	struct rd head = *r;
	uint32_t n;

	skip_head(m, r);
	if (m->service == UA_CREATE_ITEMS) {
		ev_uint(e, UAF_SUBSCRIPTION, rd_le32(&head));
	}
	n = ua_count(m, r);
	ev_uint(e, UAF_COUNT, n);
	ev_array(e, UAF_NODES);
	for (uint32_t i = 0; i < n && rd_ok(r); i++) {
		tell_entry(m, i < UA_TOLD_MAX ? e : NULL, r);
	}
	ev_end(e);
}

/* --- lists in answers ------------------------------------------------------ */

/* The first thing that went wrong is what the answer says. */
static void
note_result(struct ua_msg *m, struct ev *e, uint32_t status)
{
	if (ua_is_bad(status) && m->result == 0 && e->status != NULL &&
	    strcmp(e->status, "ok") == 0) {
		e->status = ua_status_name(status);
	}
}

static void
tell_read(struct ua_msg *m, struct ev *e, struct rd *r)
{
	uint32_t n = ua_count(m, r), number;
	struct kept k = {0};
	struct ua_node node = {.kind = 'i'};
	struct ua_data data;

	ev_uint(e, UAF_COUNT, n);
	ev_array(e, UAF_NODES);
	for (uint32_t i = 0; i < n && rd_ok(r); i++) {
		struct rd text = next_kept(m, &k, &number);

		ua_data(m, r, &data);
		note_result(m, e, data.status);
		if (i >= UA_TOLD_MAX || !rd_ok(r)) {
			continue;
		}
		node.number = number;
		ev_object(e, EVF_ELEM);
		ua_text_field(
		    e, UAF_NODE, number != 0 ? node_text(m, &node) : text);
		if (data.has_value) {
			put_value(e, &data.value);
		}
		if (data.status != 0) {
			ev_name(e, UAF_RESULT, ua_status_name(data.status));
		}
		ev_end(e);
	}
	ev_end(e);
}

static void
tell_results(struct ua_msg *m, struct ev *e, struct rd *r)
{
	uint32_t n = ua_count(m, r), inputs, status;
	struct ua_value value;

	ev_array(e, UAF_RESULTS);
	for (uint32_t i = 0; i < n && rd_ok(r); i++) {
		status = rd_le32(r);
		if (m->service == UA_CALL) {
			inputs = ua_count(m, r);
			rd_skip(r, 4 * (size_t)inputs);
			for (inputs = ua_count(m, r); inputs > 0 && rd_ok(r);
			     inputs--) {
				ua_diagnostic(m, r);
			}
			for (inputs = ua_count(m, r); inputs > 0 && rd_ok(r);
			     inputs--) {
				ua_variant(m, r, &value);
			}
		}
		note_result(m, e, status);
		if (i < UA_TOLD_MAX && rd_ok(r)) {
			ev_name(e, EVF_ELEM, ua_status_name(status));
		}
	}
	ev_end(e);
}

/* Subscription, numbers to be had again, more, number, time, notifications. */
static void
tell_publish(struct ua_msg *m, struct ev *e, struct rd *r)
{
	uint32_t subscription = rd_le32(r), n = ua_count(m, r);

	rd_skip(r, 4 * (size_t)n);
	rd_skip(r, 13);
	ev_uint(e, UAF_SUBSCRIPTION, subscription);
	ev_uint(e, UAF_COUNT, ua_count(m, r));
}

/* An interval that is none, a float of no use, is none. */
static void
tell_subscription(struct ua_msg *m, struct ev *e, struct rd *r)
{
	struct ua_value interval = {.type = 11, .count = 1};

	if (m->dir == EV_DIR_RESPONSE) {
		ev_uint(e, UAF_SUBSCRIPTION, rd_le32(r));
	}
	interval.first = rd_sub(r, 8);
	(void)ua_tell_value(e, UAF_INTERVAL, &interval);
}

static void
tell_response(struct ua_msg *m, struct ev *e, struct rd *r)
{
	switch (m->service) {
	case UA_READ: tell_read(m, e, r); break;
	case UA_WRITE:
	case UA_CALL: tell_results(m, e, r); break;
	case UA_PUBLISH: tell_publish(m, e, r); break;
	default: break;
	}
}

void
ua_tell_nodes(struct ua_msg *m, struct ev *e, struct rd r)
{
	struct rd at = r;

	switch (m->service) {
	case UA_CREATE_SUBSCRIPTION: tell_subscription(m, e, &r); break;
	case UA_READ:
	case UA_WRITE:
	case UA_CALL:
	case UA_BROWSE:
	case UA_CREATE_ITEMS:
		if (m->dir == EV_DIR_REQUEST) {
			tell_request(m, e, &r);
			break;
		}
		/* FALLTHROUGH */
	default:
		if (m->dir == EV_DIR_RESPONSE) {
			tell_response(m, e, &r);
		}
		break;
	}
	if (!rd_ok(&r)) {
		ua_bad(m, UA_BAD_SHORT, &at);
	}
}

/* --- what follows ---------------------------------------------------------- */

static void
server_state(struct ua_msg *m, uint32_t state)
{
	static const char *const names[] = {"running", "failed",
	    "no_configuration", "suspended", "shutdown", "test",
	    "communication_fault"};
	struct ev *e;

	if (state >= sizeof(names) / sizeof(names[0])) {
		return;
	}
	e = dis_event(m->ctx, EV_STATE, PROTO_OPCUA, m->dir);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_STATE, names[state]);
	ev_name(e, EVF_DETAIL, "opcua_server");
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

/* Product's URI, manufacturer, product, version, build and date. */
static void
build_info(struct ua_msg *m, struct rd r)
{
	struct rd vendor, product, version;

	(void)ua_string(m, &r);
	vendor = ua_string(m, &r);
	product = ua_string(m, &r);
	version = ua_string(m, &r);
	if (rd_ok(&r)) {
		ua_identity(m, m->ctx->src, "vendor", vendor);
		ua_identity(m, m->ctx->src, "model", product);
		ua_identity(m, m->ctx->src, "software", version);
	}
}

static void
structure(struct ua_msg *m, const struct ua_value *v, uint32_t number)
{
	struct rd r = v->first;
	struct ua_object o;
	uint32_t state;

	if (v->array || strcmp(ua_type_name(v->type), "ExtensionObject") != 0) {
		return;
	}
	ua_object(m, &r, &o);
	if (number == BUILD_INFO && o.type.number == BUILD_INFO_BODY) {
		build_info(m, o.body);
	} else if (number == SERVER_STATUS &&
		   o.type.number == SERVER_STATUS_BODY) {
		rd_skip(&o.body, 16); /* when it started, what time it is */
		state = rd_le32(&o.body);
		if (rd_ok(&o.body)) {
			server_state(m, state);
			build_info(m, o.body);
		}
	}
}

static void
text_fact(struct ua_msg *m, const char *key, const struct ua_value *v)
{
	struct rd r = v->first;

	if (!v->array && strcmp(ua_type_name(v->type), "String") == 0) {
		ua_identity(m, m->ctx->src, key, ua_string(m, &r));
	}
}

static void
server_fact(struct ua_msg *m, uint32_t number, const struct ua_value *v)
{
	struct rd r = v->first;

	switch (number) {
	case PRODUCT_NAME: text_fact(m, "model", v); break;
	case MANUFACTURER: text_fact(m, "vendor", v); break;
	case SOFTWARE_VERSION: text_fact(m, "software", v); break;
	case SERVER_STATE:
		if (!v->array && strcmp(ua_type_name(v->type), "Int32") == 0) {
			server_state(m, rd_le32(&r));
		}
		break;
	case BUILD_INFO:
	case SERVER_STATUS: structure(m, v, number); break;
	default: break;
	}
}

static void
tell_point(struct ua_msg *m, struct rd object, const struct ua_data *d,
    const char *source)
{
	struct ev *e = dis_value(m->ctx, PROTO_OPCUA, m->dir);

	ev_bytes(e, EVF_OBJECT, EV_T_TEXT, object.p, rd_left(&object));
	if (!ua_tell_value(e, EVF_VALUE, &d->value)) {
		return;
	}
	if (d->status != 0) {
		ev_name(e, EVF_QUALITY, ua_status_name(d->status));
	}
	ev_name(e, EVF_SOURCE, source);
	dis_tell_value(m->ctx, e);
}

static void
read_facts(struct ua_msg *m, struct rd r)
{
	uint32_t n = ua_count(m, &r), number;
	struct kept k = {0};
	struct ua_data data;

	for (uint32_t i = 0; i < n && rd_ok(&r); i++) {
		struct rd text = next_kept(m, &k, &number);

		ua_data(m, &r, &data);
		if (!rd_ok(&r) || !data.has_value || ua_is_bad(data.status)) {
			continue;
		}
		if (number != 0) {
			server_fact(m, number, &data.value);
		} else if (rd_left(&text) > 0) {
			tell_point(m, text, &data, ev_reported);
		}
	}
}

static void
write_facts(struct ua_msg *m, struct rd r)
{
	uint32_t n = ua_count(m, &r), attribute;
	char text[UA_NODE_MAX];
	struct ua_node node;
	struct ua_data data;
	size_t len;

	for (uint32_t i = 0; i < n && i < UA_TOLD_MAX && rd_ok(&r); i++) {
		attribute = write_id(m, &r, &node, &data);
		if (rd_ok(&r) && attribute == ATTRIBUTE_VALUE &&
		    data.has_value) {
			len = ua_node_text(&node, text);
			tell_point(m, rd_make(text, len), &data, ev_commanded);
		}
	}
}

void
ua_after_nodes(struct ua_msg *m, struct rd r)
{
	if (m->service == UA_READ && m->dir == EV_DIR_RESPONSE &&
	    m->code != UA_FAULT && m->paired) {
		read_facts(m, r);
	} else if (m->service == UA_WRITE && m->dir == EV_DIR_REQUEST) {
		write_facts(m, r);
	}
}

/* Only values are of use to the answer. */
void
ua_keep_nodes(struct ua_msg *m, struct rd r)
{
	struct ua_node node;
	uint32_t n, attribute;

	if (m->service != UA_READ) {
		return;
	}
	skip_head(m, &r);
	n = ua_count(m, &r);
	for (uint32_t i = 0; i < n && rd_ok(&r); i++) {
		attribute = read_id(m, &r, &node);
		if (!rd_ok(&r) || m->wait.used >= UA_WAIT_BYTES) {
			break;
		}
		keep(&m->wait, &node, attribute == ATTRIBUTE_VALUE);
	}
}
