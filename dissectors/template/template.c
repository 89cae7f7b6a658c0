/*
 * template: a protocol that does not exist, as short as one can be and with
 * everything that each has.  Copy this folder, rename what is called
 * template, and replace the invented parts; README.md above tells the way.
 *
 * (This comment becomes: the one idea that the file owns, the standard with
 * edition and section, the diagram, and what is deliberately left out.)
 *
 *	 0    1    2    3    4
 *	+----+----+----+----+----+------------+
 *	| 'T'| 'P'| op | id | len| text       |   len bytes of text
 *	+----+----+----+----+----+------------+
 *
 *	op 1  ask a device for its name; the reply (op 81) has it as text
 *	op 2  give a device a name, which is the text; the reply is empty
 *
 * A reply has the request's id.
 */
#include "dissectors/dissector.h"

/* A real protocol has a line in registry.def and its PROTO_ number. */
#define PROTO_TEMPLATE (EV_PROTOS_MAX - 1)

#define HEADER_LEN 5
#define OP_ASK     1
#define OP_NAME    2
#define OP_REPLY   0x80

/* Reasons of malformed events are an interface: rules name them. */
#define BAD_LONG "text_in_reply"

enum field { F_ID = EV_PROTO_BASE, F_TEXT, F_END };

static const struct ev_field_info fields[] = {
    [F_ID - EV_PROTO_BASE] = {"id", EV_R_NONE, "2.1"},
    [F_TEXT - EV_PROTO_BASE] = {"text", EV_R_VALUES, "2.3"},
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == F_END - EV_PROTO_BASE,
    "a field has no name");

static const struct ev_proto proto = {
    .name = "template",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
};

/* What waits with a request for its reply. */
struct wait {
	uint8_t op;
};

/* Length of the message by its header; MORE and NOT_MINE without one. */
static enum dis_rc
find(struct rd r, size_t *ret_len, size_t *ret_need)
{
	uint8_t t = rd_u8(&r), p = rd_u8(&r), len;

	*ret_need = HEADER_LEN;
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (t != 'T' || p != 'P') {
		return DIS_NOT_MINE;
	}
	rd_skip(&r, 2);
	len = rd_u8(&r);
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	*ret_len = *ret_need = HEADER_LEN + (size_t)len;
	return rd_has(&r, len) ? DIS_OK : DIS_MORE;
}

static enum dis_rc
template_probe(struct rd in, const struct dis_probe *pr)
{
	size_t len, need;
	enum dis_rc rc = find(in, &len, &need);

	if (rc == DIS_OK && pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return rc;
}

static const char *
op_name(uint8_t op, enum ev_class *ret_class)
{
	switch (op) {
	case OP_ASK: *ret_class = EV_CLASS_DISCOVERY; return "ask_name";
	case OP_NAME: *ret_class = EV_CLASS_WRITE; return "set_name";
	default: *ret_class = EV_CLASS_OTHER; return "unknown";
	}
}

/* A request waits for its reply; a reply finds its request. */
static bool
pair(struct dis_ctx *ctx, bool reply, uint8_t op, uint8_t id,
    struct dis_pair *ret)
{
	struct wait wait = {.op = op};

	if (!reply) {
		(void)ctx->sv->put(ctx, id, &wait, sizeof(wait));
		return false;
	}
	return ctx->sv->take(ctx, id, &wait, sizeof(wait), ret) &&
	       wait.op == op;
}

/* One whole message, with its reader behind the header's magic. */
static enum dis_rc
tell(struct dis_ctx *ctx, struct rd msg)
{
	uint8_t op = rd_u8(&msg), id = rd_u8(&msg), len = rd_u8(&msg);
	bool reply = op & OP_REPLY, paired, bad;
	enum ev_dir dir = reply ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	const uint8_t *text = rd_bytes(&msg, len);
	struct dis_pair request;
	enum ev_class cls;
	const char *name;
	struct ev *e;

	/* The message itself says who asks. */
	ctx->client = reply ? !ctx->side : ctx->side;
	ctx->client_sure = true;
	op &= (uint8_t)~OP_REPLY;
	bad = reply && op == OP_NAME && len != 0;
	paired = pair(ctx, reply, op, id, &request);
	name = op_name(op, &cls);
	e = dis_operation(ctx, PROTO_TEMPLATE, dir, name, op, cls);
	if (paired) {
		dis_paired(e, &request);
	}
	if (paired && !bad) {
		dis_confirm(ctx);
	}
	e->status = reply ? "ok" : NULL;
	ev_uint(e, F_ID, id);
	if (len != 0) {
		ev_bytes(e, F_TEXT, EV_T_TEXT, text, len);
	}
	dis_emit(ctx, e);
	if (bad) {
		dis_malformed(ctx, PROTO_TEMPLATE, dir, BAD_LONG, HEADER_LEN);
		return DIS_BAD;
	}
	if (reply && op == OP_ASK && len != 0) {
		dis_identity(ctx, PROTO_TEMPLATE, ctx->src, "name", EV_T_TEXT,
		    text, len, name);
	}
	return DIS_OK;
}

static enum dis_rc
template_parse(struct dis_ctx *ctx, struct rd *in)
{
	struct rd msg;
	size_t len;
	enum dis_rc rc = find(*in, &len, &ctx->need);

	if (rc == DIS_NOT_MINE && ctx->confirmed) {
		/* Not moved: the stream layer looks for the next header. */
		dis_malformed(
		    ctx, PROTO_TEMPLATE, EV_DIR_UNKNOWN, "no_header", 0);
		return DIS_BAD;
	}
	if (rc != DIS_OK) {
		return rc;
	}
	msg = rd_sub(in, len);
	rd_skip(&msg, 2);
	return tell(ctx, msg);
}

extern const struct dissector dissector_template;

const struct dissector dissector_template = {
    .name = "template",
    .proto = PROTO_TEMPLATE,
    .hints = {{DIS_TCP, 7777}, {DIS_UDP, 7777}},
    .probe = template_probe,
    .parse = template_parse,
    .fields = &proto,
};
