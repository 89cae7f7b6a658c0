/*
 * asdu: application service data units ([1] 7.1).
 *
 *	 0      1          2          3            4         6
 *	+------+----------+----------+------------+---------+-------------+
 *	| type | SQ,count | T,P,cause| originator | station | objects     |
 *	+------+----------+----------+------------+---------+-------------+
 *
 * What is activated is a request, its confirmation the answer, its termination
 * and everything in the direction of monitoring a notification, but for what
 * was asked for one by one (C_RD).
 */
#include <string.h>

#include "dissectors/iec104/iec104.h"

#include "dissectors/names.h"

static const struct t104_type types[] = {
#define TYPE(number, name, op, cls, element, time) \
	{(number), T104_##element, (time), (name), (op), EV_CLASS_##cls},
#include "dissectors/iec104/types.def"
#undef TYPE
};

static const struct name causes[] = {
    {0, "not_used"},
    {1, "periodic"},
    {2, "background"},
    {3, "spontaneous"},
    {4, "initialized"},
    {5, "request"},
    {6, "activation"},
    {7, "activation_confirm"},
    {8, "deactivation"},
    {9, "deactivation_confirm"},
    {10, "activation_termination"},
    {11, "return_remote"},
    {12, "return_local"},
    {13, "file_transfer"},
    {14, "authentication"},
    {15, "session_key"},
    {16, "user_key"},
    {44, "unknown_type"},
    {45, "unknown_cause"},
    {46, "unknown_station"},
    {47, "unknown_object"},
};

/* C_RD is asked by this and answered by what the point is. */
#define C_RD   102
#define C_CI   101
#define FREEZE 0xc0 /* of a counter interrogation: with or without reset */

const struct t104_type *
t104_type(uint8_t number)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].number == number) {
			return &types[i];
		}
	}
	return NULL;
}

/* Of the interrogation of the station, and of groups of it. */
static const char *
cause_name(uint8_t cause)
{
	const char *s = NAME_OF(causes, cause);

	if (s != NULL) {
		return s;
	}
	if (cause >= 20 && cause <= 36) {
		return cause == 20 ? "interrogated" : "interrogated_group";
	}
	if (cause >= 37 && cause <= 41) {
		return cause == 37 ? "counters" : "counters_group";
	}
	return "reserved";
}

/* Octets that the objects take; 0: they tell it themselves. */
static size_t
objects_len(const struct t104_type *t, bool sequence, size_t count)
{
	size_t each = t104_element_len(t->element) + t->time;

	if (t->element == T104_SEG) {
		return 0;
	}
	return sequence ? 3 + each * count : (3 + each) * count;
}

bool
t104_is_asdu(struct rd r)
{
	const struct t104_type *t = t104_type(rd_u8(&r));
	uint8_t count = rd_u8(&r), cause = rd_u8(&r) & 0x3f;
	uint16_t station;
	size_t len;

	rd_skip(&r, 1);
	station = rd_le16(&r);
	if (!rd_ok(&r) || t == NULL || (count & 0x7f) == 0 || cause == 0 ||
	    station == 0 || strcmp(cause_name(cause), "reserved") == 0) {
		return false;
	}
	len = objects_len(t, count & 0x80, count & 0x7f);
	return len == 0 || len == rd_left(&r);
}

/* --- who, and what for ----------------------------------------------------- */

static bool
is_command(const struct t104_msg *m)
{
	return m->number >= 45 && m->number != 70 && m->number < 120;
}

/* Activations and what is read; files go either way. */
static void
direct(struct t104_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	bool asks = m->cause == T104_ACT || m->cause == T104_DEACT ||
		    (m->cause == T104_REQUEST && m->number == C_RD);

	if (m->number >= 120) {
		m->dir = ctx->client_sure && ctx->client == ctx->side
			     ? EV_DIR_REQUEST
			     : EV_DIR_NOTIFY;
		return;
	}
	if (is_command(m) && asks) {
		m->dir = EV_DIR_REQUEST;
	} else if (m->cause == T104_REQUEST || m->cause == T104_ACT_CON ||
		   m->cause == T104_DEACT_CON ||
		   m->cause >= T104_UNKNOWN_TYPE) {
		m->dir = EV_DIR_RESPONSE;
	} else {
		m->dir = EV_DIR_NOTIFY;
	}
	if (!ctx->client_sure) {
		ctx->client = m->dir == EV_DIR_REQUEST ? ctx->side : !ctx->side;
		ctx->client_sure = m->type != NULL;
	}
}

