/*
 * services: which one a message is, its header, and its pair.
 *
 *	type (NodeId) | header | parameters
 *
 *	request   token (secret) | time (8) | handle | diagnostics | audit entry
 *	          | timeout | additional
 *	response  time (8) | handle | result | diagnostics | strings | additional
 *
 * [2] 7.32 and 7.33.  An answer has its request's name and class.
 */
#include <string.h>

#include "dissectors/opcua/opcua.h"

static const struct service {
	uint16_t request, response;
	const char *op;
	enum ev_class cls;
} services[] = {
#define SERVICE(request, response, op, cls) \
	{(request), (response), (op), EV_CLASS_##cls},
#include "dissectors/opcua/services.def"
#undef SERVICE
};

static const struct service *
service_of(uint32_t id, bool *ret_answer)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (services[i].request == id || services[i].response == id) {
			*ret_answer = services[i].response == id;
			return &services[i];
		}
	}
	return NULL;
}

static bool
type_of(struct ua_msg *m, struct rd *r, uint32_t *ret)
{
	struct ua_node node;

	ua_node(m, r, &node);
	*ret = node.number;
	return rd_ok(r) && node.kind == 'i' && node.ns == 0;
}

/* By its first octets, so that what is encrypted is not taken for it. */
bool
ua_is_readable(struct rd r)
{
	uint8_t how = rd_u8(&r);
	bool unused;
	uint32_t id;

	if (how == 1) {
		how = rd_u8(&r);
		id = rd_le16(&r);
	} else {
		how = how == 2 && rd_le16(&r) == 0 ? 0 : 1;
		id = rd_le32(&r);
	}
	return rd_ok(&r) && how == 0 &&
	       (id == UA_FAULT || service_of(id, &unused) != NULL);
}

static void
skip_request(struct ua_msg *m, struct rd *r)
{
	struct ua_object additional;
	struct ua_node token;

	ua_node(m, r, &token);
	rd_skip(r, 16);
	(void)ua_string(m, r);
	rd_skip(r, 4);
	ua_object(m, r, &additional);
}

static void
skip_response(struct ua_msg *m, struct rd *r)
{
	struct ua_object additional;

	rd_skip(r, 12);
	m->result = rd_le32(r);
	ua_diagnostic(m, r);
	ua_strings(m, r);
	ua_object(m, r, &additional);
}

/* Which message it is: names it, and reads its header. */
static bool
name_it(struct ua_msg *m, struct rd *r)
{
	const struct service *s;
	bool answer = true;
	uint32_t id;

	if (!type_of(m, r, &id)) {
		return false;
	}
	m->code = id;
	s = service_of(id, &answer);
	if (s == NULL && id != UA_FAULT) {
		return false;
	}
	m->service = s != NULL ? s->request : UA_FAULT;
	m->op = s != NULL ? s->op : "service_fault";
	m->cls = s != NULL ? s->cls : EV_CLASS_OTHER;
	m->dir = answer ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	m->ctx->client = answer ? !m->ctx->side : m->ctx->side;
	m->ctx->client_sure = true;
	if (answer) {
		skip_response(m, r);
	} else {
		skip_request(m, r);
	}
	return true;
}

static uint64_t
key_of(const struct ua_msg *m)
{
	return (uint64_t)m->channel << 32 | m->request;
}

/* A fault is an answer to whatever was asked. */
static void
find_request(struct ua_msg *m)
{
	const struct service *s;
	bool unused;

	m->status = ua_status_name(m->result);
	m->paired = m->ctx->sv->take(
	    m->ctx, key_of(m), &m->wait, sizeof(m->wait), &m->pair);
	if (!m->paired) {
		return;
	}
	s = service_of(m->wait.service, &unused);
	if (m->service == UA_FAULT && s != NULL) {
		m->service = s->request;
		m->op = s->op;
		m->cls = s->cls;
	}
	m->paired = m->wait.service == m->service;
}

static void
tell_unknown(struct ua_msg *m, struct rd body)
{
	struct rd r = body;
	struct ev *e;
	uint32_t id;

	/* Behind a gap it may be the rest of something. */
	if (!m->ctx->after_gap && !type_of(m, &r, &id)) {
		ua_bad(m, UA_BAD_SERVICE, &body);
	}
	m->op = "unknown_service";
	m->cls = EV_CLASS_OTHER;
	e = ua_start(m, m->code);
	ev_uint(e, UAF_REQUEST, m->request);
	ua_finish(m, e);
}

void
ua_service(struct ua_msg *m, struct rd body)
{
	struct rd r = body;
	struct ev *e;

	if (!name_it(m, &r)) {
		tell_unknown(m, body);
		return;
	}
	if (m->dir == EV_DIR_RESPONSE) {
		find_request(m);
	}
	if (!rd_ok(&r)) {
		ua_bad(m, UA_BAD_SHORT, &body);
	}
	if (m->service == UA_PUBLISH && m->paired && m->result == 0 &&
	    m->bad == NULL && dis_answered(m->ctx, PROTO_OPCUA, &m->pair)) {
		return;
	}
	e = ua_start(m, m->code);
	ev_uint(e, UAF_REQUEST, m->request);
	ev_uint(e, UAF_SERVICE, m->service);
	if (m->result != 0) {
		ev_hexnum(e, UAF_ERROR, m->result, 4);
	}
	if (m->code != UA_FAULT) {
		ua_tell_session(m, e, r);
		ua_tell_nodes(m, e, r);
	}
	ua_finish(m, e);
	if (m->cut || m->bad != NULL) {
		return;
	}
	if (m->dir == EV_DIR_REQUEST) {
		m->wait.service = m->service;
		ua_keep_session(m, r);
		ua_keep_nodes(m, r);
		(void)m->ctx->sv->put(
		    m->ctx, key_of(m), &m->wait, sizeof(m->wait));
	}
	ua_after_session(m, r);
	ua_after_nodes(m, r);
}