/* The station is behind the controlled end. */
static void
address(struct t104_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	struct ev_end *end = m->dir == EV_DIR_REQUEST ? ctx->dst : ctx->src;

	if (m->station != T104_ALL && m->station != 0) {
		end->sub.kind = EV_SUB_ADDR;
		end->sub.num = m->station;
	}
}

/* Answers have their request's type, station and object; what is read has
 * another type. */
static uint64_t
key_of(const struct t104_msg *m)
{
	bool read = m->cause == T104_REQUEST;
	bool undone = m->cause == T104_DEACT || m->cause == T104_DEACT_CON;

	return (uint64_t)1 << 63 | (uint64_t)undone << 48 |
	       (uint64_t)(read ? C_RD : m->number) << 40 |
	       (uint64_t)m->station << 24 | m->first;
}

static void
pair(struct t104_msg *m)
{
	struct dis_ctx *ctx = m->ctx;

	if (m->dir == EV_DIR_REQUEST && is_command(m) && !m->cut) {
		(void)ctx->sv->put(ctx, key_of(m), NULL, 0);
	} else if (m->dir == EV_DIR_RESPONSE) {
		m->paired = ctx->sv->take(ctx, key_of(m), NULL, 0, &m->pair);
	}
}

static const char *
status_of(const struct t104_msg *m)
{
	if (m->cause >= T104_UNKNOWN_TYPE) {
		return cause_name(m->cause);
	}
	return m->negative ? "negative" : "ok";
}

/* --- the operation --------------------------------------------------------- */

static void
name_it(struct t104_msg *m)
{
	struct rd r = m->objects;
	struct t104_object o;

	if (m->type == NULL) {
		m->op = "unknown_asdu";
		m->cls = EV_CLASS_OTHER;
		return;
	}
	m->op = m->type->op;
	m->cls = (enum ev_class)m->type->cls;
	if (t104_next(m, &r, 0, &o)) {
		m->first = o.address;
		/* Freezing and resetting counters is no reading. */
		if (m->number == C_CI && rd_u8(&o.element) & FREEZE) {
			m->cls = EV_CLASS_WRITE;
		}
	}
}

static void
bad_at(struct t104_msg *m, const char *reason, struct rd asdu, size_t at)
{
	rd_skip(&asdu, at);
	t104_bad(m, reason, &asdu);
}

static void
check(struct t104_msg *m, struct rd whole)
{
	size_t len;

	if (m->cause == 0) {
		bad_at(m, T104_BAD_CAUSE, whole, 2);
	}
	if (m->station == 0) {
		bad_at(m, T104_BAD_STATION, whole, 4);
	}
	if (m->type == NULL) {
		return;
	}
	len = objects_len(m->type, m->sequence, m->count);
	if (m->count == 0 || (len != 0 && len != rd_left(&m->objects))) {
		bad_at(m, T104_BAD_COUNT, whole, 1);
	}
}

static void
tell_head(struct t104_msg *m, struct ev *e)
{
	ev_name(e, T104F_FRAME, "I");
	ev_uint(e, T104F_SENT, m->sent);
	ev_uint(e, T104F_RECEIVED, m->received);
	if (m->type != NULL) {
		ev_name(e, T104F_TYPE, m->type->name);
	}
	ev_name(e, T104F_CAUSE, cause_name(m->cause));
	if (m->negative) {
		ev_bool(e, T104F_NEGATIVE, true);
	}
	if (m->test) {
		ev_bool(e, T104F_TEST, true);
	}
	if (m->originator != 0) {
		ev_uint(e, T104F_ORIGINATOR, m->originator);
	}
	ev_uint(e, T104F_STATION, m->station);
}

void
t104_asdu(struct t104_msg *m, struct rd r)
{
	struct rd whole = r;
	uint8_t count, cause;
	struct ev *e;

	m->number = rd_u8(&r);
	m->type = t104_type(m->number);
	count = rd_u8(&r);
	cause = rd_u8(&r);
	m->originator = rd_u8(&r);
	m->station = rd_le16(&r);
	m->sequence = count & 0x80;
	m->count = count & 0x7f;
	m->cause = cause & 0x3f;
	m->negative = cause & 0x40;
	m->test = cause & 0x80;
	m->objects = r;
	name_it(m);
	check(m, whole);
	direct(m);
	if (m->cause == T104_REQUEST) {
		m->cls = EV_CLASS_READ; /* as was asked */
	}
	address(m);
	pair(m);
	m->status = status_of(m);
	e = t104_start(m, m->number);
	tell_head(m, e);
	t104_tell_objects(m, e);
	t104_finish(m, e);
	if (!m->cut && m->bad == NULL && m->type != NULL) {
		t104_facts(m);
	}
}
